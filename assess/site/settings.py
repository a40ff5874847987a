"""One settings file, driven by the environment. Every name it reads stands in docs/reference/settings.md."""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from assess.site import addresses, logs, secret

ROOT = Path(__file__).resolve().parents[2]
env = os.environ.get


def flag(name: str) -> bool:
    value = env(name, "0")
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} is {value!r}: write 1 for yes or 0 for no.")
    return value == "1"


def number(name: str, default: int) -> int:
    value = env(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} is {value!r}: write a whole number, {default} say.")
    return int(value)


# Linear algebra on one thread, before NumPy is loaded: our tables are small, so a second thread takes more time than it gives (a
# study of 10,000 attempts took ten times as long on a busy machine), and no figure may hang on how many there are.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

# --- this installation ------------------------------------------------------------------------------------------------
DATA_DIR = Path(env("ASSAYER_DATA_DIR", ROOT / "var")).resolve()
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    SECRET_KEY = env("ASSAYER_SECRET_KEY") or secret.load_or_make(DATA_DIR / "secret-key")
except OSError as error:
    raise ImproperlyConfigured(
        f"The data folder {DATA_DIR} cannot be used ({error.strerror}): set ASSAYER_DATA_DIR to a folder you may write."
    ) from error
DEBUG = flag("ASSAYER_DEBUG")
PUBLIC_URL = env("ASSAYER_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in ("http", "https") or not _public.hostname:
    raise ImproperlyConfigured(f"ASSAYER_PUBLIC_URL is {PUBLIC_URL!r}: write https://HOST, the address people type.")
# How many web processes and machines serve this installation: told, not guessed; `selfcheck` judges the mixture.
WEB_PROCESSES = number("ASSAYER_WEB_PROCESSES", 1)
MACHINES = number("ASSAYER_MACHINES", 1)

# Pictures of attempts, in a folder for each. Several machines must share it.
MEDIA_DIR = Path(env("ASSAYER_MEDIA_DIR", DATA_DIR / "media"))

# Weather files (EPW) for computing the keys of retrofit cases, beside those that come with EnergyPlus.
WEATHER_DIR = env("ASSAYER_WEATHER_DIR", "")

# --- applications -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",  # the API description page takes its assets from the package, not from elsewhere
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "item_bank",
    "rubrics",
    "assess",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "assess.site.static.StaticFiles",
    "assess.site.headers.page_policies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
WEB = ROOT / "assess" / "web"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"assayer": "assess.web.template_tags"},
            "builtins": ["assess.web.template_tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "assess.web.context.page",
            ],
        },
    }
]
ROOT_URLCONF = "assess.site.urls"
WSGI_APPLICATION = "assess.site.wsgi.application"
ASGI_APPLICATION = "assess.site.asgi.application"

# --- what is kept and what is sent ------------------------------------------------------------------------------------
DATABASES = {
    "default": addresses.database(
        env("DATABASE_URL", f"sqlite:///{DATA_DIR / 'assayer.sqlite3'}"),
        max_age=number("ASSAYER_DATABASE_MAX_AGE", 0),
        # A file, not memory: the tests meet WAL, IMMEDIATE and threads as production does. One per test run.
        test_name=str(Path(tempfile.gettempdir()) / f"assayer-test-{os.getpid()}.sqlite3"),
    )
}
CHANNEL_LAYERS = {"default": addresses.channel_layer(env("CHANNEL_LAYER_URL", ""))}
LIVE_PUBLISHER = "assess.live.publisher.publish"  # told of what changed; sits above those who tell it
BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = env("CELERY_BROKER_URL", "filesystem://")
CELERY_BROKER_TRANSPORT_OPTIONS = addresses.broker_options(CELERY_BROKER_URL, folder=BROKER_DIR)
if CELERY_BROKER_TRANSPORT_OPTIONS:
    CELERY_BROKER_TRANSPORT = "assess.site.broker:Transport"
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nothing to ask a worker that lives in this process
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # a worker killed in the middle gives the task back
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: a killed process leaves no schedule file to mend
# A sweep that waited longer than the next one is useless: it expires instead of piling up while no worker runs.
CELERY_BEAT_SCHEDULE = {
    "sweep-outbox": {"task": "assess.tasks.sweep_outbox", "schedule": 5.0, "options": {"expires": 10}},
    "look-at-evidence-again": {
        "task": "assess.tasks.look_at_evidence_again",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
    "erase-what-is-over": {"task": "assess.tasks.erase_what_is_over", "schedule": 3600.0, "options": {"expires": 1800}},
}

# --- who signs --------------------------------------------------------------------------------------------------------
KEYS_DIR = Path(env("ASSAYER_KEYS_DIR", DATA_DIR / "keys"))
LEDGER_ORIGIN = env("ASSAYER_LEDGER_ORIGIN") or f"{_public.netloc}/ledger"  # a checkpoint's first line
ISSUER_NAME = env("ASSAYER_ISSUER_NAME", "")
ISSUER_COUNTRY = env("ASSAYER_ISSUER_COUNTRY", "ZZ")
if len(ISSUER_COUNTRY) != 2 or not (ISSUER_COUNTRY.isascii() and ISSUER_COUNTRY.isalpha() and ISSUER_COUNTRY.isupper()):
    raise ImproperlyConfigured(
        f"ASSAYER_ISSUER_COUNTRY is {ISSUER_COUNTRY!r}: write the two letters of ISO 3166, ES say."
    )

# --- people and sessions ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "assess.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "assess.web.accounts.adapter.ByInvitation"
SOCIALACCOUNT_ADAPTER = "assess.web.accounts.adapter.KnownPeopleOnly"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation reached the address already
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Assayer"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
_oidc = env("ASSAYER_OIDC_SERVER", "")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "centre",
                "name": env("ASSAYER_OIDC_NAME", "your organisation"),
                "client_id": env("ASSAYER_OIDC_CLIENT_ID", ""),
                "secret": env("ASSAYER_OIDC_SECRET", ""),
                "settings": {"server_url": _oidc},
            }
        ]
        if _oidc
        else []
    }
}
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if env('ASSAYER_SMTP_HOST') else 'console'}.EmailBackend"
EMAIL_HOST = env("ASSAYER_SMTP_HOST", "localhost")
EMAIL_PORT = number("ASSAYER_SMTP_PORT", 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env("ASSAYER_SMTP_USER", ""), env("ASSAYER_SMTP_PASSWORD", "")
EMAIL_USE_TLS = EMAIL_PORT == 587
DEFAULT_FROM_EMAIL = env("ASSAYER_MAIL_FROM", f"assayer@{_public.hostname}")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- what a browser is told -------------------------------------------------------------------------------------------
_secure = _public.scheme == "https"
ALLOWED_HOSTS = [host for host in env("ASSAYER_ALLOWED_HOSTS", "").split(",") if host] or [
    *{_public.hostname, "localhost", "127.0.0.1", "[::1]"}
]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SECURE_SSL_REDIRECT = False  # the proxy that holds the certificate redirects; health checks come in over plain HTTP
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("ASSAYER_TRUST_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "assess.web.errors.csrf_failure"
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
STATIC_URL = "/static/"
STATICFILES_DIRS = [WEB / "static"]
STATIC_ROOT = env("ASSAYER_STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None  # nothing collected: served from the packages themselves

# --- words, time, logs ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
LOG_FORMAT = env("ASSAYER_LOG_FORMAT", "console")
if LOG_FORMAT not in ("console", "json"):
    raise ImproperlyConfigured(f"ASSAYER_LOG_FORMAT is {LOG_FORMAT!r}: write console or json.")
LOGGING = logs.configure(level=env("ASSAYER_LOG_LEVEL", "INFO").upper(), json=LOG_FORMAT == "json")
