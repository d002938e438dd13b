#!/bin/sh
# What is too long for `make test`: 50 rounds of each race, 20 kills on each database, the job race, long random histories.
set -eu
. "$(dirname "$0")/steps.sh"
. tools/memory.sh
sh tools/setup.sh test
export CRM_SOAK=1
temporary_in_memory
$VENV/bin/pytest -n "${JOBS:-2}" --dist worksteal -m soak "$@"
