#!/bin/sh
# Collect the Chinese source texts of Python and templates, update the catalogue of each language, compile.
set -eu
. "$(dirname "$0")/steps.sh"
sh tools/setup.sh run
mkdir -p crm/translations
$VENV/bin/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext \
    -k NotFound:1 -k Forbidden:1 -k Conflict:1 -k Invalid:1 -k Stale:1 -k TooMany:1 --no-wrap --no-location --sort-output \
    -o "$STAMPS/messages.pot" .
for language in ${LANGUAGES:-en}; do
    catalogue=crm/translations/$language/LC_MESSAGES/messages.po
    if [ -f "$catalogue" ]; then
        $VENV/bin/pybabel -q update -i "$STAMPS/messages.pot" -d crm/translations -l "$language" --no-wrap \
            --no-fuzzy-matching --ignore-obsolete
    else
        $VENV/bin/pybabel -q init -i "$STAMPS/messages.pot" -d crm/translations -l "$language" --no-wrap
    fi
done
$VENV/bin/pybabel -q compile -d crm/translations
$VENV/bin/python tools/untranslated.py
