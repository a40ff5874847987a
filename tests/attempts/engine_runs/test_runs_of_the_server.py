"""What a candidate set in the browser is written into a device and read back by the server: once, in the journal, at no cost where
the equipment fails."""

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from assess import door, tasks
from assess.attempts.conditions import AttemptError
from assess.attempts.engine_jobs import due_of, simulations_of
from assess.attempts.engine_runs import process as engine_process
from assess.attempts.models import EngineRun, Entry, Stream
from assess.ledger.models import Outbox
from assess.people.queries import actor
from tests.attempts.engine_runs.scene import Seat, worked
from tests.web.bench_scene import begin_bench, scored
from tests.web.sample_centre import Centre
from tests.web.ten_simulations import right_writes, with_all_simulations, work_at_all

LIMIT, CURVE, SERVICE = "SIM-SUN-1", "SIM-SUN-2", "SIM-SUN-3"
HALF = [
    [802, "SoCRsvMin", [], "30"],
    [704, "WMaxLimPct", [], "60"],
    [702, "WMaxRtg", [], "1"],
    [705, "Crv.ActPt", [1], "3"],
]


SETTINGS = (LIMIT, CURVE, SERVICE)


@pytest.fixture
def seat(centre: Centre) -> Seat:
    begin_bench(centre)
    return Seat(with_all_simulations(centre))


def journal_of(run: EngineRun) -> tuple[Stream, list[tuple[str, Any]]]:
    stream = Stream.objects.get(subject=run.attempt_id, role=run.role)
    entries = Entry.objects.filter(stream=stream).order_by("sequence")
    return stream, [(one.kind, json.loads(one.payload)) for one in entries]


def runs_in_the_journal(centre: Centre, simulation: str) -> list[str]:
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, kind="run").order_by("pk")
    said = [json.loads(row.payload) for row in rows]
    return [one["outcome"] for one in said if one["simulation"] == simulation]


@pytest.mark.slow
def test_settings_are_written_read_back_and_scored_and_only_the_device_s_own_words_are_shown(seat: Seat) -> None:
    seat.set(LIMIT, HALF, answers={"limit_w": "3000", "reserve_kwh": "3,0"})
    run = seat.run(LIMIT)
    assert (run.state, run.tries, run.role, run.sentence) == ("done", 1, "adapter:5001", "")
    stream, entries = journal_of(run)
    assert (stream.device, stream.state, stream.granted_to.email) == (  # type: ignore[union-attr]
        "engine worker", "closed", "engine-worker@service.invalid",
    )  # fmt: skip
    assert [kind for kind, _ in entries] == ["run", "close"]
    payload = entries[0][1]
    assert payload["of"] == {"epoch": run.epoch, "sequence": run.sequence}
    measured = {one["name"]: (one["value"], one["verdict"]) for one in payload["record"]["measurements"]}
    assert measured == {
        "802.SoCRsvMin": ("30.0", "PASS"), "704.WMaxLimPctEna": ("0", "FAIL"), "704.WMaxLimPct": ("60.0", "PASS"),
        "702.WMax": ("5000", "PASS"), "answer_limit_w": ("3000.000", "PASS"), "answer_reserve_kwh": ("3.000", "PASS"),
    }  # fmt: skip
    assert [one["name"] for one in payload["record"]["attachments"]] == ["registers.json", "writes.json"]
    assert scored(seat.centre, LIMIT).share == Decimal("0.8333")
    blank = seat.answered_again(HALF, {"limit_w": "3000", "reserve_kwh": "about 3"})
    assert (blank.state, scored(seat.centre, LIMIT).share) == ("done", Decimal("0.6667")), (
        "what is no number was asked all the same"
    )
    assert run.seen is not None
    assert [(one["accepted"], one["sentence"]) for one in run.seen["writes"]] == [
        (True, "802.SoCRsvMin now reads 30."),
        (True, "704.WMaxLimPct now reads 60."),
        (False, "702.WMaxRtg: The device refuses: illegal address. This point can only be read."),
        (False, "705.Crv.ActPt[1]: The device refuses: illegal address. Set 1 can only be read."),
    ]
    told = json.dumps(run.seen)
    assert not any(f'"{word}"' in told for word in ("limits", "verdict", "low", "high", "PASS", "FAIL", "outcome"))


@pytest.mark.slow
def test_the_same_settings_are_run_once_and_other_settings_again(seat: Seat) -> None:
    seat.set(LIMIT, HALF)
    first = seat.run(LIMIT)
    assert seat.run(LIMIT) == first
    tasks.LONG["run_engine"](run_id=str(first.pk))
    assert runs_in_the_journal(seat.centre, LIMIT) == ["FAIL"]
    seat.set(LIMIT, HALF[:1])
    assert seat.run(LIMIT) != first
    assert runs_in_the_journal(seat.centre, LIMIT) == ["FAIL", "FAIL"]
    assert due_of(seat.centre.attempt) == []


def test_a_device_that_nothing_was_set_at_is_only_looked_at(seat: Seat) -> None:
    run = seat.run(SERVICE)
    assert (run.state, run.role, runs_in_the_journal(seat.centre, SERVICE)) == ("done", "", [])
    assert run.seen is not None
    held = {(m["model"], r["point"]): r["value"] for m in run.seen["models"] for r in m["registers"]}
    assert held[703, "ESDlyTms"].isdigit()
    assert scored(seat.centre, SERVICE).share == 0


@pytest.mark.slow
def test_a_curve_is_written_to_set_2_adopted_and_read_back_from_set_1_in_the_order_given(seat: Seat) -> None:
    curve = next(one for one in simulations_of(seat.centre.attempt) if one.identifier == CURVE)
    writes = right_writes(seat.centre.attempt, curve)
    seat.set(CURVE, [*writes[-2:], *writes[:-2]])
    assert runs_in_the_journal(seat.centre, CURVE) == []
    early = seat.run(CURVE)
    assert scored(seat.centre, CURVE).share < 1, "adopted before it was written"
    seat.set(CURVE, writes)
    late = seat.run(CURVE)
    assert scored(seat.centre, CURVE).share == 1
    for run, first in ((early, "90.00"), (late, "92.00")):
        assert run.seen is not None
        registers = {(m["model"], r["point"], tuple(r["index"])): r for m in run.seen["models"] for r in m["registers"]}
        assert registers[705, "Crv.Pt.V", (1, 1)]["value"] == first
        assert registers[705, "AdptCrvRslt", ()]["symbol"] == "COMPLETED"


@pytest.mark.slow
def test_all_ten_are_worked_at_handed_in_run_sealed_and_scored(seat: Seat) -> None:
    centre = seat.centre
    work_at_all(centre, seat.say)
    seat.say("finish")
    seat.say("close")
    made = [one.simulation for one in due_of(centre.attempt)]
    assert made == ["SIM-WIRE-1", "SIM-WIRE-2", "SIM-WIRE-3", "SIM-WIRE-4", *SETTINGS]
    director = actor(centre.people.director)
    asked = {"sitting_id": centre.sitting.pk, "attempt_id": centre.attempt.pk}
    with pytest.raises(AttemptError, match=f"still carrying out what was made at {', '.join(sorted(made))}"):
        door.act(director, "proctoring.seal", **asked)
    worked()
    assert due_of(centre.attempt) == []
    assert EngineRun.objects.filter(attempt=centre.attempt, state="done", tries=1).count() == len(made)
    seal = door.act(director, "proctoring.seal", **asked)
    machines = [head["role"] for head in seal.document["heads"] if head["role"].startswith("adapter")]
    assert len(machines) == len(made)
    worked()
    score = centre.attempt.scores.get()
    shares = {one["simulation"]: one["share"] for one in score.document["simulations"]}
    assert shares == dict.fromkeys((*made, "SIM-RET-1", "SIM-RET-2", "SIM-RET-3"), "1.0000")
    waited = Entry.objects.filter(stream__subject=centre.attempt.pk, kind="run", payload__contains="enter_service_wait")
    assert waited.count() == 1


@pytest.mark.slow
def test_equipment_that_fails_is_kept_costs_nothing_and_is_tried_again_a_bounded_number_of_times(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat.set(LIMIT, HALF)
    with monkeypatch.context() as broken:
        broken.setattr(engine_process, "COMMAND", (engine_process.COMMAND[0], "-c", "raise SystemExit(7)"))
        run = seat.run(LIMIT)
    assert (run.state, run.tries, run.sentence) == ("failed", 3, "The engine broke off (status 7).")
    assert runs_in_the_journal(seat.centre, LIMIT) == ["ERROR", "ERROR", "ERROR"]
    assert scored(seat.centre, LIMIT).share is None
    again = {"run_id": run.pk}
    with pytest.raises(door.Forbidden):
        door.act(actor(seat.centre.candidate), "attempts.engine_runs.run_again", **again)
    door.act(actor(seat.centre.lives[0].posts["proctor:1"]), "attempts.engine_runs.run_again", **again)
    worked()
    run.refresh_from_db()
    assert (run.state, scored(seat.centre, LIMIT).share is not None) == ("done", True)


@pytest.mark.slow
def test_a_worker_that_was_lost_leaves_a_record_and_another_makes_the_run(seat: Seat) -> None:
    seat.set(LIMIT, HALF)
    run = seat.ask(LIMIT)
    EngineRun.objects.filter(pk=run.pk).update(state="running", tries=1, begun_at=timezone.now())
    assert tasks.LONG["run_engine"](run_id=str(run.pk)) is False, "another worker is at it"
    EngineRun.objects.filter(pk=run.pk).update(begun_at=timezone.now() - datetime.timedelta(minutes=2))
    worked()
    run.refresh_from_db()
    assert (run.state, run.tries, runs_in_the_journal(seat.centre, LIMIT)) == ("done", 2, ["ABORTED", "FAIL"])
    assert Outbox.objects.filter(topic="run_engine", done_at=None).count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIM-SUN-9", "SIM-WIRE-1"])
def test_nobody_runs_what_is_not_theirs_or_not_there(seat: Seat, name: str) -> None:
    asked = {"attempt_id": seat.centre.attempt.pk, "simulation": name}
    with pytest.raises(AttemptError, match="no device"):
        door.act(actor(seat.centre.candidate), "attempts.engine_runs.ask_for_run", **asked)
    with pytest.raises(door.Forbidden):
        door.act(actor(seat.centre.people.candidates[1]), "attempts.engine_runs.ask_for_run", **asked)
    assert EngineRun.objects.count() == 0
