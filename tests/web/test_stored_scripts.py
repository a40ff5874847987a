"""W04: a script that somebody stored in any text stands on pages as a text: pages are parsed as a browser does, for every person.

Whatever a person can write is written here with markup in it: names, messages, answers, comments, reasons, file names, item texts.
"""

import dataclasses
import uuid
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assess import door
from assess.attempts import actions
from assess.attempts.models import Attempt, Quarantine
from assess.awards.models import Decision
from assess.management.world.devices import Device
from assess.people.actions import agree_accommodation
from assess.people.models import Account
from assess.people.queries import actor
from assess.proctoring.models import Incident
from assess.schemes.queries import evidence_kinds
from assess.sittings.models import Sitting
from item_bank import queries as bank
from item_bank.models import ItemVersion
from item_bank.qti import build_item, content_hash
from rubrics.definition import content_hash as document_hash
from rubrics.models import TaskVersion
from tests.attempts.centre import closed, send
from tests.web.board import at_the_board, exam_part
from tests.web.sample_centre import Centre
from tests.web.test_nobody_elses import ASSESSOR, DIRECTOR, MAY, OWNER, PROCTOR, address, people, routes

__all__ = ["people"]
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'><a href=javascript:alert(1)>"
SHORT = "<img src=x onerror=alert(1)>"


class Read(HTMLParser):
    """What of a page would run."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self.in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.in_script = tag == "script" and "src" not in given and "json" not in (given.get("type") or "")
        self.runs += [f"{tag} {name}" for name, value in attrs if name.startswith("on")]
        self.runs += [
            f"{tag} {name}" for name, value in attrs if "javascript:" in (value or "").lower() and name != "value"
        ]
        if tag in ("img", "iframe", "object", "embed") and given.get("src") == "x":
            self.runs.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.in_script = False

    def handle_data(self, data: str) -> None:
        if self.in_script and data.strip():
            self.runs.append(f"script: {data[:60]}")


def what_runs(page: str) -> list[str]:
    reader = Read()
    reader.feed(page)
    return reader.runs


def test_the_parser_sees_what_would_run() -> None:
    assert what_runs(f"<p>{EVIL}</p>") == ["script: alert(1)", "img onerror", "img", "a href"]
    assert what_runs("<script type=application/json>{}</script><script src=/a.js></script>") == []


def item_and_task(attempt_id: uuid.UUID) -> None:
    attempt = Attempt.objects.get(pk=attempt_id)
    pin = attempt.pins["items"][0]
    version = ItemVersion.objects.get(content_hash=pin["hash"])
    qti = build_item(dataclasses.replace(bank.content_of(version), stem=EVIL)).decode()
    pin["hash"] = content_hash(qti)
    ItemVersion.objects.filter(pk=version.pk).update(qti=qti, content_hash=pin["hash"])
    for pin in attempt.pins["tasks"]:
        task = TaskVersion.objects.get(content_hash=pin["hash"])
        task.document |= {"title": EVIL, "scenario": EVIL, "candidate_instructions": EVIL, "critical_rule": EVIL}
        task.document["criteria"][0] |= {"text": EVIL, "observe": EVIL}
        pin["hash"] = task.content_hash = document_hash(task.document)
        task.save(update_fields=["document", "content_hash"])
    attempt.save(update_fields=["pins"])


def written(centre: Centre) -> dict[str, str]:
    """Write it everywhere; the identifiers of what was made."""
    life, organisation = centre.lives[0], centre.people.organisation
    item_and_task(centre.attempt.pk)
    Account.objects.filter(pk__in=[one.pk for one in life.posts.values()]).update(family_name=SHORT)
    Account.objects.filter(pk=centre.candidate.pk).update(given_name=EVIL, family_name=EVIL)
    Sitting.objects.filter(pk=centre.sitting.pk).update(title=SHORT)
    type(organisation).objects.filter(pk=organisation.pk).update(name=SHORT)
    director = actor(centre.people.director)
    agree_accommodation(
        actor_id=director.id, candidate_id=centre.candidate.pk, description=EVIL[:200], extra_time_percent=0
    )
    said = {"sitting_id": centre.sitting.pk, "level": 1, "necessity": EVIL, "retention_days": 30}
    door.act(director, "proctoring.set_level", **said)
    client = centre.browser(centre.candidate)
    page = client.get(f"/candidate/attempts/{centre.attempt.pk}/before/")
    notice = page.context["notice"]
    client.post(f"/candidate/attempts/{centre.attempt.pk}/before/", {"level": "1", "notice": notice.version})
    certificate = {"kind": next(iter(evidence_kinds())), "issuer": EVIL, "number": SHORT, "issued_on": "2026-01-01"}
    assert client.post("/candidate/certificates/", certificate).status_code == 302
    at_the_board(centre, "begin", request_id="1")
    at_the_board(centre, "pause", reason=EVIL, request_id="2")
    at_the_board(centre, "resume", request_id="3")
    at_the_board(centre, "message", text=EVIL, request_id="4")
    proctor = actor(life.posts["proctor:1"])
    said = {"attempt_id": centre.attempt.pk, "kind": "integrity", "words": EVIL}
    incident: Incident = door.act(proctor, "proctoring.raise_incident", **said)
    door.act(actor(centre.candidate), "proctoring.reply_to_incident", incident_id=incident.pk, text=EVIL)
    door.act(director, "proctoring.review_incident", incident_id=incident.pk, finding="upheld", words=EVIL)
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk}
    seat = Device.of(door.act(actor(centre.candidate), "attempts.open_stream", **asked, role="candidate", device=SHORT))
    seat.write("remark", text=EVIL)
    seat.write("plain_statement", text=EVIL, task="PT-ECW-1")
    seat.write("event", code=EVIL)
    seat.write("safety_call", note=EVIL)
    seat.write("answer", part=exam_part(centre), item=centre.attempt.pins["items"][0]["item"], response={"text": EVIL})
    closed(seat)
    seat.write("remark", text=EVIL)
    send(seat)
    tablet = Device.of(
        door.act(actor(life.posts["assessor:1"]), "attempts.open_stream", **asked, role="assessor:1", device=SHORT)
    )
    tablet.write("comment", text=EVIL, task="PT-ECW-1")
    tablet.write("safety_stop", task="PT-ECW-1", code=SHORT, reason=EVIL)
    closed(tablet)
    late = Quarantine.objects.get()
    door.act(director, "attempts.propose_admission", quarantine_id=late.pk, reason=EVIL)
    door.act(proctor, "proctoring.seal", sitting_id=centre.sitting.pk, attempt_id=centre.attempt.pk)
    actions.score_attempt(attempt_id=centre.attempt.pk)
    decision: Decision = door.act(director, "awards.decide", attempt_id=centre.attempt.pk)
    return {
        "attempt_id": str(centre.attempt.pk), "sitting_id": str(centre.sitting.pk), "incident_id": str(incident.pk),
        "version_id": str(centre.version.pk), "account_id": str(centre.candidate.pk), "decision_id": str(decision.pk),
        "quarantine_id": str(late.pk),
    }  # fmt: skip


def test_w04_a_script_that_was_stored_in_any_text_runs_on_no_page(centre: Centre, people: dict[str, Account]) -> None:
    identifiers = written(centre)
    shown, wrong = set[str](), []
    for who in (OWNER, ASSESSOR, PROCTOR, DIRECTOR):
        client = centre.browser(people[who])
        for name, route in routes():
            if name in ("sign-out", "look") or who not in (MAY[name] or {DIRECTOR}):
                continue
            response: Any = client.get(address(route, identifiers))
            if response.status_code != 200 or response.streaming:
                continue
            text = response.content.decode()
            if not response.headers["Content-Type"].startswith("text/html"):
                assert response.headers["X-Content-Type-Options"] == "nosniff", name
                continue
            wrong += [f"{name}: {what}" for what in what_runs(text)]
            if "alert(1)" in text:
                shown.add(name)
    assert wrong == []
    assert shown >= {
        "candidate", "candidate-attempt", "candidate-before", "candidate-bay", "proctor", "proctor-board", "proctor-rows",
        "proctor-incidents", "proctor-incident", "proctor-level", "proctor-seals", "director-gate", "director-decision",
        "people", "people-person", "account",
    }, "the texts do stand on these pages"  # fmt: skip


def test_w04_what_a_page_says_back_is_a_text_as_well(centre: Centre, people: dict[str, Account]) -> None:
    """Names of files, cells of tables, addresses, searches: refused or found, they come back in a sentence."""
    client = centre.browser(centre.people.director)
    table = SimpleUploadedFile(f"{SHORT}.csv", f"round,judge,A\nmax,,{SHORT}\n1,x@y.example,1\n".encode())
    cuts = f"/director/schemes/{centre.version.pk}/cuts/"
    pages = [
        client.post(cuts, {"part": EVIL, "panel": EVIL, "ratings": table}, follow=True),
        client.post(cuts, {"part": EVIL, "panel": EVIL, "method": "borderline"}, follow=True),
        client.post("/people/invite/", {"email": EVIL, "given_name": EVIL}, follow=True),
        client.get("/people/", {"name": EVIL}),
        client.get("/director/credentials/", {"name": EVIL}),
        client.get(f"/{SHORT}"),
        client.post("/verify/", {"credential": EVIL}),
        client.post("/account/login/", {"login": EVIL, "password": EVIL}),
        client.post(f"/proctor/sittings/{centre.sitting.pk}/say/", {"act": "begin", "part": EVIL}, follow=True),
    ]
    assert [what for page in pages for what in what_runs(page.content.decode())] == []
    assert sum("alert(1)" in page.content.decode() for page in pages) >= 5
