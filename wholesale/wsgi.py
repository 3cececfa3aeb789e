"""The WSGI entry that `make serve` hands to granian."""

import os

from django.core.wsgi import get_wsgi_application

from wholesale.content_type import reading_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wholesale.settings")
application = reading_utf8(get_wsgi_application())
