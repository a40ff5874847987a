"""Pages under /assessor/: an app that a tablet installs and that works without a network."""

from django.urls import URLPattern, URLResolver, path

from assess.web import offline
from assess.web.assessor import day, desks, records, training

urlpatterns: list[URLPattern | URLResolver] = [
    path("", day.day, name="assessor"),
    path("day.json", day.day_json, name="assessor-day"),
    path("sheet/", day.sheet, name="assessor-sheet"),
    path("sheet/<uuid:attempt_id>/<str:role>/live", day.live, name="assessor-live"),
    path("marking/", desks.marking, name="assessor-marking"),
    path("marking.json", desks.marking_json, name="assessor-marking-data"),
    path("rulings/", desks.rulings, name="assessor-rulings"),
    path("rulings.json", desks.rulings_json, name="assessor-rulings-data"),
    path("training/", training.trainings, name="assessor-trainings"),
    path("training/<uuid:session_id>/", training.result, name="assessor-training-result"),
    path("training/<uuid:session_id>/<uuid:exemplar_id>/", training.exemplar, name="assessor-exemplar"),
    path("severity/", training.own_severity, name="assessor-severity"),
    path("records/", records.work, name="assessor-records"),
    path("records/<str:kind>/", records.read, name="assessor-record-file"),
    path("portraits/<uuid:media_id>", day.portrait, name="assessor-portrait"),
    path("sw.js", offline.worker, name="assessor-worker"),
    path("app.webmanifest", day.manifest, name="assessor-manifest"),
]
