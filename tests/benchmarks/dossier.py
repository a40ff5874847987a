#!/usr/bin/env python3
"""How long a dossier takes: argument, page, paper and files, over a study of many people, many items and many records.

    python tests/benchmarks/dossier.py [--quick]

The facts are made up (`tests/validity/dossier/dossier_facts.py`), the study is a real one over simulated answers, marks and
parts; making it is not timed. Goals: the PDF within 5 s, the page within 1 s. --quick takes a smaller study. Exit status 1
when a goal is missed.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))  # before numpy
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from assess.validity.dossier.assembled import Dossier, assemble  # noqa: E402  # found once the path is set
from assess.validity.dossier.claims import Record  # noqa: E402
from assess.validity.dossier.facts import Facts  # noqa: E402
from assess.validity.dossier.files import FILES  # noqa: E402
from assess.validity.dossier.trail import Line  # noqa: E402
from tests.validity.dossier import dossier_facts  # noqa: E402

GOALS = {"dossier.html": 1.0, "dossier.pdf": 5.0}
SIZES = {True: (200, 16, 200), False: (2_000, 60, 4_000)}
"""Persons, items, decisions."""


def facts(persons: int, items: int, decisions: int) -> Facts:
    """Sound facts over a study of this size, with a record for every decision and seal."""
    dossier_facts.PERSONS, dossier_facts.ITEMS = persons, items
    given = dossier_facts.full()
    decided = tuple(Record(kind="decision", id=f"decision-{number:06}") for number in range(decisions))
    seals = tuple(Record(kind="seal", id=f"seal-{number:06}") for number in range(decisions))
    return replace(
        given,
        decisions=replace(given.decisions, decided=decisions, passed=decisions // 2, records=decided),
        security=replace(given.security, seals=seals),
    )


def with_trail(dossier: Dossier) -> Dossier:
    """Every cited record rests on two more, as a decision does on a score and a seal."""
    lines = [
        Line(
            kind=record.kind,
            id=record.id,
            leaf=place,
            commitment="ab" * 32,
            cited_by=tuple(cited),
            rests_on=(("score", f"s{place}"),),
        )
        for place, (record, cited) in enumerate(dossier.cited.items())
    ]
    below = [
        Line(kind="score", id=f"s{place}", leaf=place, commitment="cd" * 32, cited_by=(), rests_on=())
        for place in range(len(lines))
    ]
    return replace(dossier, trail=(*lines, *below))


def timed(make: Callable[[], object]) -> float:
    """The best of three, in seconds of the clock."""
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        make()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def main() -> int:
    parser = argparse.ArgumentParser(description="Time the making of a dossier.")
    parser.add_argument("--quick", action="store_true", help="a smaller study")
    persons, items, decisions = SIZES[parser.parse_args().quick]
    given = facts(persons, items, decisions)
    dossier = with_trail(assemble(given))
    print(f"{persons} persons, {items} items, {len(dossier.trail)} records in the trail")
    print(f"argument: {timed(lambda: assemble(given)):.3f} s")
    missed = False
    for name, make in FILES.items():
        seconds, size = timed(lambda make=make: make(dossier)), len(make(dossier))  # type: ignore[misc]
        goal = GOALS.get(name)
        late = goal is not None and seconds > goal
        missed |= late
        said = "" if goal is None else f"; goal {goal:g} s, {'MISSED' if late else 'kept'}"
        print(f"{name}: {seconds:.3f} s, {size / 1000:.0f} kB{said}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
