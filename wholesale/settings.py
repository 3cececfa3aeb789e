"""The settings, from the environment. `.env.example` documents each variable; `plumbing/checks.py` checks some."""

import logging
import os
import sys
import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

from wholesale.plumbing import correlation
from wholesale.plumbing.environment import days, env, switch, timeouts_of, whole_number, zone
from wholesale.plumbing.log_text import json_line, traceback_dicts, write_traceback
from wholesale.plumbing.work.queues import Queue
from wholesale.plumbing.work.timeouts import process_of

# Time zones come only from the tzdata package: an operating system's copy may be an hour wrong for BC, AB, MB and NT since
# November 2026. This comes first, because nothing may read a zone before it (system check wholesale.E001).
zoneinfo.reset_tzpath(to=[])
zoneinfo.ZoneInfo.clear_cache()

# numpy reads this when it is imported. Requests are served beside each other: a matrix of an estimate that takes all cores
# for itself takes six times as long on a busy machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(BASE_DIR / ".env")

# Security ---------------------------------------------------------------------------------------------------------------

DEBUG = switch("DEBUG", default=False)
SECRET_KEY_MIN_LENGTH = 50
SECRET_KEY = env.str("SECRET_KEY", default="").strip() or ("development-only-" * 4 if DEBUG else "")
if len(SECRET_KEY) < SECRET_KEY_MIN_LENGTH and not DEBUG:
    raise ImproperlyConfigured(
        f"Set SECRET_KEY to at least {SECRET_KEY_MIN_LENGTH} random characters, or DEBUG=true for development"
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = switch("HTTPS", default=False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Both affect more than this server and last for months after they are switched off, so HTTPS alone does not switch them on.
SECURE_HSTS_INCLUDE_SUBDOMAINS = switch("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = switch("HSTS_PRELOAD", default=False)
if SECURE_HSTS_PRELOAD and not SECURE_HSTS_INCLUDE_SUBDOMAINS:
    raise ImproperlyConfigured("HSTS_PRELOAD needs HSTS_SUBDOMAINS: browsers' lists take whole domains only")
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # they ask for these two
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come from inside, without TLS
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # our proxies in front (wholesale/plumbing/http/client_address.py)

# What a page may load and do: nothing from another host, and no script within the page unless it bears the request's nonce
# (`{{ request.csp_nonce }}`). The theme's Alpine compiles the expressions in its attributes, hence UNSAFE_EVAL; the theme
# writes its colours and some widths within the page, hence UNSAFE_INLINE for styles (docs/decisions.md).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

CSRF_FAILURE_VIEW = "wholesale.console.faults.csrf_failure"

# The login: this many wrong passwords lock an account and an address for a while (wholesale/plumbing/http/logins.py).
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "wholesale.plumbing.http.personal.UserBackend"]
LOGIN_FAILURES = env.int("LOGIN_FAILURES", default=10)
LOGIN_LOCK_MINUTES = env.int("LOGIN_LOCK_MINUTES", default=15)
AXES_FAILURE_LIMIT = LOGIN_FAILURES
AXES_COOLOFF_TIME = timedelta(minutes=LOGIN_LOCK_MINUTES)
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]  # each by itself
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # otherwise somebody could lock an account for ever
AXES_LOCKOUT_CALLABLE = "wholesale.plumbing.http.logins.locked_out"
AXES_USERNAME_CALLABLE = "wholesale.plumbing.http.logins.account_of"
AXES_CLIENT_IP_CALLABLE = "wholesale.plumbing.http.client_address.address_of"
AXES_DISABLE_ACCESS_LOG = True  # the request log has successful logins
AXES_ENABLE_ADMIN = AXES_VERBOSE = False  # its pages lack our theme; verbose writes a line at each start

# Business switches that differ by machine --------------------------------------------------------------------------------

GO_LIVE_ENFORCE = switch("GO_LIVE_ENFORCE", default=not DEBUG)
KILL_SWITCH_WAIT = env.float("KILL_SWITCH_WAIT", default=5.0)  # seconds that engaging waits for running acts
RISK_BUSINESS_ZONE = env.str("RISK_BUSINESS_ZONE", default="UTC")
TRIPWIRE_ON_ARRIVAL = switch("TRIPWIRE_ON_ARRIVAL", default=False)
BACKUPS_CONFIGURED = switch("BACKUPS_CONFIGURED", default=False)
# The key of the digests of phone numbers and addresses, by which opt-outs still hold after an erasure. It must never change
# once there are opt-outs (runbook check contact.digest_key), so it is not SECRET_KEY.
UNKEYED = "unkeyed"
CONTACT_DIGEST_KEY = env.str("CONTACT_DIGEST_KEY", default="") or UNKEYED
COOLING_OFF_DAYS = days("COOLING_OFF_DAYS", default=90)  # after the end of a ladder with a contact
# A message that says only STOP closes both text and e-mail: CASL asks for a way to refuse any message (s. 11).
STOP_CLOSES_EVERY_MESSAGE = switch("STOP_CLOSES_EVERY_MESSAGE", default=True)
AGENT_CLAIM_MAX = whole_number("AGENT_CLAIM_MAX", default=25, least=1, most=500)  # tasks that an agent claims at once
# How fast buyers' answers lose weight. After a change `manage.py rebuild_liquidity` counts the stored events anew.
BUYER_RATE_HALF_LIFE_DAYS = whole_number("BUYER_RATE_HALF_LIFE_DAYS", default=90, least=7, most=3650)
BUYER_SILENCE_HOURS = whole_number("BUYER_SILENCE_HOURS", default=72, least=1, most=8760)  # then a buyer did not respond
# After so many days without a seller's answer, or without a contract, the rates of offers count a no.
OFFER_ANSWER_DAYS = whole_number("OFFER_ANSWER_DAYS", default=30, least=1, most=365)  # since it was sent
OFFER_CONTRACT_DAYS = whole_number("OFFER_CONTRACT_DAYS", default=30, least=1, most=365)  # since it was accepted
TOKEN_CACHE_SECONDS = env.float("TOKEN_CACHE_SECONDS", default=5.0)
IDEMPOTENCY_KEY_LIFETIME = timedelta(hours=24)  # CONTRACT section 1

# Application ------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # its other configuration would replace the site of the console
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "wholesale.console.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # for its widget templates: FORM_RENDERER finds ours, but needs the app for Django's
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "simple_history",
    "import_export",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "wholesale.plumbing",
    "wholesale.console",
    "wholesale.demo",
    "governance",
    "followups",
    "buyers",
    "offers",
    "kpi",
]
MIDDLEWARE = [
    "wholesale.plumbing.http.middleware.ApiPathMiddleware",
    "wholesale.plumbing.http.middleware.NoStoreMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wholesale.plumbing.correlation.CorrelationMiddleware",
    "wholesale.plumbing.http.request_log.RequestLogMiddleware",
    "wholesale.plumbing.http.content_policy.ContentPolicyMiddleware",
    "wholesale.plumbing.http.middleware.WellFormedMiddleware",
    "wholesale.plumbing.http.lane.ApiLane",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "wholesale.plumbing.http.personal.PersonalMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
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
                "wholesale.console.leniency.leniency",
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

LANGUAGE_CODE = "en-ca"  # and UTC, but for the console's pages (wholesale/plumbing/http/personal.py)
LANGUAGES = [("en-ca", "English"), ("fr-ca", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "wholesale.plumbing.formats"  # times of lists as `showing` writes them
CONSOLE_ZONE = zone("CONSOLE_ZONE", default="America/Toronto")  # of users who have chosen none

STATIC_URL = "static/"
# Static files are served from the apps' folders, so no collectstatic step is needed.
WHITENOISE_USE_FINDERS = True

# Database ---------------------------------------------------------------------------------------------------------------

DB_POOL = env.int("DB_POOL", default=0)
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}")}
_database = DATABASES["default"]
# A connection lives as long as its server thread: reads are 7 times faster. A pool replaces it: Django refuses both.
_database["CONN_MAX_AGE"] = 0 if DB_POOL else None
if _database["ENGINE"] == "django.db.backends.sqlite3":
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    _database["OPTIONS"] = {
        # A transaction takes the write lock at its start. No lock is upgraded later, so two readers cannot deadlock.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds that a writer waits for another
        "init_command": "PRAGMA journal_mode=WAL;",
    }
else:
    if _database["ENGINE"] == "django.db.backends.postgresql":
        _database["ENGINE"] = "wholesale.plumbing.postgresql"  # Django's own, with fewer round trips
    _options = _database.setdefault("OPTIONS", {})
    _options.update(
        # Options in DATABASE_URL come later and take precedence.
        options=f"{timeouts_of(process_of(sys.argv)).options} {_options.get('options', '')}".strip(),
        server_side_binding=True,
        # Prepare a statement at its second use. At the first, a migration's statement with several commands would fail.
        prepare_threshold=1 if switch("DB_PREPARED_STATEMENTS", default=True) else None,
        **({"pool": {"min_size": 1, "max_size": DB_POOL, "timeout": 5}} if DB_POOL else {}),
    )

# Serving ----------------------------------------------------------------------------------------------------------------

HEADER_TIMEOUT = env.int("HEADER_TIMEOUT", default=15)  # seconds for a request's headers, and between requests
BODY_TIMEOUT = env.int("BODY_TIMEOUT", default=20)  # seconds for its body, and one more for each 64 kB
UPLOAD_MAX_SIZE = 51 * 1024 * 1024  # bytes of a form with a file: an import of leads has up to 50 MB
WORKER_MEMORY_MB = env.int("WORKER_MEMORY_MB", default=1024)  # above it a worker is replaced; 0: no limit

# Background work --------------------------------------------------------------------------------------------------------

# The queue is a table, so a task is enqueued within the transaction that needs it: both are committed or neither.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": list(Queue)}}
TASK_TIME_LIMIT = env.int("TASK_TIME_LIMIT", default=1500)  # seconds; then a task is ended and its subject is told
TASK_MEMORY_MB = env.int("TASK_MEMORY_MB", default=2048)  # of a process of the worker; 0: no limit

# E-mail -----------------------------------------------------------------------------------------------------------------

BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")  # what links in e-mails begin with
# Without EMAIL_URL, e-mail is printed in development and not sent in production.
vars().update(env.email_url_config(env.str("EMAIL_URL", default="") or ("consolemail:" if DEBUG else "dummymail:")))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="wholesale@localhost")

# API --------------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "wholesale.plumbing.http.authentication.CachedTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["wholesale.plumbing.permissions.HasActionPermission"],
    "DEFAULT_PARSER_CLASSES": ["wholesale.plumbing.params.BoundedJSONParser", "wholesale.plumbing.params.Utf8FormParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "wholesale.plumbing.http.negotiation.ContentNegotiation",
    "DEFAULT_RENDERER_CLASSES": ["wholesale.plumbing.rendering.NumberJSONRenderer"],
    # It only documents the filters. wholesale.plumbing.listing reads them.
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "wholesale.plumbing.schema.ApiSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "DATETIME_FORMAT": "iso-8601",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "wholesale.plumbing.http.handlers.ExceptionHandler",
    "EXCEPTION_FORMATTER_CLASS": "wholesale.plumbing.http.handlers.ExceptionFormatter",
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
        "StrictnessEnum": "governance.organisation.rules.Strictness",
        "BasisEnum": "governance.grounds.Basis",
        "AcceptedBasisEnum": "governance.grounds.ACCEPTED",
        "ChannelEnum": "governance.channels.Channel",
        "ReasonEnum": "governance.gate.reasons.Reason",
        "MeaningEnum": "followups.leads.inbound.models.InboundMessage.Meaning",
        "LeadStatusEnum": "followups.leads.models.Lead.Status",
        "OfferStateEnum": "offers.deals.life.states.State",
        "BuyerStatusEnum": "buyers.book.models.Buyer.Status",
        "CriterionEnum": "buyers.matching.rules.BoxVerdict",
        "BulkLadderStatusEnum": "followups.ladders.bulk_api.STATUSES",
        "DecidedMeaningEnum": "followups.leads.inbound.rules.DECIDED",
        "DutyKindEnum": "governance.duties.models.LegalDuty.Kind",
        "TemplateKindEnum": "followups.ladders.templates.models.LadderTemplate.Kind",
        "LanguageEnum": "followups.leads.models.Language",
        "WordLanguageEnum": "followups.leads.inbound.models.InboundWord.Language",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "wholesale.plumbing.schema.document_common_errors",
    ],
}

# Admin ------------------------------------------------------------------------------------------------------------------

LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
UNFOLD = {
    "SITE_TITLE": "Wholesale",
    "SITE_HEADER": "Wholesale",
    "SITE_URL": None,  # there is no site but the console
    "SITE_SUBHEADER": "wholesale.console.frame.clock",
    "SITE_SYMBOL": "real_estate_agent",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "wholesale.console.frame.favicon"}],
    "ACCOUNT": {"navigation": "wholesale.console.preferences.pages.account_links"},
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "wholesale.console.frame.environment",
    "GLOBAL_CALLBACK": "wholesale.console.frame.around",
    "DASHBOARD_CALLBACK": "wholesale.console.today.page.fill",
    "STYLES": ["wholesale.console.frame.stylesheet", "wholesale.console.frame.dark_stylesheet"],
    "SCRIPTS": ["wholesale.console.frame.chart_script", "wholesale.console.frame.frame_script"],
    "SIDEBAR": {"show_search": True, "navigation": "wholesale.console.frame.navigation"},
}
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"  # the permission that exporting rows needs

# Logs -------------------------------------------------------------------------------------------------------------------

# No line shows them, and they are found out for each line.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
_log_chain: list[Any] = [
    correlation.added,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# Tracebacks show neither the values of local variables nor what an exception quotes: both may be personal.
_renderers: dict[str, list[Any]] = {
    "json": [structlog.processors.ExceptionRenderer(traceback_dicts), structlog.processors.JSONRenderer(json_line)],
    "console": [structlog.dev.ConsoleRenderer(exception_formatter=write_traceback)],
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
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
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
    # The handler needs the level too, because db_worker sets its own loggers to INFO.
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "structured", "level": LOG_LEVEL},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},  # instead of its own handlers
        # wholesale.plumbing.http.request_log logs requests. These loggers would add the path and query unmasked.
        **{
            name: {"handlers": ["nowhere"], "propagate": False}
            for name in ("django.request", "django.security", "django.server")
        },
        # Below these levels the loggers write values of statements, pages and addresses.
        **{name: {"level": "INFO"} for name in ("django.db.backends", "django.template")},
        "httpx": {"level": "WARNING"},
        "axes": {"level": "CRITICAL"},  # it would log any given user name; wholesale.plumbing.http.logins does not
    },
}
