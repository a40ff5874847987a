"""The gate: every check every time; two people for each exception, and no rule that lifts what failed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assess.awards.checks import Level, Status
from assess.awards.gate import CHECKS, LEVEL_OF
from tests.awards.gate_example import TODAY, WINDOW, found, gate, release, statistic, waiver

WEAK = replace(WINDOW, reliability=statistic("0.72", "0.66", "0.78"))
BAD = replace(WINDOW, reliability=statistic("0.60", "0.52", "0.69"))
TWELVE = replace(WINDOW, reliability=statistic("0.72", "0.40", "0.91", n=12))


def test_the_gate_opens_when_every_check_passes() -> None:
    result = gate()

    assert result == replace(result, open=True, blocking=(), refused=())
    assert [check.name for check in result.checks] == list(CHECKS)
    assert [check.level for check in result.checks] == sorted(LEVEL_OF.values(), key=list(Level).index)
    assert {check.status for check in result.checks} == {Status.PASS}
    assert all(check.protects_against and check.sentence for check in result.checks)


def test_a_waiver_by_two_people_opens_the_gate_for_one_and_stays_visible() -> None:
    given = waiver("reliability")

    check = found(gate(window=BAD, waivers=[given]), "reliability")

    assert (check.status, check.exception) == (Status.WAIVED, given)
    assert check.words == (
        "0.60 (95 % 0.52 to 0.69; coefficient alpha, n = 240) is below 0.70. "
        "Waived until 2026-05-01 by person-1 and person-2: first window of a new scheme"
    )


def test_testing_on_demand_at_n_12_follows_a_release_rule() -> None:
    rule = release("reliability", least_n=12, reason="pooled evidence follows")

    result = gate(window=TWELVE, releases=[rule])

    assert result.open
    assert (found(result, "reliability").status, found(result, "reliability").exception) == (Status.RELEASED, rule)
    assert found(result, "reliability").words.endswith(
        "Released for windows of at least 12 by person-1 and person-2, evidence due by 2026-09-30: pooled evidence follows"
    )


def test_a_release_rule_never_lifts_what_failed() -> None:
    result = gate(window=BAD, releases=[release("reliability")])

    assert result.blocking == ("reliability",)
    assert result.refused == (
        "The release of 'reliability' does not count: the check failed, and a rule releases only what has not enough evidence.",
    )


def test_a_release_rule_does_not_reach_below_its_condition() -> None:
    result = gate(window=TWELVE, releases=[release("reliability", least_n=13)])

    assert result.blocking == ("reliability",)
    assert "its condition is n ≥ 13, and the evidence rests on 12" in result.refused[0]


@pytest.mark.parametrize("make", [waiver, release])
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"people": ("person-1",)}, "it needs two different people"),
        ({"people": ("person-1", "person-1 ")}, "it needs two different people"),
        ({"people": ("person-1", " ")}, "it needs two different people"),
        ({"reason": " "}, "it gives no reason"),
        ({"expires_on": TODAY - timedelta(days=1)}, "it expired on 2026-03-31"),
        ({"granted_on": TODAY + timedelta(days=1)}, "it is only granted on 2026-04-02"),
    ],
)
def test_an_exception_that_lacks_something_does_not_count_and_is_told(
    make: Any, changes: dict[str, Any], told: str
) -> None:
    one = make("reliability", **changes)
    given = {"waivers": [one]} if make is waiver else {"releases": [one]}

    result = gate(window=WEAK, **given)

    assert result.blocking == ("reliability",)
    assert [sentence.endswith(f"does not count: {told}.") for sentence in result.refused] == [True]


def test_a_waiver_counts_on_its_last_day_and_the_first_that_counts_is_taken() -> None:
    waivers = [waiver("reliability", people=("person-1",)), waiver("reliability", expires_on=TODAY)]

    assert found(gate(window=BAD, waivers=waivers), "reliability").exception == waivers[1]


def test_an_exception_to_a_check_that_passes_changes_nothing() -> None:
    result = gate(waivers=[waiver("reliability")], releases=[release("reliability")])

    assert (found(result, "reliability").status, found(result, "reliability").exception) == (Status.PASS, None)
    assert result.refused == ()


def test_what_names_no_check_is_told() -> None:
    result = gate(waivers=[waiver("colour of the cover")], releases=[release("colour of the cover")])

    assert result.open
    assert result.refused == (
        "The release of 'colour of the cover' does not count: there is no such check.",
        "The waiver of 'colour of the cover' does not count: there is no such check.",
    )
