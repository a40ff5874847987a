"""Pages under /candidate/."""

from django.urls import URLPattern, URLResolver, path

from assess.web import offline
from assess.web.candidate import after, bay, before, bench, bench_runs, evidence, exam, mine, practice

urlpatterns: list[URLPattern | URLResolver] = [
    path("", mine.schemes_and_attempts, name="candidate"),
    path("sw.js", offline.worker, name="candidate-worker"),
    path("register/<uuid:version_id>/", mine.register, name="candidate-register"),
    path("certificates/", mine.show_certificate, name="candidate-certificate"),
    path("practice/", practice.practice, name="candidate-practice"),
    path("attempts/<uuid:attempt_id>/", after.attempt, name="candidate-attempt"),
    path("attempts/<uuid:attempt_id>/before/", before.before, name="candidate-before"),
    path("attempts/<uuid:attempt_id>/exam/", exam.exam, name="candidate-exam"),
    path("attempts/<uuid:attempt_id>/form", exam.form, name="candidate-form"),
    path("attempts/<uuid:attempt_id>/state", exam.state, name="candidate-state"),
    path("attempts/<uuid:attempt_id>/bay/", bay.bay, name="candidate-bay"),
    path("attempts/<uuid:attempt_id>/bay/live", bay.live, name="candidate-bay-live"),
    path("attempts/<uuid:attempt_id>/bench/", bench.bench, name="candidate-bench"),
    path("attempts/<uuid:attempt_id>/bench/tasks", bench.tasks, name="candidate-bench-tasks"),
    path("attempts/<uuid:attempt_id>/bench/<str:simulation>/live", bench.live, name="candidate-bench-live"),
    path("attempts/<uuid:attempt_id>/bench/handed-in", bench_runs.handed_in, name="candidate-bench-handed-in"),
    path("attempts/<uuid:attempt_id>/bench/<str:simulation>/run", bench_runs.run, name="candidate-bench-run"),
    path("attempts/<uuid:attempt_id>/evidence/", evidence.evidence, name="candidate-evidence"),
    path("attempts/<uuid:attempt_id>/receipt.json", after.receipt, name="candidate-receipt"),
    path("attempts/<uuid:attempt_id>/resits/<uuid:resit_id>/", after.resit, name="candidate-resit"),
    path("incidents/<uuid:incident_id>/reply/", after.reply, name="candidate-reply"),
    path("credentials/<uuid:credential_id>.json", after.credential_file, name="candidate-credential"),
]
