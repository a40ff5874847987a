"""The validity dossier: every claim beside its record, every gap named."""

from xml.etree import ElementTree

import numpy as np
import pytest

from assess.awards.gate import CHECKS
from assess.validity.dossier.page import dossier_html
from assess.validity.dossier.records import (
    CheckCounts,
    CutScoreRecord,
    Decisions,
    GateSummary,
    LedgerState,
    Scheme,
    StudyRecord,
    WaiverRecord,
)
from assess.validity.studies.analysis import Responses, analyse

NOTHING_DECIDED: Decisions = {
    "decided": 0,
    "passed": 0,
    "undecided": 3,
    "awards": 0,
    "suspended": 0,
    "revoked": 0,
    "refusals": [],
    "records": [],
}


def scheme(*, full: bool) -> Scheme:
    return {
        "id": "scheme-1",
        "code": "MC-X",
        "title": "Charge points <safely>",
        "version": "2",
        "content_sha256": "aa11",
        "awarding_body": "Academy",
        "eqf_level": "4",
        "ects": "5",
        "hours": "140",
        "sample": True,
        "prerequisites": ["A core certificate"] if full else [],
        "outcomes": [
            {
                "id": "outcome-1",
                "statement": "Proves a circuit dead.",
                "esco": [{"uri": "http://data.europa.eu/esco/skill/1", "label": "test electrical equipment"}],
            },
            {"id": "outcome-2", "statement": "Fits a charge point.", "esco": []},
        ]
        if full
        else [],
        "parts": [{"id": "part-1", "title": "Online exam", "weight": "0.40", "rules": ["20 items."]}] if full else [],
        "rules": ["Every part reaches its cut."] if full else [],
        "reviews": [
            {
                "id": "review-1",
                "role": "content reviewer",
                "on": "2026-10-01",
                "verdict": "publish",
                "about": "Items 1 to 30",
            }
        ]
        if full
        else [],
    }


def study(simulated: str | None = None) -> StudyRecord:
    matrix = np.random.default_rng(1).integers(0, 2, size=(50, 6)).astype(float)
    responses = Responses(matrix=matrix, items=tuple("abcdef"), maxima=np.ones(6), part="online")
    document = analyse(title="Study 3", simulated=simulated, responses=responses, cuts={"online": (55, 2)})
    return {
        "id": "study-1",
        "number": 3,
        "run_at": "2026-11-01T10:00:00Z",
        "dataset_sha256": "bb22",
        "document": document,
    }


def cut(*, adopted: bool, simulated: bool = False) -> CutScoreRecord:
    return {
        "id": "cut-1",
        "part": "online",
        "number": 1,
        "value": "55.00",
        "standard_error": "2.10",
        "method": "modified Angoff",
        "panel": "Panel 7",
        "held_at": "2026-10-10",
        "board": "Scheme board" if adopted else "",
        "adopted_at": "2026-10-12" if adopted else "",
        "simulated": simulated,
    }


def checks() -> list[CheckCounts]:
    return [
        {
            "name": name,
            "protects_against": check.protects_against,
            "threshold": "≥ 0.70, n ≥ 30" if check.statistic else "",
            "source": "Board act 4" if check.statistic else "",
            "passed": 5,
            "failed": 1,
            "not_enough_evidence": 2,
            "waived": 1,
            "reasons": [{"sentence": "It rests on 12 cases; 30 are needed.", "count": 2}],
        }
        for name, check in CHECKS.items()
    ]


WAIVER: WaiverRecord = {
    "id": "waiver-1",
    "check": "reliability",
    "reason": "Pilot year.",
    "roles": ["credentialing director", "board chair"],
    "granted_on": "2026-10-20",
    "expires_on": "2027-03-31",
}
CHECKPOINT: LedgerState = {"size": 4096, "root": "cc33", "signed_at": "2026-11-02T00:00:00Z", "key": "did:key:z6Mk"}
GATE: GateSummary = {"candidates": 9, "opened": 5, "checks": []}


def words_of(page: str) -> str:
    root = ElementTree.fromstring(page.removeprefix("<!doctype html>\n"))
    body = root.find("body")
    assert body is not None
    return " ".join(" ".join(body.itertext()).split())


def full_page(simulated: str | None = None) -> str:
    decisions: Decisions = {
        "decided": 40,
        "passed": 30,
        "undecided": 2,
        "awards": 25,
        "suspended": 1,
        "revoked": 2,
        "refusals": [{"sentence": "The gate is shut.", "count": 5}],
        "records": [f"decision-{number}" for number in range(40)],
    }
    return dossier_html(
        scheme=scheme(full=True),
        study=study(simulated),
        cut_scores=[cut(adopted=True)],
        gate_summary={"candidates": 9, "opened": 5, "checks": checks()},
        decisions=decisions,
        ledger=CHECKPOINT,
        waivers=[WAIVER],
    )


def test_a_scheme_without_records_says_none_yet_everywhere() -> None:
    page = dossier_html(
        scheme=scheme(full=False),
        study=None,
        cut_scores=[],
        gate_summary={"candidates": 0, "opened": 0, "checks": []},
        decisions=NOTHING_DECIDED,
        ledger=None,
        waivers=[],
    )
    words = words_of(page)
    assert words.count("None yet") == 10
    assert "3 results wait for a decision" in words
    assert "No check has been made yet." in words


def test_every_claim_names_the_record_it_comes_from() -> None:
    words = words_of(full_page())
    for record in (
        "[scheme version scheme-1]",
        "[outcome outcome-1]",
        "[part part-1]",
        "[review review-1]",
        "[cut score cut-1]",
        "[study study-1]",
        "[waiver waiver-1]",
        "[decision decision-0]",
    ):
        assert record in words
    assert "and 20 more" in words


def test_the_page_holds_what_a_director_has_to_answer_for() -> None:
    words = words_of(full_page())
    assert "EQF level 4, 5 ECTS credits for 140 hours" in words
    assert "No exact match in ESCO is recorded." in words
    assert "Sample content" in words
    assert "modified Angoff" in words and "Scheme board" in words and "standard error 2.10" in words
    assert "30 of 40 decisions" in words and "95 % interval 60 % to 86 %" in words.replace("\N{NO-BREAK SPACE}", " ")
    assert "25 credentials were awarded: 22 are valid, 1 suspended, 2 revoked." in words
    assert "credentialing director and board chair" in words and "2027-03-31" in words
    assert "4096 leaves" in words and "cc33" in words
    for name, check in CHECKS.items():
        assert name in words
        assert check.protects_against in words


def test_the_pass_rate_is_wilsons_interval() -> None:
    """30 of 40: Wilson's 95 % interval is 0.5981 to 0.8581 (computed by hand from z = 1.959964)."""
    z, n, p = 1.959964, 40, 0.75
    centre, reach = (
        (p + z**2 / (2 * n)) / (1 + z**2 / n),
        z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5,
    )
    assert (round(centre - reach, 4), round(centre + reach, 4)) == (0.5981, 0.8581)
    assert "75 %" in words_of(full_page()).replace("\N{NO-BREAK SPACE}", " ")


def test_simulated_candidates_or_judges_are_announced() -> None:
    assert "SIMULATED DATA" not in full_page()
    assert "Drawn with seed 1." in full_page(simulated="Drawn with seed 1.")
    page = dossier_html(
        scheme=scheme(full=True),
        study=None,
        cut_scores=[cut(adopted=False, simulated=True)],
        gate_summary=GATE,
        decisions=NOTHING_DECIDED,
        ledger=None,
        waivers=[],
    )
    assert "The cut scores of online come from simulated judges or candidates." in page
    assert "not yet" in words_of(page)


def test_the_only_addresses_are_links_to_esco() -> None:
    root = ElementTree.fromstring(full_page().removeprefix("<!doctype html>\n"))
    outside = [link.get("href", "") for link in root.iter("a") if not link.get("href", "").startswith("#")]
    assert outside == ["http://data.europa.eu/esco/skill/1"]
    assert not list(root.iter("script"))


@pytest.mark.parametrize("page", [full_page()])
def test_names_are_unique_and_every_link_within_the_page_leads_somewhere(page: str) -> None:
    root = ElementTree.fromstring(page.removeprefix("<!doctype html>\n"))
    names = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(names) == len(set(names))
    for link in root.iter("a"):
        if link.get("href", "").startswith("#"):
            assert link.get("href", "")[1:] in names
