"""The inverter's settings as a candidate makes them in the browser, for tests: right writes in the order of the task's procedure."""

from typing import Any

from assess.attempts.engine_jobs import profile_for
from assess.attempts.models import Attempt
from assess.schemes import queries as schemes
from simulator_adapters.photovoltaic.settings import SettingsSpec

ADOPTED = {705: "AdptCrvReq", 711: "AdptCtlReq"}


def right_writes(attempt: Attempt, simulation: schemes.Simulation) -> list[list[Any]]:
    """Every target once; a curve goes to set 2, which is adopted last, as the task's procedure says."""
    spec = SettingsSpec.from_document(simulation.document)
    targets = spec.targets(profile_for(attempt, simulation) or None)
    fixed = {(model, point) for model, (point, _) in spec.must_not_change}
    writes: list[list[Any]] = []
    for one in targets:
        if (one.model, one.point) in fixed:
            continue
        index = [2, *one.index[1:]] if one.model in ADOPTED and one.index else list(one.index)
        writes.append([one.model, one.point, index, f"{one.value}"])
    models = {one.model for one in targets}
    return writes + [[model, request, [], "2"] for model, request in ADOPTED.items() if model in models]


def right_answers(simulation: schemes.Simulation) -> dict[str, str]:
    return {one.id: f"{one.key}" for one in SettingsSpec.from_document(simulation.document).derived}
