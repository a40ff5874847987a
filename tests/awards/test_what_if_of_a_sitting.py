"""What if, over a real sitting: scores are the journal's, read with other versions; nothing is written."""

from decimal import Decimal

import pytest

from assess.attempts import queries as attempts
from assess.attempts.models import Score
from assess.attempts.scoring.dry_run import measurements, practice
from assess.awards.models import Decision
from assess.awards.what_if_gathering import DropStation, DropTask, MoveCut, WidenTolerance, look
from assess.ledger.models import Outbox
from assess.sittings.models import Station
from assess.validity.cut_scores.models import CutScore
from tests.awards.decided import Decided

EXAM, BENCH = "ECW-K", "ECW-P"


def test_without_a_change_the_dry_run_is_the_score_that_is_stored(decided: Decided) -> None:
    for score in Score.objects.select_related("attempt", "seal"):
        pinned = attempts.pinned(score.attempt)
        assert practice(pinned, attempts.stream_records(score.seal)).into(score.document) == score.document


def test_a_cut_at_nothing_lets_everybody_through_it_and_one_at_everything_nobody(decided: Decided) -> None:
    before = (Decision.objects.count(), Outbox.objects.count())
    highest = look(decided.version, MoveCut(EXAM, Decimal(100)))

    assert {change.attempt for change in highest.found.down} == {str(row.attempt_id) for row in decided.passed}
    assert highest.taken_as_adopted == ()
    assert all(EXAM in change.because[0] for change in highest.found.down)
    assert set(highest.names) == {str(row.attempt_id) for row in decided.decisions}
    assert {impact.by for impact in highest.found.impacts} >= {"", "site", "age"}
    assert (Decision.objects.count(), Outbox.objects.count()) == before


def test_the_cut_as_it_is_changes_nobody(decided: Decided) -> None:
    cut = CutScore.objects.get(scheme_version=decided.version, part=EXAM)

    assert look(decided.version, MoveCut(EXAM, cut.value)).found.changes == ()


@pytest.mark.slow
def test_dropping_a_task_and_dropping_its_only_station_come_to_the_same(decided: Decided) -> None:
    station = Station.objects.filter(sitting__scheme_version=decided.version).order_by("name").first()
    assert station is not None

    by_task = look(decided.version, DropTask(station.task)).found
    by_station = look(decided.version, DropStation(station.name)).found

    assert by_task == by_station
    assert by_task.cases == 3


def test_a_limit_so_wide_that_every_reading_is_inside_takes_nobodys_pass_away(decided: Decided) -> None:
    pinned = attempts.pinned(decided.decisions[0].attempt)
    task, criterion = next((name, row) for name in pinned.tasks for row in measurements(pinned.tasks[name]))

    found = look(decided.version, WidenTolerance(task, criterion, Decimal(10_000))).found

    assert found.down == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (DropTask("PT-NONE"), "The attempt has no task PT-NONE"),
        (DropStation("Bay 99"), "Nobody was assessed at a station called Bay 99"),
        (WidenTolerance("PT-ECW-1", "NONE", Decimal(1)), "PT-ECW-1 measures nothing called NONE"),
        (WidenTolerance("PT-NONE", "NONE", Decimal(1)), "The attempt has no task PT-NONE"),
        (MoveCut("GARDEN", Decimal(60)), "GARDEN has no cut score"),
    ],
)
def test_what_is_not_there_is_named(decided: Decided, asked: DropTask, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        look(decided.version, asked)
