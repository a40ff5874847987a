"""Every page against every kind of person: what is not theirs answers exactly as what does not exist.

The table names who may open each page; a page that is missing from it fails here, so that none is forgotten.
"""

import re
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from assess import door
from assess.people.models import Account
from assess.people.queries import actor
from assess.sittings.models import Station
from tests.effort import FULL
from tests.web.board import agree, at_the_board
from tests.web.sample_centre import Centre

OWNER, ASSESSOR, PROCTOR, DIRECTOR, APPROVER, BOARD = "owner", "assessor", "proctor", "director", "approver", "board"
TECHNICIAN = "technician"
EVERYBODY = frozenset({"owner", "other", ASSESSOR, PROCTOR, TECHNICIAN, DIRECTOR, APPROVER, BOARD, "author"})
SCHEME = frozenset({DIRECTOR, APPROVER, BOARD})
WATCH = frozenset({PROCTOR, DIRECTOR})
MAY: dict[str, frozenset[str]] = {
    "home": EVERYBODY, "look": EVERYBODY, "sign-in": EVERYBODY, "sign-out": EVERYBODY, "account": EVERYBODY,
    "come-in": frozenset(), "verify": EVERYBODY, "verify-shared": frozenset(),
    "account-conflicts": frozenset({ASSESSOR, PROCTOR, DIRECTOR, APPROVER, BOARD}),
    "people": frozenset({DIRECTOR}), "people-invite": frozenset({DIRECTOR}), "people-person": frozenset({DIRECTOR}),
    "candidate": frozenset({"owner", "other"}), "candidate-worker": EVERYBODY, "candidate-practice": frozenset({"owner", "other"}),
    "candidate-register": frozenset({"owner", "other"}), "candidate-certificate": frozenset({"owner", "other"}),
    "candidate-attempt": frozenset({OWNER}), "candidate-before": frozenset({OWNER}), "candidate-exam": frozenset({OWNER}),
    "candidate-form": frozenset({OWNER}), "candidate-state": frozenset({OWNER}), "candidate-bay": frozenset({OWNER}),
    "candidate-bench": frozenset({OWNER}), "candidate-bench-tasks": frozenset({OWNER}), "candidate-bench-live": frozenset({OWNER}),
    "candidate-evidence": frozenset(), "evidence": SCHEME, "evidence-run": frozenset(), "evidence-replay": frozenset(),
    "evidence-replay-seen": frozenset(), "evidence-file": frozenset(), "evidence-raw": frozenset(),
    "evidence-again": frozenset(), "candidate-bench-run": frozenset(), "candidate-bench-handed-in": frozenset({OWNER}),
    "candidate-receipt": frozenset(), "candidate-resit": frozenset(), "candidate-reply": frozenset({OWNER}),
    "candidate-credential": frozenset(),
    "assessor": frozenset({ASSESSOR}), "assessor-live": frozenset(), "candidate-bay-live": frozenset({OWNER}),
    "assessor-day": frozenset({ASSESSOR}), "assessor-sheet": frozenset({ASSESSOR}),
    "assessor-marking": frozenset({ASSESSOR}), "assessor-marking-data": frozenset({ASSESSOR}),
    "assessor-rulings": frozenset({ASSESSOR}), "assessor-rulings-data": frozenset({ASSESSOR}),
    "assessor-records": frozenset({ASSESSOR}), "assessor-record-file": frozenset(),
    "assessor-portrait": frozenset(), "assessor-worker": EVERYBODY, "assessor-manifest": EVERYBODY,
    "proctor": WATCH, "proctor-board": WATCH, "proctor-rows": WATCH, "proctor-say": WATCH, "proctor-identify": WATCH,
    "proctor-level": WATCH, "proctor-incidents": WATCH, "proctor-incident": WATCH | {APPROVER}, "proctor-seals": WATCH,
    "proctor-pictures": WATCH | {APPROVER}, "proctor-hand-in": WATCH, "proctor-seal": WATCH, "proctor-quarantined": frozenset(),
    "proctor-resit": frozenset(),
    "stations": WATCH | {TECHNICIAN}, "stations-health": WATCH | {TECHNICIAN},
    "stations-plan": WATCH | {TECHNICIAN}, "feeds": frozenset({DIRECTOR}),
    "instruments": WATCH | {TECHNICIAN}, "instruments-one": frozenset(), "instruments-import": WATCH | {TECHNICIAN},
    "instruments-document": frozenset(), "instruments-bookings": WATCH | {TECHNICIAN},
    "technician": frozenset({TECHNICIAN}), "technician-day": frozenset({TECHNICIAN}), "technician-bay": frozenset({TECHNICIAN}),
    "technician-worker": EVERYBODY, "technician-manifest": EVERYBODY,
    "author-cases": frozenset({"author", DIRECTOR}), "author-case": frozenset(), "author-case-runs": frozenset(),
    "author-case-compute": frozenset(), "author-case-stop": frozenset(),
    "director-plan": frozenset({DIRECTOR}), "director-sitting": frozenset({DIRECTOR}),
    "director": SCHEME, "director-study-styles": EVERYBODY, "director-scheme": SCHEME, "director-dossier": SCHEME,
    "director-dossier-file": frozenset(), "director-duties": SCHEME, "director-sign-duty": frozenset(),
    "director-withdraw-duty": frozenset(), "director-duty-document": frozenset(),
    "director-ask-study": frozenset({DIRECTOR}), "director-runs": SCHEME, "director-study": frozenset(),
    "director-data": SCHEME, "director-stop-study": frozenset(), "director-study-file": frozenset(),
    "people-erasures": frozenset({DIRECTOR, APPROVER}),
    "director-cuts": SCHEME, "director-adopt": frozenset(), "director-gate": SCHEME,
    "director-draft-meeting": frozenset({DIRECTOR}), "director-meeting": frozenset(), "director-meeting-live": frozenset(),
    "director-meeting-act": frozenset(), "panel": frozenset(), "panel-worker": EVERYBODY, "panel-meeting": frozenset(),
    "panel-say": frozenset(), "panel-phase": frozenset(), "panel-state": frozenset(), "panel-ratings": frozenset(),
    "director-levels": SCHEME, "director-reviews": SCHEME, "director-look-again": frozenset({DIRECTOR}),
    "director-review": frozenset(),
    "director-what-if": SCHEME, "director-issue-all": frozenset({DIRECTOR}),
    "director-decide": frozenset({DIRECTOR}), "director-decision": frozenset(), "director-credentials": SCHEME,
    "director-credential": frozenset(), "director-ledger": SCHEME, "director-ledger-export": frozenset({DIRECTOR}),
    "director-job": SCHEME, "director-content": SCHEME, "director-job-adopt": frozenset(), "director-job-template": frozenset(),
    "director-concern": frozenset(), "expert": frozenset({ASSESSOR}), "expert-job": frozenset(), "expert-panel": frozenset(),
    "expert-bias": frozenset(),
    "director-monitoring": SCHEME, "director-alarm": frozenset(), "director-training": SCHEME, "director-propose": frozenset(),
    "director-verdict": frozenset(), "director-session": frozenset(), "director-exemplar": frozenset(),
    "assessor-trainings": frozenset({ASSESSOR}), "assessor-severity": frozenset({ASSESSOR}),
    "assessor-training-result": frozenset(),
    "assessor-exemplar": frozenset(),
}  # fmt: skip
"""Route → who gets something else than the page that does not exist. Empty: in this centre there is no such record yet."""
NOT_OURS = re.compile(r"^(account_|mfa_|socialaccount_|openid_connect|api-1)")


def routes(patterns: Any = None, prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            if one.namespace != "api-1.0.0" and not str(one.pattern).startswith("api"):
                found += routes(one.url_patterns, prefix + str(one.pattern))
        elif isinstance(one, URLPattern) and one.name and not NOT_OURS.match(one.name):
            found.append((one.name, prefix + str(one.pattern)))
    return found


@pytest.fixture
def people(centre: Centre) -> dict[str, Account]:
    life = centre.lives[0]
    return {
        OWNER: centre.candidate,
        "other": centre.people.candidates[1],
        ASSESSOR: life.posts["assessor:1"],
        PROCTOR: life.posts["proctor:1"],
        TECHNICIAN: life.posts["technician:1"],
        DIRECTOR: centre.people.director,
        APPROVER: centre.people.approvers[0],
        BOARD: centre.people.board,
        "author": centre.people.author,
    }


@pytest.fixture
def identifiers(centre: Centre) -> dict[str, str]:
    agree(centre)
    simulator = next(part for part in centre.attempt.pins["parts"] if part["simulations"])
    at_the_board(centre, "begin", part=simulator["part"])
    said = {"attempt_id": centre.attempt.pk, "kind": "technical", "words": "The screen went dark."}
    incident = door.act(actor(centre.lives[0].posts["proctor:1"]), "proctoring.raise_incident", **said)
    return {
        "attempt_id": str(centre.attempt.pk),
        "sitting_id": str(centre.sitting.pk),
        "incident_id": str(incident.pk),
        "version_id": str(centre.version.pk),
        "account_id": str(centre.candidate.pk),
        "simulation": simulator["simulations"][0],
        "number": "0",
        "station_id": str(Station.objects.filter(sitting=centre.sitting).order_by("name")[0].pk),
    }


def address(route: str, identifiers: dict[str, str]) -> str:
    return "/" + re.sub(r"<\w+:(\w+)>", lambda match: identifiers.get(match[1], str(uuid.UUID(int=7))), route)


def answer(client: Client, path: str) -> tuple[int, str]:
    """What a GET gets; where only POST is taken, what a POST without anything gets."""
    response = client.get(path)
    if response.status_code == 405:
        response = client.post(path)
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    page = body.decode().partition("<main")[2]
    return response.status_code, page


def test_every_page_is_in_the_table() -> None:
    assert {name for name, _ in routes()} == set(MAY)


def test_s01_what_is_not_theirs_is_as_what_does_not_exist(
    centre: Centre, people: dict[str, Account], identifiers: dict[str, str]
) -> None:
    """Each page, asked for by each person, with the identifiers of somebody's attempt, sitting, incident and account.

    Where not every test runs in full, each page is asked for by two of the eight.
    """
    wrong = []
    nothing = answer(centre.browser(centre.candidate), "/there-is-no-such-page")
    for place, (who, account) in enumerate(people.items()):
        client = centre.browser(account)
        for name, route in routes() if FULL else list(routes())[place % 4 :: 4]:
            if name in ("sign-out", "come-in", "look"):
                continue
            with transaction.atomic():  # what one act does (a seal, say) is undone before the next page is asked for
                found = answer(client, address(route, identifiers))
                transaction.set_rollback(True)
            client.cookies.pop("messages", None)  # what an act before said is not part of the next answer
            if who in MAY[name]:
                if found[0] == 404:
                    wrong.append(f"{who} may open {name} and gets {found[0]}")
            elif found != nothing:
                wrong.append(f"{who} asked for {name} and got {found[0]}")
    assert wrong == []


@pytest.mark.slow
def test_a_stranger_is_sent_to_sign_in_or_sees_what_is_for_anybody(centre: Centre, identifiers: dict[str, str]) -> None:
    for name, route in routes():
        response = Client().get(address(route, identifiers))
        public = MAY[name] == EVERYBODY or name in ("come-in", "verify-shared", "sign-out")
        if not public:
            assert response.status_code in (302, 405), name
            if response.status_code == 302:
                assert response.headers["Location"].startswith("/account/login/?next="), name


def test_w02_nothing_is_changed_without_the_token_of_a_page(
    centre: Centre, people: dict[str, Account], identifiers: dict[str, str]
) -> None:
    for name, route in routes():
        client = Client(enforce_csrf_checks=True)
        client.force_login(people[DIRECTOR])
        response = client.post(address(route, identifiers), {"act": "begin"})
        if name != "verify":
            assert response.status_code in (403, 405), f"{name}: {response.status_code}"


def test_w05_every_answer_carries_the_policies(centre: Centre, people: dict[str, Account]) -> None:
    client = centre.browser(people[DIRECTOR])
    for path in ("/", "/director/", "/proctor/", "/verify/", "/nothing", "/account/", "/people/", "/account/login/"):
        headers = client.get(path, follow=True).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_w08_a_foreign_host_is_refused(centre: Centre) -> None:
    assert Client(headers={"host": "elsewhere.example"}).get("/").status_code == 400


@pytest.mark.slow
def test_pages_hold_no_script_or_style_of_their_own(centre: Centre, people: dict[str, Account]) -> None:
    agree(centre)
    pages = {
        OWNER: ["/candidate/", f"/candidate/attempts/{centre.attempt.pk}/", "/candidate/practice/"],
        ASSESSOR: ["/assessor/", "/assessor/sheet/", "/account/"],
        PROCTOR: [f"/proctor/sittings/{centre.sitting.pk}/"],
        DIRECTOR: ["/director/", "/people/", f"/director/schemes/{centre.version.pk}/"],
    }
    for who, paths in pages.items():
        for path in paths:
            page = centre.browser(people[who]).get(path).content.decode()
            assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
            scripts = re.findall(r"<script\b([^>]*)>", page)
            assert all("src=" in one or "application/json" in one for one in scripts), path
