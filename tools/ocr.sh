#!/bin/sh
# Install recognition of card photos: optional, in an environment of its own beside the platform's. Nothing else needs it.
set -eu
. "$(dirname "$0")/steps.sh"
sh tools/setup.sh run
lock
where=.venv-ocr
key=$(digest requirements-ocr.txt)
if ! fresh ocr "$key" || [ ! -x $where/bin/python ]; then
    say "Installing recognition of card photos into $where (about 400 MB)"
    begin ocr
    "${PYTHON:-python3}" -m venv --clear $where
    { [ -x $VENV/bin/uv ] && $VENV/bin/uv pip install -q --python $where/bin/python --require-hashes -r requirements-ocr.txt; } ||
        $where/bin/python -m pip install -q --require-hashes -r requirements-ocr.txt
    finish ocr "$key"
fi
say "Recognition is installed. Start the server again; the desk of cards then shows drafts."
