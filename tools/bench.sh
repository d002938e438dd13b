#!/bin/sh
# Measure pages under load, matching quality and matching speed; each bench prints the lines for bench/README.md.
set -eu
. "$(dirname "$0")/steps.sh"
sh tools/setup.sh test
for bench in ${BENCH:-pages matching protection_leaks}; do
    say "== bench/$bench.py"
    $VENV/bin/python -m "bench.$bench"
done
