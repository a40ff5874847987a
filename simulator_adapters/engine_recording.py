"""Recording and replaying engines: what has no wire is recorded as one exchange, its input's digest and its record.

An engine is a function of its configuration and its plan. The trace holds, for each run, the digests of both (``tx``) and the
whole run record (``rx``), chained and sealed as every trace. Played again, the adapter gives the recorded record to the same
input, and a `ReplayMismatch` to any other: a task or a plan that changed shows at once.
"""

import json
from collections.abc import Mapping, Sequence
from threading import Event
from typing import Any

from simulator_adapters import documents
from simulator_adapters.contract import (
    Adapter,
    AdapterManifest,
    Deadline,
    Health,
    HealthState,
    Instrument,
    Plan,
    RunRecord,
    Session,
    from_document,
    to_document,
)
from simulator_adapters.recording import TraceWriter
from simulator_adapters.replay import Matching
from simulator_adapters.wire import Opener

_LONGEST_RECORD = 64 * 1024 * 1024


def _always(request: bytes) -> bool:
    return True


#: For a tolerant replay: running the same input again gives the same record.
MATCHING = Matching(is_read=_always)


def input_line(config: Mapping[str, Any], plan: Plan) -> bytes:
    """What an input is known by: one line with the digests of configuration (as JSON) and plan."""
    digests = {"config": documents.digest(config), "plan": documents.digest(documents.encode(plan))}
    return documents.canonical_bytes(digests) + b"\n"


class RecordedEngine:
    """An engine's adapter, every run of which is written to a trace."""

    def __init__(self, adapter: Adapter, writer: TraceWriter) -> None:
        self._adapter = adapter
        self._writer = writer

    @property
    def manifest(self) -> AdapterManifest:
        """The engine's own."""
        return self._adapter.manifest

    def discover(self, scope: Mapping[str, Any]) -> Sequence[Instrument]:
        """As the engine does."""
        return self._adapter.discover(scope)

    def connect(self, config: Mapping[str, Any], *, deadline: Deadline) -> Session:
        """Open the engine's session; its runs are recorded."""
        return _RecordedSession(self._adapter.connect(config, deadline=deadline), config, self._writer)


class _RecordedSession:
    def __init__(self, session: Session, config: Mapping[str, Any], writer: TraceWriter) -> None:
        self._session = session
        self._config = config
        self._writer = writer

    def health(self) -> Health:
        return self._session.health()

    def run(self, plan: Plan, *, deadline: Deadline, cancel: Event) -> RunRecord:
        self._writer.event("tx", input_line(self._config, plan))
        record = self._session.run(plan, deadline=deadline, cancel=cancel)
        self._writer.event("rx", documents.canonical_bytes(to_document(record)) + b"\n")
        return record

    def abort(self, reason: str) -> None:
        self._session.abort(reason)

    def close(self) -> None:
        self._session.close()


class ReplayedEngine:
    """The same adapter out of a trace; `opener` is a `Replayer`, or a `TolerantReplayer` with this module's `MATCHING`."""

    def __init__(self, manifest: AdapterManifest, opener: Opener) -> None:
        self._manifest = manifest
        self._opener = opener

    @property
    def manifest(self) -> AdapterManifest:
        """The recorded engine's."""
        return self._manifest

    def discover(self, scope: Mapping[str, Any]) -> Sequence[Instrument]:
        """A trace finds no device."""
        return ()

    def connect(self, config: Mapping[str, Any], *, deadline: Deadline) -> Session:
        """Open a session that answers from the trace."""
        return _ReplayedSession(self._manifest, config, self._opener)


class _ReplayedSession:
    def __init__(self, manifest: AdapterManifest, config: Mapping[str, Any], opener: Opener) -> None:
        self._instrument = Instrument(id=manifest.id, serial="recorded", firmware=manifest.version)
        self._config = config
        self._opener = opener

    def health(self) -> Health:
        return Health(state=HealthState.OK, instrument=self._instrument, sentence="A recording answers.")

    def run(self, plan: Plan, *, deadline: Deadline, cancel: Event) -> RunRecord:
        wire = self._opener("recording", 0, deadline=deadline)
        try:
            wire.send(input_line(self._config, plan), deadline=deadline)
            return from_document(json.loads(wire.receive_line(_LONGEST_RECORD, deadline=deadline)))
        finally:
            wire.close()

    def abort(self, reason: str) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing is held."""
