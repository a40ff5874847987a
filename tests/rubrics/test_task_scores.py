"""Sheet scores and their combination over assessors."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.definition import Criterion, GlobalRating, StandardSetting, TaskDefinition
from rubrics.errors import RubricError
from rubrics.marking import Adjudication, Held, SafetyStop, StopRuling, combine, score_sheet
from rubrics.marks import ChecklistMark, JudgementMark, MeasurementMark, MissingMeasurement, Reading
from rubrics.measurement import Limit, MeasurementSpec
from rubrics.sheets import rounded_points

YES, NO, NOT_SEEN = ChecklistMark("yes"), ChecklistMark("no"), ChecklistMark("not_seen")
SPEC = MeasurementSpec("time", "ms", "RCD tester", Limit("<=", Decimal(300)), "assessor_entry", 0, calibrated=False)
FAST, SLOW = (MeasurementMark((Reading(Decimal(value)),), "ms", date(2026, 11, 23)) for value in (28, 301))
TASK = TaskDefinition(
    identifier="T",
    version=1,
    status="draft",
    credential="MC",
    station="bay",
    title="Task",
    time_limit_min=60,
    assessors_required=2,
    assessors_independent=True,
    discussion_after_lock=True,
    outcomes=("LO-1", "LO-2"),
    scenario="x",
    candidate_instructions="x",
    assessor_setup="x",
    equipment=(),
    safety_stop_rules=("touches a live part",),
    criteria=(
        Criterion("T.1", "checklist", "isolates", Decimal(4), "LO-1", True),
        Criterion("T.2", "checklist", "labels", Decimal(3), "LO-1", False),
        Criterion("T.3", "judgement", "neat", Decimal(8), "LO-2", False, anchors=("a", "b", "c", "d")),
        Criterion("T.4", "measurement", "trips", Decimal(5), "LO-2", False, measurement=SPEC),
    ),
    max_points=Decimal(20),
    critical_rule="x",
    global_rating=GlobalRating(("1", "2", "3", "4", "5"), "x", "x"),
    standard_setting=StandardSetting("borderline_regression", "modified_angoff", 30),
)
BEST = {"T.1": YES, "T.2": YES, "T.3": JudgementMark(3), "T.4": FAST}
BY = "0b0f9f5e-0000-4000-8000-000000000001"

checks = st.sampled_from([YES, NO, NOT_SEEN])
levels = st.sampled_from([None, 0, 1, 2, 3]).map(JudgementMark)
readings = st.sampled_from([FAST, SLOW, MissingMeasurement("not_taken"), MissingMeasurement("not_seen")])
sheets_of_marks = st.fixed_dictionaries({}, optional={"T.1": checks, "T.2": checks, "T.3": levels, "T.4": readings})


def score(**changes):
    stop = changes.pop("stop", None)
    rating = changes.pop("rating", None)
    marks = {f"T.{name[1:]}": mark for name, mark in changes.items()}
    return score_sheet(TASK, {**BEST, **marks}, stop, global_rating=rating)


def test_a_full_sheet_earns_everything():
    sheet = score(rating=4)
    assert (sheet.points, sheet.maximum, sheet.global_rating) == (Decimal("20.00"), Decimal(20), 4)
    assert {name: outcome.points for name, outcome in sheet.outcomes.items()} == {"LO-1": 7, "LO-2": 13}
    assert (sheet.must_pass_failed, sheet.not_seen, sheet.unscored, sheet.reasons) == ((), (), (), ())


def test_a_judgement_earns_exact_thirds_rounded_once():
    """8 × 2/3 = 5.333…; 4 + 3 + 5.333… + 5 = 17.333…"""
    sheet = score(t3=JudgementMark(2))
    assert sheet.exact == Fraction(52, 3)
    assert sheet.points == Decimal("17.33")


def test_not_seen_is_kept_apart_from_no():
    unseen, missed = score(t1=NOT_SEEN), score(t1=NO)
    assert (unseen.points, missed.points) == (16, 16)
    assert (unseen.not_seen, unseen.must_pass_failed, unseen.must_pass_undecided) == (("T.1",), (), ("T.1",))
    assert (missed.not_seen, missed.must_pass_failed, missed.must_pass_undecided) == ((), ("T.1",), ())


def test_a_missing_mark_is_named_and_not_taken_as_zero_in_silence():
    sheet = score_sheet(TASK, {name: mark for name, mark in BEST.items() if name != "T.4"})
    assert sheet.unscored == ("T.4",)
    assert sheet.reasons == ("T.4: no mark has been given.",)


def test_a_measurement_not_taken_is_a_miss_with_its_reason():
    sheet = score(t4=MissingMeasurement("not_taken"))
    assert (sheet.points, sheet.unscored) == (15, ())
    assert sheet.reasons == ("T.4: the candidate did not take the measurement.",)


def test_a_mark_of_another_kind_leaves_the_criterion_unscored():
    sheet = score(t1=JudgementMark(3))
    assert sheet.unscored == ("T.1",)
    assert sheet.reasons == ("T.1 is a checklist criterion; JudgementMark does not belong to it.",)


@pytest.mark.parametrize(
    ("marks", "rating", "code"), [({"U.1": YES}, None, "unknown_criterion"), ({}, 6, "global_rating")]
)
def test_what_does_not_belong_to_the_task_is_refused(marks, rating, code):
    with pytest.raises(RubricError) as caught:
        score_sheet(TASK, marks, global_rating=rating)
    assert caught.value.code == code


def test_two_sheets_give_the_mean_rounded_once():
    """T.3: 8 × 3/3 and 8 × 2/3, mean 6.666…; the rest is 12."""
    task = combine(TASK, [score(rating=4), score(t3=JudgementMark(2), rating=3)])
    assert (task.status, task.exact, task.points, task.failed) == ("settled", Fraction(56, 3), Decimal("18.67"), False)
    assert task.global_ratings == (3, 4)
    assert task.outcomes["LO-2"].points == Decimal("11.67")


def test_one_sheet_alone_waits_for_the_second():
    task = combine(TASK, [score()])
    assert (task.status, task.points, task.failed) == ("waiting", None, None)
    assert task.reasons[0] == "T.1: 1 of 2 assessors have marked it."


def test_levels_two_apart_go_to_a_third_assessor_whose_mark_settles_by_the_median():
    first, second = score(t3=JudgementMark(0)), score(t3=JudgementMark(2))
    task = combine(TASK, [first, second])
    assert (task.status, task.open_criteria, task.points) == ("third_assessor_needed", ("T.3",), None)
    third = score_sheet(TASK, {"T.3": JudgementMark(1)})
    settled = combine(TASK, [first, second, third])
    assert (settled.status, settled.criteria["T.3"], settled.points) == ("settled", Fraction(8, 3), Decimal("14.67"))


def test_the_worked_example_of_the_explanation_page():
    """docs/explanation/rubric-scoring.md: 56/3 for levels 3 and 2; 52/3 for levels 3 and 1 with 2 from the third."""
    assert combine(TASK, [score(), score(t3=JudgementMark(2))]).points == Decimal("18.67")
    third = score_sheet(TASK, {"T.3": JudgementMark(2)})
    settled = combine(TASK, [score(), score(t3=JudgementMark(1)), third])
    assert (settled.status, settled.points) == ("settled", Decimal("17.33"))


def test_levels_one_apart_are_averaged():
    assert combine(TASK, [score(t3=JudgementMark(1)), score(t3=JudgementMark(2))]).points == 16


@pytest.mark.parametrize(
    ("first", "second", "status", "failed"),
    [
        (YES, YES, "settled", False),
        (NO, NO, "settled", True),
        (YES, NO, "adjudication_needed", None),
        (YES, NOT_SEEN, "adjudication_needed", None),
        (NO, NOT_SEEN, "adjudication_needed", None),
        (NOT_SEEN, NOT_SEEN, "adjudication_needed", None),
    ],
)
def test_a_must_pass_step_is_settled_only_by_agreement(first, second, status, failed):
    task = combine(TASK, [score(t1=first), score(t1=second)])
    assert (task.status, task.failed) == (status, failed)


@pytest.mark.parametrize(("met", "points", "failed"), [(True, 20, False), (False, 16, True)])
def test_a_named_persons_ruling_settles_verdict_and_points(met, points, failed):
    ruling = Adjudication(met, BY, "seen on the recording")
    task = combine(TASK, [score(), score(t1=NO)], adjudications={"T.1": ruling})
    assert (task.status, task.points, task.failed) == ("settled", points, failed)
    verdict = "met" if met else "failed"
    assert task.reasons == (f"T.1: adjudicated {verdict} by {BY} (seen on the recording).",)


def test_a_ruling_on_a_criterion_that_is_no_must_pass_is_refused():
    with pytest.raises(RubricError, match=r"T\.2 is no must-pass criterion of T; nothing to rule on"):
        combine(TASK, [score(), score()], adjudications={"T.2": Adjudication(True, BY, "x")})


def test_a_row_whose_reading_is_in_doubt_waits_for_a_ruling_whatever_the_sheets_say():
    doubt = {"T.4": Held("T.4: read twice, and differently.", by_people=True)}
    task = combine(TASK, [score(), score()], held=doubt)
    assert (task.status, task.to_adjudicate) == ("adjudication_needed", ("T.4",))
    assert task.reasons == ("T.4: read twice, and differently.",)
    assert combine(TASK, [score()], held=doubt).to_adjudicate == ()
    ruled = [combine(TASK, [score(), score()], held=doubt, adjudications={"T.4": Adjudication(met, BY, "x")})
             for met in (True, False)]  # fmt: skip
    assert [(one.status, one.points, one.failed) for one in ruled] == [("settled", 20, False), ("settled", 15, False)]


def test_a_row_whose_equipment_failed_waits_and_nobody_rules_on_it():
    broken = {"T.4": Held("T.4: the meter was silent.", by_people=False)}
    task = combine(TASK, [score(), score()], held=broken)
    assert (task.status, task.points, task.to_adjudicate) == ("waiting", None, ())
    with pytest.raises(RubricError, match=r"T\.4 is no must-pass criterion"):
        combine(TASK, [score(), score()], held=broken, adjudications={"T.4": Adjudication(False, BY, "x")})


def test_a_safety_stop_is_never_decided_by_the_software():
    stopped = score_sheet(TASK, {"T.1": YES}, SafetyStop("touches a live part", "assessor:1"))
    sheets = [stopped, score()]
    claimed = combine(TASK, sheets)
    assert (claimed.status, claimed.failed) == ("adjudication_needed", None)
    said = "T: stopped for safety (touches a live part); a named person confirms or lifts the stop."
    assert claimed.reasons[0] == said
    confirmed = combine(TASK, sheets, stop_ruling=StopRuling(True, BY, "video"))
    assert (confirmed.status, confirmed.failed) == ("settled", True)
    lifted = combine(TASK, sheets, stop_ruling=StopRuling(False, BY, "video"))
    assert (lifted.status, lifted.failed) == ("waiting", None)


def test_a_stop_ruling_without_a_stop_changes_nothing():
    assert combine(TASK, [score(), score()], stop_ruling=StopRuling(True, BY, "x")) == combine(TASK, [score(), score()])


def test_a_sheet_of_another_task_is_refused(tasks):
    other = score_sheet(tasks["PT-ECW-1"], {})
    with pytest.raises(RubricError) as caught:
        combine(TASK, [score(), other])
    assert caught.value.code == "other_task"


@given(sheets_of_marks)
def test_points_lie_between_zero_and_the_maximum_and_outcomes_add_up(marks):
    sheet = score_sheet(TASK, marks)
    assert 0 <= sheet.exact <= sheet.maximum
    assert sum(outcome.exact for outcome in sheet.outcomes.values()) == sheet.exact
    assert sum(outcome.maximum for outcome in sheet.outcomes.values()) == sheet.maximum
    assert set(sheet.must_pass_failed).isdisjoint(sheet.must_pass_undecided)
    assert set(sheet.unscored) == set(BEST) - set(marks)


@given(sheets_of_marks, st.permutations(["T.1", "T.2", "T.3", "T.4"]))
def test_the_order_in_which_marks_were_put_down_does_not_matter(marks, order):
    assert score_sheet(TASK, {name: marks[name] for name in order if name in marks}) == score_sheet(TASK, marks)


@given(sheets_of_marks)
def test_a_better_mark_never_costs_points(marks):
    better = {**marks}
    for name, mark in marks.items():
        if isinstance(mark, ChecklistMark):
            better[name] = YES
        if isinstance(mark, JudgementMark) and mark.level is not None:
            better[name] = JudgementMark(min(3, mark.level + 1))
        if mark is SLOW:
            better[name] = FAST
    before, after = score_sheet(TASK, marks), score_sheet(TASK, better)
    assert after.exact >= before.exact
    assert set(after.must_pass_failed) <= set(before.must_pass_failed)


@given(st.lists(sheets_of_marks, min_size=1, max_size=3), st.randoms(use_true_random=False), st.booleans())
def test_combining_does_not_depend_on_the_order_of_assessors(sheets, random, stop):
    stops = [SafetyStop("smoke") if stop and place == 0 else None for place in range(len(sheets))]
    scored = [score_sheet(TASK, marks, said) for marks, said in zip(sheets, stops, strict=True)]
    shuffled = scored[:]
    random.shuffle(shuffled)
    assert combine(TASK, scored) == combine(TASK, shuffled)


@given(sheets_of_marks, sheets_of_marks)
def test_combined_points_lie_between_those_of_the_sheets(first, second):
    one, two = score_sheet(TASK, first), score_sheet(TASK, second)
    task = combine(TASK, [one, two])
    if task.status == "settled":
        assert min(one.exact, two.exact) <= task.exact <= max(one.exact, two.exact)
        assert task.points == rounded_points(task.exact)
    else:
        assert task.points is None
        assert task.open_criteria


@given(sheets_of_marks)
def test_two_assessors_who_agree_get_the_points_of_one_sheet(marks):
    sheet = score_sheet(TASK, marks)
    task = combine(TASK, [sheet, sheet])
    if not sheet.unscored and not sheet.must_pass_undecided:
        assert (task.status, task.exact, task.must_pass_failed) == ("settled", sheet.exact, sheet.must_pass_failed)
