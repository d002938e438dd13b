#!/bin/sh
# Take the pictures in docs/pictures from a server of its own, filled with samples. PICTURES="officer desk" takes only these.
set -eu
. "$(dirname "$0")/steps.sh"
sh tools/setup.sh test
data=${CRM_DATA_DIR:-$STAMPS/pictures}
port=${PORT:-8790}
rm -f "$STAMPS/pictures.log"
CRM_DATA_DIR=$data PORT=$port sh tools/run.sh >"$STAMPS/pictures.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
$VENV/bin/python tools/screenshots.py "http://127.0.0.1:$port"
