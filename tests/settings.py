"""The settings under test: production's, with a fast password hash and a quiet log."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-" * 4)
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("DB_TIMEOUTS_WEB", "300,120,300")  # the machine may be busy; tests of timeouts set their own

from wholesale.settings import *  # noqa: F403

CONSOLE_ZONE = "UTC"  # tests compare the times of pages with stored ones; tests of zones choose one
GO_LIVE_ENFORCE = False  # tests of its refusals switch it on
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # otherwise each test client scans all static files before its first request
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
