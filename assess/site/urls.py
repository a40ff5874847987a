"""Every path this installation answers, apart from the journal's (see `asgi` and `wsgi`)."""

from django.urls import URLPattern, URLResolver, include, path

from assess.api import public
from assess.api.http import api
from assess.site import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("api/", api.urls),
    path("status/<str:key_purpose>/<str:purpose>/1", public.status),
    path("", include("assess.web.urls")),
]
handler400 = "assess.web.errors.bad_request"
handler403 = "assess.web.errors.forbidden"
handler404 = "assess.web.errors.not_found"
handler500 = "assess.web.errors.broken"
