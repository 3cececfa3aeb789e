"""The product's settings under test: production's, but quick to hash and quiet."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-" * 4)
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("DB_TIMEOUTS_WEB", "300,120,300")  # the machine may be busy; the tests of them set their own

from wholesale.settings import *  # noqa: F403

GO_LIVE_ENFORCE = False  # the tests of what it refuses switch it on
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # else each test client looks through all static files before its first request
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
