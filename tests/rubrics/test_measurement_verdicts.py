"""Three verdicts on a measurement, worked by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.marks import Instrument, MeasurementMark, Reading
from rubrics.measurement import Limit, MeasurementSpec, Tolerance
from rubrics.measuring import judge_measurement, round_to
from rubrics.sheets import score_criterion

DAY = date(2026, 11, 23)
TESTER = Instrument("MFT-1", "S-100", date(2026, 11, 23))


def mark(*values, unit, true=None, instrument=TESTER, bound="=", **further):
    true_value = None if true is None else Decimal(true)
    readings = tuple(Reading(Decimal(value), true_value, bound) for value in values)
    return MeasurementMark(readings, unit, DAY, instrument, **further)


@pytest.mark.parametrize(
    ("reading", "limit_met", "agrees", "points"),
    [
        ("0.089", "yes", "yes", 4),  # 7.41 mΩ/m × 12 m = 0.089 Ω
        ("0.119", "yes", "yes", 4),  # just inside 0.089 ± 0.03
        ("0.1195", "yes", "no", 0),  # 0.1195 rounds half to even to 0.120
        ("0.1185", "yes", "yes", 4),  # 0.1185 rounds half to even to 0.118
        ("0.201", "no", "no", 0),
    ],
)
def test_continuity_needs_limit_and_expected_value(tasks, reading, limit_met, agrees, points):
    criterion = tasks["PT-ECW-1"].criterion("PT-ECW-1.08")
    score = score_criterion(criterion, mark(reading, unit="Ω"))
    assert (score.verdicts.limit_met, score.verdicts.reading_agrees) == (limit_met, agrees)
    assert score.points == points


def test_a_true_reading_takes_the_place_of_the_expected_value(tasks):
    criterion = tasks["PT-ECW-1"].criterion("PT-ECW-1.08")
    assert score_criterion(criterion, mark("0.15", unit="Ω", true="0.16")).points == 4
    assert score_criterion(criterion, mark("0.09", unit="Ω", true="0.16")).points == 0


def test_rounding_cannot_carry_a_failing_insulation_value_over_its_limit(tasks):
    criterion = tasks["PT-ECW-1"].criterion("PT-ECW-1.09")
    failing = score_criterion(criterion, mark("0.96", unit="MΩ"))
    assert (failing.verdicts.limit_met, failing.must_pass, failing.points) == ("no", "failed", 0)
    assert failing.reasons == ("PT-ECW-1.09: 0.96 MΩ is outside the limit >= 1.0 MΩ.",)


@pytest.mark.parametrize(
    ("value", "bound", "limit_met"),
    [("999", ">", "yes"), ("0.5", ">", "undecided"), ("0.5", "<", "no"), ("5", "<", "undecided")],
)
def test_an_over_range_counts_only_where_every_value_gives_the_same_answer(tasks, value, bound, limit_met):
    criterion = tasks["PT-ECW-1"].criterion("PT-ECW-1.09")
    score = score_criterion(criterion, mark(value, unit="MΩ", bound=bound))
    assert score.verdicts.limit_met == limit_met
    assert score.state == ("unscored" if limit_met == "undecided" else "scored")


def test_a_slow_device_shown_as_over_range_fails(tasks):
    criterion = tasks["PT-ECW-2"].criterion("PT-ECW-2.09")
    assert score_criterion(criterion, mark("300", unit="ms", bound=">")).verdicts.limit_met == "no"


def test_a_correct_reading_of_a_failing_circuit_earns_the_points(tasks):
    """PT-ECW-3.05: the fault box holds 0.35 MΩ; 15 % of it are 0.0525 MΩ."""
    criterion = tasks["PT-ECW-3"].criterion("PT-ECW-3.05")
    near = score_criterion(criterion, mark("0.40", unit="MΩ", true="0.35"))
    far = score_criterion(criterion, mark("0.41", unit="MΩ", true="0.35"))
    assert (near.verdicts.rounded, near.points) == ((Decimal("14.3"),), 4)
    assert (far.verdicts.rounded, far.points) == ((Decimal("17.1"),), 0)


def test_a_deviation_without_its_true_value_stays_unscored(tasks):
    criterion = tasks["PT-ECW-3"].criterion("PT-ECW-3.05")
    score = score_criterion(criterion, mark("0.40", unit="MΩ"))
    assert score.state == "unscored"
    assert score.reasons == ("PT-ECW-3.05 is compared with a true value; enter the reference reading too.",)


def test_all_four_torques_must_be_inside(tasks):
    criterion = tasks["PT-ECW-1"].criterion("PT-ECW-1.07")
    assert score_criterion(criterion, mark("1.10", "1.20", "1.25", "1.32", unit="Nm")).points == 4
    assert score_criterion(criterion, mark("1.10", "1.20", "1.25", "1.33", unit="Nm")).points == 0


@pytest.mark.parametrize(
    ("due", "finding", "provisional"),
    [(date(2026, 11, 23), "yes", False), (date(2026, 11, 22), "no", True), (None, "undecided", True)],
)
def test_calibration_is_judged_on_the_day_and_never_drops_the_points(tasks, due, finding, provisional):
    criterion = tasks["PT-ECW-2"].criterion("PT-ECW-2.07")
    score = score_criterion(criterion, mark("20", unit="MΩ", instrument=Instrument("IT-1", "S-7", due)))
    assert (score.verdicts.in_calibration, score.provisional, score.points) == (finding, provisional, 4)
    assert bool(score.reasons) is provisional


def test_a_worksheet_has_no_calibration(tasks):
    criterion = tasks["PT-CEE-1"].criterion("PT-CEE-1.06")
    score = score_criterion(criterion, mark("112", unit="kWh/m²", instrument=None))
    assert (score.verdicts.in_calibration, score.provisional, score.points) == ("not_applicable", False, 4)


@pytest.mark.parametrize(
    ("true", "verdict", "state", "points"),
    [
        ("380", "unsatisfactory", "scored", 4),
        ("380", "satisfactory", "scored", 0),
        ("350", "unsatisfactory", "scored", 0),
        (None, "unsatisfactory", "unscored", 0),
        ("380", None, "unscored", 0),
    ],
)
def test_a_fault_of_the_centres_equipment_is_earned_by_true_reading_and_right_verdict(
    tasks, true, verdict, state, points
):
    criterion = tasks["PT-ECW-2"].criterion("PT-ECW-2.09")
    given_mark = mark("382", unit="ms", true=true, centre_equipment_fault=True, candidate_verdict=verdict)
    score = score_criterion(criterion, given_mark)
    assert (score.state, score.points) == (state, points)
    told = "equipment of the centre put the value outside its limit; withdraw it until it is repaired."
    assert f"PT-ECW-2.09: {told}" in score.reasons


def test_an_assessors_entry_in_place_of_the_adapter_says_so(tasks):
    criterion = tasks["PT-PVS-2"].criterion("PT-PVS-2.02")
    assert score_criterion(criterion, mark("30.0", unit="%", instrument=None, entered_by="adapter")).reasons == ()
    assert score_criterion(criterion, mark("30.0", unit="%", instrument=None)).reasons == (
        "PT-PVS-2.02: SunSpec 802.SoCRsvMin is not driven here; the assessor's entry was taken.",
    )


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6), st.integers(0, 6))
def test_rounding_is_half_to_even(value, places):
    """Compared with Python's exact rounding of rational numbers."""
    assert round_to(value, places) == Decimal(round(Fraction(value) * 10**places)).scaleb(-places)


@given(
    st.decimals(min_value=0, max_value=100, places=3),
    st.decimals(min_value=0, max_value=50, places=2),
    st.decimals(min_value=0, max_value=50, places=2),
)
def test_a_between_limit_holds_exactly_where_both_of_its_halves_do(value, low, width):
    spec = MeasurementSpec("voltage", "V", "meter", Limit("between", low, low + width), "assessor_entry", 2)
    given_mark = mark(value, unit="V")
    halves = [replace(spec, limit=Limit(">=", low)), replace(spec, limit=Limit("<=", low + width))]
    both = all(judge_measurement(half, given_mark).limit_met == "yes" for half in halves)
    assert (judge_measurement(spec, given_mark).limit_met == "yes") is both


@given(st.decimals(min_value=0, max_value=100, places=3), st.decimals(min_value=0, max_value=100, places=3))
def test_agreement_does_not_depend_on_which_of_two_readings_is_the_reference(first, second):
    limit, half = Limit(">=", Decimal(0)), Decimal("0.5")
    spec = MeasurementSpec("voltage", "V", "meter", limit, "assessor_entry", 3, None, Tolerance(half))
    there = judge_measurement(spec, mark(first, unit="V", true=second))
    back = judge_measurement(spec, mark(second, unit="V", true=first))
    assert there.reading_agrees == back.reading_agrees == ("yes" if abs(first - second) <= half else "no")
