#!/bin/sh
# Set up, fill an empty base with samples, serve. Settings: HOST, PORT, HTTPS=1, CRM_DATA_DIR, CRM_DATABASE_URL (docs/operations.zh.md).
set -eu
. "$(dirname "$0")/steps.sh"
sh tools/setup.sh run
data=${CRM_DATA_DIR:-var}
umask 077 # business secrets: nobody else on this machine reads them

# The embedded base is filled in a folder beside its place and moved there whole: a set-up cut in the middle leaves nothing half done.
if [ -z "${CRM_DATABASE_URL:-}" ] && [ ! -f "$data/crm.sqlite3" ]; then
    new=$data/.filling
    mkdir -p "$data"
    # A run that was cut may have left its filling at work: wait for its end, then begin anew.
    if command -v flock >/dev/null 2>&1; then
        exec 8>"$data/.filling.lock"
        flock -n 8 || { say "Waiting for another filling of this base …"; flock 8; }
    fi
fi
if [ -z "${CRM_DATABASE_URL:-}" ] && [ ! -f "$data/crm.sqlite3" ]; then
    say "Filling an empty base with the plan, the reference companies and the samples (about a minute)"
    rm -rf "$new"
    mkdir -p "$new"
    CRM_DATA_DIR=$new CRM_FILES_DIR=$new/files $VENV/bin/flask --app wsgi seed
    mkdir -p "$new/files" "$data/files"
    cp -a "$new/files/." "${CRM_FILES_DIR:-$data/files}/"
    mv -f "$new/secret.key" "$data/secret.key"
    # A filling that ended well leaves no log beside its base; what such a log holds would be lost.
    [ ! -s "$new/crm.sqlite3-wal" ] || { say "The filling did not close its base: $new"; exit 1; }
    mv -f "$new/crm.sqlite3" "$data/crm.sqlite3"
    rm -rf "$new"
fi
exec 8>&- # the server must not keep the lock of a filling
if [ "${HTTPS:-}" = 1 ]; then
    sh tools/certificate.sh "$data/tls"
    export CRM_TLS="$data/tls" CRM_SECURE=1
fi
export CRM_SEED=1 # the server itself migrates and brings an existing base up, before it answers
exec $VENV/bin/gunicorn -c gunicorn.conf.py wsgi:app
