#!/bin/sh
# Pin every package with its hashes. No registry address gets into the files.
set -eu
. "$(dirname "$0")/steps.sh"
sh tools/setup.sh test
for name in requirements requirements-dev requirements-build requirements-node requirements-ocr; do
    $VENV/bin/uv pip compile -q "$name.in" -o "$name.txt" --python-version 3.11 --generate-hashes --no-header --no-annotate "$@"
done
