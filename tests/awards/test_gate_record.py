"""The gate kept with a credential: every check as it stood, people by identifier, and the test that it was lawful."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assess.awards.gate_record import gate_document, unlawful
from assess.ledger.canonical import canonical
from tests.awards.gate_example import CANDIDATE, SCHEME, TODAY, WINDOW, decision, gate, release, statistic, waiver

SMALL = replace(WINDOW, reliability=statistic("0.72", "0.66", "0.78"))
RULE = replace(release("reliability", least_n=12), names=("Ana Berg", "Carl Dorn"), id="rule-1")
WAIVED = waiver("near-cut reviewed", id="waiver-1")


def stored() -> dict[str, Any]:
    near = replace(CANDIDATE, decision=decision("61"))
    return gate_document(gate(window=SMALL, candidate=near, releases=[RULE], waivers=[WAIVED]), TODAY)


def check(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in document["checks"] if one["name"] == name)
    return found


def test_it_holds_every_check_with_the_exceptions_that_counted_and_no_name_of_a_person() -> None:
    document = stored()

    assert unlawful(document) == []
    assert check(document, "reliability")["verdict"] == "released"
    assert check(document, "reliability")["exception"] == {
        "kind": "release",
        "id": "rule-1",
        "people": ["person-1", "person-2"],
        "reason": "windows are small on demand",
        "granted_on": "2026-04-01",
        "expires_on": "2026-09-30",
        "least_n": 12,
    }
    assert check(document, "near-cut reviewed")["exception"]["kind"] == "waiver"
    assert check(document, "reliability")["evidence"] == [{"kind": "study", "id": "study-3"}]
    assert "Ana Berg" not in json.dumps(document)
    assert json.loads(canonical(document)) == document


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("identity confirmed", {"verdict": "fail"}, "it stood at 'fail'"),
        ("identity confirmed", {"verdict": "not enough evidence"}, "it stood at 'not enough evidence'"),
        ("identity confirmed", {"verdict": "waived"}, "it stood at 'waived'"),
        ("reliability", {"exception": None}, "it stood at 'released'"),
        ("reliability", {"verdict": "waived"}, "a release does not make it waived"),
        ("near-cut reviewed", {"verdict": "released"}, "a waiver does not make it released"),
    ],
)
def test_a_check_that_did_not_hold_is_unlawful(name: str, changes: dict[str, Any], told: str) -> None:
    document = stored()
    check(document, name).update(changes)

    assert unlawful(document) == [f"{name}: {told}."]


def test_an_exception_by_one_person_out_of_time_or_of_what_has_none_is_unlawful() -> None:
    document = stored()
    exception = check(document, "reliability")["exception"]
    check(document, "near-cut reviewed")["exception"]["expires_on"] = "2026-03-31"
    check(document, "identity confirmed").update(
        verdict="waived", exception=check(document, "near-cut reviewed")["exception"]
    )
    check(document, "content published").update(verdict="released", exception=exception)
    exception["people"] = ["person-1", "person-1"]

    assert unlawful(document) == [
        "content published: it can't be released.",
        "reliability: it needs two different people.",
        "identity confirmed: it can't be waived.",
        "near-cut reviewed: it expired on 2026-03-31.",
    ]


def test_a_gate_without_a_check_is_unlawful() -> None:
    document = gate_document(gate(scheme=SCHEME), date(2026, 4, 1))
    document["checks"] = [one for one in document["checks"] if one["name"] != "seals complete"]

    assert unlawful(document) == ["seals complete: the check is missing."]
