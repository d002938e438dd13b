# Steps with stamps, for the scripts beside this one. A step is done again only when what it reads has changed;
# one that was cut in the middle leaves NAME.started behind and is done anew from the ground.

ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
STAMPS=.stamps
VENV=.venv
mkdir -p "$STAMPS"
unset PYTHONDONTWRITEBYTECODE # each of a server's processes would compile everything again

say() {
    printf '%s\n' "$*"
}

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# digest PATH…: one number for the content of files and folders (caches left out)
digest() {
    find "$@" -type f ! -name '*.pyc' ! -name '*.mo' ! -path '*/static/vendor/*' 2>/dev/null |
        LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum | sha256sum | cut -c1-64
}

# fresh NAME KEY: was the step finished for this key?
fresh() {
    [ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ] && [ ! -e "$STAMPS/$1.started" ]
}

# broken NAME: was the step begun and never finished?
broken() {
    [ -e "$STAMPS/$1.started" ]
}

begin() {
    rm -f "$STAMPS/$1"
    : >"$STAMPS/$1.started"
}

finish() {
    printf '%s\n' "$2" >"$STAMPS/$1.new"
    mv "$STAMPS/$1.new" "$STAMPS/$1"
    rm -f "$STAMPS/$1.started"
}

# one set-up at a time in one tree
lock() {
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$STAMPS/lock"
        flock -n 9 || { say "Waiting for another set-up of this tree …"; flock 9; }
    fi
}
