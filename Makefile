# make run: set everything up and start. make test: set everything up and test. See README.md.
# Each step leaves a stamp in .stamps/ and is done again only when what it reads has changed (tools/steps.sh).
.POSIX:
.PHONY: help run test soak bench lint format seed-registry ocr lock screenshots vendor translations clean

help:
	@sed -n 's/^## //p' Makefile

## make run            set up, fill an empty base with samples, serve on HOST:PORT (127.0.0.1:8000)
##                     HTTPS=1 HOST=0.0.0.0: with a certificate of its own, for phones that work offline at a fair
run:
	@sh tools/run.sh

## make test           set up and run every check: format, lint, types, templates, tests on both databases, browser
test:
	@sh tools/check.sh

## make soak           what is too long for make test: long races, kills, load
soak:
	@sh tools/soak.sh

## make bench          pages and matching under load; figures go into bench/README.md
bench:
	@sh tools/bench.sh

## make lint           format and lint only
lint:
	@sh tools/check.sh lint

## make format         put the source into the house's form
format:
	@sh tools/setup.sh test
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

## make seed-registry  load the whole labelled registry of companies into the base
seed-registry:
	@sh tools/setup.sh run
	@.venv/bin/flask --app wsgi seed --registry

## make ocr            install recognition of card photos (optional, about 400 MB, in .venv-ocr)
ocr:
	@sh tools/ocr.sh

## make lock           compile requirements*.in into pinned files with hashes
lock:
	@sh tools/lock.sh

## make screenshots    take the pictures in docs/pictures from a server filled with samples
screenshots:
	@sh tools/screenshots.sh

## make vendor         bring the front-end parts from the lock file into crm/static/vendor
vendor:
	@sh tools/setup.sh run
	@.venv/bin/python tools/vendor.py

## make translations   collect the texts, update the catalogue of each language, compile
translations:
	@sh tools/translations.sh

## make clean          remove what setting up made; the data in var/ stay
clean:
	rm -rf .stamps .venv .venv-ocr node_modules crm/static/vendor .mypy_cache .ruff_cache
	find crm/translations -name '*.mo' -delete 2>/dev/null || true
