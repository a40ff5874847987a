"""What if: who would change, with why, and what that means for each group."""

from decimal import Decimal

import pytest

from assess.awards.decision import OVERALL, CutScore, Decision, DecisionRule, MustPass, PartScore, Undecidable, decide
from assess.awards.what_if import Case, as_if_adopted, moved, what_if
from tests.awards.gate_example import CUT, TODAY

RULE = DecisionRule(parts=("bench", "exam"), overall_weights={"bench": Decimal("0.6"), "exam": Decimal("0.4")})
CUTS = [
    CUT,
    CutScore(**{**vars(CUT), "part": "exam", "value": Decimal(50)}),
    CutScore(**{**vars(CUT), "part": OVERALL, "value": Decimal(56)}),
]


def decided(bench: str, exam: str = "80", cuts: list[CutScore] = CUTS, *, met: bool = True) -> Decision | Undecidable:
    scores = [PartScore(part="bench", percent=Decimal(bench), standard_error=Decimal(2))]
    scores += [PartScore(part="exam", percent=Decimal(exam), standard_error=Decimal(2))]
    must = [MustPass(criterion="proves dead", part="bench", met=met)]
    return decide(rule=RULE, scores=scores, cuts=cuts, must_pass=must)


def case(name: str, bench: str, cuts: list[CutScore], *, site: str = "Elm") -> Case:
    return Case(attempt=name, groups={"site": site}, before=decided(bench), after=decided(bench, cuts=cuts))


def test_who_changes_is_named_with_the_condition_that_comes_out_otherwise() -> None:
    higher = moved(CUTS, "bench", Decimal(65), RULE.overall_weights)

    found = what_if([case("C1", "63", higher), case("C2", "70", higher), case("C3", "55", higher, site="Oak")])

    assert [(change.attempt, change.before, change.after) for change in found.changes] == [
        ("C1", "passed", "not passed")
    ]
    assert found.down == found.changes
    assert found.up == ()
    assert found.changes[0].because == (
        "bench: 63.00 % is below the cut score of 65.00 %, within one standard error of measurement (2.00).",
    )
    assert (found.near_before, found.near_after) == (0, 1)


def test_groups_carry_numbers_and_intervals_and_say_when_that_is_too_little() -> None:
    higher = moved(CUTS, "bench", Decimal(65), RULE.overall_weights)
    cases = [case(f"C{n}", "63" if n < 10 else "70", higher, site="Elm" if n < 35 else "Oak") for n in range(40)]

    found = {impact.name: impact for impact in what_if(cases).impacts}

    assert [(one.by, one.n, one.up, one.down) for one in found.values()] == [
        ("", 40, 0, 10),
        ("site", 35, 0, 10),
        ("site", 5, 0, 0),
    ]
    assert (found["Elm"].before.value, found["Elm"].after.value) == (1.0, 25 / 35)
    assert found["Elm"].after.interval == pytest.approx((0.5495, 0.8367), abs=1e-4)  # Wilson (1927)
    assert found["Elm"].after.sufficient
    assert not found["Oak"].after.sufficient


def test_what_can_no_longer_be_decided_says_why() -> None:
    after = decide(rule=RULE, scores=[], cuts=CUTS, must_pass=[])

    (change,) = what_if([Case(attempt="C1", groups={}, before=decided("70"), after=after)]).changes

    assert (change.before, change.after) == ("passed", "undecidable")
    assert change.because == ("bench has no score yet.", "exam has no score yet.")


def test_moving_the_cut_of_a_part_moves_the_overall_cut_with_it() -> None:
    held = {cut.part: cut.value for cut in moved(CUTS, "bench", Decimal("62.5"), RULE.overall_weights)}

    assert held == {"bench": Decimal("62.5"), "exam": Decimal(50), OVERALL: Decimal("57.50")}
    assert {cut.part: cut.value for cut in moved(CUTS, OVERALL, Decimal(58), RULE.overall_weights)} == {
        "bench": Decimal(60),
        "exam": Decimal(50),
        OVERALL: Decimal(58),
    }


@pytest.mark.parametrize("value", ["-0.01", "100.01", "NaN"])
def test_what_is_no_percentage_is_no_cut(value: str) -> None:
    with pytest.raises(ValueError, match="lies between 0 and 100"):
        moved(CUTS, "bench", Decimal(value), RULE.overall_weights)


def test_a_part_without_a_cut_has_none_to_move() -> None:
    with pytest.raises(ValueError, match="garden has no cut score"):
        moved(CUTS, "garden", Decimal(60), RULE.overall_weights)


def test_a_cut_that_waits_for_its_board_is_taken_as_adopted_and_that_is_told() -> None:
    open_ = [CutScore(**{**vars(CUT), "adopted_by": "", "adopted_on": None}), *CUTS[1:]]

    taken, waiting = as_if_adopted(open_, TODAY)

    assert waiting == ("bench",)
    assert isinstance(decided("70", cuts=taken), Decision)
    assert isinstance(decided("70", cuts=open_), Undecidable)
