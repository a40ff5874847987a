"""Writing runs that the server makes: asked for once for each word of the candidate's, carried out by a worker, kept for good.

Each try writes a stream of its own as the next free `adapter:N` and closes it, so that no seal ever waits for a worker. Its
numbers begin where those of posts at stations never reach. A try that the equipment spoiled is kept as well, costs nothing, and
is made again, a bounded number of times.
"""

import time
import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from assess.attempts.actions import open_stream
from assess.attempts.conditions import AttemptError
from assess.attempts.engine_jobs import (
    NOTHING,
    due_of,
    job_of,
    pinned_simulation,
    place_of,
    record_now,
    runs_on_a_machine,
    word_on,
)
from assess.attempts.engine_runs.engines import Made
from assess.attempts.engine_runs.process import WORKER, spoiled
from assess.attempts.journal import clock
from assess.attempts.journal.append import Refused, append
from assess.attempts.journal.batches import MAX_PAYLOAD, Batch
from assess.attempts.journal.chain import DeviceChain
from assess.attempts.models import Attempt, EngineRun, Stream
from assess.ledger import actions as ledger
from assess.ledger.canonical import canonical
from simulator_adapters.contract import Outcome, RunRecord, to_document
from simulator_adapters.short_clocks import with_short_clocks

FIRST_NUMBER = 5001
"""The server's own runs are `adapter:5001` and up; smaller numbers are posted to stations and feeds."""
MOST_TRIES = 3
MOST_ASKED = 60
"""So often a candidate has one simulation run; what is handed in is run in any case."""
LONGEST = timedelta(seconds=90)
"""A run of which nothing was heard for so long was lost with its worker, and is made again."""


def ask_for_run(*, attempt_id: uuid.UUID, simulation: str) -> EngineRun:
    """Have the candidate's last settings written into a device and read back; asking again for the same gives the same run.

    Before anything was set, the device is only read; that leaves nothing in the journal.

    Raises
    ------
    AttemptError
        `sealed`; `no-such-simulation` where the attempt has none of this name that a device carries out; `too-many`.
    """
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state == Attempt.State.SEALED:
        raise AttemptError("sealed", "The attempt is sealed. What was read back stands under its seal.")
    found = pinned_simulation(attempt, simulation)
    if found is None or found.wiring is not None or not runs_on_a_machine(found):
        raise AttemptError("no-such-simulation", f"This attempt has no device {simulation!r} to write into.")
    epoch, sequence = place_of(word_on(found, record_now(attempt)))
    mine = EngineRun.objects.filter(attempt=attempt, simulation=simulation)
    known = mine.filter(epoch=epoch, sequence=sequence).first()
    if known is None and mine.count() >= MOST_ASKED:
        raise AttemptError(
            "too-many", f"The device was written into {MOST_ASKED} times. Your settings are read back when you hand in."
        )
    run = _ask(attempt, simulation, epoch, sequence)
    return run_again(run_id=run.pk) if run.state == EngineRun.State.FAILED else run


def ask_for_runs(*, attempt_id: uuid.UUID) -> list[EngineRun]:
    """Have everything run that the candidate made and no machine carried out yet: their part was handed in, or is sealed."""
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    return [_ask(attempt, one.simulation, *one.place) for one in due_of(attempt)]


def _ask(attempt: Attempt, simulation: str, epoch: int, sequence: int) -> EngineRun:
    run, made = EngineRun.objects.get_or_create(
        attempt=attempt,
        simulation=simulation,
        epoch=epoch,
        sequence=sequence,
        defaults={"asked_at": timezone.now()},
    )
    return _send(run) if made else run


def run_again(*, run_id: uuid.UUID) -> EngineRun:
    """Have a run made again that the equipment spoiled until its tries were used up.

    Raises
    ------
    AttemptError
        `not-failed` where it came to an end, or is still under way.
    """
    run = EngineRun.objects.select_for_update().get(pk=run_id)
    if run.state != EngineRun.State.FAILED:
        raise AttemptError(
            "not-failed", f"This run is {run.get_state_display().lower()}; only a failed one is made again."
        )
    run.state, run.tries, run.asked_at, run.ended_at, run.sentence = EngineRun.State.ASKED, 0, timezone.now(), None, ""
    run.save(update_fields=["state", "tries", "asked_at", "ended_at", "sentence"])
    return _send(run)


def _send(run: EngineRun) -> EngineRun:
    ledger.follow(topic="run_engine", run_id=str(run.pk))
    return run


def begin_run(*, actor_id: uuid.UUID, run_id: uuid.UUID) -> EngineRun:
    """Take a run up. One whose worker was lost leaves a record that says so; when its tries are used up it has failed.

    Raises
    ------
    AttemptError
        `at-work` while another worker is at it.
    """
    run = _locked(run_id)
    if run.state not in (EngineRun.State.ASKED, EngineRun.State.RUNNING):
        return run
    if run.state == EngineRun.State.RUNNING:
        if run.begun_at is not None and run.begun_at > timezone.now() - LONGEST:
            raise AttemptError("at-work", "Another worker is at this run.")
        lost = spoiled(job_of(run), Outcome.ABORTED, "The worker was lost in the middle of the run.")
        if not _spoiled_once_more(run, actor_id, lost):
            return run
    run.state, run.begun_at, run.tries = EngineRun.State.RUNNING, timezone.now(), run.tries + 1
    run.step, run.steps_done, run.steps_of = "", 0, 0
    run.save(update_fields=["state", "begun_at", "tries", "step", "steps_done", "steps_of"])
    return run


def note_step(*, run_id: uuid.UUID, step: str, done: int, of: int) -> EngineRun:
    """Note how far a run is, for the page that waits for it."""
    run = _locked(run_id)
    if run.state == EngineRun.State.RUNNING:
        run.step, run.steps_done, run.steps_of, run.begun_at = step[:20], done, of, timezone.now()
        run.save(update_fields=["step", "steps_done", "steps_of", "begun_at"])
    return run


def keep_run(*, actor_id: uuid.UUID, run_id: uuid.UUID, made: Made) -> EngineRun:
    """Keep what came of a run: its record in the journal, and what the candidate may see of it. What the equipment spoiled is asked
    for again until its tries are used up."""
    run = _locked(run_id)
    if run.state != EngineRun.State.RUNNING:
        return run
    if made.record is None:
        return _end(run, EngineRun.State.DONE, made.refused)
    if not made.record.outcome.is_candidate:
        _spoiled_once_more(run, actor_id, made.record)
        return run
    run.role = _write(run, actor_id, made.record)
    run.seen = None if made.seen is None else dict(made.seen)
    return _end(run, EngineRun.State.DONE, "")


def _locked(run_id: uuid.UUID) -> EngineRun:
    """The run, with its attempt locked first as everywhere."""
    attempt_id = EngineRun.objects.values_list("attempt_id", flat=True).get(pk=run_id)
    Attempt.objects.select_for_update().get(pk=attempt_id)
    return EngineRun.objects.select_for_update(of=("self",)).select_related("attempt").get(pk=run_id)


def _end(run: EngineRun, state: EngineRun.State, sentence: str) -> EngineRun:
    run.state, run.ended_at, run.sentence = state, timezone.now(), sentence
    run.save(update_fields=["state", "ended_at", "sentence", "role", "seen"])
    return run


def _spoiled_once_more(run: EngineRun, actor_id: uuid.UUID, record: RunRecord) -> bool:
    """Keep the record of a spoiled try; True where another try follows."""
    run.role = _write(run, actor_id, record)
    if run.tries >= MOST_TRIES:
        _end(run, EngineRun.State.FAILED, record.sentence)
        return False
    run.state = EngineRun.State.ASKED
    run.save(update_fields=["state", "role"])
    return True


def _write(run: EngineRun, actor_id: uuid.UUID, record: RunRecord) -> str:
    """Write a run into the journal as the next free adapter of its attempt, and close that stream. The role; empty where the device
    was only looked at."""
    if (run.epoch, run.sequence) == NOTHING:
        return ""
    taken = Stream.objects.filter(subject=run.attempt_id, role__startswith="adapter:").values_list("role", flat=True)
    last = max((int(name.partition(":")[2]) for name in taken), default=0)
    role = f"adapter:{max(last + 1, FIRST_NUMBER)}"
    grant = open_stream(actor_id=actor_id, subject_kind="attempt", subject_id=run.attempt_id, role=role, device=WORKER)
    payload: dict[str, Any] = {
        "simulation": run.simulation,
        "outcome": str(record.outcome),
        "record": _small_enough(record),
        "of": {"epoch": run.epoch, "sequence": run.sequence},
    }
    chain = DeviceChain(grant.identity, grant.sequence, grant.head)
    now_us = clock.now_us()
    said: tuple[tuple[str, dict[str, Any]], ...] = (("run", payload), ("close", {}))
    for kind, words in said:
        chain.add(kind, words, device_ms=now_us // 1000, monotonic_ms=time.monotonic_ns() // 1_000_000)
    batch = Batch(chain.identity.stream, WORKER, tuple(chain.pending), tuple(words for _, words in said), b"")
    outcome = append([batch], server_us=now_us)[0]
    if isinstance(outcome, Refused):
        raise AttemptError(outcome.refusal.code, outcome.refusal.sentence)
    return role


def _small_enough(record: RunRecord) -> dict[str, Any]:
    """A record as the journal takes it: where it would be larger than an entry, its largest attachments stay out, by name."""
    document = to_document(with_short_clocks(record))
    while len(canonical(document)) > MAX_PAYLOAD - 1024 and document["attachments"]:
        largest = max(document["attachments"], key=lambda one: len(one["data"]))
        document["attachments"].remove(largest)
        document["sentence"] += f" {largest['name']} was too large to keep."
    return document
