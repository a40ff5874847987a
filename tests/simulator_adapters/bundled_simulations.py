"""The bundled simulations, read once for the tests beside this file."""

from pathlib import Path
from typing import Any

import yaml

from simulator_adapters.wiring import WiringTask

_PATH = Path(__file__).resolve().parents[2] / "assess" / "content" / "simulations.yaml"

SIMULATIONS: dict[str, Any] = yaml.safe_load(_PATH.read_text())
WIRING_TASKS = {entry["id"]: WiringTask.from_document(entry) for entry in SIMULATIONS["wiring"]}
