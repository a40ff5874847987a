"""The window level: evidence pooled over sittings, each statistic with its whole interval and enough cases."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.awards.checks import Evidence, Status
from assess.awards.window_facts import Alarm, GroupEvidence, ItemEvidence, Watched
from tests.awards.gate_example import GOOD, STUDY, WINDOW, found, gate, statistic

FAIL, LACK = "fail", "not enough evidence"
STUDIED, SEVERITY, GROUPS = WINDOW.study, WINDOW.severity, WINDOW.groups
assert STUDIED is not None
assert SEVERITY is not None
assert GROUPS is not None
ALARM = Alarm(
    what="Bay 3",
    sentence="Bay 3 lies above its limit.",
    acknowledged=False,
    evidence=(Evidence(kind="alarm", id="a-1"),),
)


@pytest.mark.parametrize(
    ("name", "status", "changes"),
    [
        ("study current", LACK, {"study": replace(STUDIED, scored=300)}),
        ("item evidence", LACK, {"items": None}),
        ("item evidence", LACK, {"items": ItemEvidence(n=29, items=30)}),
        ("item evidence", LACK, {"items": ItemEvidence(n=240, items=2, unsure=("K-1", "K-2"))}),
        ("item evidence", FAIL, {"items": ItemEvidence(n=240, items=30, against=("K-1",))}),
        ("reliability", FAIL, {"reliability": statistic("0.60", "0.52", "0.69")}),
        ("reliability", LACK, {"reliability": statistic("0.72", "0.66", "0.78")}),
        ("reliability", LACK, {"reliability": statistic("0.90", "0.85", "0.95", n=49)}),
        ("reliability", LACK, {"reliability": replace(GOOD, reason="the items hang together by chance")}),
        ("decision consistency", LACK, {"decision_consistency": statistic(None, None, None)}),
        ("rater agreement", FAIL, {"rater_agreement": statistic("0.69", None, None)}),
        ("assessor severity", LACK, {"severity": None}),
        ("assessor severity", LACK, {"severity": replace(SEVERITY, of=12, would_change=0, high=0.24)}),
        ("assessor severity", LACK, {"severity": replace(SEVERITY, would_change=20, low=0.05, high=0.13)}),
        ("assessor severity", FAIL, {"severity": replace(SEVERITY, would_change=60, low=0.20, high=0.31)}),
        ("differential item functioning", LACK, {"groups": None}),
        ("differential item functioning", LACK, {"groups": GroupEvidence(comparisons=(), n=240, judged=0)}),
        (
            "differential item functioning",
            LACK,
            {"groups": replace(GROUPS, judged=0, reason="12 in the smaller group")},
        ),
        ("differential item functioning", FAIL, {"groups": replace(GROUPS, large=("K-4",))}),
        ("drift", LACK, {"alarms": None}),
        ("drift", FAIL, {"alarms": (ALARM,)}),
        ("drift", LACK, {"watched": Watched(charts=12, measured=0)}),
        ("incidents of the window", FAIL, {"incidents": ("Sitting 4, 2026-03-20.",)}),
    ],
)
def test_each_check_of_the_window_shuts_the_gate_by_itself(name: str, status: str, changes: dict[str, Any]) -> None:
    result = gate(window=replace(WINDOW, **changes))

    assert (found(result, name).status, found(result, name).level) == (status, "window")
    assert result.blocking == (name,)


def test_without_a_study_nothing_of_the_scores_passes() -> None:
    nothing = statistic(None, None, None, n=0)
    result = gate(
        window=replace(
            WINDOW,
            study=None,
            reliability=nothing,
            decision_consistency=nothing,
            rater_agreement=nothing,
            items=None,
            groups=None,
            severity=None,
            alarms=None,
        )
    )

    assert set(result.blocking) == {check.name for check in result.checks if check.level == "window"} - {
        "incidents of the window"
    }


def test_an_alarm_that_somebody_has_looked_at_is_told_and_keeps_nothing_shut() -> None:
    result = gate(window=replace(WINDOW, alarms=(replace(ALARM, acknowledged=True),)))

    assert result.open
    assert found(result, "drift").sentence == "Alarms that people have looked at: Bay 3."


def test_drift_says_how_much_its_charts_hold() -> None:
    result = gate(window=replace(WINDOW, watched=Watched(charts=12, measured=9)))

    assert result.open
    assert found(result, "drift").value == "9 of 12 charts have a point with enough evidence"


def test_a_few_items_of_which_it_cannot_be_told_are_named_and_do_not_shut_the_gate() -> None:
    few = "14 persons; at least 30 are needed"
    result = gate(window=replace(WINDOW, items=ItemEvidence(n=240, items=30, unsure=("K-1",), reason=few)))

    assert result.open
    assert found(result, "item evidence").sentence.endswith(f"for 1 it can't be told yet: {few}.")


def test_items_of_which_it_cannot_be_told_say_their_own_reason() -> None:
    items = ItemEvidence(n=240, items=2, unsure=("K-1", "K-2"), reason="the item does not vary")
    result = gate(window=replace(WINDOW, items=items))

    expected = "For 2 of 2 items it can't be told yet: the item does not vary."
    assert found(result, "item evidence").sentence == expected


def test_a_statistic_is_shown_with_interval_threshold_source_and_study() -> None:
    check = found(gate(), "reliability")

    assert check.value == "0.82 (95 % 0.79 to 0.85; coefficient alpha, n = 240)"
    assert (check.threshold, check.source) == ("≥ 0.70, n ≥ 50", "the scheme's adopted plan")
    assert check.evidence == (STUDY,)


@given(
    st.decimals("0.4", "1", places=2),
    st.decimals(0, "0.3", places=2),
    st.decimals(0, "0.3", places=2),
    st.integers(0, 100),
)
def test_a_statistic_passes_only_with_its_whole_interval_and_enough_cases(
    value: Decimal, below: Decimal, above: Decimal, n: int
) -> None:
    given_ = statistic(str(value), str(value - below), str(value + above), n)

    status = found(gate(window=replace(WINDOW, reliability=given_)), "reliability").status

    least = Decimal("0.70")
    assert (status is Status.PASS) == (n >= 50 and value - below >= least)
    assert (status is Status.FAIL) == (n >= 50 and value + above < least)
