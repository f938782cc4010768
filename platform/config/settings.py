"""The one settings module. Everything that differs between two machines is an environment variable, listed in
docs/settings.md; without any, these are the settings of the demo on one laptop."""

import hashlib
from pathlib import Path
from typing import Any

from config import bucket, environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = environment.folder("DLCV_DATA_DIR", BASE_DIR / "var")
UPLOADS_DIR = DATA_DIR / "uploads"
DATASETS_DIR = DATA_DIR / "datasets"
WEIGHTS_DIR = DATA_DIR / "weights"
# Cards of this site alone (an imported course brings them): they take the place of ours of the same name.
CARDS_DIR = DATA_DIR / "cards"
MATERIALS_DIR = DATA_DIR / "materials"
HAND_INS_DIR = DATA_DIR / "hand-ins"
LIVE_SOCKET = DATA_DIR / "live.sock"

# --- security -------------------------------------------------------------------------------------------------------
DEBUG = environment.flag("DLCV_DEBUG", False)
DEMO = environment.flag("DLCV_DEMO", False)
# The demo's passwords are public: it listens on the loopback only, unless this says otherwise.
DEMO_PUBLIC = environment.flag("DLCV_DEMO_PUBLIC", False)
_DEVELOPMENT_KEY = "development-only-" + hashlib.sha256(str(BASE_DIR).encode()).hexdigest()
SECRET_KEY = environment.text("DLCV_SECRET_KEY", _DEVELOPMENT_KEY)
SECRET_KEY_IS_FOR_DEVELOPMENT = SECRET_KEY == _DEVELOPMENT_KEY
ALLOWED_HOSTS = environment.words("DLCV_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = environment.words("DLCV_TRUSTED_ORIGINS", [])
HTTPS = environment.flag("DLCV_HTTPS", False)
# The licence owes every visitor the source of what runs here: the foot of each page links to it.
SOURCE_URL = environment.text("DLCV_SOURCE_URL", "")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        # Plotly writes style attributes on the figures it draws.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
    },
}

# --- applications -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "accounts",
    "courses",
    "uploads",
    "grading",
    "quests",
    "submissions",
    "datasets",
    "inference",
    "leaderboard",
    "room",
    "capsules",
    "marking",
    "gradebook",
    "privacy",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "csp",
    "django_htmx",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "room.middleware.LiveCard",
    "config.leading_back.LeadBack",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "platform" / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------------------------------
# FULL and not NORMAL: marks must survive a power cut. IMMEDIATE: a transaction that will write takes the write lock at
# its start and waits for it, where DEFERRED ones fail at once with "database is locked" when two of them meet.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "db.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CHANNEL_LAYERS = {
    "default": {"BACKEND": "config.live.EmbeddedChannelLayer", "CONFIG": {"path": str(LIVE_SOCKET)}},
}

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
# A classroom shares one address: only the pair (person, address) is slowed down, never the whole room.
AXES_FAILURE_LIMIT = environment.whole_number("DLCV_SIGN_IN_ATTEMPTS", 10, minimum=1)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_VERBOSE = False

# --- languages and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "platform" / "config" / "locale"]
USE_I18N = True
TIME_ZONE = environment.time_zone("DLCV_TIME_ZONE", "Europe/Paris")
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "uploads.storage.UploadsFolder",
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
S3_BUCKET = environment.text("DLCV_S3_BUCKET", "")
S3_ENDPOINT = environment.text("DLCV_S3_ENDPOINT", "")
S3_REGION = environment.text("DLCV_S3_REGION", "")
S3_KEY_ID = environment.text("DLCV_S3_KEY_ID", "")
S3_SECRET = environment.text("DLCV_S3_SECRET", "")
if S3_BUCKET:
    STORAGES["default"] = bucket.storage(
        S3_BUCKET, endpoint=S3_ENDPOINT, region=S3_REGION, key_id=S3_KEY_ID, secret=S3_SECRET
    )
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# No file is larger, whatever a course allows for what it is for.
UPLOAD_LIMIT_BYTES = environment.whole_number("DLCV_UPLOAD_LIMIT_BYTES", 2 * 2**30, minimum=1)
PAIR_QUOTA_BYTES = environment.whole_number("DLCV_PAIR_QUOTA_BYTES", 10 * 2**30, minimum=1)
DISK_QUOTA_BYTES = environment.whole_number("DLCV_DISK_QUOTA_BYTES", 0)
# Who sends kept files: this site, or the web server in front, told so by a header.
SENDFILE = environment.choice("DLCV_SENDFILE", "", ("", "x-accel", "x-sendfile"))
STORAGE_CACHE_BYTES = environment.whole_number("DLCV_STORAGE_CACHE_BYTES", 10 * 2**30, minimum=1)
CHECKPOINT_LIMIT_BYTES = environment.whole_number("DLCV_CHECKPOINT_LIMIT_BYTES", 200 * 2**20, minimum=1)
# What is not an upload (forms, answers, JSON) is small; the body guard of config.asgi holds uploads to their own limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20

# --- mail -------------------------------------------------------------------------------------------------------------
# Without a server, messages are printed where the site was started: nothing leaves a laptop by mistake.
EMAIL_HOST = environment.text("DLCV_EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
_EMAIL_TLS = environment.choice("DLCV_EMAIL_TLS", "starttls", ("starttls", "tls", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = _EMAIL_TLS == "starttls", _EMAIL_TLS == "tls"
EMAIL_PORT = environment.whole_number(
    "DLCV_EMAIL_PORT", {"starttls": 587, "tls": 465, "none": 25}[_EMAIL_TLS], minimum=1
)
EMAIL_HOST_USER = environment.text("DLCV_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = environment.text("DLCV_EMAIL_PASSWORD", "")
EMAIL_TIMEOUT = environment.whole_number("DLCV_EMAIL_TIMEOUT", 10, minimum=1)
_NOBODY = "DLCV Quest <quest@localhost>"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.mail_address("DLCV_EMAIL_FROM", _NOBODY)
EMAIL_SENDER_IS_NOBODY = DEFAULT_FROM_EMAIL == _NOBODY

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "accounts.parsers.JsonParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {
        # A class signs in at once from one address; whoever guesses passwords is slowed down by axes.
        "token": "300/min",
        "answers": f"{environment.whole_number('DLCV_ANSWERS_PER_MINUTE', 60, minimum=1)}/min",
        "submissions": "30/hour",
        "hand-ins": "60/hour",
        "detections": "60/hour",
        "clips": "60/hour",
    },
    # Who asks is the address of the connection, where uvicorn puts a trusted proxy’s word; the header is anybody’s.
    "NUM_PROXIES": 0,
    "EXCEPTION_HANDLER": "config.api.explain",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "DLCV Quest",
    "DESCRIPTION": "Cards, quests, answers, submissions and the leaderboard of a practical course in computer vision.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- grading ----------------------------------------------------------------------------------------------------------
LEASE_SECONDS = environment.whole_number("DLCV_LEASE_SECONDS", 15, minimum=1)
GPU = environment.choice("DLCV_GPU", "0", ("0", "1")) == "1"
MAX_ATTEMPTS = environment.whole_number("DLCV_MAX_ATTEMPTS", 3, minimum=1)
DETECTIONS_PER_DAY = environment.whole_number("DLCV_DETECTIONS_PER_DAY", 20, minimum=0)
DETECTION_SECONDS = environment.whole_number("DLCV_DETECTION_SECONDS", 300, minimum=1)
DETECTION_CPU_SECONDS = environment.whole_number("DLCV_DETECTION_CPU_SECONDS", 3600, minimum=1)
DETECTION_THREADS = environment.whole_number("DLCV_DETECTION_THREADS", 2, minimum=1)
environment.choice("DLCV_ALLOW_WEAK_SEAL", "0", ("0", "1"))  # the grader reads it for itself; a typing slip stops here
environment.choice("DLCV_GPU_SEAL", "0", ("0", "1"))  # the grader reads it for itself, as the one above

LOG_LEVEL = environment.choice("DLCV_LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
