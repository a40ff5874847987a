"""Pages under /verify/, for anybody."""

from django.urls import URLPattern, URLResolver, path

from assess.web.verifier import check

urlpatterns: list[URLPattern | URLResolver] = [
    path("", check.verify_page, name="verify"),
    path("<uuid:credential_id>/", check.shared, name="verify-shared"),
]
