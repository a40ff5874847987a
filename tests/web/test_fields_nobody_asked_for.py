"""S02: fields that nobody asked for change nothing, wherever a candidate sends something: the API and the forms of pages."""

import uuid

import pytest

from assess import door
from assess.attempts.models import Attempt, Media, Registration
from assess.people.models import Account, Certificate
from assess.people.queries import actor
from assess.proctoring.models import Consent, Incident
from assess.schemes.queries import evidence_kinds
from tests.web.board import agree
from tests.web.sample_centre import Centre
from tests.web.test_pictures_api import assessor, kept

MORE = {
    "state": "sealed", "number": "9", "score": "100", "outcome": "passed", "role": "director", "is_active": "1",
    "verified_by": "x", "how_verified": "seen", "seed": "0", "limit_s": "99999", "extra_time_percent": "200",
}  # fmt: skip


def test_s02_a_picture_is_of_who_sends_it_and_of_nobody_a_field_names(centre: Centre) -> None:
    someone = str(centre.people.candidates[1].pk)
    media = kept(centre, taken_by=someone, taken_by_id=someone, sha256="0" * 64, size=1, erased_at="2026-01-01")
    assert (media.taken_by, media.attempt_id, media.erased_at) == (assessor(centre), centre.attempt.pk, None)
    assert (Media.objects.count(), media.sha256 == "0" * 64, media.size == 1) == (1, False, False)


@pytest.mark.parametrize("named", ["candidate", "candidate_id", "actor_id", "holder_id", "account_id"])
def test_s02_a_candidate_acts_for_nobody_else(centre: Centre, named: str) -> None:
    """Whatever names another person in a form is read by nobody."""
    other, client = centre.people.candidates[1], centre.browser(centre.candidate)
    said = MORE | {named: str(other.pk)}
    client.post(f"/candidate/register/{centre.version.pk}/", said)
    issued = {"kind": next(iter(evidence_kinds())), "issuer": "x", "issued_on": "2026-01-01"}
    held = Certificate.objects.filter(holder=other).count()
    client.post("/candidate/certificates/", said | issued)
    new = Certificate.objects.filter(issuer="x").get()
    assert (new.holder, new.verified_by, new.how_verified) == (centre.candidate, None, "")
    assert Certificate.objects.filter(holder=other).count() == held
    notice = client.get(f"/candidate/attempts/{centre.attempt.pk}/before/").context["notice"]
    agreed = said | {"level": "0", "notice": notice.version, "sitting_id": str(uuid.uuid4())}
    client.post(f"/candidate/attempts/{centre.attempt.pk}/before/", agreed)
    assert [(one.candidate, one.sitting) for one in Consent.objects.all()] == [(centre.candidate, centre.sitting)]
    assert Registration.objects.filter(candidate=other).count() == 1


def test_s02_nothing_of_ones_attempt_or_account_is_set_from_outside(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    before = Attempt.objects.values().get(pk=centre.attempt.pk), Account.objects.values().get(pk=centre.candidate.pk)
    for page in ("", "before/", "exam/", "form", "state", "bay/", "receipt.json"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            client.generic(method, f"/candidate/attempts/{centre.attempt.pk}/{page}", "state=sealed&score=100")
    client.post("/account/", MORE)
    client.get("/candidate/", MORE)
    assert before == (
        Attempt.objects.values().get(pk=centre.attempt.pk),
        Account.objects.values().get(pk=centre.candidate.pk),
    )
    assert actor(centre.candidate).roles == {"candidate"}


def test_s02_a_reply_is_words_and_closes_nothing(centre: Centre) -> None:
    agree(centre)
    said = {"attempt_id": centre.attempt.pk, "kind": "integrity", "words": "A telephone lay there."}
    incident: Incident = door.act(actor(centre.lives[0].posts["proctor:1"]), "proctoring.raise_incident", **said)
    reply = {"text": "It was off.", "state": "closed", "finding": "nothing", "kind": "technical", "words": "nothing"}
    centre.browser(centre.candidate).post(f"/candidate/incidents/{incident.pk}/reply/", MORE | reply)
    incident.refresh_from_db()
    assert (incident.reply, incident.state, incident.kind) == ("It was off.", "open", "integrity")
    assert incident.words == "A telephone lay there."
    assert not incident.reviews.exists()
