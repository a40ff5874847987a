"""Every stored run of a machine computed again from its raw evidence, and held against what the journal says of it.

Nothing is written and nothing is scored again. What differs is for people; so is a certificate of which the register says something
else today than what was recorded with a reading: the score rests on what was recorded.
"""

import itertools
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assess.attempts.files import shelf
from assess.attempts.files.evidence import is_trace
from assess.attempts.models import Attempt, Entry, Evidence
from assess.schemes import queries as schemes
from assess.schemes.errors import SchemeError
from assess.sittings.agents.models import BenchPlan
from assess.sittings.models import Calibration
from simulator_adapters import documents
from simulator_adapters.contract import Instrument, Plan, RunRecord, from_document
from simulator_adapters.photovoltaic.checking import settings_plan
from simulator_adapters.photovoltaic.settings import SettingsSpec
from simulator_adapters.recomputing import NotRecomputable, attached, differences, recomputed, wiring_plan_of
from simulator_adapters.recording import Trace, TraceError, prove_trace

UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
State = Literal["agrees", "differs", "not recomputed"]


@dataclass(frozen=True)
class VerifiedRun:
    """A run of an attempt: `agrees`, `differs` (each sentence names a value), or was `not recomputed` (one sentence says why).

    `notes` are what the register of instruments says otherwise; they change no verdict.
    """

    attempt: uuid.UUID
    about: str
    role: str
    epoch: int
    sequence: int
    run: str
    state: State
    sentences: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Said:
    role: str
    epoch: int
    sequence: int
    payload: Mapping[str, Any]


def verified_runs(attempts: Sequence[uuid.UUID] | None = None) -> Iterator[VerifiedRun]:
    """The runs of these attempts, or of all, attempt by attempt in the order of roles, epochs and sequences."""
    held = Attempt.objects.order_by("created_at", "pk")
    for attempt in (held if attempts is None else held.filter(pk__in=attempts)).iterator(chunk_size=50):
        words = _words(attempt, "run")
        if words:
            at_hand = _AtHand(attempt)
            yield from (_verified(attempt, word, at_hand) for word in words)


def _words(attempt: Attempt, kind: str) -> list[_Said]:
    rows = Entry.objects.filter(stream__subject_kind="attempt", stream__subject=attempt.pk, kind=kind)
    fields = rows.order_by("stream__role", "stream__epoch", "sequence").values_list(
        "stream__role", "stream__epoch", "sequence", "payload"
    )
    return [_Said(role, epoch, sequence, json.loads(payload)) for role, epoch, sequence, payload in fields]


class _AtHand:
    """What an attempt's runs are computed from: the tasks it pins, what its candidate set, raw evidence, and stations' plans."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        try:
            pinned = schemes.simulations([pin["hash"] for pin in attempt.pins["simulations"]])
        except SchemeError:
            pinned = ()
        self.simulations = {one.identifier: one for one in pinned}
        self._answers = [word.payload for word in _words(attempt, "setting")]
        self._kept = list(Evidence.objects.filter(attempt=attempt, erased_at=None))

    def raw(self, record: RunRecord) -> dict[str, bytes]:
        """Bytes that did not travel with a record, by their digest."""
        wanted = {one.sha256 for one in record.attachments if not one.data}
        return {row.sha256: data for row in self._kept if row.sha256 in wanted and (data := self._bytes(row))}

    def trace(self, record: RunRecord) -> Trace | None:
        """The wire trace of a run's session, where it was kept and proves itself."""
        for row in self._kept:
            if record.run_id and record.run_id in row.name and is_trace(data := self._bytes(row)):
                try:
                    return prove_trace(data, name=row.name)
                except TraceError as error:
                    raise NotRecomputable(f"The trace of its session does not prove itself: {error}") from None
        return None

    def plans(self, about: str, record: RunRecord, raw: Mapping[str, bytes]) -> Iterator[Plan]:
        """Every plan that the run can have carried out; its digest says which it was."""
        if any(one.name == "plan.json" for one in record.attachments):
            yield _decoded(json.loads(attached(record, "plan.json", raw)))
        found = self.simulations.get(about)
        if found is not None and record.adapter == "wiring":
            yield wiring_plan_of(record, raw)
        elif found is not None and found.kind == "sunspec_settings":
            yield from self._settings_plans(SettingsSpec.from_document(found.document), record)
        for row in BenchPlan.objects.filter(work=about).order_by("pk"):
            if row.document.get("plan") is not None:
                yield _decoded(row.document["plan"])

    def _settings_plans(self, spec: SettingsSpec, record: RunRecord) -> Iterator[Plan]:
        profiles = (None,) if len(spec.profiles) == 1 else tuple(spec.profiles)
        for answers, profile, dip in itertools.product(self._all_answers(spec, record), profiles, (True, False)):
            yield settings_plan(spec, profile=profile, answers=answers, play_dip=dip)

    def _all_answers(self, spec: SettingsSpec, record: RunRecord) -> Iterator[Mapping[str, str] | None]:
        yield None
        names = [one.id for one in spec.derived]
        if not names:
            return
        for payload in reversed(self._answers):
            given = payload.get("answers")
            found = given if isinstance(given, dict) else {}
            yield {name: str(found.get(name, ""))[:60] for name in names}
        read = {one.name: one.value for one in record.measurements if one.value is not None}
        texts = [
            ("",) if (value := read.get(f"answer_{name}")) is None else (f"{value:f}", f"{value.normalize():f}")
            for name in names
        ]
        yield from (dict(zip(names, chosen, strict=True)) for chosen in itertools.islice(itertools.product(*texts), 64))

    def _bytes(self, row: Evidence) -> bytes:
        try:
            return shelf.get(self._attempt.pk, row.file_name)
        except OSError:
            return b""


def _decoded(document: Any) -> Plan:
    try:
        return documents.decode(Plan, document)
    except ValueError as problem:
        raise NotRecomputable(f"The plan at hand can't be read: {problem}") from None


def _verified(attempt: Attempt, word: _Said, at_hand: _AtHand) -> VerifiedRun:
    about = str(word.payload["simulation"])

    def told(state: State, sentences: tuple[str, ...], record: RunRecord | None = None) -> VerifiedRun:
        return VerifiedRun(
            attempt=attempt.pk,
            about=about,
            role=word.role,
            epoch=word.epoch,
            sequence=word.sequence,
            run="" if record is None else record.run_id,
            state=state,
            sentences=sentences,
            notes=() if record is None else _of_the_register(record),
        )

    try:
        record = from_document(word.payload["record"])
    except (ValueError, ArithmeticError) as problem:
        return told("not recomputed", (f"Its record can't be read: {problem}",))
    try:
        again = _again(about, record, at_hand)
    except NotRecomputable as why:
        return told("not recomputed", (str(why),), record)
    except UNREADABLE as problem:
        # Evidence is what somebody sent: whatever it holds, the other runs are still looked at.
        return told("not recomputed", (f"Its evidence can't be read: {problem}",), record)
    found = differences(record, again)
    return told("differs" if found else "agrees", found, record)


def _again(about: str, record: RunRecord, at_hand: _AtHand) -> RunRecord:
    if not record.outcome.is_candidate:
        raise NotRecomputable(f"It ended {record.outcome}, which speaks about the equipment.")
    raw = at_hand.raw(record)
    carried_out = (
        plan
        for plan in at_hand.plans(about, record, raw)
        if documents.digest(documents.encode(plan)) == record.plan_sha256
    )
    plan = next(carried_out, None)
    if plan is None:
        raise NotRecomputable("The plan that it carried out is not at hand.")
    found = at_hand.simulations.get(about)
    task = None if found is None or found.wiring is None else found.document
    return recomputed(record, plan=plan, raw=raw, trace=at_hand.trace(record), task=task)


def _of_the_register(record: RunRecord) -> tuple[str, ...]:
    """What the register of instruments says otherwise today than what was recorded with the readings."""
    used = {one.instrument for one in record.measurements if one.instrument.calibration_certificate}
    return tuple(note for one in sorted(used, key=lambda one: one.serial) if (note := _register_differs(one)))


def _register_differs(used: Instrument) -> str:
    known = Calibration.objects.filter(instrument__serial=used.serial, number=used.calibration_certificate)
    rows = list(known.order_by("entered_at"))
    certificate = f"Certificate {used.calibration_certificate} of {used.serial}"
    if not rows:
        return f"{certificate} is not in the register."
    if all(row.withdrawn_at is not None for row in rows):
        return f"{certificate} was withdrawn: {rows[-1].withdrawn_because}"
    held = [row for row in rows if row.withdrawn_at is None]
    if all(row.due_on != used.calibration_due for row in held):
        return f"{certificate} was recorded as good until {used.calibration_due}; the register says {held[-1].due_on}."
    return ""
