"""Reading cases and the computations of their keys."""

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from assess.schemes.computations.models import CaseComputation, CaseRun
from assess.schemes.models import SimulationVersion, Version
from assess.schemes.simulations import for_adapters
from simulator_adapters.energy.energyplus import weather_folder


def cases() -> list[SimulationVersion]:
    """The latest published version of every case sheet, by identifier."""
    rows = SimulationVersion.objects.filter(kind=SimulationVersion.Kind.CASE, state=Version.State.PUBLISHED)
    latest = {row.identifier: row for row in rows.order_by("number")}
    return [latest[name] for name in sorted(latest)]


def case_by_id(simulation_id: uuid.UUID) -> SimulationVersion | None:
    """A published case sheet."""
    rows = SimulationVersion.objects.filter(kind=SimulationVersion.Kind.CASE, state=Version.State.PUBLISHED)
    return rows.filter(pk=simulation_id).first()


def case_called(identifier: str) -> SimulationVersion | None:
    """The latest published version of the case of this identifier."""
    return next((row for row in cases() if row.identifier == identifier), None)


def document_of(version: SimulationVersion) -> dict[str, Any]:
    """A case's document as the energy models read it."""
    return for_adapters({name: value for name, value in version.document.items() if name != "sample"})


def weather_folders() -> list[Path]:
    """Where weather files are looked for: the installation's own folder first, then what comes with EnergyPlus."""
    own = [Path(settings.WEATHER_DIR)] if settings.WEATHER_DIR else []
    bundled = weather_folder()
    return own if bundled is None else [*own, bundled]


def latest_computations(simulations: Iterable[SimulationVersion]) -> dict[uuid.UUID, CaseComputation]:
    """Of each of these versions the latest computation."""
    rows = CaseComputation.objects.filter(simulation__in=list(simulations)).order_by("number")
    return {row.simulation_id: row for row in rows}


def computations_of(version: SimulationVersion) -> list[CaseComputation]:
    """All computations of a version, the latest first."""
    return list(CaseComputation.objects.filter(simulation=version).select_related("run_by").order_by("-number"))


def runs_of(version: SimulationVersion, most: int = 5) -> list[CaseRun]:
    """The latest runs of a version."""
    rows = CaseRun.objects.filter(simulation=version).select_related("asked_by", "stopped_by", "computation")
    return list(rows.order_by("-asked_at")[:most])


def run_by_id(run_id: uuid.UUID) -> CaseRun | None:
    return CaseRun.objects.filter(pk=run_id).select_related("simulation").first()
