"""The simulator part for tests of its pages: begun for the first candidate, and what its journal and its score say."""

import json
from typing import Any

from assess.attempts.folding.fold import AttemptRecord, fold
from assess.attempts.models import Entry
from assess.attempts.queries import live_records
from assess.attempts.scoring.simulations import ScoredSimulation, score_simulation
from simulator_adapters.wiring import WiringTask
from tests.web.board import agree, at_the_board
from tests.web.sample_centre import Centre


def simulator_part(centre: Centre) -> str:
    return next(part["part"] for part in centre.attempt.pins["parts"] if part["simulations"])


def at_the_bench(centre: Centre, act: str, **more: Any) -> None:
    """The proctor of the first candidate does something for that candidate's simulator part."""
    at_the_board(centre, act, part=simulator_part(centre), **more)


def begin_bench(centre: Centre) -> None:
    agree(centre)
    at_the_bench(centre, "begin")


def bench_address(centre: Centre, page: str = "", number: int = 0) -> str:
    return f"/candidate/attempts/{centre.lives[number].attempt.pk}/bench/{page}"


def wiring_of(centre: Centre, name: str) -> WiringTask:
    return centre.lives[0].pinned.wiring[name]


def folded(centre: Centre) -> AttemptRecord:
    """The first candidate's journal as scoring folds it."""
    return fold(live_records(centre.attempt.pk), centre.lives[0].pinned.frame)


def scored(centre: Centre, simulation: str) -> ScoredSimulation:
    return score_simulation(simulation, centre.lives[0].pinned, folded(centre))


def written(centre: Centre, kind: str) -> list[dict[str, Any]]:
    """The payloads of a kind in the first candidate's journal, in order."""
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, stream__role="candidate", kind=kind)
    return [json.loads(row.payload) for row in rows.order_by("stream__epoch", "sequence")]
