"""Writing computations of a case's key: asked for by a person, carried out by a worker, stopped by a person, kept for good.

None of this touches the case: its key is changed by people alone, with a new version.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone

from assess.ledger import actions as ledger
from assess.ledger.canonical import canonical
from assess.schemes.computations.models import CaseComputation, CaseRun
from assess.schemes.errors import SchemeError
from assess.schemes.models import SimulationVersion, Version


@dataclass(frozen=True)
class Computed:
    """What a worker computed; `repr` is what the ledger's line of the act says of it."""

    document: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(canonical(dict(self.document))).hexdigest()

    @property
    def engine(self) -> str:
        """Name and version of the engine; empty where none ran."""
        engine = (self.document["building"] or {}).get("engine")
        return "" if engine is None else f"{engine['name']} {engine['version']}"

    def __repr__(self) -> str:
        return f"<computed {self.sha256}>"


def ask_for_computation(*, actor_id: uuid.UUID, simulation_id: uuid.UUID) -> CaseRun:
    """Have the key of a published case computed again in the background. One runs at a time for a case.

    Raises
    ------
    SchemeError
        `not_a_case`: it is no published case sheet; `running`: one is under way already.
    """
    version = SimulationVersion.objects.get(pk=simulation_id)
    if version.kind != SimulationVersion.Kind.CASE or version.state != Version.State.PUBLISHED:
        raise SchemeError("not_a_case", f"{version} is no published case sheet; only those have a key to compute.")
    under_way = CaseRun.objects.filter(simulation=version, state__in=CaseRun.UNDER_WAY).first()
    if under_way is not None:
        said = f"A computation of {version.identifier} is under way since {under_way.asked_at:%H:%M} UTC."
        raise SchemeError("running", said)
    now = timezone.now()
    run = CaseRun.objects.create(simulation=version, asked_by_id=actor_id, asked_at=now, changed_at=now)
    ledger.follow(topic="compute_case", run_id=str(run.pk))
    return run


def stop_computation(*, actor_id: uuid.UUID, run_id: uuid.UUID) -> CaseRun:
    """Stop a computation that is under way. It ends before its next variant, and nothing of it is kept.

    Raises
    ------
    SchemeError
        `over`: it is not under way any more.
    """
    run = CaseRun.objects.select_for_update().get(pk=run_id)
    if run.state not in CaseRun.UNDER_WAY:
        raise SchemeError("over", "This computation is not under way any more.")
    run.state, run.stopped_by_id, run.changed_at = CaseRun.State.STOPPED, actor_id, timezone.now()
    run.save(update_fields=["state", "stopped_by", "changed_at"])
    return run


def note_computation(*, run_id: uuid.UUID, step: str, done: int, of: int) -> CaseRun:
    """Say what is computed now. A run that somebody stopped stays stopped."""
    run = CaseRun.objects.select_for_update().get(pk=run_id)
    if run.state in CaseRun.UNDER_WAY:
        run.state, run.step, run.done, run.of = CaseRun.State.RUNNING, step[:120], done, of
        run.changed_at = timezone.now()
        run.save(update_fields=["state", "step", "done", "of", "changed_at"])
    return run


def end_computation(*, run_id: uuid.UUID, found: Computed | None = None, sentence: str = "") -> CaseRun:
    """Keep what a computation came to, or why it failed."""
    run = CaseRun.objects.select_for_update(of=("self",)).select_related("simulation").get(pk=run_id)
    if run.state not in CaseRun.UNDER_WAY:
        return run
    if found is not None:
        run.computation = _keep(run.asked_by_id, run.simulation, found)
        run.done = run.of
    run.state = CaseRun.State.FAILED if found is None else CaseRun.State.DONE
    run.sentence, run.changed_at = sentence, timezone.now()
    run.save(update_fields=["computation", "state", "done", "sentence", "changed_at"])
    return run


def keep_computation(*, actor_id: uuid.UUID, simulation_id: uuid.UUID, found: Computed) -> CaseComputation:
    """Keep a computation that was made outside of any transaction, by the command line say."""
    return _keep(actor_id, SimulationVersion.objects.get(pk=simulation_id), found)


def _keep(actor_id: uuid.UUID, version: SimulationVersion, found: Computed) -> CaseComputation:
    """The record; what comes out as the last one did is that one."""
    earlier = CaseComputation.objects.filter(simulation=version)
    last = earlier.order_by("-number").first()
    if last is not None and last.document_sha256 == found.sha256:
        return last
    made = CaseComputation.objects.create(
        simulation=version,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        content_hash=version.content_hash,
        engine=found.engine,
        document=dict(found.document),
        document_sha256=found.sha256,
        run_by_id=actor_id,
        run_at=timezone.now(),
    )
    ledger.record_row(kind="case_computation", row=made)
    return made
