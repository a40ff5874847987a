"""The inverter benches: each run has its own device on loopback, served and set up over real Modbus TCP.

A run is pure of the database, so that several can work side by side in processes of their own.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator_adapters.contract import RunRecord
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter
from simulator_adapters.photovoltaic.checking import Write, apply_writes, check_settings, inverter_for
from simulator_adapters.photovoltaic.settings import SettingsSpec

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Job:
    """One run: the settings task, the profile ordered, what the candidate writes and works out, the booked serial."""

    document: Mapping[str, Any]
    profile: str | None
    writes: tuple[Write, ...]
    answers: Mapping[str, str] | None
    serial: str


def run(job: Job) -> RunRecord:
    """Serve the device, let the candidate's writes go to it, read it back."""
    spec = SettingsSpec.from_document(job.document)
    until = time.monotonic() + PATIENCE_S
    with inverter_for(spec, serial=job.serial) as inverter:
        config = {"host": "127.0.0.1", "port": inverter.port, "serial": job.serial}
        session = SunSpecAdapter().connect(config, deadline=until)
        try:
            apply_writes(session, _exact(job.writes), deadline=until)
            return check_settings(spec, session, profile=job.profile, answers=job.answers, deadline=until)
        finally:
            session.close()


def _exact(writes: Sequence[Write]) -> list[Write]:
    return [(model, point, list(index), value) for model, point, index, value in writes]
