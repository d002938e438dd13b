#!/bin/sh
# A certificate for HTTPS=1: an authority of this machine's own, and a certificate by it for every name and address of the machine.
# Phones trust it once ca.crt is installed on them; without that a browser keeps no page for offline use. Usage: certificate.sh FOLDER
set -eu
. "$(dirname "$0")/steps.sh"
folder=$1
command -v openssl >/dev/null 2>&1 || fail "HTTPS=1 needs openssl. On Debian or Ubuntu:  sudo apt-get install --no-install-recommends openssl"
umask 077
mkdir -p "$folder"

names="DNS:localhost,DNS:$(hostname),IP:127.0.0.1"
for address in $(hostname -I 2>/dev/null || true) ${HOST:-}; do
    case $address in
        127.0.0.1 | 0.0.0.0 | ::) ;;
        *[!0-9.:a-fA-F]*) names="$names,DNS:$address" ;;
        *) names="$names,IP:$address" ;;
    esac
done

if [ ! -s "$folder/ca.key" ] || ! openssl x509 -checkend 2592000 -noout -in "$folder/ca.crt" >/dev/null 2>&1; then
    openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj "/CN=CRM $(hostname)" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
        -keyout "$folder/ca.key" -out "$folder/ca.crt" 2>/dev/null
    rm -f "$folder/names"
fi

# Browsers take no certificate of more than 398 days; a new address of the machine needs a new one.
if [ "$(cat "$folder/names" 2>/dev/null)" != "$names" ] || ! openssl x509 -checkend 604800 -noout -in "$folder/server.crt" >/dev/null 2>&1; then
    printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" >"$folder/extra"
    openssl req -newkey rsa:2048 -nodes -sha256 -subj "/CN=$(hostname)" -keyout "$folder/server.key" -out "$folder/server.csr" 2>/dev/null
    openssl x509 -req -sha256 -days 397 -in "$folder/server.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -CAcreateserial \
        -extfile "$folder/extra" -out "$folder/server.crt" 2>/dev/null
    rm -f "$folder/server.csr" "$folder/extra"
    printf '%s\n' "$names" >"$folder/names"
fi
say "HTTPS: install $folder/ca.crt on each phone as a trusted authority, else its browser keeps nothing for offline use."
