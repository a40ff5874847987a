"""Days are held against a base period; what drifts raises one alarm, is looked at by one person and closed by another."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from assess import door, tasks
from assess.attempts.models import Attempt, Score
from assess.ledger import actions as ledger
from assess.ledger.models import Outbox
from assess.ledger.queries import compare
from assess.people.queries import actor
from assess.validity.errors import ValidityError
from assess.validity.monitoring import queries
from assess.validity.monitoring.gathering import scored
from assess.validity.monitoring.models import Alarm, BasePeriod, ChartPoint, MonitoringLook
from tests.attempts.centre import Centre, build
from tests.snapshots import as_built
from tests.validity.monitoring.scored_days import add_day, practical_part


def store_base(centre: Centre, **changes) -> BasePeriod:
    asked = {
        "scheme_version_id": centre.version.pk,
        "blocks": [block.key for block in scored(centre.version.pk).blocks],
        "because": "Both rigs were verified that week.",
    }
    return door.act(actor(centre.people.director), "validity.monitoring.store_base_period", **{**asked, **changes})


def look(centre: Centre) -> MonitoringLook:
    return door.act(actor(centre.people.director), "validity.monitoring.look", scheme_version_id=centre.version.pk)


def acknowledge(person, alarm, done="The rig's meter was replaced."):
    return door.act(actor(person), "validity.monitoring.acknowledge_alarm", alarm_id=alarm.pk, done=done)


def close(person, alarm):
    return door.act(actor(person), "validity.monitoring.close_alarm", alarm_id=alarm.pk)


def build_watched() -> Centre:
    centre = build()
    with transaction.atomic():
        add_day(centre, 0, 60)
        add_day(centre, 1, 40)
        store_base(centre)
    return centre


@pytest.fixture(scope="module")
def built_watched(django_db_setup, django_db_blocker) -> Iterator[Centre]:
    with django_db_blocker.unblock():
        yield as_built("watched", build_watched)
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def watched(built_watched: Centre, db: None) -> Centre:
    """A centre with two usual days as its base period; whatever a test does there is undone."""
    return built_watched


def alarms(centre: Centre) -> list[tuple[str, str]]:
    return [(alarm.kind.value, alarm.what) for alarm in queries.alarms_of(centre.version.pk)]


@pytest.mark.slow
def test_usual_days_raise_nothing_and_their_points_stand_on_the_charts(watched: Centre) -> None:
    add_day(watched, 2, 40)
    made = look(watched)
    assert alarms(watched) == []
    assert made.simulated
    drawn = {one.chart.key: one for one in queries.charts_of(watched.version.pk)}
    bay = drawn["station/score/bay 1"]
    assert [point.n for point in bay.points] == [20, 20]
    assert bay.measured == 2
    assert bay.shewhart.signals == ()
    assert [point.n for point in drawn["item/difficulty/I03"].points] == [40]


@pytest.mark.slow
def test_a_station_that_goes_wrong_raises_one_alarm_that_says_what_to_look_at(watched: Centre) -> None:
    before = dict(Score.objects.values_list("pk", "digest"))
    sitting = add_day(watched, 2, 20, worse={"bay 2": 25})
    look(watched)
    assert alarms(watched) == [("station", "bay 2: task score against what the candidates' exam lets expect")]
    (alarm,) = queries.alarms_of(watched.version.pk)
    assert alarm.sentence.startswith("Task score against what the candidates' exam lets expect: −")
    assert alarm.sentence.endswith("Look at the rig, its consumables, the room and the briefing at this station.")
    assert "(n = 20); this point alone lies beyond its limits" in alarm.sentence
    assert (alarm.open, alarm.looked_at, alarm.since) == (True, False, sitting.starts_at)
    # Looking again finds nothing new; a second bad day finds the alarm open.
    assert look(watched).number == 1
    add_day(watched, 3, 20, worse={"bay 2": 25})
    assert look(watched).number == 2
    assert Alarm.objects.count() == 1
    # It informs, and changes no mark.
    assert dict(Score.objects.filter(pk__in=before).values_list("pk", "digest")) == before


@pytest.mark.slow
def test_an_alarm_takes_two_people_and_its_chart_begins_anew(watched: Centre) -> None:
    people = watched.people
    add_day(watched, 2, 20, worse={"bay 2": 25})
    look(watched)
    alarm = Alarm.objects.get()
    with pytest.raises(ValidityError, match="Nobody has said yet"):
        close(people.director, alarm)
    with pytest.raises(ValidityError, match="Say what you found"):
        acknowledge(people.director, alarm, done=" ")
    acknowledge(people.director, alarm)
    told = queries.alarms_of(watched.version.pk)[0]
    assert (told.looked_at, told.acknowledged_by, told.done) == (True, str(people.director), alarm.done or told.done)
    with pytest.raises(ValidityError, match="A second person does"):
        close(people.director, alarm)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.update(closed_by=people.director, closed_at=alarm.raised_at)
    close(people.approvers[0], alarm)
    assert queries.alarms_of(watched.version.pk) == ()
    add_day(watched, 3, 20)
    look(watched)
    assert queries.alarms_of(watched.version.pk) == ()
    add_day(watched, 4, 20, worse={"bay 2": 25})
    look(watched)
    assert Alarm.objects.count() == 2
    with pytest.raises(ValidityError, match="looked at this alarm already"):
        acknowledge(people.director, alarm)


@pytest.mark.slow
@pytest.mark.slow
def test_a_slow_drift_of_an_assessor_is_found_though_no_single_day_shows_it(watched: Centre) -> None:
    person = watched.people.assessors[3]
    for day in range(2, 9):
        add_day(watched, day, 20, severe={3: 0.5})
    look(watched)
    assert alarms(watched) == [("assessor", f"{person}: severity beside others on the same work")]
    assert Alarm.objects.get().rule == "cusum"


@pytest.mark.slow
@pytest.mark.slow
def test_an_item_that_became_harder_drifts_and_a_weak_group_does_not(watched: Centre) -> None:
    add_day(watched, 2, 60, ability=-0.2)
    look(watched)
    assert alarms(watched) == []
    add_day(watched, 3, 60, harder={5: 3.5})
    look(watched)
    assert ("item", "I05: difficulty against the other items") in alarms(watched)


@pytest.mark.slow
def test_few_cases_are_not_enough_evidence_and_no_alarm(watched: Centre) -> None:
    add_day(watched, 2, 6, worse={"bay 2": 60})
    look(watched)
    assert alarms(watched) == []
    point = ChartPoint.objects.get(chart="station/score/bay 2")
    assert (point.n, point.z, point.reason) == (6, None, "6 cases; at least 10 are needed")


@pytest.mark.slow
@pytest.mark.slow
def test_small_sittings_add_up_to_a_point_of_an_item(watched: Centre) -> None:
    for day in range(2, 6):
        add_day(watched, day, 12, harder={5: 3.5})
        look(watched)
    point = next(one for one in queries.charts_of(watched.version.pk) if one.chart.key == "item/difficulty/I05").points
    assert [one.n for one in point] == [48]
    assert alarms(watched) == [("item", "I05: difficulty against the other items")]
    add_day(watched, 6, 12)
    add_day(watched, 7, 12)
    look(watched)
    point = next(one for one in queries.charts_of(watched.version.pk) if one.chart.key == "item/difficulty/I05").points
    assert [one.n for one in point] == [60, 12]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"blocks": ["x/1"]}, "no-such-block"), ({"blocks": []}, "no-such-block"), ({"because": ""}, "reason")],
)
def test_a_base_period_is_of_scored_attempts_and_says_why(watched: Centre, changes, code) -> None:
    with pytest.raises(ValidityError) as refused:
        store_base(watched, **changes)
    assert refused.value.code == code


def test_few_attempts_are_no_base_period(watched: Centre) -> None:
    with pytest.raises(ValidityError, match="20 attempts say too little"):
        store_base(watched, blocks=[scored(watched.version.pk).blocks[0].key])


@pytest.mark.slow
@pytest.mark.slow
def test_without_a_base_period_severity_is_known_and_nothing_is_watched(watched: Centre) -> None:
    centre = watched
    BasePeriod.objects.all().delete()
    add_day(centre, 2, 40, severe={0: 3.0})
    made = look(centre)
    assert made.base is None
    assert queries.charts_of(centre.version.pk) == []
    found = queries.severity_of(centre.version.pk)
    assert found[0].name == str(centre.people.assessors[0])
    assert found[0].severity.sufficient
    assert (found[0].severity.value or 0) > 0.5
    assert found[0].sentence.startswith(f"{found[0].name}: more severe than the average assessor by")
    assert sum(one.severity.value or 0 for one in found) == pytest.approx(0, abs=0.01)
    plan = queries.judged_plan_of(centre.version.pk)
    assert plan is not None
    assert plan.connected


@pytest.mark.slow
@pytest.mark.slow
def test_who_would_change_lies_near_the_cut_and_on_the_side_of_their_assessors(watched: Centre, monkeypatch) -> None:
    monkeypatch.setattr(
        "assess.validity.monitoring.gathering.cuts_of", lambda key: {practical_part(watched): (68, None)}
    )
    add_day(watched, 2, 60, severe={0: 2.5})
    look(watched)
    moves = queries.would_change(watched.version.pk)
    assert moves
    severe = {str(watched.people.assessors[0].pk)}
    document = queries.last_look(watched.version.pk).document["severity"]  # type: ignore[union-attr]
    ups = [row for row in document["moves"] if row["would"] == "pass"]
    assert sum(bool(severe & set(row["raters"])) for row in ups) > len(ups) / 2
    for move in moves:
        assert (
            (move.before < move.cut <= move.after) if move.would == "pass" else (move.after < move.cut <= move.before)
        )
        assert Attempt.objects.filter(pk=move.attempt).exists()
    listed = [move for one in queries.severity_of(watched.version.pk) for move in one.would_change]
    assert {move.attempt for move in listed} == {move.attempt for move in moves}


@pytest.mark.slow
def test_what_was_noted_can_not_be_changed_unseen(watched: Centre) -> None:
    add_day(watched, 2, 20, worse={"bay 2": 25})
    look(watched)
    ledger.sequence()
    scene = set(compare()[1])  # scored days that no action made
    assert all("slipped in" in one.sentence for one in scene)
    point = ChartPoint.objects.filter(chart="station/score/bay 2").get()
    for row, key, change in (
        (point, point.look_id, {"z": 0.1}),
        (Alarm.objects.get(), None, {"sentence": "Nothing."}),
        (BasePeriod.objects.get(), None, {"because": "Otherwise."}),
    ):
        before = {name: getattr(row, name) for name in change}
        type(row).objects.filter(pk=row.pk).update(**change)
        found = set(compare()[1]) - scene
        assert [str(key or row.pk) in str(one) for one in found] == [True], change
        type(row).objects.filter(pk=row.pk).update(**before)


@pytest.mark.slow
def test_a_look_follows_by_itself_and_is_noted_once(watched: Centre) -> None:
    tasks.work_outbox()
    assert MonitoringLook.objects.count() == 1
    add_day(watched, 2, 20, worse={"bay 2": 25})
    door.act(actor(watched.people.director), "validity.monitoring.ask_for_look", scheme_version_id=watched.version.pk)
    door.act(actor(watched.people.director), "validity.monitoring.ask_for_look", scheme_version_id=watched.version.pk)
    tasks.work_outbox()
    assert (MonitoringLook.objects.count(), Alarm.objects.count()) == (2, 1)
    assert not Outbox.objects.filter(topic="look_at_drift", done_at=None).exists()


def test_scores_of_a_sitting_ask_for_a_look_when_the_last_is_there(watched: Centre) -> None:
    centre = watched
    Outbox.objects.filter(topic="look_at_drift").delete()
    centre.sealed()
    centre.scored()
    assert Outbox.objects.filter(topic="look_at_drift").count() == 1
    centre.scored()  # the same score again changes nothing
    assert Outbox.objects.filter(topic="look_at_drift").count() == 1


def test_a_judging_plan_is_connected_before_the_day_or_says_what_would_connect_it(watched: Centre) -> None:
    people = watched.people
    sitting = add_day(watched, 2, 3)
    sitting.assignments.all().delete()
    posts = []
    for place, candidate in enumerate(
        attempt.registration.candidate for attempt in sitting.attempts.select_related("registration__candidate")
    ):
        for side in (1, 2):
            person = people.assessors[2 * (place > 0) + side - 1]
            posts.append((candidate, f"assessor:{side}", person))
    for candidate, role, person in posts:
        sitting.assignments.create(
            candidate=candidate, role=role, person=person, work="PT-ECW-1", made_at=sitting.starts_at
        )
    plan = queries.plan_of_sitting(sitting.pk)
    assert not plan.connected
    assert plan.sentence == "2 subsets that cannot be compared with each other; 1 extra marking would connect them."
    assert len(plan.extra) == 1
    assert plan.extra[0][1] in {str(one) for one in people.assessors[:4]}
