"""The Celery application. `celery -A assess.site.celery worker` finds it, and so does every task of `assess.tasks`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assess.site.settings")

app = Celery("assayer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # threads that did not import this module send their tasks here as well
app.autodiscover_tasks(["assess"])
