#!/bin/sh
# The work of `make up`: a database with a demo in it, an admin user, a server.
set -eu
PY="$VENV/bin/python"

"$PY" manage.py migrate --verbosity 0
"$PY" manage.py ensure_admin
"$PY" manage.py load_demo
cat <<TEXT

  Admin      http://127.0.0.1:$PORT/admin/
  API docs   http://127.0.0.1:$PORT/api/docs
  A token    export TOKEN=\$(make -s token NAME=me ROLE=operator)
  Next       README.md, "The guide's checklist"

Serving on http://127.0.0.1:$PORT (Ctrl-C stops it)
TEXT
exec "$VENV/bin/granian" --interface wsgi --workers 1 --blocking-threads 2 --host 127.0.0.1 --port "$PORT" --no-ws \
    --log-level warning wholesale.wsgi:application
