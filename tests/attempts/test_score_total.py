"""Fold, scoring and plan take whatever passed the intake, in any order and any grouping, and say the same."""

import json
import random as randomness
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assess.attempts.folding.plan import fold_plan
from assess.attempts.folding.records import EntryRecord, StreamRecord
from assess.attempts.journal.kinds import KINDS, SHAPES, family, problem
from assess.attempts.scoring.attempt import document, score
from assess.ledger.canonical import canonical, digest
from tests.attempts.scenes import (
    CASE,
    CHOICE,
    CURRENT,
    MACHINE_TASK,
    SETTINGS,
    TASK,
    TEXT,
    WIRING,
    S,
    answered,
    marks,
    pins,
    right_choice,
    said,
    stream,
)  # fmt: skip
from tests.effort import examples

ROLES = (
    "candidate", "assessor:1", "assessor:2", "marker:1", "marker:2", "adapter:1", "adapter:10", "proctor:1", "adjudicator:1",
    "adjudicator:2",
)  # fmt: skip
NAMES = st.sampled_from([TASK, MACHINE_TASK, WIRING, CASE, SETTINGS, CHOICE, CURRENT, TEXT, f"{TASK}.01", f"{TASK}.07",
    f"{MACHINE_TASK}.02", f"{TASK}.12",
    "K", "P", "S", "ranking", ""])  # fmt: skip
TEXTS = (
    NAMES | st.sampled_from(["PASS", "FAIL", "ERROR", "1", "2,5", "nan", "\0", "1e30", "9" * 70]) | st.text(max_size=6)
)
WORDS = st.sampled_from([
    "part", "item", "simulation", "answer", "value", "unit", "task", "criterion", "mark", "met", "confirmed", "share", "admit_late",
    "epoch", "sequence", "readings", "measured_on", "missing", "level", "measurements", "name", "choice", "text", "order", "pairs",
    "instrument", "a\0b",
])  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.integers(-3, 6) | TEXTS
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=8
)
OF_TYPE: dict[type, st.SearchStrategy[Any]] = {
    str: TEXTS, int: st.integers(-(2**53) + 1, 2**53 - 1) | st.integers(0, 9), bool: st.booleans(),
    dict: st.dictionaries(WORDS, ANYTHING, max_size=5), list: st.lists(ANYTHING, max_size=3),
}  # fmt: skip


@st.composite
def words(draw: st.DrawFn, role: str) -> tuple[str, dict[str, Any]]:
    kind = draw(st.sampled_from(sorted(KINDS[family(role)])))
    payload = draw(st.dictionaries(WORDS, ANYTHING, max_size=4))
    payload |= {name: draw(OF_TYPE[wanted]) for name, wanted in SHAPES[kind].items()}
    assert problem(kind, payload) is None
    return kind, payload


@st.composite
def journals(draw: st.DrawFn, roles: tuple[str, ...] = ROLES) -> list[StreamRecord]:
    streams = []
    for role in draw(st.sets(st.sampled_from(roles), min_size=1)):
        for epoch in range(1, draw(st.integers(1, 2)) + 1):
            clocks = st.tuples(
                st.integers(0, 2**53 - 1) | st.integers(0, 9000), st.integers(0, 9000), st.integers(0, 10**16)
            )
            entries = tuple(
                EntryRecord(n, kind, canonical(payload).decode(), *draw(clocks))
                for n, (kind, payload) in enumerate(draw(st.lists(words(role), max_size=5)), start=1)
            )
            streams.append(
                StreamRecord(role, "device", epoch, entries, draw(st.sampled_from(["", "p1", "p2"])), draw(NAMES))
            )
    return streams


def stored(streams: list[StreamRecord]) -> dict[str, Any]:
    return document(score(pins(), tuple(streams)))


ONE = "adjudicator:1"
TRAPS = [
    stream(ONE, [said("settle", reason="r", admit_late={})]),
    stream(ONE, [said("settle", reason="r", admit_late={"epoch": "x", "sequence": None})]),
    stream(ONE, [said("settle", reason="r", task=TASK, criterion=f"{TASK}.03", met=True)]),
    stream("adapter:1", [said("run", simulation=SETTINGS, outcome="PASS", record={})]),
    stream("adapter:1", [said("measurement", simulation=TASK, measurement={}, criterion=f"{TASK}.07", mark={})]),
    stream("candidate", [answered(CURRENT, {"value": "1", "a\0b": 1})]),
]
"""Each of these once stopped the scoring of an attempt for good, on one database or on both."""


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(50))
@given(journals())
@example(TRAPS)
def test_whatever_passed_the_intake_is_scored_and_can_be_stored(streams: list[StreamRecord]) -> None:
    found = stored(streams)
    assert "\\u0000" not in json.dumps(found)
    assert [part["part"] for part in found["parts"]] == ["K", "P", "S"]
    assert len(digest(found)) == 32


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(20))
@given(journals(), st.randoms(use_true_random=False))
def test_any_order_of_streams_gives_the_same_document(streams: list[StreamRecord], random: randomness.Random) -> None:
    shuffled = list(streams)
    random.shuffle(shuffled)
    assert digest(stored(shuffled)) == digest(stored(streams))


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(20))
@given(journals(("coordinator:1", "coordinator:2")))
def test_plan_takes_whatever_passed_the_intake(streams: list[StreamRecord]) -> None:
    assert fold_plan(reversed(streams)) == fold_plan(streams)


WHOLE = [
    stream("proctor:1", [said("begin", 10, part="K", limit_s=60), said("begin", 11, part="S", limit_s=60)]),
    stream("candidate", [answered(CHOICE, right_choice(), 20), answered(CURRENT, {"value": "32,2", "unit": "A"}, 30),
        answered(TEXT, {"text": "prove dead"}, 40), said("wiring", 50, part="S", simulation=WIRING,
        wires=[list(wire) for wire in pins().wiring[WIRING].reference])]),
    *(stream(f"assessor:{n}", marks(at=60)) for n in (1, 2)),
    *(stream(f"marker:{n}", [said("points", 70, item=TEXT, points="2")]) for n in (1, 2)),
]  # fmt: skip


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(20))
@given(st.lists(st.integers(0, 3000), min_size=64, max_size=64))
def test_when_the_server_had_it_changes_nothing_while_it_is_in_time(delays: list[int]) -> None:
    """However long batches lay on a device: the same entries in time give the same document, bit for bit."""
    waiting = iter(delays)
    later = [
        replace(one, entries=tuple(replace(e, server_us=e.server_us + next(waiting) * S // 10) for e in one.entries))
        for one in WHOLE
    ]
    assert canonical(stored(later)) == canonical(stored(WHOLE))
    assert stored(WHOLE)["items"][0]["points"] == "1.0000"
