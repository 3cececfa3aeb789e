#!/bin/sh
# The work of `make up`: a database with a demo, an admin user, a server and a worker. The next time it only starts them.
set -eu
PY="$VENV/bin/python"

"$PY" - "$PORT" <<'PYTHON'
import errno
import socket
import sys

port = sys.argv[1]
if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
    sys.exit(f"PORT={port} is no port: 1 to 65535.")
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(port)))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(f"Port {port} of 127.0.0.1 is taken. Stop what listens there, or choose another: make up PORT=8001")
        sys.exit(f"Port {port} of 127.0.0.1 cannot be used ({error.strerror}). Choose another: make up PORT=8001")
PYTHON

echo "Bringing the database up to date ..."
"$PY" manage.py migrate --verbosity 0
"$PY" manage.py ensure_admin
echo "The first time: simulating two weeks of the business, half a minute or so ..."
"$PY" manage.py simulate --if-empty
cat <<TEXT

  Admin      http://127.0.0.1:$PORT/admin/
  Work       http://127.0.0.1:$PORT/admin/followups/followuptask/queue/  the demo's agents pat and robin have work at any hour
  API docs   http://127.0.0.1:$PORT/api/docs
  A token    export TOKEN=\$(make -s token NAME=me ROLE=operator)
  Next       README.md, "The guide's checklist"; the whole guide: make manage ARGS=walkthrough

Serving on http://127.0.0.1:$PORT, with a background worker (Ctrl-C stops both)
TEXT
exec "$PY" scripts/serve_and_work.py
