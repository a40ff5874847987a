"""The wiring simulator: a drawing of terminal pairs is energised, played through every state and judged."""

from simulator_adapters.wiring.findings import Finding, Hazard, Scene, Sort, WiringResult
from simulator_adapters.wiring.observing import Observation, observe
from simulator_adapters.wiring.task import TaskError, WiringTask, wires_of_nets
from simulator_adapters.wiring.verdict import check_task, evaluate, evaluate_batch
from simulator_adapters.wiring.wires import WiringInputError, read_wires

__all__ = [
    "Finding",
    "Hazard",
    "Observation",
    "Scene",
    "Sort",
    "TaskError",
    "WiringInputError",
    "WiringResult",
    "WiringTask",
    "check_task",
    "evaluate",
    "evaluate_batch",
    "observe",
    "read_wires",
    "wires_of_nets",
]
