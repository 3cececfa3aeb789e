# make up: try it. make test: prove it. make check: what CI asks before the tests. `make help` lists the rest.

SHELL := /bin/sh
PYTHON ?=
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
WORKERS ?= 2
SETUP := $(VENV)/.installed
# Settings of `make up`, `make token` and `make manage`. Variables of the environment take precedence.
DEV := DEBUG=$${DEBUG-true}
# The tests run as if they began at this time (tests/clock): at noon of a Wednesday, and at night of a Sunday in Toronto.
# A test of many examples has about half of them on each database; with EXAMPLES=all both have all.
# They start hundreds of processes, which need not compile the sources each time, whatever the shell is told.
CLOCK = PYTHONDONTWRITEBYTECODE= PYTHONPATH=$(CURDIR)/tests/clock TEST_CLOCK=$${TEST_CLOCK-$(1)} EXAMPLES=$${EXAMPLES-shared}
COVER := $(PY) -W "ignore:Unable to activate pytest branch coverage" -m slipcover --json

.PHONY: help setup chromium up serve test quick test-sqlite test-postgres clocks check mutate bench pairs screenshots lock token manage schema texts

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(SETUP)  ## install into .venv; does nothing when there is nothing to do

$(SETUP): requirements.lock
	@test -x $(PY) || { python=$$(sh scripts/python.sh $(PYTHON)) && "$$python" -m venv $(VENV); }
	@$(PY) scripts/install.py requirements.lock
	@touch $@

up: setup  ## migrate, make an admin user, simulate two weeks, serve on PORT (default 8000), with a worker
	@exec env $(DEV) LOG_LEVEL=$${LOG_LEVEL-WARNING} PORT=$(PORT) VENV=$(VENV) sh scripts/up.sh

serve: setup  ## the production server, with the environment's own settings
	@exec $(PY) manage.py serve --port $(PORT) --workers $(WORKERS)

token: setup  ## make -s token NAME=me ROLE=operator
	@$(DEV) $(PY) manage.py create_api_token "$(NAME)" --role "$(ROLE)"

manage: setup  ## make manage ARGS="sla_report --format json"
	@$(DEV) $(PY) manage.py $(ARGS)

chromium:  # for the tests of pages: the distribution's, installed where that may be done, else they say that it is missing
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		timeout 300 apt-get install --yes --quiet chromium >/dev/null 2>&1; } || echo "No Chromium: tests/browser are left out."

test: setup chromium  ## everything, on SQLite and on PostgreSQL, with coverage over both
	@$(MAKE) --no-print-directory test-sqlite
	@$(MAKE) --no-print-directory test-postgres
	@$(PY) -m slipcover --merge .coverage.sqlite .coverage.postgres --out .coverage --fail-under 95

quick: setup  ## most of it in 90 seconds: on SQLite, without processes, pages, properties and walks
	@$(call CLOCK,2026-12-02T12:00-05:00) $(PY) -m pytest -m "not slow and not hypothesis" -p no:schemathesis

mutate: setup  ## break every rules.py and math.py in a thousand ways: does a test see each? (docs/mutants.md)
	@$(PY) -m mutmut run && $(PY) scripts/mutants.py

test-sqlite: setup
	@echo "== SQLite"; $(call CLOCK,2026-12-02T12:00-05:00) $(COVER) --out .coverage.sqlite -m pytest

test-postgres: setup
	@echo "== PostgreSQL"; $(call CLOCK,2026-12-06T03:00-05:00) $(PY) -m tests.postgres --no-fsync $(COVER) --out .coverage.postgres -m pytest

clocks: setup  ## the tests on SQLite at noon and at night, of a Wednesday and of a Sunday
	@for at in 2026-12-02T12 2026-12-02T02 2026-12-06T12 2026-12-06T03; do \
		echo "== $$at in Toronto"; TEST_CLOCK=$$at:00-05:00 $(MAKE) --no-print-directory test-sqlite || exit 1; done

check: setup  ## lint, format, types, imports, migrations, deploy checks, API schema
	@sh scripts/check.sh

schema: setup  ## write docs/openapi.yaml from the code
	@$(DEV) $(PY) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

texts: setup  ## bring the French texts (locale/fr) in step with the sources
	@$(PY) scripts/texts.py

bench: setup chromium  ## full-size measurements into docs/benchmarks.md (needs wrk)
	@$(PY) -m tests.postgres $(PY) -m tests.bench

pairs: setup  ## make pairs REV=main: its speed and CPU beside the working tree's, into docs/benchmarks.md (needs wrk)
	@$(PY) -m tests.bench.pairs $(REV)

screenshots: setup chromium  ## every page of the console, in both languages and themes, wide and phone, into var/screenshots
	@$(PY) -m tests.browser.pictures $(ARGS)

lock: setup  ## resolve pyproject.toml into requirements.lock
	@$(VENV)/bin/uv pip compile pyproject.toml --extra dev --python-version 3.11 --upgrade --quiet \
		--no-emit-index-url --no-annotate --no-header --output-file requirements.lock
