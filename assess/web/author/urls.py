"""Pages under /author/: for those who write what is asked, and for directors."""

from django.urls import URLPattern, URLResolver, path

from assess.web.author import cases

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/", cases.cases, name="author-cases"),
    path("cases/<uuid:case_id>/", cases.case, name="author-case"),
    path("cases/<uuid:case_id>/runs", cases.runs, name="author-case-runs"),
    path("cases/<uuid:case_id>/compute/", cases.ask, name="author-case-compute"),
    path("case-runs/<uuid:run_id>/stop/", cases.stop, name="author-case-stop"),
]
