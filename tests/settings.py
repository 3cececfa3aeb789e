"""The product's settings under test: production's, but quick to hash and quiet."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests-" * 4)
os.environ.setdefault("LOG_LEVEL", "ERROR")

from wholesale.settings import *  # noqa: F403

GO_LIVE_ENFORCE = False  # the tests of what it refuses switch it on
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # else each test client looks through all static files before its first request
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, so that threads can be tested; one for each run, so that runs do not meet.
    _run = os.environ.get("PYTEST_XDIST_TESTRUNUID", os.getpid())
    DATABASES["default"]["TEST"] = {"NAME": Path(tempfile.gettempdir()) / f"wholesale-test-{_run}.sqlite3"}  # noqa: F405
