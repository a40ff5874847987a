"""Pages under /expert/: practitioners rate the job, experts rate items and criteria, readers look for bias."""

from django.urls import URLPattern, URLResolver, path

from assess.web.expert import bias, job, panel, start

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.start, name="expert"),
    path("jobs/<uuid:analysis_id>/", job.job, name="expert-job"),
    path("panels/<uuid:panel_id>/", panel.panel, name="expert-panel"),
    path("bias/<uuid:version_id>/", bias.bias, name="expert-bias"),
]
