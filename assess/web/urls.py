"""Every page. Each role has a folder here with its own `urls.py`."""

from django.urls import URLPattern, URLResolver, include, path

from assess.web import home, look

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("look/", look.choose, name="look"),
    path("", include("assess.web.accounts.urls")),
    path("candidate/", include("assess.web.candidate.urls")),
    path("assessor/", include("assess.web.assessor.urls")),
    path("panel/", include("assess.web.panel.urls")),
    path("proctor/", include("assess.web.proctor.urls")),
    path("director/", include("assess.web.director.urls")),
    path("instruments/", include("assess.web.instruments.urls")),
    path("stations/", include("assess.web.stations.urls")),
    path("technician/", include("assess.web.technician.urls")),
    path("author/", include("assess.web.author.urls")),
    path("expert/", include("assess.web.expert.urls")),
    path("evidence/", include("assess.web.evidence.urls")),
    path("verify/", include("assess.web.verifier.urls")),
]
