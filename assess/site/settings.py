"""One settings file, driven by the environment. Every name it reads stands in docs/reference/settings.md."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA_DIR = Path(os.environ.get("ASSAYER_DATA_DIR", ROOT / "var"))
SECRET_KEY = os.environ.get("ASSAYER_SECRET_KEY", "development-only")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "item_bank",
    "rubrics",
    "assess",
]
AUTH_USER_MODEL = "assess.Account"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "assayer.sqlite3"}}
USE_TZ = True
TIME_ZONE = "UTC"
ROOT_URLCONF = "assess.site.urls"
