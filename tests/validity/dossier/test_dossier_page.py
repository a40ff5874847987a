"""The dossier's page: ten minutes first, everything behind, every gap named, every link leading somewhere; on paper too."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from assess.validity.dossier.assembled import Dossier, assemble
from assess.validity.dossier.claims import RULES
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.files import FILES
from assess.validity.dossier.front import _figures, answer, gate_today
from assess.validity.dossier.page import dossier_html
from assess.validity.dossier.trail import Line
from tests.validity.dossier.dossier_facts import bare, check, cut, full

LINES = (
    Line(
        kind="study",
        id="study-1",
        leaf=7,
        commitment="ab",
        cited_by=("structure/reliability",),
        rests_on=(("dataset", "d"),),
    ),
    Line(kind="dataset", id="d", leaf=None, commitment="", cited_by=(), rests_on=()),
)


def whole(facts: Facts) -> Dossier:
    return replace(assemble(facts), trail=LINES)


def tree(page: str) -> ElementTree.Element:
    return ElementTree.fromstring(page.removeprefix("<!doctype html>\n"))


def words_of(page: str) -> str:
    body = tree(page).find("body")
    assert body is not None
    return " ".join(" ".join(body.itertext()).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_first_page_answers_and_names_each_claim_with_its_weakest_point() -> None:
    dossier = whole(full())
    words = words_of(dossier_html(dossier))
    assert answer(dossier) == (
        "No, not yet: evidence is lacking for 1 of 12 claims. You could not defend that the result agrees with what employers"
        " see (7). The other 11 you could, 4 of them only within the limits below."
    )
    assert answer(dossier) in words
    for claim in dossier.claims:
        assert claim.title in words and str(claim.verdict) in words and claim.weak_points[0] in words
    assert "Before ISO/IEC 17024" in words
    assert "What waits" in words and "What expires or falls due" in words


def test_the_answer_follows_from_the_verdicts() -> None:
    nothing = "No, not yet: evidence is lacking for 12 of 12 claims. You could defend none of them."
    assert answer(whole(bare())) == nothing
    given = full()
    against = replace(given, decisions=replace(given.decisions, awards_without_two_names=2))
    assert answer(whole(against)) == (
        "No: evidence speaks against 1 of 12 claims and it is lacking for 1. You could not defend that nothing is awarded past the"
        " gate (10) and that the result agrees with what employers see (7). The other 10 you could, 4 of them only within the"
        " limits below."
    )


def test_every_exception_is_named_on_the_first_page_and_figures_say_whether_they_are_enough() -> None:
    names = (
        "job-task link",
        "content validation",
        "item evidence",
        "decision consistency",
        "differential item functioning",
    )
    checks = (replace(check("reliability"), least=0.7), *(check(name, "released") for name in names))
    given = replace(full(), checks=checks)
    told = gate_today(given)
    assert told.startswith("The gate is open only because two people let 5 checks stand for a time:")
    assert all(name in told for name in names)
    lines = {line[0]: line for line in _figures(given)}
    assert lines["Reliability of the overall score"][4:] == ["≥ 0.70", "yes"]
    assert lines["Same decision if assessed again"][4:] == ["–", "–"]


def test_the_intervals_of_cuts_are_those_of_their_meetings() -> None:
    given = full()
    cuts = (replace(cut("online"), interval=(52.9, 57.1)), cut("bay"))
    words = words_of(dossier_html(whole(replace(given, cuts=cuts))))
    assert "Cut scores, with 95 % intervals: online 55.0 % (52.9 to 57.1); bay 55.0 % (53.2 to 56.8)." in words


def test_where_nothing_is_recorded_the_page_says_so_everywhere() -> None:
    words = words_of(dossier_html(whole(bare())))
    assert words.count("Nothing is recorded yet") > 20
    assert "None yet: nobody can pass before a board adopts a cut score." in words
    assert "3 results wait for a decision" in words
    assert "The gate has not been put to this scheme." in words


def test_how_verdicts_are_made_is_said_and_every_piece_shows_its_rule() -> None:
    dossier = whole(full())
    words = words_of(dossier_html(dossier))
    for rule in RULES:
        assert rule in words
    for claim in dossier.claims:
        for piece in claim.evidence:
            assert " ".join(piece.rule.split()) in words


@pytest.mark.slow
def test_made_up_people_are_announced() -> None:
    given = full()
    assert given.study is not None
    made_up = replace(given, study=replace(given.study, simulated=True))
    assert "SIMULATED DATA" in dossier_html(whole(made_up))
    assert "nothing may be decided from it" in words_of(dossier_html(whole(made_up)))
    assert "SIMULATED DATA" not in dossier_html(whole(given))


@pytest.mark.parametrize("made", [bare, full])
def test_names_are_unique_links_lead_somewhere_and_nothing_is_loaded(made: Callable[[], Facts]) -> None:
    root = tree(dossier_html(whole(made())))
    names = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(names) == len(set(names))
    for link in root.iter("a"):
        href = link.get("href", "")
        assert (
            href[1:] in names
            if href.startswith("#")
            else href.startswith(("/director/", "http://data.europa.eu/esco/"))
        )
    assert not list(root.iter("script"))
    assert not [element for element in root.iter() if element.get("style")]


@pytest.mark.slow
def test_text_of_records_is_never_markup() -> None:
    assert "<safely>" not in dossier_html(whole(full()))
    assert "Charge points &lt;safely&gt;" in dossier_html(whole(full()))


def test_records_without_a_leaf_are_named() -> None:
    assert "1 records have no leaf: frozen data d." in words_of(dossier_html(whole(full())))


def test_the_document_holds_every_claim_with_its_records() -> None:
    dossier = whole(full())
    held = json.loads(FILES["dossier.json"](dossier))
    assert [claim["key"] for claim in held["claims"]] == [claim.key for claim in dossier.claims]
    study = held["claims"][4]["evidence"][0]["records"][0]
    assert study == {"kind": "study", "id": "study-1", "digest": "cc33", "where": "/director/studies/study-1/"}
    assert len(held["crosswalk"]) == 5 and held["automation"]["learned_packages"] == []


def test_the_trail_is_one_line_a_record() -> None:
    lines = [json.loads(line) for line in FILES["evidence.jsonl"](whole(full())).splitlines()]
    assert lines[0] == {
        "type": "header",
        "format": "assayer-dossier-evidence",
        "version": 1,
        "scheme": "MC-X 2",
        "on": "2026-11-26",
        "records": 2,
    }
    assert lines[1]["rests_on"] == [{"kind": "dataset", "id": "d"}]
    assert lines[2]["leaf"] is None


@pytest.mark.slow
def test_the_same_facts_give_the_same_tagged_pdf() -> None:
    paper = FILES["dossier.pdf"](whole(bare()))
    assert paper == FILES["dossier.pdf"](whole(bare()))
    assert paper.startswith(b"%PDF-") and re.search(rb"pdfuaid", paper)
