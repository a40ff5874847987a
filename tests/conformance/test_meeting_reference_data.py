"""Real judgements through a meeting's record: `immer10` (13 judges × 61 items, ratings 1 to 3) gives the known figures."""

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from assess.standard_setting.angoff import angoff
from assess.validity.cut_scores.forms import Element, Method
from assess.validity.cut_scores.found import found_cut
from assess.validity.cut_scores.gathering import judges_who_rated, values_of
from assess.validity.cut_scores.lifecycle import Kind
from assess.validity.cut_scores.meeting import Event, Rating, fold
from assess.validity.cut_scores.rules import Given

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
MEANS = [2.4426, 2.0656, 2.4098, 2.5246, 2.3279, 2.4590, 2.3934, 2.2131, 2.1148, 2.6066, 2.3934, 2.2951, 2.1475]
"""Known to four decimals: reference/domain.md, section 3."""


def test_immer10_through_the_record_of_a_meeting_gives_the_known_figures(data_dir: Path) -> None:
    with next(iter(data_dir.rglob("immer10_standard_setting.csv"))).open(encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    judges, items = header[2:], [row[0] for row in rows]
    events = [Event(number=1, kind=Kind.DRAFTED, by="f", at=AT)]
    events += [Event(number=2 + n, kind=Kind.INVITED, by="f", at=AT, judge=name) for n, name in enumerate(judges)]
    events.append(Event(number=20, kind=Kind.OPENED, by="f", at=AT))
    events.append(Event(number=21, kind=Kind.ROUND_OPENED, by="f", at=AT, payload={"round": 1}))
    saved = []
    for column, judge in enumerate(judges, start=2):
        for place, row in enumerate(rows, start=1):
            moment = AT + timedelta(seconds=place)
            value = f"{Decimal(row[column]).normalize():f}"
            saved.append(
                Rating(judge=judge, sequence=place, turn=1, element=row[0], value=value, after=21, said_at=moment, saved_at=moment)
            )  # fmt: skip
    order = np.random.default_rng(10).permutation(len(saved))
    sent = [saved[place] for place in order] + saved[::3]  # in any order, and some of it twice
    record = fold([*events, Event(number=22, kind=Kind.ROUND_CLOSED, by="f", at=AT, payload={"round": 1})], sent)
    given = Given(
        method=Method.ANGOFF,
        elements=tuple(Element(identifier=name, kind="points", maximum=Decimal(3)) for name in items),
        judges=judges_who_rated(record),
        rounds=(values_of(record.rounds[1]),),
        empirical={row[0]: float(row[1]) / 1000 for row in rows},
    )
    found = found_cut(given)
    table = np.array([row[2:] for row in rows], dtype=float).T
    expected = angoff(table, points=np.full(len(items), 3.0))
    assert (len(given.judges), len(items)) == (13, 61)
    assert found.value == Decimal(f"{100 * (expected.cut_share.value or 0):.2f}")
    assert float(found.value) == pytest.approx(100 * 2.338 / 3, abs=0.02)
    own = [one["cut"] * 3 / 100 for one in found.document["judges"]]
    assert own == pytest.approx(MEANS, abs=5e-5)
    assert float(found.document["fit"]["value"]) == pytest.approx(0.715, abs=5e-4)
    assert found.document["outliers"] == []
    assert found.document["sufficient"]
