"""Pages under /technician/: an app that a tablet installs and that works without a network."""

from django.urls import URLPattern, URLResolver, path

from assess.web import offline
from assess.web.technician import day

urlpatterns: list[URLPattern | URLResolver] = [
    path("", day.day, name="technician"),
    path("day.json", day.day_json, name="technician-day"),
    path("bay/", day.bay, name="technician-bay"),
    path("sw.js", offline.worker, name="technician-worker"),
    path("app.webmanifest", day.manifest, name="technician-manifest"),
]
