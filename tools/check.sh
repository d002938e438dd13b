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
say "djlint"
$VENV/bin/djlint templates --lint --quiet
temporary_in_memory
# mypy uses one core for a minute: it runs beside the tests. --no-incremental: its cache forgets modules that a package imports from itself.
$VENV/bin/mypy --no-incremental >"$STAMPS/mypy.log" 2>&1 &
types=$!
say "mypy, pytest"
tests=0
$VENV/bin/pytest -n "${JOBS:-2}" --dist worksteal -m "not soak" "$@" || tests=$?
wait "$types" || { cat "$STAMPS/mypy.log"; fail "mypy found faults: see above."; }
exit "$tests"
