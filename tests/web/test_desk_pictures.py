"""The small pictures of the desk: they say in words what they show, and tell states apart by form."""

import uuid
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from assess.awards.checks import Status
from assess.awards.waiting import Standing
from assess.web.charts.standing import gate_cells, on_scale, span, stacked
from assess.web.director.glance import kind_of

NOBODY: frozenset[uuid.UUID] = frozenset()
TWO = frozenset({uuid.UUID(int=1), uuid.UUID(int=2)})


def standing(
    outcome: str, *, near: tuple[str, ...] = (), names: frozenset[uuid.UUID] = NOBODY, issued: bool = False
) -> Standing:
    key = uuid.UUID(int=9)
    return Standing(key, key, key, key, key, outcome, near, names, datetime.now(UTC), key if issued else None)


def test_every_status_of_a_check_has_a_form_of_its_own() -> None:
    drawn = ElementTree.fromstring(gate_cells("All of them.", [(status.value, status.value) for status in Status]))
    assert (drawn.get("role"), drawn.get("aria-label")) == ("img", "All of them.")
    forms = [path.get("d") for path in drawn.iter("path")]
    assert len(set(forms)) == len(Status)
    assert [title.text for title in drawn.iter("title")] == [f"{one.value}: {one.value}" for one in Status]


def test_nothing_that_a_picture_is_told_becomes_markup() -> None:
    evil = '"><script>alert(1)</script>'
    pictures = (
        gate_cells(evil, [(evil, "pass")]),
        stacked(evil, [("issued", 1)]),
        on_scale(evil, value=0.5, low=0.4, high=0.6, ends=(0, 1)),
        span(evil, share=0.5, state="ok"),
    )
    assert not any("<script" in drawn for drawn in pictures)


def test_an_estimate_without_enough_evidence_is_hollow_and_one_without_value_is_only_its_scale() -> None:
    weak = ElementTree.fromstring(on_scale("x", value=0.5, low=0.2, high=0.8, ends=(0, 1), mark=0.7, sufficient=False))
    assert ["scale-weak" in (one.get("class") or "") for one in weak] == [False, False, True, True]
    empty = ElementTree.fromstring(on_scale("x", value=None, low=None, high=None, ends=(0, 1)))
    assert [one.get("class") for one in empty] == ["scale-line"]


def test_a_bar_of_nobody_is_empty_and_shares_fill_it() -> None:
    empty = ElementTree.fromstring(stacked("Nobody.", [("issued", 0)]))
    assert [one.get("class") for one in empty] == ["share-none"]
    bar = ElementTree.fromstring(stacked("Some.", [("issued", 3), ("open", 0), ("not", 1)]))
    assert [(one.get("class"), one.get("x")) for one in bar] == [("share-issued", "0"), ("share-not", "165")]


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (standing("passed", names=TWO, issued=True), "issued"),
        (standing("passed", names=TWO), "ready"),
        (standing("passed", names=TWO, near=("P",)), "open"),
        (standing("passed"), "open"),
        (standing("not passed"), "open"),
        (standing("not passed", names=TWO), "not"),
        (standing("undecidable"), "unknown"),
    ],
)
def test_a_candidate_counts_to_one_kind(one: Standing, kind: str) -> None:
    assert kind_of(one) == kind
