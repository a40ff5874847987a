"""A director's session in an installation's own database, and the pages they go through; printed as JSON."""

import json

import django

django.setup()

from django.conf import settings  # noqa: E402  # known once Django is set up
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.urls import reverse  # noqa: E402

from assess.attempts.models import Score  # noqa: E402
from assess.awards.models import Decision  # noqa: E402
from assess.people.models import Account  # noqa: E402
from assess.schemes import queries as schemes  # noqa: E402
from assess.validity.studies.queries import study_heads  # noqa: E402


def visitor() -> dict[str, object]:
    """The session's key, the counts that tell how large the world is, and page → address."""
    director = Account.objects.filter(role_assignments__role="director").order_by("pk")[0]
    session = SessionStore()
    session[SESSION_KEY] = str(director.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = director.get_session_auth_hash()
    session.save()
    version = schemes.open_versions()[0]
    study = study_heads([version.pk])[version.pk]
    decision = Decision.objects.filter(attempt__registration__scheme_version=version).order_by("pk")[0]
    pages = {
        "home": reverse("director"),
        "scheme": reverse("director-scheme", args=[version.pk]),
        "gate": reverse("director-gate", args=[version.pk]),
        "decision": reverse("director-decision", args=[decision.pk]),
        "cuts": reverse("director-cuts", args=[version.pk]),
        "duties": reverse("director-duties", args=[version.pk]),
        "study": reverse("director-study", args=[study.pk]),
        "dossier": reverse("director-dossier", args=[version.pk]),
        "plan": reverse("director-plan"),
        "credentials": reverse("director-credentials"),
        "ledger": reverse("director-ledger"),
    }
    scored = Score.objects.values("attempt").distinct().count()
    return {"session": session.session_key, "scored": scored, "schemes": len(schemes.open_versions()), "pages": pages}


if __name__ == "__main__":
    print(json.dumps(visitor()))
