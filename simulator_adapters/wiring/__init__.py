"""The wiring simulator: a drawing of terminal pairs is energised, played through every state and judged."""

from simulator_adapters.wiring.findings import Finding, Hazard, Scene, Sort
from simulator_adapters.wiring.observing import Observation, faults, injectable, observe
from simulator_adapters.wiring.parts import TaskError
from simulator_adapters.wiring.reading import wires_of_nets
from simulator_adapters.wiring.task import WiringTask
from simulator_adapters.wiring.verdict import Verdict, check_task, evaluate
from simulator_adapters.wiring.wires import WiringInputError, read_wires

__all__ = [
    "Finding",
    "Hazard",
    "Observation",
    "Scene",
    "Sort",
    "TaskError",
    "Verdict",
    "WiringInputError",
    "WiringTask",
    "check_task",
    "evaluate",
    "faults",
    "injectable",
    "observe",
    "read_wires",
    "wires_of_nets",
]
