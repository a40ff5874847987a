"""Connectivity against the rank of the design matrix; severity against hand arithmetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.psychometrics import facets
from assess.psychometrics.facets.comparable import comparable as comparable_elements
from assess.psychometrics.responses import ResponseError
from tests.effort import examples

Row = tuple[str, ...]


def design_matrix(rows: list[Row]) -> tuple[np.ndarray, dict[tuple[int, str], int]]:
    names = sorted({(facet, name) for row in rows for facet, name in enumerate(row)})
    column = {name: number for number, name in enumerate(names)}
    matrix = np.zeros((len(rows), len(names)))
    for number, row in enumerate(rows):
        for facet, name in enumerate(row):
            matrix[number, column[facet, name]] = 1.0 if facet == 0 else -1.0
    return matrix, column


def comparable(rows: list[Row], one: str, other: str) -> bool:
    """Is the difference of two persons estimable: does its contrast lie in the row space?"""
    matrix, column = design_matrix(rows)
    contrast = np.zeros(matrix.shape[1])
    contrast[column[0, one]] += 1
    contrast[column[0, other]] -= 1
    return bool(np.linalg.matrix_rank(np.vstack([matrix, contrast])) == np.linalg.matrix_rank(matrix))


two_facets = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("RSTU")), min_size=1, max_size=8)
three_facets = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("RST"), st.sampled_from("xyz")), min_size=1, max_size=10
)

four_facets = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("RST"), st.sampled_from("xyz"), st.sampled_from("12")),
    min_size=1,
    max_size=9,
)


@pytest.mark.slow
@given(st.one_of(two_facets, three_facets, four_facets))
@settings(max_examples=examples(150), deadline=None)
def test_subsets_are_the_persons_whose_differences_are_estimable(marks: list[Row]) -> None:
    found = facets.connectivity(marks)
    subset_of = {person: number for number, subset in enumerate(found.subsets) for person in subset.persons}
    persons = sorted({row[0] for row in marks})
    assert sorted(subset_of) == persons
    for one in persons:
        for other in persons:
            assert (subset_of[one] == subset_of[other]) == comparable(list(marks), one, other)


@pytest.mark.slow
@given(st.one_of(two_facets, three_facets, four_facets))
@settings(max_examples=examples(150), deadline=None)
def test_extra_markings_connect_and_none_can_be_spared(marks: list[Row]) -> None:
    found = facets.connectivity(marks)
    extra = [(m.person, m.rater, *(m.criteria[0].split(" × ") if m.criteria else ())) for m in found.extra_markings]
    assert facets.connectivity([*marks, *extra]).connected
    for left_out in range(len(extra)):
        assert not facets.connectivity([*marks, *extra[:left_out], *extra[left_out + 1 :]]).connected
    assert len(extra) == 0 if found.connected else 1 <= len(extra) <= len(found.subsets) - 1


def test_two_groups_stay_apart_though_they_share_every_criterion() -> None:
    """Facets' own warning case: nested raters. A graph that joined people through criteria would miss it."""
    marks = [(p, r, c) for p, r in (("Ada", "R1"), ("Ben", "R1"), ("Cy", "R2")) for c in ("wiring", "safety")]
    found = facets.connectivity(marks)
    assert [(subset.persons, subset.raters) for subset in found.subsets] == [
        (("Ada", "Ben"), ("R1",)),
        (("Cy",), ("R2",)),
    ]
    assert found.sentence == "2 subsets that cannot be compared with each other; 1 extra marking would connect them."
    assert found.extra_markings == (facets.ExtraMarking(person="Cy", rater="R1", criteria=("safety", "wiring")),)


def test_extra_markings_go_to_the_least_loaded_rater() -> None:
    marks = [("a", "R1"), ("b", "R1"), ("c", "R1"), ("c", "R2"), ("x", "R3"), ("y", "R4")]
    chosen = [(marking.person, marking.rater) for marking in facets.connectivity(marks).extra_markings]
    assert chosen == [("x", "R2"), ("y", "R1")] or chosen == [("x", "R2"), ("y", "R2")]


def test_elements_of_every_facet_are_grouped_by_the_rank_of_the_design() -> None:
    """Random sparse designs of four facets: two elements are together when their difference lies in the row space."""
    rng = np.random.default_rng(44)
    for _ in range(examples(40)):
        marks = [tuple(f"{'prct'[f]}{rng.integers(0, size)}" for f, size in enumerate((6, 4, 3, 2))) for _ in range(9)]
        labels = [sorted({mark[f] for mark in marks}) for f in range(4)]
        codes = [np.array([names.index(mark[f]) for mark in marks]) for f, names in enumerate(labels)]
        found = comparable_elements(codes, [len(names) for names in labels])
        matrix, column = design_matrix(marks)
        rank = np.linalg.matrix_rank(matrix)
        for f, names in enumerate(labels):
            for i, one in enumerate(names):
                for j in range(i):
                    contrast = np.zeros((1, matrix.shape[1]))
                    contrast[0, column[f, one]], contrast[0, column[f, names[j]]] = 1.0, -1.0
                    estimable = np.linalg.matrix_rank(np.vstack([matrix, contrast])) == rank
                    assert (found.group[f][i] == found.group[f][j]) == estimable


def test_anchors_connect_what_marks_do_not() -> None:
    codes, sizes = [np.array([0, 1]), np.array([0, 1])], [2, 2]
    assert comparable_elements(codes, sizes).group[0].tolist() == [0, 1]
    held = {1: np.array([True, True])}
    assert comparable_elements(codes, sizes, held).group[0].tolist() == [0, 0]


def test_hundreds_of_subsets_are_joined_one_marking_each() -> None:
    marks = [(f"P{n}", f"R{n}", c) for n in range(300) for c in ("wiring", "safety")]
    found = facets.connectivity(marks)
    assert len(found.subsets) == 300
    extra = [(m.person, m.rater, m.criteria[0]) for m in found.extra_markings]
    assert facets.connectivity([*marks, *extra]).connected
    assert found.sentence.endswith("299 extra markings would connect them (fewer may do).")


def test_shared_persons_show_thin_links() -> None:
    found = facets.connectivity([("a", "R1"), ("a", "R2"), ("b", "R1"), ("c", "R2")])
    assert found.shared_persons == (("R1", 1), ("R2", 1))
    assert found.connected


def test_no_marks_and_malformed_marks() -> None:
    assert facets.connectivity([]).sentence == "There are no marks to compare anyone by."
    with pytest.raises(ResponseError, match="person, rater") as refusal:
        facets.connectivity([("a", "R1"), ("a", "R1", "c")])
    assert refusal.value.code == "not_a_mark"


def test_severity_is_the_others_marks_minus_ones_own() -> None:
    nan = np.nan
    ratings = np.array([[1, 2, 3], [2, 3, nan], [nan, 4, nan]])
    first, second, third = facets.rater_severity(ratings)
    assert first.severity.value == pytest.approx(((2.5 - 1) + (3 - 2)) / 2)
    assert (first.persons, first.shared_persons) == (2, 2)
    assert second.severity.value == pytest.approx(((2 - 2) + (2 - 3)) / 2)
    assert (second.marks, second.shared_persons) == (3, 2)
    assert third.severity.reason == "1 person(s); at least 30 are needed"
    assert third.warning.startswith("Raw means mix")


def test_severity_standard_error_is_clustered_by_person() -> None:
    """Copying each person's case five times adds no evidence."""
    rng = np.random.default_rng(41)
    ratings = rng.integers(0, 4, size=(40, 2)).astype(float)
    once = facets.rater_severity(ratings)[0].severity
    copied = facets.rater_severity(np.repeat(ratings, 5, axis=0), persons=[str(p) for p in range(40) for _ in range(5)])
    again = copied[0].severity
    assert again.value == pytest.approx(once.value)
    assert again.standard_error == pytest.approx(once.standard_error)
    assert again.n == once.n


def test_severity_recovers_simulated_differences() -> None:
    true = np.random.default_rng(42).normal(10, 2, size=(400, 1))
    ratings = true + np.random.default_rng(43).normal(size=(400, 3)) - np.array([1.0, 0.0, -1.0])
    values = [rater.severity.value for rater in facets.rater_severity(ratings)]
    assert values == pytest.approx([1.5, 0.0, -1.5], abs=0.2)
