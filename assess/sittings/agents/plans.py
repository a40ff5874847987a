"""Reading the plan that a station is given: which steps, and which criterion each of them answers for."""

from collections.abc import Mapping
from typing import Any

from assess.sittings.actions import SittingError
from simulator_adapters import documents
from simulator_adapters.contract import Plan
from simulator_adapters.registry import adapter_ids

MOST_STEPS = 60
"""So many steps fit, with their measurements, into one entry of the journal."""


def read_bench_plan(*, work: str, adapter: str, serial: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Check a plan and give it as it is kept: `{"plan": …, "rows": {step: criterion}}`. `plan` may be null where the work is a
    settings task: its own document then says what is read.

    Raises
    ------
    SittingError
        `work`, `adapter`, `serial`, `plan`.
    """
    if not work.strip() or len(work) > 80:
        raise SittingError("work", "Name the task or simulation that is measured, PT-ECW-1 say.")
    if adapter not in adapter_ids():
        raise SittingError("adapter", f"No adapter is called {adapter[:40]!r}. At hand are {', '.join(adapter_ids())}.")
    if not serial.strip() or len(serial) > 80:
        raise SittingError("serial", "Write the serial of the device that is booked: another one makes the run void.")
    steps = document.get("plan")
    rows = document.get("rows", {})
    if set(document) - {"plan", "rows"} or not isinstance(rows, Mapping):
        raise SittingError("plan", 'Write {"plan": {…}, "rows": {"step": "criterion"}}, and nothing else.')
    if steps is None:
        return {"plan": None, "rows": {}}
    try:
        plan = documents.decode(Plan, steps, "plan")
    except documents.DocumentError as problem:
        raise SittingError("plan", f"The plan can't be read: {problem}.") from None
    if len(plan.steps) > MOST_STEPS:
        raise SittingError("plan", f"The plan has {len(plan.steps)} steps. Split it: {MOST_STEPS} are the most.")
    names = {step.name for step in plan.steps}
    strange = [name for name in rows if name not in names]
    if strange or not all(isinstance(criterion, str) for criterion in rows.values()):
        named = strange[0] if strange else next(name for name in rows if not isinstance(rows[name], str))
        raise SittingError("plan", f"rows: {str(named)[:60]!r} is no step of the plan, or its criterion is no text.")
    return {"plan": documents.encode(plan), "rows": dict(rows)}
