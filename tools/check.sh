#!/bin/sh
# Every check of the house, the quick ones first; pytest says the last word. `check.sh lint`: only format and lint.
set -eu
. "$(dirname "$0")/steps.sh"
. tools/memory.sh
sh tools/setup.sh test
say "ruff"
$VENV/bin/ruff format --check .
$VENV/bin/ruff check .
[ "${1:-}" = lint ] && exit 0
say "mypy"
$VENV/bin/mypy --no-incremental # its cache forgets modules that a package imports from itself
say "djlint"
$VENV/bin/djlint templates --lint --quiet
say "pytest"
temporary_in_memory
$VENV/bin/pytest -n "${JOBS:-2}" --dist worksteal -m "not soak" "$@"
