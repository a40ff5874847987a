"""The decision is conjunctive, compares rounded decimals, and is never a guess."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.awards.decision import (
    OVERALL,
    CutScore,
    Decision,
    DecisionRule,
    MustPass,
    PartScore,
    Undecidable,
    decide,
)

PARTS = ("knowledge", "bench", "simulator")
WEIGHTS = {"knowledge": Decimal("0.35"), "bench": Decimal("0.50"), "simulator": Decimal("0.15")}
RULE = DecisionRule(parts=PARTS, overall_weights=WEIGHTS)
PERCENT = st.decimals(0, 100, places=4, allow_nan=False)


def _cut(part: str, value: str = "60", **changes: object) -> CutScore:
    fields: dict[str, object] = {
        "part": part,
        "value": Decimal(value),
        "standard_error": Decimal("1.5"),
        "method": "modified Angoff",
        "panel": "panel 1",
        "adopted_by": "Board of examiners",
        "adopted_on": date(2026, 1, 10),
        "version": "2026-1",
    }
    return CutScore(**{**fields, **changes})  # type: ignore[arg-type]


CUTS = [_cut(part) for part in (*PARTS, OVERALL)]


def _scores(knowledge: str, bench: str, simulator: str, error: str | None = "2") -> list[PartScore]:
    spread = None if error is None else Decimal(error)
    values = zip(PARTS, (knowledge, bench, simulator), strict=True)
    return [PartScore(part=part, percent=Decimal(value), standard_error=spread) for part, value in values]


def _decide(scores: list[PartScore], must_pass: list[MustPass] | None = None) -> Decision:
    found = decide(rule=RULE, scores=scores, cuts=CUTS, must_pass=must_pass or [])
    assert isinstance(found, Decision)
    return found


def test_a_pass_names_every_condition() -> None:
    found = _decide(_scores("70", "61", "90"), [MustPass(criterion="proves dead", part="bench", met=True)])

    assert found.passed
    assert found.near_cut == ("bench",)
    assert [(line.rule, line.part, line.score, line.cut, line.met) for line in found.lines] == [
        ("part", "knowledge", Decimal("70.00"), Decimal("60.00"), True),
        ("part", "bench", Decimal("61.00"), Decimal("60.00"), True),
        ("part", "simulator", Decimal("90.00"), Decimal("60.00"), True),
        ("must_pass", "bench", None, None, True),
        ("overall", OVERALL, Decimal("68.50"), Decimal("60.00"), True),
    ]
    assert found.lines[1].sentence == (
        "bench: 61.00 % is at or above the cut score of 60.00 %, within one standard error of measurement (2.00)."
    )


def test_a_must_pass_criterion_missed_fails_a_perfect_score() -> None:
    found = _decide(_scores("100", "100", "100"), [MustPass(criterion="proves dead", part="bench", met=False)])

    assert not found.passed
    assert found.lines[3].sentence == (
        "bench: the must-pass criterion proves dead was not met; no score makes up for it."
    )


@given(bench=st.decimals(0, "59.9949", places=4), knowledge=PERCENT, simulator=PERCENT)
def test_nothing_makes_up_for_a_bench_below_its_cut(bench: Decimal, knowledge: Decimal, simulator: Decimal) -> None:
    assert not _decide(_scores(str(knowledge), str(bench), str(simulator))).passed


@given(st.lists(PERCENT, min_size=3, max_size=3), st.integers(0, 2), st.decimals(0, 10, places=3))
def test_a_higher_score_never_turns_a_pass_into_a_fail(values: list[Decimal], place: int, more: Decimal) -> None:
    better = [*values[:place], min(values[place] + more, Decimal(100)), *values[place + 1 :]]

    before, after = _decide(_scores(*map(str, values))), _decide(_scores(*map(str, better)))

    assert after.passed >= before.passed


@pytest.mark.parametrize(
    ("score", "met"),
    # half to even: 59.995 → 60.00 (999 is odd), 59.985 → 59.98
    [("59.99", False), ("59.994", False), ("59.995", True), ("60", True), ("59.9949999999", False)],
)
def test_scores_are_rounded_to_hundredths_before_they_are_compared(score: str, met: bool) -> None:
    assert _decide(_scores("80", score, "80")).lines[1].met is met


@pytest.mark.parametrize(("score", "near"), [("62", True), ("62.01", False), ("58", True), ("57.99", False)])
def test_near_the_cut_means_within_one_standard_error_on_either_side(score: str, near: bool) -> None:
    assert _decide(_scores("80", score, "80")).lines[1].near_cut is near


def test_the_overall_standard_error_combines_those_of_the_parts() -> None:
    # sqrt((.35·4)² + (.5·3)² + (.15·10)²) = 2.5417…; overall 62.5 is within it of 60, 62.55 is not
    errors = {"knowledge": Decimal(4), "bench": Decimal(3), "simulator": Decimal(10)}

    def near(bench: str) -> bool | None:
        percents = {"knowledge": "60", "bench": bench, "simulator": "60"}
        scores = [PartScore(part=p, percent=Decimal(percents[p]), standard_error=errors[p]) for p in PARTS]
        return _decide(scores).lines[-1].near_cut

    assert near("65.08") is True
    assert near("65.10") is False


def test_an_unknown_standard_error_is_not_guessed() -> None:
    found = _decide(_scores("70", "61", "90", error=None))

    assert [line.near_cut for line in found.lines] == [None] * 4
    assert found.near_cut == ()


def test_whatever_is_missing_means_no_decision_and_is_listed() -> None:
    found = decide(
        rule=RULE,
        scores=[
            PartScore(part="knowledge", percent=None, pending="two short texts wait for their second marker"),
            PartScore(part="bench", percent=Decimal(10)),
        ],
        cuts=[_cut("knowledge"), _cut("bench", adopted_on=None), _cut(OVERALL, adopted_by=" ")],
        must_pass=[MustPass(criterion="proves dead", part="bench", met=None)],
    )

    assert found == Undecidable(
        reasons=(
            "The score of knowledge is pending: two short texts wait for their second marker.",
            "simulator has no score yet.",
            "The cut score of bench (version 2026-1) has not been adopted by a board.",
            "simulator has no cut score.",
            "The cut score of overall (version 2026-1) has not been adopted by a board.",
            "The must-pass criterion proves dead in bench has not been judged.",
        )
    )


def test_a_scheme_without_overall_rule_has_no_overall_line() -> None:
    found = decide(rule=DecisionRule(parts=PARTS), scores=_scores("70", "61", "90"), cuts=CUTS, must_pass=[])

    assert isinstance(found, Decision)
    assert [line.rule for line in found.lines] == ["part", "part", "part"]


@pytest.mark.parametrize(
    ("rule", "scores", "cuts", "error", "told"),
    [
        (RULE, [*_scores("1", "1", "1"), *_scores("2", "2", "2")], CUTS, ValueError, "scores is for bench, knowledge"),
        (RULE, _scores("1", "1", "1"), [*CUTS, _cut("bench")], ValueError, "cut scores is for bench"),
        (RULE, _scores("1", "100.01", "1"), CUTS, ValueError, "between 0 and 100"),
        (RULE, _scores("1", "NaN", "1"), CUTS, ValueError, "between 0 and 100"),
        (RULE, _scores("1", "1", "1", "-1"), CUTS, ValueError, "cannot be negative"),
        (RULE, [PartScore(part="bench", percent=0.5)], CUTS, TypeError, "float"),  # type: ignore[arg-type]
        (DecisionRule(parts=PARTS, overall_weights={"bench": Decimal(1)}), [], CUTS, ValueError, "name exactly"),
        (
            DecisionRule(parts=("bench",), overall_weights={"bench": Decimal("0.9")}),
            [],
            CUTS,
            ValueError,
            "sum to 1",
        ),
    ],
)
def test_impossible_input_is_refused(
    rule: DecisionRule, scores: list[PartScore], cuts: list[CutScore], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        decide(rule=rule, scores=scores, cuts=cuts, must_pass=[])
