"""What is checked: an adapter, a device and a plan; and the trace of one run, recorded and replayed."""

import inspect
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from simulator_adapters.contract import Adapter, AdapterManifest, Plan, RunRecord, Session
from simulator_adapters.recording import Trace, TraceWriter, recorded
from simulator_adapters.replay import Replayer, ReplayMismatch
from simulator_adapters.wire import Opener, open_tcp


class ContractBroken(AssertionError):
    """What an adapter does not keep, as a sentence."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """An adapter, a device and a plan.

    Attributes
    ----------
    make
        What the entry point names.
    device
        A device that works, while it lasts; gives the configuration that connects to it, with its serial.
    plan
        Reads something; on that device it ends PASS or FAIL. Of a device with a wire it takes at least two readings that
        differ, so that one which is taken for the other shows.
    changes
        Whether bytes that are sent change something at the device. Not needed where nothing is ever sent (an engine).
    single
        Says that the device has one reading only, so that no plan can take two that differ.
    is_safe
        Whether the device is in a safe state; without it, a device that nothing is connected to is safe.
    seconds
        How long a run on a device that works may take.
    grace_s
        How much longer than its deadline any call may take.
    """

    make: Callable[..., Adapter]
    device: Callable[[], AbstractContextManager[Mapping[str, Any]]]
    plan: Plan
    changes: Callable[[bytes], bool] = lambda sent: True
    single: bool = False
    is_safe: Callable[[], bool] = lambda: True
    seconds: float = 5.0
    grace_s: float = 1.5

    @property
    def manifest(self) -> AdapterManifest:
        """The adapter's own."""
        return self.make().manifest

    @property
    def has_wire(self) -> bool:
        """Whether it reaches a device over a wire that can be taken in hand."""
        return "opener" in inspect.signature(self.make).parameters


def record_trace(case: Case, config: Mapping[str, Any], path: Path) -> RunRecord:
    """Connect to a device, run the plan once and record the wire: how the trace of a replay test is made at the real device.

    `config` is that of the device, with its serial.

    Raises
    ------
    TraceExists
        When the file is there already; nothing was asked of the device then.
    """
    writer = TraceWriter(path, {"adapter": case.manifest.id, "serial": str(config.get("serial", ""))})
    return _once(case, config, recorded(open_tcp, writer), writer.seal)


def replay_trace(case: Case, config: Mapping[str, Any], trace: Trace) -> RunRecord:
    """Run the plan against a recorded trace, strictly.

    Raises
    ------
    ContractBroken
        When the adapter asks anything else than was recorded, or leaves something unasked.
    """
    try:
        with Replayer(trace) as replay:
            return _once(case, config, replay, lambda: "")
    except ReplayMismatch as differs:
        raise ContractBroken(f"Replayed, it does something else than was recorded: {differs}") from differs


def _once(case: Case, config: Mapping[str, Any], opener: Opener, end: Callable[[], str]) -> RunRecord:
    try:
        session = case.make(opener=opener).connect(config, deadline=time.monotonic() + case.seconds)
        try:
            return run_once(case, session)
        finally:
            session.close()
    finally:
        end()


def run_once(case: Case, session: Session) -> RunRecord:
    """The case's plan in a session, with the time that it may take."""
    return session.run(case.plan, deadline=time.monotonic() + case.seconds, cancel=Event())
