"""The loaded WSGI application. `manage.py serve` forks its workers from it (wholesale/plumbing/serving)."""

import gc
import os

from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import get_resolver

from wholesale.plumbing.http.content_type import reading_utf8
from wholesale.plumbing.http.request_body import reading_whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wholesale.settings")
application = reading_utf8(reading_whole_bodies(get_wsgi_application()))

# Each request would call them, for nothing: connections are looked after when it ends, too, and nothing uses a cache.
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)

# The objects loaded so far live as long as the process. Freezing them keeps each full garbage collection from walking them,
# which would delay one request in a hundred by about 70 ms.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
