"""Attempts made up by the Rasch model, as the database would give them to be frozen. A fixed seed gives the same."""

import uuid
from dataclasses import replace

import numpy as np

from assess.validity.datasets.contents import FrozenPart, LeftOut, Sheet
from assess.validity.datasets.gathering import Gathered, Names, ScoredRow, SittingRow

SITES = ("Elmbrook", "Northgate", "Quayside")
AGES = ("under 25", "25 to 39", "40 and over")
TASKS = ("T1", "T2", "T3")
CRITERIA = 4


def made_up(
    attempts: int,
    items: int = 60,
    *,
    sittings: int = 4,
    assessors: int = 12,
    forms: int = 1,
    common: int = 20,
    seed: int = 7,
) -> Gathered:
    """An exam of `items` items in `forms` forms that share `common`, three tasks that two assessors mark, two simulations."""
    rng = np.random.default_rng(seed)
    bank = items if forms == 1 else common + forms * (items - common)
    difficulty = rng.normal(0, 1, bank)
    severity = rng.normal(0, 0.3, assessors)
    people = [uuid.UUID(int=int(value)) for value in rng.integers(1, 2**62, assessors)]
    days = [
        SittingRow(
            str(uuid.UUID(int=place + 1)), SITES[place % 3], f"2026-{place % 12 + 1:02d}-{place // 12 % 28 + 1:02d}"
        )
        for place in range(sittings)
    ]
    ability = rng.normal(0.6, 1, attempts)
    right = rng.random((attempts, bank)) < 1 / (1 + np.exp(difficulty - ability[:, None]))
    rows = []
    for place in range(attempts):
        own = _form(place % forms, items, common, forms)
        sitting = days[place * sittings // attempts]
        pair = rng.choice(assessors, 2, replace=False)
        tasks = tuple(
            (
                (task, f"task{number}"),
                "20",
                str(min(20, max(0, int(12 + 3 * ability[place] + rng.normal(0, 2))))),
                {f"{task}.01": bool(rng.random() < 0.95)},
                tuple(
                    _sheet(f"assessor:{1 + post}", ability[place] - severity[one], rng) for post, one in enumerate(pair)
                ),
            )
            for number, task in enumerate(TASKS)
        )
        shares = np.clip(0.6 + 0.12 * ability[place] + rng.normal(0, 0.1, 2), 0, 1)
        points = [str(int(right[place, item])) for item in own]
        rows.append(
            ScoredRow(
                attempt=uuid.UUID(int=10**6 + place),
                sitting=sitting.identifier,
                repeat=bool(rng.random() < 0.05),
                groups={"site": sitting.site, "age": AGES[int(rng.integers(3))]},
                parts={
                    "exam": f"{100 * sum(map(int, points)) / items:.2f}",
                    "bays": f"{5 * np.mean([int(task[2]) for task in tasks]):.2f}",
                    "bench": f"{50 * sum(shares):.2f}",
                },
                items=tuple(
                    ((f"I{item:03d}", f"{item:08x}"), "1", text) for item, text in zip(own, points, strict=True)
                ),
                tasks=tasks,
                simulations=((("S1", "s1"), f"{shares[0]:.4f}"), (("S2", "s2"), f"{shares[1]:.4f}")),
                assessors={f"assessor:{1 + post}": people[one] for post, one in enumerate(pair)},
            )
        )
    return Gathered(
        code="MC-MADE-UP",
        version="1",
        content="00",
        title="A made-up scheme 1",
        simulated=True,
        parts=(
            FrozenPart("exam", "online_exam", "0.4"),
            FrozenPart("bays", "practical", "0.4"),
            FrozenPart("bench", "simulator", "0.2"),
        ),
        sittings=tuple(days),
        rows=tuple(rows),
        left_out=(LeftOut("no-score", "The attempt is sealed and not scored.", 2),),
    )


def _form(form: int, items: int, common: int, forms: int) -> range | list[int]:
    if forms == 1:
        return range(items)
    own = items - common
    return [*range(common), *range(common + form * own, common + (form + 1) * own)]


def _sheet(role: str, felt: float, rng: np.random.Generator) -> tuple[str, Sheet]:
    levels = {
        f"J{number}": int(np.clip(round(1.5 + 0.7 * felt + rng.normal(0, 0.6)), 0, 3)) for number in range(CRITERIA)
    }
    points = str(int(np.clip(round(12 + 3 * felt + rng.normal(0, 1.5)), 0, 20)))
    rating = int(np.clip(round(3 + 0.8 * felt + rng.normal(0, 0.5)), 1, 5))
    return role, Sheet(role, points, rating, levels)


def shuffled(gathered: Gathered, seed: int) -> Gathered:
    """The same rows in another order."""
    rng = np.random.default_rng(seed)
    return replace(
        gathered,
        rows=tuple(gathered.rows[place] for place in rng.permutation(len(gathered.rows))),
        sittings=tuple(gathered.sittings[place] for place in rng.permutation(len(gathered.sittings))),
    )


def fixed_names(gathered: Gathered) -> Names:
    """Names that hang on the rows alone: for tests that compare bytes of two processes."""
    assessors = sorted({person for row in gathered.rows for person in row.assessors.values()})
    return Names(
        {row.attempt: f"c{(row.attempt.int * 2654435761) % 2**32:010x}" for row in gathered.rows},
        {person: f"a{place:06x}" for place, person in enumerate(assessors)},
    )
