#!/bin/sh
# Set up what `make run` (setup.sh run) or `make test` (setup.sh test) needs. Does only what is missing.
set -eu
. "$(dirname "$0")/steps.sh"
goal=${1:-run}
PYTHON=${PYTHON:-python3}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore UV_NO_PROGRESS=1

# system COMMAND_THAT_SUCCEEDS_WHEN_PRESENT PACKAGE…
wanted=""
system() {
    test_command=$1
    shift
    sh -c "$test_command" >/dev/null 2>&1 || wanted="$wanted $*"
}

system_packages() {
    system "$PYTHON -c 'import ensurepip, venv'" python3-venv
    system 'ldconfig -p | grep -q libpangoft2-1.0' libpango-1.0-0 libpangoft2-1.0-0 # PDF
    system 'fc-list :lang=zh family | grep -q .' fonts-noto-cjk fontconfig
    if [ "$goal" = test ]; then
        system "pg_config --bindir && test -x \"\$(pg_config --bindir)/initdb\"" postgresql postgresql-contrib
        system 'test -n "${CRM_CHROMIUM:-}" || command -v chromium-headless-shell || command -v chromium' chromium
    fi
    [ -n "$wanted" ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        fail "Missing on this machine:$wanted
Install them and start again, on Debian or Ubuntu:  sudo apt-get install --no-install-recommends$wanted"
    fi
    say "Installing from the system's packages:$wanted"
    export DEBIAN_FRONTEND=noninteractive
    dpkg --configure -a >/dev/null 2>&1 || true # a set-up that was cut left this to do
    apt-get update -qq
    # The same browser without a desktop, where the system has it: tests take half as long in it.
    ! apt-cache show chromium-headless-shell >/dev/null 2>&1 || wanted=$(echo "$wanted" | sed 's/\bchromium\b/chromium-headless-shell/')
    # shellcheck disable=SC2086 # a list of words
    apt-get install -y -qq --no-install-recommends $wanted >"$STAMPS/apt.log" 2>&1 ||
        { tail -n 20 "$STAMPS/apt.log" >&2; fail "The packages could not be installed:$wanted"; }
}

virtual_environment() {
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed."
    key=$("$PYTHON" -c 'import sys; print(sys.version, sys.base_prefix)' | cat - requirements-build.txt | sha256sum | cut -c1-64)
    fresh venv "$key" && ! broken packages-run && ! broken packages-test && [ -x $VENV/bin/python ] && return 0
    say "Making the Python environment in $VENV"
    rm -f "$STAMPS"/packages-*
    begin venv
    "$PYTHON" -m venv --clear $VENV
    $VENV/bin/python -m pip install -q --require-hashes -r requirements-build.txt ||
        say "The fast installer (uv) could not be had; pip does its work, only slower."
    finish venv "$key"
}

# packages NAME FILE…
packages() {
    name=$1
    shift
    key=$(digest "$@")
    fresh "$name" "$key" && return 0
    say "Installing Python packages: $*"
    begin "$name"
    args=""
    for file in "$@"; do args="$args -r $file"; done
    # shellcheck disable=SC2086 # a list of words
    { [ -x $VENV/bin/uv ] && $VENV/bin/uv pip install -q --python $VENV/bin/python --require-hashes $args; } ||
        $VENV/bin/python -m pip install -q --require-hashes $args
    finish "$name" "$key"
}

node_of_our_own() {
    command -v npm >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null && return 0
    [ -x $VENV/bin/npm ] || packages packages-node requirements-node.txt
}

front_end() {
    key=$(digest package.json package-lock.json .npmrc tools/vendor.py tools/icons.txt templates crm)
    fresh front-end "$key" && [ -d crm/static/vendor ] && return 0
    say "Bringing the front-end parts (npm ci, icon sprite)"
    broken front-end && rm -rf node_modules
    begin front-end
    node_of_our_own
    $VENV/bin/python tools/vendor.py
    finish front-end "$key"
}

translations() {
    [ -d crm/translations ] || return 0
    key=$(digest crm/translations)
    fresh translations "$key" && return 0
    begin translations
    $VENV/bin/pybabel -q compile -d crm/translations
    finish translations "$key"
}

lock
system_packages
virtual_environment
packages packages-run requirements.txt
[ "$goal" = test ] && packages packages-test requirements.txt requirements-dev.txt
front_end
translations
