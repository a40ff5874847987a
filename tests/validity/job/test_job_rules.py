"""Indices, reduction, weights and coverage: what practitioners' ratings come to."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.validity.job.coverage import Element, coverage
from assess.validity.job.definition import JobStatement, Rules
from assess.validity.job.frozen import Table, survey_dataset
from assess.validity.job.indices import criticality, reliability, statement_indices
from assess.validity.job.reduction import DROP, KEEP, REVIEW, UNKNOWN, Ruling, reduce, ruled
from assess.validity.job.survey import Person, Rating
from assess.validity.job.weighting import Planned, compare, job_shares

RULES = Rules(
    least_practitioners=30,
    not_done_at_most=Decimal("0.50"),
    importance_at_least=Decimal("3.0"),
    harm_keeps_from=Decimal("4.0"),
    learned_later_at_most=Decimal("0.50"),
    group_least=5,
    group_difference=Decimal("1.0"),
    emphasis=(Decimal(2), Decimal(1), Decimal(1)),
    tolerance=Decimal("0.05"),
)
YES = Rating(True, 4, 4, 2, "before")


def table(*columns: list[Rating], groups: tuple[str, ...] = ("North",)) -> Table:
    """Respondents' ratings by statement; a respondent's region goes round the groups."""
    people = {
        f"R{place:03d}": Person(groups[place % len(groups)], "3-5", "own firm") for place in range(len(columns[0]))
    }
    names = [f"J{place}" for place in range(len(columns))]
    ratings = {
        (label, name): rating
        for name, column in zip(names, columns, strict=True)
        for label, rating in zip(people, column, strict=True)
    }
    return Table(survey_dataset(names, people, ratings))


def verdict(column: list[Rating], *, groups: tuple[str, ...] = ("North",), rules: Rules = RULES) -> tuple[str, str]:
    found = reduce(statement_indices(table(column, groups=groups), rules), rules)[0]
    return found.verdict, found.sentence


def test_what_most_do_and_find_important_is_kept() -> None:
    assert verdict([YES] * 40) == (KEEP, "Kept: 100 % do it and its importance is 4.0 (4.0 to 4.0).")


def test_what_few_do_is_dropped_with_the_share_in_words() -> None:
    found = verdict([YES] * 8 + [Rating(False)] * 32)
    assert found == (DROP, "Dropped: 80 % do not do it (65 to 90), at most 50 % may.")


def test_what_few_do_is_kept_where_a_mistake_is_grave_for_certain() -> None:
    grave = [Rating(True, 5, 1, 5, "before")] * 9 + [Rating(True, 5, 1, 4, "before")]
    found, sentence = verdict(grave + [Rating(False)] * 30)
    assert found == KEEP
    assert sentence.startswith(
        "Kept, since a mistake is grave (harm 4.9, 4.7 to 5.0, n = 10; kept from 4 on), although 75 %"
    )


def test_what_may_be_grave_is_left_to_the_board() -> None:
    perhaps = [Rating(True, 5, 1, harm, "before") for harm in (5, 5, 3, 4)]
    found, sentence = verdict(perhaps + [Rating(False)] * 36)
    assert found == REVIEW
    assert "but a mistake may be grave (harm 4.2" in sentence


def test_what_is_unimportant_is_dropped_and_what_straddles_is_left_to_the_board() -> None:
    low = Rating(True, 2, 3, 1, "before")
    assert verdict([low] * 40)[0] == DROP
    found, sentence = verdict([low] * 18 + [YES] * 22)
    assert found == REVIEW
    assert "its importance is 3.1 (2.8 to 3.4), at least 3 is asked" in sentence


def test_what_is_learned_late_is_dropped() -> None:
    assert verdict([replace(YES, learned="later")] * 36 + [YES] * 4)[0] == DROP


def test_groups_on_two_sides_of_the_threshold_leave_it_to_the_board() -> None:
    column = [Rating(True, 5, 3, 2, "before") if place % 4 else Rating(True, 2, 3, 2, "before") for place in range(40)]
    found, sentence = verdict(column, groups=("North", "East", "South", "West"))
    assert found == REVIEW
    assert "by region they disagree: East 5.0 (n = 10), North 2.0 (n = 10)" in sentence


def test_too_few_practitioners_settle_nothing() -> None:
    assert verdict([YES] * 12) == (UNKNOWN, "Kept for now: 12 practitioners answered; the rules ask for 30.")


def test_what_nobody_does_is_dropped() -> None:
    assert verdict([Rating(False)] * 40) == (DROP, "Dropped: nobody who answered does it.")


def test_a_board_rules_with_a_reason_that_stands_before_the_rules() -> None:
    found = reduce(statement_indices(table([YES] * 40), RULES), RULES)
    settled = ruled(found, {"J0": Ruling(keep=False, reason="covered by the entry requirement.")})[0]
    assert settled.verdict == DROP
    assert settled.sentence.startswith(
        "Dropped by the board: covered by the entry requirement. The rules said: Kept: 100 %"
    )


def test_a_weight_is_a_geometric_mean_and_0_for_who_does_not_do_it() -> None:
    values = criticality(table([Rating(True, 4, 1, 1), Rating(False), Rating(True, 5, 5, 5)]), RULES)
    assert values[:, 0] == pytest.approx([2.0, 0.0, 5.0])


def test_reliability_grows_with_practitioners_who_agree() -> None:
    draw = np.random.default_rng(5)
    level = draw.uniform(1.5, 4.5, size=14)

    def asked(people: int) -> float:
        points = np.clip((level[:, None] + draw.normal(0, 0.7, (14, people))).round(), 1, 5).astype(int)
        columns = [[Rating(True, int(point), 3, 3, "before") for point in row] for row in points]
        return reliability(table(*columns)).value or 0.0

    assert 0.5 < asked(4) < asked(40) < 1.0
    assert not reliability(table([YES] * 40)).sufficient


JOBS = (
    JobStatement("J0", "task", "wire it", ("LO-1",), ("E1",)),
    JobStatement("J1", "task", "test it", ("LO-1", "LO-2"), ()),
    JobStatement("J2", "knowledge", "price it", (), ()),
)


def element(name: str, outcome: str, group: str, kind: str = "item", points: int = 1) -> Element:
    return Element(name, kind, name, (outcome,), group, Decimal(points), "0" * 64, "")


ELEMENTS = (
    element("E1", "LO-1", "A"),
    element("E2", "LO-1", "B"),
    element("E3", "LO-2", "B"),
    element("E4", "LO-3", "B"),
)


def test_coverage_names_every_gap() -> None:
    found = coverage(JOBS, ["LO-1", "LO-2", "LO-3"], ELEMENTS)
    assert [row.elements for row in found.rows] == [("E1",), ("E1", "E2", "E3"), ()]
    assert [(gap.kind, gap.what) for gap in found.gaps] == [
        ("untested", "J2"),
        ("unlinked outcome", "LO-3"),
        ("unlinked element", "E4"),
    ]
    assert found.gaps[0].sentence.startswith("J2 (price it) belongs to no learning outcome, so nothing tests it.")


def test_a_statement_whose_named_element_is_gone_is_tested_by_nothing() -> None:
    found = coverage(JOBS[:1], ["LO-1"], ELEMENTS[1:])
    assert found.gaps[0].sentence.startswith("J0 (wire it) is tested by nothing under LO-1.")


PLANNED = [Planned("outcome", "LO-1", "one", Decimal("0.75")), Planned("outcome", "LO-2", "two", Decimal("0.25"))]


def weights(planned: list[Planned], people: int = 40, *, spread: float = 0.01) -> dict[str, tuple[str, str | None]]:
    """Verdict and the job's share, by outcome."""
    values = 3 + spread * np.random.default_rng(6).normal(size=(people, 2))
    found = compare(JOBS[:2], values, ELEMENTS, planned, tolerance=Decimal("0.05"), least=30)
    return {one.identifier: (one.verdict, one.job["value"]) for one in found}


def test_weights_are_compared_with_a_tolerance() -> None:
    assert {verdict for verdict, _ in weights(PLANNED).values()} == {"agrees"}
    shifted = [replace(PLANNED[0], share=Decimal("0.60")), replace(PLANNED[1], share=Decimal("0.40"))]
    assert {verdict for verdict, _ in weights(shifted).values()} == {"differs"}


def test_few_ratings_tell_no_weight_nor_do_ratings_around_the_tolerance() -> None:
    assert {verdict for verdict, _ in weights(PLANNED, people=12).values()} == {"not enough evidence"}
    share = Decimal(weights(PLANNED, spread=2.0)["LO-1"][1] or 0) - Decimal("0.05")
    near = [replace(PLANNED[0], share=share), replace(PLANNED[1], share=1 - share)]
    assert {verdict for verdict, _ in weights(near, spread=2.0).values()} == {"not enough evidence"}


def test_domains_get_the_weight_of_the_statements_they_test() -> None:
    planned = [Planned("domain", "A", "a", Decimal("0.5")), Planned("domain", "B", "b", Decimal("0.5"))]
    values = np.full((40, 2), 3.0)
    found = compare(JOBS[:2], values, ELEMENTS, planned, tolerance=Decimal("0.05"), least=30)
    # J0 is tested in A only; of J1's three items one is in A and two in B
    assert [one.job["value"] for one in found] == ["0.6667", "0.3333"]
    assert found[0].sentence.startswith("The job gives A 67 % (67 to 67), the scheme 50 %: less than the job")


@given(
    weight=st.lists(st.floats(0.1, 5.0), min_size=3, max_size=3),
    scale=st.floats(0.2, 4.0),
)
def test_shares_add_up_to_one_and_do_not_depend_on_the_unit(weight: list[float], scale: float) -> None:
    values = np.array([weight, weight[::-1], weight])
    membership = np.array([[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]])
    once = [one.value or 0.0 for one in job_shares(values, membership, least=2)]
    again = [one.value or 0.0 for one in job_shares(scale * values, membership, least=2)]
    assert sum(once) == pytest.approx(1.0)
    assert again == pytest.approx(once)
