"""Pages under /evidence/: what machines recorded of an attempt."""

from django.urls import URLPattern, URLResolver, path

from assess.web.evidence import pages, raw, replay

urlpatterns: list[URLPattern | URLResolver] = [
    path("<uuid:attempt_id>/", pages.attempt, name="evidence"),
    path("<uuid:attempt_id>/runs/<str:run_id>/", pages.run, name="evidence-run"),
    path("<uuid:attempt_id>/runs/<str:run_id>/files/<str:name>", pages.attachment, name="evidence-file"),
    path("<uuid:attempt_id>/raw/<str:sha256>", raw.raw, name="evidence-raw"),
    path("<uuid:attempt_id>/bench/<str:simulation>/", replay.replay, name="evidence-replay"),
    path("<uuid:attempt_id>/bench/<str:simulation>/seen/<int:number>", replay.seen, name="evidence-replay-seen"),
    path("runs/<uuid:run_id>/again/", pages.again, name="evidence-again"),
]
