"""S03, S04, S05: what a candidate receives holds no key, only the items of their form, and nothing that was not published."""

import base64
import dataclasses
import json
import re
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from assess import door
from assess.api import intake
from assess.attempts import actions
from assess.attempts.journal.append import append
from assess.attempts.journal.batches import Refusal, read_batch
from assess.attempts.models import Attempt, Media
from assess.live.publisher import message
from assess.live.topics import numbers
from assess.management.world.devices import Device
from assess.people.queries import actor
from assess.schemes.models import SimulationVersion
from assess.schemes.queries import presented, simulations
from assess.sittings.models import Station
from item_bank import queries as bank
from item_bank.lifecycle import State
from item_bank.models import Item, ItemVersion
from item_bank.qti import build_item, content_hash
from tests.attempts.centre import NOW_US, closed
from tests.web.board import agree, at_the_board, exam_part
from tests.web.planted import NUMBER, WORD, plant
from tests.web.sample_centre import Centre
from tests.web.test_nobody_elses import address, routes
from tests.web.test_pictures_api import photo

STATIC = Path(settings.WEB) / "static"


def body_of(response: Any) -> str:
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{dict(response.headers)}\n{raw.decode()}"


def answers(client: Client, paths: Iterable[str], *methods: str) -> Iterator[str]:
    for path in paths:
        for method in methods:
            yield body_of(client.generic(method, path))


def own_pages(identifiers: dict[str, str]) -> list[str]:
    """The addresses under /candidate/, and what the API has about an attempt."""
    attempt = f"attempt/{identifiers['attempt_id']}"
    pages = [address(route, identifiers) for name, route in routes() if name.startswith("candidate")]
    return [*pages, f"/api/streams/{attempt}/candidate/entries", f"/api/attempts/{identifiers['attempt_id']}/receipt"]


def other_pages(identifiers: dict[str, str]) -> list[str]:
    """Every other address there is: what is not for candidates answers them as well."""
    pages = [address(route, identifiers) for name, route in routes() if not name.startswith(("candidate", "sign-out"))]
    attempt = f"attempt/{identifiers['attempt_id']}"
    api = [f"/api/streams/{attempt}/{role}/entries" for role in ("assessor:1", "marker:1", "adapter:1")]
    return [*pages, *api, "/api/openapi.json", "/api/ledger", "/nothing", "/static/nothing"]


def journal_answers(centre: Centre) -> Iterator[str]:
    """Acknowledgements and refusals of the journal, to a candidate who writes, guesses and contradicts themselves."""
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": "candidate", "device": "seat"}
    seat = Device.of(door.act(actor(centre.candidate), "attempts.open_stream", **asked))
    for pin in centre.attempt.pins["items"]:
        seat.write("answer", part=exam_part(centre), item=pin["item"], response={"choice": "guess", "value": "1"})
    (sent,) = seat.batches()
    other = Device.of(seat.grant)
    other.write("answer", part=exam_part(centre), item="no such item", response={})
    for body in (sent, sent, other.batches()[0]):
        yield intake.answer(append([read_batch(body, role="candidate")], server_us=NOW_US)[0])[1].decode()
    for wrong in (b"{", sent.replace(b'"answer"', b'"mark"'), sent.replace(b"ECW-0", b"ECW-9")):
        try:
            outcome: Any = append([read_batch(wrong, role="candidate")], server_us=NOW_US)[0]
        except Refusal as refused:
            outcome = refused
        yield intake.answer(outcome)[1].decode()
    seat.write("finish", part=exam_part(centre))
    closed(seat)


def received(centre: Centre) -> str:
    """All that a candidate's devices receive over a whole attempt: before, during, after, errors and files included."""
    client = centre.browser(centre.candidate)
    identifiers = {
        "attempt_id": str(centre.attempt.pk),
        "sitting_id": str(centre.sitting.pk),
        "version_id": str(centre.version.pk),
        "account_id": str(centre.candidate.pk),
        "simulation": centre.attempt.pins["simulations"][0]["simulation"],
        "station_id": str(Station.objects.filter(sitting=centre.sitting).order_by("name")[0].pk),
    }
    mine = own_pages(identifiers)
    parts = [*answers(client, mine, "GET")]
    agree(centre)
    for part in centre.attempt.pins["parts"]:
        if part["limit_s"] is not None:
            at_the_board(centre, "begin", part=part["part"], request_id=part["part"])
    parts += answers(client, mine, "GET", "POST")
    parts += answers(client, other_pages(identifiers), "GET")
    parts += journal_answers(centre)
    parts += [str(message(topic, number)) for topic, number in numbers([f"attempt:{centre.attempt.pk}"]).items()]
    said = {"sitting_id": centre.sitting.pk, "attempt_id": centre.attempt.pk}
    door.act(actor(centre.lives[0].posts["proctor:1"]), "proctoring.seal", **said)
    parts += answers(client, mine, "GET")
    parts += [path.read_text() for path in STATIC.rglob("*") if path.suffix in (".js", ".json", ".css", ".svg")]
    return "\n".join(parts)


def spellings(word: str) -> Iterator[str]:
    """The word as it is, and inside any base64 text."""
    yield word
    for shift in range(3):
        yield base64.b64encode(b"\0" * shift + word.encode()).decode()[4 if shift else 0 : -4]


def contents_of(attempt: Attempt) -> list[Any]:
    return list(bank.contents([pin["hash"] for pin in attempt.pins["items"]]).values())


def drafted(centre: Centre) -> str:
    """A new version of an item on the form that nobody has published; its stem is in no other text."""
    pinned = ItemVersion.objects.get(content_hash=centre.attempt.pins["items"][0]["hash"])
    stem = f"A draft that nobody reviewed {uuid.uuid4()}"
    qti = build_item(dataclasses.replace(bank.content_of(pinned), stem=stem)).decode()
    pinned.pk, pinned.number, pinned.state = None, pinned.number + 1, State.DRAFT.value
    pinned.qti, pinned.content_hash = qti, content_hash(qti)
    pinned.save(force_insert=True)
    return stem


def test_s03_s04_s05_a_candidate_receives_no_planted_key_no_other_item_and_no_draft(centre: Centre) -> None:
    draft = drafted(centre)
    contents = contents_of(plant(centre.attempt.pk))
    assert all(WORD in repr(content) for content in contents)
    text = received(centre)
    stems = {json.dumps(content.stem)[1:-1] for content in contents}
    assert all(stem in text for stem in stems), "the planted form is what was served"
    for secret in (*spellings(WORD), str(NUMBER), bytes(centre.attempt.seed).hex()):
        assert secret.lower() not in text.lower()
    for name in ("correct", "rationale", "difficulty", "scored", "tolerance", "outcome", "weight", "seed"):
        assert f'"{name}"' not in text
    others = [bank.content_of(version).stem for version in ItemVersion.objects.exclude(state=State.DRAFT.value)]
    unseen = {json.dumps(stem)[1:-1] for stem in others} - stems
    assert len(unseen) > 60 and not any(stem in text for stem in unseen)
    assert draft not in text


KEYS = {
    "reference_nets", "truth_table", "must_reach_pe", "extra_rules", "fault_variants", "scope_note", "expected", "low",
    "high", "formula", "inputs", "ranking_key", "key", "derived", "must_not_change", "raw", "tol_raw", "outcomes",
}  # fmt: skip


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for one in value.values() for name in names_in(one)}
    return {name for one in value for name in names_in(one)} if isinstance(value, list) else set()


def test_s03_no_simulation_is_presented_with_what_tells_its_key(centre: Centre) -> None:
    """Those of the other schemes as well."""
    hashes = list(SimulationVersion.objects.order_by("identifier").values_list("content_hash", flat=True))
    shown = [json.loads(json.dumps(presented(one))) for one in simulations(hashes)]
    assert [names_in(one) & KEYS for one in shown] == [set()] * 10


def test_s04_however_often_and_from_wherever_it_is_asked_for_the_form_is_the_same(centre: Centre) -> None:
    """So no limit is needed on how often: asking again gives nothing that was not there the first time."""
    agree(centre)
    at_the_board(centre, "begin")
    path = f"/candidate/attempts/{centre.attempt.pk}/form"
    first = centre.browser(centre.candidate).get(path).json()["items"]
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": "candidate"}
    for device in ("seat", "tablet", "telephone"):
        door.act(actor(centre.candidate), "attempts.open_stream", **asked, device=device, takeover=True)
        at_the_board(centre, "begin", request_id=device)
        assert centre.browser(centre.candidate).get(path).json()["items"] == first
    assert [item["item"] for item in first] == [pin["item"] for pin in centre.attempt.pins["items"]]


def test_s04_nobody_draws_a_form_for_themselves(centre: Centre) -> None:
    client, before = centre.browser(centre.candidate), Attempt.objects.count()
    for _ in range(3):
        client.post(f"/candidate/register/{centre.version.pk}/")
    asked = {"registration_id": centre.attempt.registration_id, "sitting_id": centre.sitting.pk}
    with pytest.raises(door.Forbidden):
        door.act(actor(centre.candidate), "attempts.open_attempt", **asked)
    with pytest.raises(actions.AttemptError, match="not sealed yet"):
        door.act(actor(centre.people.director), "attempts.open_attempt", **asked)
    assert Attempt.objects.count() == before


def patterns(found: Any = None, prefix: str = "") -> Iterator[str]:
    for one in get_resolver().url_patterns if found is None else found:
        inner = getattr(one, "url_patterns", None)
        if inner is None:
            yield prefix + str(one.pattern)
        else:
            yield from patterns(inner, prefix + str(one.pattern))


ABOUT = {
    "account_id", "attempt_id", "calibration_id", "credential_id", "cut_id", "decision_id", "feed_id", "incident_id", "media_id",
    "message_id", "quarantine_id", "resit_id", "role", "sha256", "simulation", "sitting_id", "station_id", "study_id", "subject_id",
    "subject_kind", "version_id",
}  # fmt: skip
"""What addresses of ours name. `version_id` is a scheme's, `sha256` a picture's, `calibration_id` a certificate's of an instrument,
`message_id` that of what a feed sent; nothing is an item, a form, a task or a rubric."""

OF_STAFF = {
    "alarm_id", "analysis_id", "case_id", "concern_id", "exemplar_id", "kind", "meeting_id", "name", "number", "panel_id",
    "record_id", "review_id", "run_id", "session_id", "task", "training_id",
}  # fmt: skip
"""What addresses name besides under the desks of those who judge, rate and direct; `name` is one of a fixed few files or of what
a run of an attempt recorded, `number` a step of a replay, `kind` one of the three kinds of test record."""
DESKS = ("assessor/", "author/", "director/", "evidence/", "expert/", "panel/")


def test_s04_no_address_takes_an_item_or_finds_one(centre: Centre) -> None:
    ours = [one for one in patterns() if not re.match(r"account/|static|api/(docs|openapi)|come-in|status|verify", one)]
    for one in ours:
        named = set(re.findall(r"[<{](?:\w+:)?(\w+)[>}]", one))
        assert named <= (ABOUT | OF_STAFF if one.startswith(DESKS) else ABOUT), one
    client = centre.browser(centre.candidate)
    agree(centre)
    at_the_board(centre, "begin")
    item = centre.attempt.pins["items"][0]
    for guess in (item["item"], item["hash"], "ECW-001", "items", "search", "preview"):
        for path in ("", "items/", "candidate/items/", "api/items/", "candidate/practice/", "author/"):
            assert client.get(f"/{path}{guess}").status_code == 404
    for simulation in ("SIM-SUN-1", "SIM-RET-1", "nothing"):
        bench = f"/candidate/attempts/{centre.attempt.pk}/bench/{simulation}/live"
        assert client.get(bench).status_code == 404


def test_s04_practice_holds_no_item_of_the_bank(centre: Centre) -> None:
    page = body_of(centre.browser(centre.candidate).get("/candidate/practice/"))
    made_up = (STATIC / "assess" / "candidate" / "practice-items.json").read_text()
    for version in ItemVersion.objects.all():
        stem = bank.content_of(version).stem
        assert json.dumps(stem, ensure_ascii=False)[1:-1] not in made_up and stem not in page


@pytest.mark.parametrize("state", [one for one in State if one not in bank.FORM_STATES])
def test_s05_what_is_not_published_is_drawn_into_no_form(centre: Centre, state: State) -> None:
    def drawable() -> set[str]:
        return {one.identifier for one in bank.pool("MC-ECW")}

    name = sorted(drawable())[0]
    ItemVersion.objects.filter(item=Item.objects.get(identifier=name)).update(state=state.value)
    assert name not in drawable()


def test_s05_a_picture_opens_by_no_address_of_its_file_and_with_no_session_but_the_right_one(centre: Centre) -> None:
    assessor = centre.browser(centre.lives[0].posts["assessor:1"])
    sent = f"/api/attempts/{centre.attempt.pk}/media?role=assessor:1&kind=photo&taken_ms=1"
    media = Media.objects.get(pk=assessor.post(sent, photo(), content_type="image/jpeg").json()["id"])
    client = centre.browser(centre.candidate)
    assert client.get(f"/api/media/{media.pk}").status_code == 200
    file = f"{centre.attempt.pk}/{media.file_name}"
    for path in (
        f"/media/{file}",
        f"/static/{file}",
        f"/static/../media/{file}",
        f"/static/%2e%2e/media/{file}",
        f"/{file}",
    ):
        assert client.get(path).status_code == 404
    assert not Path(settings.MEDIA_DIR).is_relative_to(STATIC)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/sign-out/")
    kept = Client()
    kept.cookies[settings.SESSION_COOKIE_NAME] = key
    assert kept.get(f"/api/media/{media.pk}").status_code == 401
