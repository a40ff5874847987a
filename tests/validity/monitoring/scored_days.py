"""Scored attempts of made-up days, put straight into the tables: what monitoring reads, without living through it."""

import datetime
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.utils import timezone

from assess.attempts.models import Attempt, Registration, Score, Seal
from assess.people.models import Account
from assess.schemes import queries as schemes
from assess.sittings.models import Assignment, Sitting, Station
from tests.attempts.centre import Centre

TASKS = ("PT-ECW-1", "PT-ECW-2", "PT-ECW-3")
JUDGEMENTS = {
    "PT-ECW-1": ("PT-ECW-1.10", "PT-ECW-1.11", "PT-ECW-1.12"),
    "PT-ECW-2": ("PT-ECW-2.13", "PT-ECW-2.14"),
    "PT-ECW-3": ("PT-ECW-3.11", "PT-ECW-3.12"),
}
ITEMS = 12
FIRST_DAY = datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)


def add_day(
    centre: Centre,
    day: int,
    count: int,
    *,
    worse: Mapping[str, float] | None = None,
    severe: Mapping[int, float] | None = None,
    harder: Mapping[int, float] | None = None,
    ability: float = 0.4,
) -> Sitting:
    """A sitting with `count` scored attempts.

    Parameters
    ----------
    worse
        Station → percentage points that its task scores lose.
    severe
        Place of an assessor → logits of severity.
    harder
        Number of an item → logits.
    ability
        Mean of the day's candidates.
    """
    rng = np.random.default_rng([20261126, day])
    starts = FIRST_DAY + datetime.timedelta(days=day)
    sitting = Sitting.objects.create(
        organisation=centre.people.organisation,
        scheme_version=centre.version,
        title=f"Day {day}",
        site="here",
        starts_at=starts,
        ends_at=starts + datetime.timedelta(hours=9),
    )
    stations = {
        task: Station.objects.create(sitting=sitting, name=f"bay {place + 1}", task=task, room="hall", minutes=60)
        for place, task in enumerate(TASKS)
    }
    candidates = Account.objects.bulk_create(
        Account(email=f"day{day}-{n}@days.invalid", given_name=f"C{day}-{n}", password="!", simulated=True)
        for n in range(count)
    )
    registrations = Registration.objects.bulk_create(
        Registration(candidate=one, scheme_version=centre.version, requirements=[], registered_at=starts)
        for one in candidates
    )
    attempts = Attempt.objects.bulk_create(
        Attempt(
            registration=one,
            sitting=sitting,
            state="sealed",
            pins=centre.attempt.pins,
            seed=bytes(32),
            created_at=starts,
        )
        for one in registrations
    )
    seals, scores, posts = [], [], []
    part = practical_part(centre)
    for n, attempt in enumerate(attempts):
        at = starts + datetime.timedelta(minutes=5 * n)
        seals.append(
            Seal(
                attempt=attempt, number=1, document={"heads": []}, digest=bytes(32), sealed_by=centre.people.director,
                sealed_at=at, receipt={},
            )
        )  # fmt: skip
        pairs = [tuple(rng.permutation(len(centre.people.assessors))[:2].tolist()) for _ in TASKS]
        document = _document(
            part,
            rng.normal(ability, 1),
            rng,
            pairs,
            stations,
            worse or {},
            severe or {},
            harder or {},
        )
        scores.append(
            Score(
                attempt=attempt, seal=seals[-1], number=1, document=document,
                digest=hashlib.sha256(repr(document).encode()).digest(), scored_at=at,
            )
        )  # fmt: skip
        posts += [
            Assignment(
                sitting=sitting, candidate=candidates[n], role=f"assessor:{2 * place + side + 1}",
                person=centre.people.assessors[pair[side]], station=stations[task], work=task, made_at=timezone.now(),
            )
            for place, (task, pair) in enumerate(zip(TASKS, pairs, strict=True)) for side in (0, 1)
        ]  # fmt: skip
    Seal.objects.bulk_create(seals)
    Score.objects.bulk_create(scores)
    Assignment.objects.bulk_create(posts)
    return sitting


def practical_part(centre: Centre) -> str:
    """The part of the scheme that is done in the bays."""
    return next(part.identifier for part in schemes.parts(centre.version) if part.tasks)


def _document(
    part: str,
    ability: float,
    rng: np.random.Generator,
    pairs: list[tuple[int, ...]],
    stations: Mapping[str, Station],
    worse: Mapping[str, float],
    severe: Mapping[int, float],
    harder: Mapping[int, float],
) -> dict[str, Any]:
    items = []
    for number in range(ITEMS):
        hard = -1.2 + 0.2 * number + harder.get(number, 0.0)
        right = rng.random() < 1 / (1 + np.exp(hard - ability))
        items.append(
            {
                "item": f"I{number:02d}", "outcome": "O", "scored": True, "points": str(int(right)), "maximum": "1",
                "verdict": "right" if right else "wrong", "waits_for": "",
            }
        )  # fmt: skip
    tasks = [
        _task(rng, task, ability, 2 * place, pair, worse.get(stations[task].name, 0.0), severe)
        for place, (task, pair) in enumerate(zip(TASKS, pairs, strict=True))
    ]
    practical = sum(float(task["points"]) for task in tasks) / sum(float(task["maximum"]) for task in tasks)
    return {
        "items": items,
        "tasks": tasks,
        "simulations": [],
        "parts": [{"part": part, "kind": "practical", "percent": f"{100 * practical:.2f}", "waits_for": []}],
    }


def _task(
    rng: np.random.Generator,
    task: str,
    ability: float,
    first: int,
    pair: tuple[int, ...],
    worse: float,
    severe: Mapping[int, float],
) -> dict[str, Any]:
    form = ability + rng.normal(0, 0.3)
    points = float(np.clip(26 + 5 * form - 0.4 * worse + rng.normal(0, 2), 0, 40))
    sheets = [
        {
            "role": f"assessor:{first + side + 1}",
            "points": f"{np.clip(points + rng.normal(0, 1), 0, 40):.2f}",
            "global_rating": 3,
            "criteria": {
                name: {
                    "points": "1.00",
                    "state": "scored",
                    "level": int(np.clip(round(1.7 + 0.7 * (form - severe.get(who, 0.0)) + rng.normal(0, 0.45)), 0, 3)),
                }
                for name in JUDGEMENTS[task]
            },
        }
        for side, who in enumerate(pair)
    ]
    return {
        "task": task, "status": "settled", "points": f"{points:.2f}", "maximum": "40", "failed": False, "must_pass": {},
        "open_criteria": [], "sheets": sheets,
    }  # fmt: skip
