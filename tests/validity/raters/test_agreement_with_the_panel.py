"""Marks beside a reference, counted by hand; and what is proposed from them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.validity.raters.agreement import (
    ADJACENT,
    BELOW,
    DEFAULT,
    EXACT,
    MEETS,
    NOT_ENOUGH,
    NOT_SEEN,
    Row,
    Threshold,
    agreement_from,
    compare,
    document_of,
    proposed,
)


def row(own: float, panel: float, kind: str = "judgement", number: int = 0) -> Row:
    return Row(exemplar="E", task="T", criterion=f"T.{number:02d}", kind=kind, own=own, panel=panel)


def test_gaps_are_levels_and_what_one_did_not_see_is_the_widest() -> None:
    assert [row(3, 1).gap, row(2, 2).gap, row(0, 1, "checklist").gap, row(NOT_SEEN, 2).gap] == [2, 0, 1, 3]
    assert [row(2, 1).to_discuss, row(3, 1).to_discuss, row(0, 1, "checklist").to_discuss] == [False, True, True]


def test_shares_count_every_row_once() -> None:
    rows = [row(2, 2)] * 20 + [row(2, 1)] * 10 + [row(3, 0)] * 5 + [row(1, 1, "checklist")] * 5
    found = compare(rows).coefficients
    assert (found[EXACT].value, found[EXACT].n) == (25 / 40, 40)
    assert found[ADJACENT].value == 35 / 40


@pytest.mark.parametrize(("same", "wanted"), [(40, MEETS), (20, BELOW)])
def test_proposals_go_by_every_threshold(same: int, wanted: str) -> None:
    rows = [row(n % 4, n % 4) for n in range(same)] + [row(3, 0)] * (40 - same)
    assert proposed(compare(rows), DEFAULT) == wanted


def test_without_a_threshold_or_with_few_rows_nothing_is_proposed() -> None:
    assert proposed(compare([row(1, 1)] * 40), ()) == NOT_ENOUGH
    assert proposed(compare([row(3, 0)] * 10), DEFAULT) == NOT_ENOUGH


def test_a_threshold_that_is_met_makes_up_for_none_that_is_not() -> None:
    strict = Threshold(coefficient=EXACT, least=Decimal("0.99"), source="board")
    rows = [row(n % 4, n % 4) for n in range(38)] + [row(2, 1)] * 2
    assert proposed(compare(rows), (*DEFAULT, strict)) == BELOW


MARK = st.tuples(st.sampled_from([NOT_SEEN, 0.0, 1.0, 2.0, 3.0]), st.sampled_from([NOT_SEEN, 0.0, 1.0, 2.0, 3.0]))


@given(st.lists(MARK, max_size=60))
def test_agreement_does_not_care_who_is_the_panel_or_about_the_order_and_keeps_its_document(marks) -> None:
    rows = [row(*pair, number=n) for n, pair in enumerate(marks)]
    found = compare(rows)
    for name, estimate in compare([row(b, a, number=n) for n, (a, b) in enumerate(marks)][::-1]).coefficients.items():
        assert (estimate.value is None) == (found.coefficients[name].value is None)
        assert estimate.value == pytest.approx(found.coefficients[name].value)
    kept = agreement_from(document_of(found))
    assert kept.rows == found.rows
    for name, estimate in found.coefficients.items():
        assert kept.coefficients[name].value == pytest.approx(estimate.value, abs=1e-6)
        assert kept.coefficients[name].reason == estimate.reason
