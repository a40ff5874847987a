"""A small attempt on real content, and its journal as streams of words: what the tests of scoring are told with."""

import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from assess.attempts.folding.pinned import Part, Pinned, PinnedItem
from assess.attempts.folding.records import EntryRecord, StreamRecord
from assess.attempts.scoring.attempt import AttemptScore, score
from assess.schemes.loading import load_content
from assess.schemes.plan import ContentPlan
from assess.schemes.simulations import for_adapters
from item_bank.interactions.contract import token
from item_bank.qti.content import SingleChoice
from simulator_adapters.energy import CaseSheet
from simulator_adapters.wiring import WiringTask

S = 1_000_000
SEED = bytes(range(32))
CURRENT, CHOICE, TEXT, RATIO = "ECW-007", "ECW-002", "ECW-006", "CEE-006"
TASK, MACHINE_TASK = "PT-ECW-1", "PT-PVS-2"
WIRING, CASE, SETTINGS = "SIM-WIRE-1", "SIM-RET-1", "SIM-SUN-1"
LIMIT_S = 3600

Word = tuple[str, dict[str, Any], int]


@cache
def content() -> ContentPlan:
    return load_content(Path(settings.ROOT) / "assess" / "content")


@cache
def pins() -> Pinned:
    """One item of each sort that is told apart here, two tasks, one simulation of each kind."""
    plan = content()
    items = {entry.content.identifier: entry for entry in plan.items}
    tasks = {task.identifier: task for task in plan.tasks}
    documents = {one.identifier: for_adapters(one.document) for one in plan.simulations}
    return Pinned(
        seed=SEED,
        parts=(
            Part("K", "online_exam", Decimal("0.35"), limit_s=LIMIT_S),
            Part("P", "practical", Decimal("0.5"), tasks=(TASK, MACHINE_TASK)),
            Part("S", "simulator", Decimal("0.15"), simulations=(WIRING, CASE, SETTINGS), limit_s=LIMIT_S),
        ),
        items=tuple(
            PinnedItem(name, items[name].outcome, True, items[name].content) for name in (CURRENT, CHOICE, TEXT, RATIO)
        ),
        tasks={name: tasks[name] for name in (TASK, MACHINE_TASK)},
        wiring={WIRING: WiringTask.from_document(documents[WIRING])},
        cases={CASE: CaseSheet.from_document(documents[CASE])},
        settings=frozenset({SETTINGS}),
        outcomes_of={name: tuple(documents[name]["outcomes"]) for name in (WIRING, CASE, SETTINGS)},
    )


def stream(role: str, words: Sequence[Word], *, epoch: int = 1, person: str = "", work: str = "") -> StreamRecord:
    """Words as (kind, payload, second): written online, so that all clocks agree."""
    entries = tuple(
        EntryRecord(n, kind, json.dumps(payload), at * 1000, at * 1000, at * S)
        for n, (kind, payload, at) in enumerate(words, start=1)
    )
    return StreamRecord(role, "device", epoch, entries, person, work)


def said(kind: str, at: int = 0, /, **payload: Any) -> Word:
    return kind, payload, at


def answered(item: str, response: Any, at: int = 0, part: str = "K") -> Word:
    return "answer", {"part": part, "item": item, "response": response}, at


def right_choice() -> dict[str, str]:
    content = next(item.content for item in pins().items if item.identifier == CHOICE)
    assert isinstance(content, SingleChoice)
    return {"choice": token(SEED, content, next(option.id for option in content.options if option.correct))}


def marks(task: str = TASK, *, but: dict[str, Any] | None = None, at: int = 0) -> list[Word]:
    """A sheet with every row done well, locked and rated, but for the rows named."""
    words = []
    for criterion in pins().tasks[task].criteria:
        mark: dict[str, Any] = {"answer": "yes"} if criterion.kind == "checklist" else {"level": 3}
        if criterion.measurement is not None:
            mark = {"missing": "not_taken"}
        mark = (but or {}).get(criterion.identifier, mark)
        words.append(said("mark", at, task=task, criterion=criterion.identifier, mark=mark))
    return [*words, said("lock", at, task=task), said("global_rating", at, task=task, rating=4)]


def scored(*streams: StreamRecord) -> AttemptScore:
    return score(pins(), streams)


def item(result: AttemptScore, name: str) -> Any:
    return next(one for one in result.items if one.item == name)


def task(result: AttemptScore, name: str = TASK) -> Any:
    return next(one for one in result.tasks if one.score.task == name)


def simulation(result: AttemptScore, name: str) -> Any:
    return next(one for one in result.simulations if one.simulation == name)
