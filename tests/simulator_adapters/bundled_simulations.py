"""The bundled simulations, read once for the tests beside this file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from simulator_adapters.wiring import WiringTask
from simulator_adapters.wiring.parts import Expectation

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is there
_PATH = Path(__file__).resolve().parents[2] / "assess" / "content" / "simulations.yaml"

SIMULATIONS: dict[str, Any] = yaml.load(_PATH.read_text(), Loader=LOADER)
WIRING_TASKS = {entry["id"]: WiringTask.from_document(entry) for entry in SIMULATIONS["wiring"]}


def without_key(task: WiringTask) -> WiringTask:
    """The same parts with a key that says something else: no reference, every expectation turned round, no rules."""
    rows = tuple(
        Expectation(set=row.set, expect={load: not on for load, on in row.expect.items()}) for row in task.rows
    )
    nothing: dict[str, Any] = {"reference": (), "must_reach_pe": (), "rules": (), "same_rcd_loads": (), "variants": ()}
    return replace(task, rows=rows, same_rcd="", accept_inverted=not task.accept_inverted, **nothing)
