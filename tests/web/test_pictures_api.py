"""Pictures of an attempt over HTTP: sent by who holds a role, seen by who has to do with it, nothing for anybody else."""

import hashlib
import io
import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image

from assess import door, tasks
from assess.attempts import actions
from assess.attempts.files import shelf
from assess.attempts.journal.append import append
from assess.attempts.journal.batches import Batch
from assess.attempts.journal.chain import DeviceChain
from assess.attempts.models import Attempt, Media
from assess.ledger.models import Outbox
from assess.people.actions import service_account
from assess.people.models import Account
from assess.people.queries import actor
from assess.proctoring.levels import NOTICE
from assess.proctoring.models import Look
from assess.proctoring.queries import pictures_past_their_time
from assess.sittings.models import Sitting
from tests.web.sample_centre import Centre


def photo(colour: str = "orange", form: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, form)
    return made.getvalue()


def send(client: Client, centre: Centre, body: bytes | None = None, **more: Any) -> tuple[int, dict[str, Any]]:
    asked = {"role": "assessor:1", "kind": "photo", "taken_ms": "1795341600000"} | more
    attempt = asked.pop("attempt", centre.attempt.pk)
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    address = f"/api/attempts/{attempt}/media?{query}"
    response = client.post(address, photo() if body is None else body, content_type="image/jpeg")
    return response.status_code, response.json()


def assessor(centre: Centre) -> Account:
    return centre.lives[0].posts["assessor:1"]


def kept(centre: Centre, **more: Any) -> Media:
    status, answer = send(centre.browser(assessor(centre)), centre, **more)
    assert status == 200, answer
    return Media.objects.get(pk=answer["id"])


def test_an_assessors_photo_is_kept_on_disk_and_in_the_ledger(centre: Centre) -> None:
    media = kept(centre)
    assert (media.role, media.kind, media.taken_by, media.width) == ("assessor:1", "photo", assessor(centre), 40)
    body = shelf.get(media.attempt_id, media.file_name)
    assert hashlib.sha256(body).hexdigest() == media.sha256
    assert media.sent_sha256 == hashlib.sha256(photo()).hexdigest()
    assert Outbox.objects.filter(topic="ledger", payload__record=str(media.pk)).exists()


def test_f09_a_hundred_times_the_same_photo_is_one(centre: Centre) -> None:
    client = centre.browser(assessor(centre))
    answers = {json.dumps(send(client, centre)) for _ in range(100)}
    assert (len(answers), Media.objects.count()) == (1, 1)
    assert len(list(folder(centre).iterdir())) == 1


def folder(centre: Centre) -> Path:
    return Path(settings.MEDIA_DIR) / str(centre.attempt.pk)


def strangers(centre: Centre) -> list[Account]:
    held = {person.pk for person in centre.lives[0].posts.values() if person is not None}
    elsewhere = [one for one in (*centre.people.proctors, *centre.people.assessors) if one.pk not in held]
    return [centre.people.candidates[1], centre.people.author, centre.people.board, elsewhere[0]]


def test_s01_somebody_elses_attempt_answers_as_one_that_does_not_exist(centre: Centre) -> None:
    media = kept(centre)
    for account in strangers(centre):
        client = centre.browser(account)
        unknown = send(client, centre, attempt=uuid.uuid4())
        assert unknown[0] == 404
        assert send(client, centre) == unknown
        nothing = client.get(f"/api/media/{uuid.uuid4()}")
        found = client.get(f"/api/media/{media.pk}")
        assert (found.status_code, found.content) == (404, nothing.content)


def test_a_stranger_is_told_nothing(centre: Centre) -> None:
    assert Client().get(f"/api/media/{kept(centre).pk}").status_code == 401


def test_s01_who_has_to_do_with_the_attempt_sees_it(centre: Centre) -> None:
    media = kept(centre)
    posts = centre.lives[0].posts
    for account in (
        centre.candidate,
        posts["assessor:1"],
        posts["assessor:2"],
        posts["proctor:1"],
        centre.people.director,
    ):
        response = centre.browser(account).get(f"/api/media/{media.pk}")
        assert response.content == shelf.get(media.attempt_id, media.file_name)


def test_w05_a_picture_runs_nothing_and_is_kept_by_no_cache(centre: Centre) -> None:
    headers = centre.browser(centre.candidate).get(f"/api/media/{kept(centre).pk}").headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("assessor:1", "camera"),
        ("assessor:2", "photo"),
        ("proctor:1", "photo"),
        ("candidate", "camera"),
        ("nobody", "x"),
    ],
)
def test_nobody_sends_under_a_role_or_of_a_kind_that_is_not_theirs(centre: Centre, role: str, kind: str) -> None:
    assert send(centre.browser(assessor(centre)), centre, role=role, kind=kind)[0] == 404


@pytest.mark.parametrize("kind", ["photo", "camera", "screen"])
def test_p03_a_candidates_device_sends_nothing_that_nobody_agreed_to(centre: Centre, kind: str) -> None:
    assert send(centre.browser(centre.candidate), centre, role="candidate", kind=kind)[0] == 404


def test_i04_a_wrong_file_is_refused_with_a_sentence_whatever_its_name_says(centre: Centre) -> None:
    client = centre.browser(assessor(centre))
    status, answer = send(client, centre, body=b"<svg onload=alert(1)>")
    assert (status, answer["code"]) == (415, "not-a-picture")
    status, answer = send(client, centre, body=b"\xff" * (8 * 1024**2 + 1))
    assert (status, answer["code"]) == (413, "too-large")
    assert not Media.objects.exists()


def test_s18_a_time_that_no_clock_shows_is_refused(centre: Centre) -> None:
    client = centre.browser(assessor(centre))
    assert send(client, centre, taken_ms=2**60)[0] == 409
    assert send(client, centre, taken_ms=-1)[0] == 409
    assert send(client, centre, taken_ms="1e309")[0] == 422


def test_w02_no_picture_is_kept_without_the_token_of_a_page(centre: Centre) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(assessor(centre))
    address = f"/api/attempts/{centre.attempt.pk}/media?role=assessor:1&kind=photo"
    assert client.post(address, photo(), content_type="image/jpeg").status_code == 403
    assert not Media.objects.exists()


def test_f20_a_full_disk_refuses_pictures_and_says_that_marks_are_safe(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "KEEP_FREE", 2**62)
    status, answer = send(centre.browser(assessor(centre)), centre)
    assert (status, answer["code"]) == (507, "disk-full")
    assert "Answers and marks are saved" in answer["sentence"]


def test_after_the_seal_only_what_the_journal_names_is_kept(centre: Centre) -> None:
    Attempt.objects.filter(pk=centre.attempt.pk).update(state=Attempt.State.SEALED)
    status, answer = send(centre.browser(assessor(centre)), centre)
    assert (status, answer["code"]) == (409, "sealed")


def test_a_picture_that_the_journal_names_is_kept_hours_later_even_after_the_seal(centre: Centre) -> None:
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": "assessor:1", "device": "tablet 1"}
    grant = door.act(actor(assessor(centre)), "attempts.open_stream", **asked)
    chain = DeviceChain(grant.identity, grant.sequence, grant.head)
    said = {"kind": "photo", "sha256": hashlib.sha256(photo()).hexdigest(), "task": "PT-ECW-1"}
    entry = chain.add("picture", said, device_ms=0, monotonic_ms=0)
    append([Batch(grant.identity.stream, "tablet 1", (entry,), (said,), b"")], server_us=1)
    Attempt.objects.filter(pk=centre.attempt.pk).update(state=Attempt.State.SEALED)
    assert kept(centre).sent_sha256 == said["sha256"]
    assert send(centre.browser(assessor(centre)), centre, body=photo("navy"))[0] == 409


def test_p01_an_erased_picture_is_gone_and_that_there_was_one_stays(centre: Centre) -> None:
    media = kept(centre)
    service = actor(service_account(name="follow-up"))
    door.act(service, "attempts.erase_media", media_ids=[media.pk], because="kept 30 days, as was agreed")
    response = centre.browser(centre.candidate).get(f"/api/media/{media.pk}")
    assert (response.status_code, response.json()["sentence"]) == (410, "Erased: kept 30 days, as was agreed")
    assert list(folder(centre).iterdir()) == []
    assert Media.objects.get().sent_sha256 == media.sent_sha256


def test_p01_pictures_go_when_the_announced_time_is_over_and_not_while_an_incident_is_open(centre: Centre) -> None:
    said = {"sitting_id": centre.sitting.pk, "level": 0, "necessity": "at the bench", "retention_days": 30}
    door.act(actor(centre.people.director), "proctoring.set_level", **said)
    media = kept(centre)
    ends = centre.sitting.ends_at
    assert pictures_past_their_time(ends + timedelta(days=30, seconds=-1)) == {}
    assert pictures_past_their_time(ends + timedelta(days=30)) == {30: [media.pk]}
    told = {"attempt_id": centre.attempt.pk, "kind": "technical", "words": "The lamp of the bay flickered."}
    incident = door.act(actor(centre.lives[0].posts["proctor:1"]), "proctoring.raise_incident", **told)
    assert pictures_past_their_time(ends + timedelta(days=31)) == {}
    found = {"incident_id": incident.pk, "finding": "technical", "words": "A loose lamp."}
    door.act(actor(centre.people.director), "proctoring.review_incident", **found)
    over = timezone.now() - timedelta(days=31)
    Sitting.objects.filter(pk=centre.sitting.pk).update(starts_at=over - timedelta(hours=8), ends_at=over)
    tasks.erase_what_is_over()
    media.refresh_from_db()
    assert media.erased_because == "It was kept for 30 days after the sitting, as announced."
    assert list(folder(centre).iterdir()) == []


def test_a_file_that_two_roles_sent_goes_with_the_last_of_them(centre: Centre) -> None:
    first = kept(centre)
    second = kept_by(centre, "assessor:2")
    assert first.sha256 == second.sha256
    actions.erase_media(media_ids=[first.pk], because="over")
    assert centre.browser(centre.candidate).get(f"/api/media/{second.pk}").status_code == 200
    actions.erase_media(media_ids=[second.pk], because="over")
    assert list(folder(centre).iterdir()) == []


def kept_by(centre: Centre, role: str) -> Media:
    status, answer = send(centre.browser(centre.lives[0].posts[role]), centre, role=role)
    assert status == 200, answer
    return Media.objects.get(pk=answer["id"])


def agree_at(centre: Centre, level: int) -> None:
    """The sitting is watched at this level, and the candidate agreed to it."""
    said = {"sitting_id": centre.sitting.pk, "level": level, "necessity": "remote", "retention_days": 30}
    door.act(actor(centre.people.director), "proctoring.set_level", **said)
    agreed = {"sitting_id": centre.sitting.pk, "level": level, "notice": NOTICE}
    door.act(actor(centre.candidate), "proctoring.accept_notice", **agreed)


def given(centre: Centre, kind: str = "portrait", body: bytes | None = None) -> Media:
    status, answer = send(centre.browser(centre.candidate), centre, role="candidate", kind=kind, body=body)
    assert status == 200, answer
    return Media.objects.get(pk=answer["id"])


@pytest.mark.parametrize(("level", "kinds"), [(2, []), (3, ["camera"]), (4, ["camera", "screen"])])
def test_p03_stills_are_taken_from_the_level_on_that_says_so(centre: Centre, level: int, kinds: list[str]) -> None:
    agree_at(centre, level)
    client = centre.browser(centre.candidate)
    taken = [kind for kind in ("camera", "screen") if send(client, centre, role="candidate", kind=kind)[0] == 200]
    assert taken == kinds


def test_p03_no_still_is_kept_before_the_candidate_agreed(centre: Centre) -> None:
    said = {"sitting_id": centre.sitting.pk, "level": 3, "necessity": "remote", "retention_days": 30}
    door.act(actor(centre.people.director), "proctoring.set_level", **said)
    assert send(centre.browser(centre.candidate), centre, role="candidate", kind="camera")[0] == 404


@pytest.mark.slow
def test_a_portrait_is_for_who_holds_a_post_and_for_who_watches_over_the_sitting(centre: Centre) -> None:
    media = given(centre)
    posts = centre.lives[0].posts
    for account in (centre.candidate, posts["assessor:1"], posts["proctor:1"], centre.people.director):
        assert centre.browser(account).get(f"/api/media/{media.pk}").status_code == 200
    address = f"/assessor/portraits/{media.pk}"
    response = centre.browser(posts["assessor:1"]).get(address)
    assert response.content == shelf.get(media.attempt_id, media.file_name)
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not Look.objects.exists()


def test_s01_anothers_portrait_is_as_one_that_does_not_exist(centre: Centre) -> None:
    media = given(centre)
    for account in (*strangers(centre), centre.lives[0].posts["technician:1"]):
        client = centre.browser(account)
        assert client.get(f"/api/media/{media.pk}").status_code == 404
        assert client.get(f"/api/attempts/{centre.attempt.pk}/media/{media.sent_sha256}").status_code == 404
        assert client.get(f"/assessor/portraits/{media.pk}").status_code == 404


def test_only_a_portrait_has_an_address_in_the_assessors_folder(centre: Centre) -> None:
    photograph = kept(centre)
    assert centre.browser(assessor(centre)).get(f"/assessor/portraits/{photograph.pk}").status_code == 404


@pytest.mark.slow
def test_a_later_portrait_replaces_the_earlier_which_is_erased(centre: Centre) -> None:
    first, second = given(centre), given(centre, body=photo("navy"))
    first.refresh_from_db()
    assert first.erased_because == "The candidate gave another portrait."
    assert [file.name for file in folder(centre).iterdir()] == [second.file_name]
    day = centre.browser(assessor(centre)).get("/assessor/day.json").json()
    shown = {post["candidate"]["portrait"] for post in day["posts"] if post["attempt"] == str(centre.attempt.pk)}
    assert shown == {str(second.pk)}
    assert centre.browser(assessor(centre)).get(f"/assessor/portraits/{first.pk}").status_code == 404
    status, answer = send(centre.browser(centre.candidate), centre, role="candidate", kind="portrait")
    assert (status, answer["code"]) == (409, "replaced")


def test_a_portrait_that_comes_twice_stays(centre: Centre) -> None:
    assert given(centre) == given(centre)
    assert Media.objects.get().erased_at is None


def test_a_picture_is_found_by_the_digest_that_the_journal_names(centre: Centre) -> None:
    media = kept(centre)
    address = f"/api/attempts/{centre.attempt.pk}/media/{media.sent_sha256}"
    assert centre.browser(assessor(centre)).get(address).content == shelf.get(media.attempt_id, media.file_name)


def grant_of(centre: Centre, role: str = "assessor:1") -> str:
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": role, "device": "tablet 1"}
    return str(door.act(actor(centre.lives[0].posts[role]), "attempts.open_stream", **asked).token)


def under_grant(client: Client, centre: Centre, token: str, role: str = "assessor:1") -> int:
    address = f"/api/attempts/{centre.attempt.pk}/media?role={role}&kind=photo"
    headers = {"authorization": f"Bearer {token}"}
    return client.post(address, photo(), content_type="image/jpeg", headers=headers).status_code


def test_what_one_person_took_goes_out_under_its_own_grant_while_another_is_signed_in(centre: Centre) -> None:
    token = grant_of(centre)
    assert under_grant(centre.browser(strangers(centre)[0]), centre, token) == 200
    assert Media.objects.get().taken_by == assessor(centre)


def test_a_grant_sends_pictures_of_its_own_role_and_of_nothing_else(centre: Centre) -> None:
    token = grant_of(centre)
    assert under_grant(Client(), centre, token, role="assessor:2") == 404
    assert under_grant(Client(), centre, token[:-2] + "AA") == 401
    assert not Media.objects.exists()


def test_p02_the_candidate_sees_every_picture_and_who_looked_at_a_still(centre: Centre) -> None:
    agree_at(centre, 4)
    pictures = [given(centre, kind, photo(colour)) for kind, colour in (("camera", "red"), ("screen", "blue"))]
    pictures += [given(centre, body=photo("green")), kept(centre)]
    proctor = centre.lives[0].posts["proctor:1"]
    page = f"/proctor/attempts/{centre.attempt.pk}/pictures/"
    assert f"/api/media/{pictures[0].pk}" in centre.browser(proctor).get(page).content.decode()
    assert not Look.objects.exists(), "a list is no look"
    centre.browser(proctor).get(f"/api/media/{pictures[0].pk}")
    own = centre.browser(centre.candidate).get(f"/candidate/attempts/{centre.attempt.pk}/").content.decode()
    assert all(f"/api/media/{media.pk}" in own for media in pictures)
    assert f"Seen by {proctor}" in own
    assert "Nobody else has opened it" in own


def test_an_erased_picture_is_told_in_words_on_the_candidates_page(centre: Centre) -> None:
    agree_at(centre, 0)
    media = kept(centre)
    actions.erase_media(media_ids=[media.pk], because="kept 30 days, as was agreed")
    page = centre.browser(centre.candidate).get(f"/candidate/attempts/{centre.attempt.pk}/").content.decode()
    assert "kept 30 days, as was agreed" in page
    assert f"/api/media/{media.pk}" not in page


def test_s01_stills_are_on_no_assessors_page(centre: Centre) -> None:
    agree_at(centre, 3)
    still = given(centre, "camera")
    page = f"/proctor/attempts/{centre.attempt.pk}/pictures/"
    for account in (assessor(centre), centre.people.candidates[1], centre.people.approvers[0]):
        assert centre.browser(account).get(page).status_code == 404
        assert centre.browser(account).get(f"/api/media/{still.pk}").status_code == 404
    incident = {"attempt_id": centre.attempt.pk, "kind": "integrity", "words": "Somebody else sat there."}
    door.act(actor(centre.lives[0].posts["proctor:1"]), "proctoring.raise_incident", **incident)
    assert f"/api/media/{still.pk}" in centre.browser(centre.people.approvers[0]).get(page).content.decode()
