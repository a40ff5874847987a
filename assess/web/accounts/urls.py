"""Coming in and going out, one's own account, and the people of a centre."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from assess.web.accounts import coming_in, erasures, own, people, person

urlpatterns: list[URLPattern | URLResolver] = [
    path("come-in/<str:token>", coming_in.come_in, name="come-in"),
    path("sign-in/", RedirectView.as_view(pattern_name="account_login", query_string=True), name="sign-in"),
    path("sign-out/", coming_in.sign_out, name="sign-out"),
    path("account/", own.account, name="account"),
    path("account/conflicts/", own.declare, name="account-conflicts"),
    path("account/", include("allauth.urls")),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="people-invite"),
    path("people/erasures/", erasures.erasures, name="people-erasures"),
    path("people/<uuid:account_id>/", person.person, name="people-person"),
]
