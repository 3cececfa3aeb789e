"""Settings, from the environment. `.env.example` documents each variable; cross-setting rules are in `checks.py`."""

import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

# Time zones come from the tzdata package alone: an operating system's copy is an hour wrong for BC, AB, MB and NT since
# November 2026. Here, because nothing may read a zone before it (system check wholesale.E001 proves it).
zoneinfo.reset_tzpath(to=[])
zoneinfo.ZoneInfo.clear_cache()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")


def switch(name: str, *, default: bool) -> bool:
    """Read a switch; empty counts as absent. A protection that is misspelt ("ture") must not be taken for one that is off.

    Raises:
        ImproperlyConfigured: a word that is neither true nor false.

    """
    word = env.str(name, default="").strip().lower()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0"):
        return False
    if word:
        raise ImproperlyConfigured(f"{name} must be true or false, not {word!r}")
    return default


def days(name: str, *, default: int) -> int:
    """Read a number of days; empty counts as absent.

    Raises:
        ImproperlyConfigured: no whole number from 0 to 3650.

    """
    word = env.str(name, default="").strip() or str(default)
    if not (word.isascii() and word.isdecimal() and int(word) <= 3650):
        raise ImproperlyConfigured(f"{name} must be a number of days from 0 to 3650, not {word!r}")
    return int(word)


def whole_number(name: str, *, default: int, least: int, most: int) -> int:
    """Read a whole number; empty counts as absent.

    Raises:
        ImproperlyConfigured: it is none, or not from `least` to `most`.

    """
    word = env.str(name, default="").strip() or str(default)
    if not (word.isascii() and word.isdecimal() and least <= int(word) <= most):
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {word!r}")
    return int(word)


# Security ---------------------------------------------------------------------------------------------------------------

DEBUG = switch("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or ("development-only-" * 4 if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY to at least 50 random characters, or DEBUG=true for development")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = switch("HTTPS", default=False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come from inside, without TLS

# Business switches that differ by machine --------------------------------------------------------------------------------

GO_LIVE_ENFORCE = switch("GO_LIVE_ENFORCE", default=not DEBUG)
RISK_BUSINESS_ZONE = env.str("RISK_BUSINESS_ZONE", default="UTC")
TRIPWIRE_ON_ARRIVAL = switch("TRIPWIRE_ON_ARRIVAL", default=False)
BACKUPS_CONFIGURED = switch("BACKUPS_CONFIGURED", default=False)
# Digests of phone numbers and addresses are made with it, so that whoever opted out stays refused after an erasure. It must
# never change once there are opt-outs (runbook check contact.digest_key), so it is not SECRET_KEY.
UNKEYED = "unkeyed"
CONTACT_DIGEST_KEY = env.str("CONTACT_DIGEST_KEY", default="") or UNKEYED
COOLING_OFF_DAYS = days("COOLING_OFF_DAYS", default=90)  # after a ladder ended in which somebody was contacted
AGENT_CLAIM_MAX = whole_number("AGENT_CLAIM_MAX", default=25, least=1, most=500)  # tasks that an agent claims at once
TOKEN_CACHE_SECONDS = env.float("TOKEN_CACHE_SECONDS", default=5.0)
IDEMPOTENCY_KEY_LIFETIME = timedelta(hours=24)  # CONTRACT section 1

# Application ------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its widget templates, so that ours beside them are found (FORM_RENDERER)
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "simple_history",
    "import_export",
    "django_structlog",
    "django_tasks",
    "django_tasks_db",
    "wholesale",
    "wholesale.demo",
    "governance",
    "followups",
    "buyers",
    "offers",
    "kpi",
]
MIDDLEWARE = [
    "wholesale.middleware.ApiPathMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "wholesale.correlation.CorrelationMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "wholesale.urls"
WSGI_APPLICATION = "wholesale.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

LANGUAGE_CODE = "en-ca"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
# Served from the apps' own folders: no collectstatic step between `migrate` and the production server.
WHITENOISE_USE_FINDERS = True

# Database ---------------------------------------------------------------------------------------------------------------

DB_POOL = env.int("DB_POOL", default=0)
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}")}
_database = DATABASES["default"]
# A connection lives as long as its server thread: 7 times on reads. The pool replaces it; Django refuses both together.
_database["CONN_MAX_AGE"] = 0 if DB_POOL else None
if _database["ENGINE"] == "django.db.backends.sqlite3":
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    _database["OPTIONS"] = {
        # A transaction takes the write lock at its start: no lock to upgrade, so no deadlock between two readers.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds that a writer waits for another
        "init_command": "PRAGMA journal_mode=WAL;",
    }
else:
    _database.setdefault("OPTIONS", {}).update(
        server_side_binding=True,
        # From the second time on; from the first, a migration's statement of several commands fails.
        prepare_threshold=1 if switch("DB_PREPARED_STATEMENTS", default=True) else None,
        **({"pool": {"min_size": 1, "max_size": DB_POOL, "timeout": 5}} if DB_POOL else {}),
    )

# Background work --------------------------------------------------------------------------------------------------------

# The queue is a table, so that a task is enqueued in the transaction that needs it and is never lost with it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# E-mail -----------------------------------------------------------------------------------------------------------------

BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")  # what links in e-mails begin with
# Without an address to send it through, it is printed in development and nobody is written to in production.
vars().update(env.email_url_config(env.str("EMAIL_URL", default="") or ("consolemail:" if DEBUG else "dummymail:")))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="wholesale@localhost")

# API --------------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "wholesale.authentication.CachedTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["wholesale.permissions.HasActionPermission"],
    "DEFAULT_PARSER_CLASSES": ["wholesale.params.BoundedJSONParser", "wholesale.params.Utf8FormParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "wholesale.negotiation.ContentNegotiation",
    "DEFAULT_RENDERER_CLASSES": ["wholesale.rendering.NumberJSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["wholesale.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "wholesale.schema.ApiSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "DATETIME_FORMAT": "iso-8601",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "wholesale.handlers.ExceptionHandler",
    "EXCEPTION_FORMATTER_CLASS": "wholesale.handlers.ExceptionFormatter",
    # One error shape in every environment; the traceback goes to the log.
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=365), "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "Wholesale",
    "DESCRIPTION": "The operating system of a Canada-wide real-estate wholesaling business. "
    "Parameters of a POST may come as JSON, as a form or in the query string; the body wins.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_NAME_OVERRIDES": {
        "StrictnessEnum": "governance.compliance.rules.Strictness",
        "ChannelEnum": "governance.channels.Channel",
        "ReasonEnum": "governance.contact.Reason",
        "MeaningEnum": "followups.leads.models.InboundMessage.Meaning",
        "LeadStatusEnum": "followups.leads.models.Lead.Status",
        "BulkLadderStatusEnum": "followups.api.bulk.STATUSES",
        "DecidedMeaningEnum": "followups.inbound.rules.DECIDED",
        "LanguageEnum": "followups.leads.models.Language",
        "WordLanguageEnum": "followups.inbound.models.InboundWord.Language",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "wholesale.schema.document_common_errors",
    ],
}

# Admin ------------------------------------------------------------------------------------------------------------------

LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
UNFOLD = {
    "SITE_TITLE": "Wholesale",
    "SITE_HEADER": "Wholesale",
    "SITE_SUBHEADER": "All times are UTC",
    "SITE_SYMBOL": "real_estate_agent",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "wholesale.admin.environment",
    "DASHBOARD_CALLBACK": "wholesale.dashboard.fill",
    "STYLES": ["wholesale.admin.stylesheet"],
    "SIDEBAR": {"show_search": True, "navigation": "wholesale.admin.navigation"},
}
# Of files of leads: who may, by the names of permissions.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"

# Logs -------------------------------------------------------------------------------------------------------------------

DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10  # DEBUG: one line a request, the finished one
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # a tenth of a cheap request; the proxy in front knows the address
DJANGO_STRUCTLOG_TRUST_UPSTREAM_CORRELATION_ID = False  # CorrelationMiddleware binds it, checked
_log_chain: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# Without the values of local variables: a token or a lead's data is none of the log's business.
_tracebacks = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
_renderers: dict[str, list[Any]] = {
    "json": [_tracebacks, structlog.processors.JSONRenderer()],
    "console": [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)],
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_log_chain,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
_log_level = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _log_chain,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers[env.str("LOG_FORMAT", default="console" if DEBUG else "json")],
            ],
        }
    },
    # The handler's level too: db_worker sets its own loggers to INFO.
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured", "level": _log_level}},
    "root": {"handlers": ["stderr"], "level": _log_level},
    # Django gives its own loggers handlers and levels; here they are like all others.
    "loggers": {name: {"handlers": [], "level": "NOTSET", "propagate": True} for name in ("django", "django.server")},
}
