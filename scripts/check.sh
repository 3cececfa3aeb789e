#!/bin/sh
# The checks that run before the tests. It stops at the first failure.
set -eu
PATH="$PWD/.venv/bin:$PATH"
export DJANGO_SETTINGS_MODULE=tests.settings

step() { echo "-- $1"; shift; "$@"; }

step "lint" ruff check --quiet .
step "format" ruff format --check --quiet .
step "imports" lint-imports --no-cache
step "types" mypy
step "migrations in step" python manage.py makemigrations --check --dry-run
step "French texts in step" python scripts/texts.py --check
step "deploy" env DJANGO_SETTINGS_MODULE=wholesale.settings DEBUG=false HTTPS=true TRUSTED_PROXIES=1 \
    SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(60))')" CONTACT_DIGEST_KEY=only-for-this-check \
    python manage.py check --deploy --fail-level WARNING
generated=$(mktemp)
trap 'rm -f "$generated"' EXIT
step "API schema" python manage.py spectacular --validate --fail-on-warn --file "$generated"
step "API schema committed" diff -u docs/openapi.yaml "$generated"
# These tests run on both cores: each starts a generator, which takes some seconds.
step "clients of the API" pytest --dist loadfile tests/clients
