"""The fold: the last word stands, the clock is the server's, and the order of arrival does not matter."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.attempts.folding.fold import AttemptRecord, EntryRecord, StreamRecord, fold

S = 1_000_000


def stream(role: str, *words: tuple[str, dict[str, Any], int], epoch: int = 1, device: str = "d") -> StreamRecord:
    """Words as (kind, payload, seconds): written online, so all clocks agree."""
    entries = tuple(
        EntryRecord(n, kind, json.dumps(payload), seconds * 1000, seconds * 1000, seconds * S)
        for n, (kind, payload, seconds) in enumerate(words, start=1)
    )
    return StreamRecord(role, device, epoch, entries)


def answer(item: str, text: str, seconds: int) -> tuple[str, dict[str, Any], int]:
    return "answer", {"part": "K", "item": item, "response": {"text": text}}, seconds


BEGIN = ("begin", {"part": "K", "limit_s": 100}, 1000)


def standing(record: AttemptRecord, item: str = "I1") -> str | None:
    stands = record.answers[item].stands
    return None if stands is None else stands.payload["response"]["text"]


def test_last_answer_in_time_stands_and_the_others_stay() -> None:
    record = fold([stream("proctor:1", BEGIN), stream("candidate", answer("I1", "a", 1010), answer("I1", "b", 1020))])
    assert standing(record) == "b"
    assert [word.payload["response"]["text"] for word in record.answers["I1"].history] == ["a"]


def test_answer_after_the_deadline_stands_beside_the_one_in_time() -> None:
    record = fold([stream("proctor:1", BEGIN), stream("candidate", answer("I1", "a", 1010), answer("I1", "b", 1101))])
    assert standing(record) == "a"
    assert [word.payload["response"]["text"] for word in record.answers["I1"].late] == ["b"]


def test_late_answer_counts_when_two_named_people_admit_it() -> None:
    streams = [stream("proctor:1", BEGIN), stream("candidate", answer("I1", "b", 1101))]
    admit = ("settle", {"reason": "fire alarm", "admit_late": {"epoch": 1, "sequence": 1}}, 2000)
    assert standing(fold(streams)) is None
    assert standing(fold([*streams, stream("adjudicator:1", admit)])) is None
    assert standing(fold([*streams, stream("adjudicator:1", admit), stream("adjudicator:2", admit)])) == "b"


def test_offline_answer_is_in_time_by_the_monotonic_clock() -> None:
    online = EntryRecord(1, "answer", json.dumps(answer("I1", "a", 0)[1]), 0, 5_000, 1010 * S)
    offline = EntryRecord(2, "answer", json.dumps(answer("I1", "b", 0)[1]), 60_000, 65_000, 9000 * S)
    record = fold([stream("proctor:1", BEGIN), StreamRecord("candidate", "d", 1, (online, offline))])
    assert standing(record) == "b"
    assert record.answers["I1"].stands is not None
    assert record.answers["I1"].stands.moment_us == 1070 * S


def test_pause_and_extension_move_the_end() -> None:
    pause = ("pause", {"part": "K", "reason": "alarm"}, 1050)
    resume = ("resume", {"part": "K"}, 1080)
    extend = ("extend", {"part": "K", "seconds": 20, "reason": "alarm"}, 1081)
    assert fold([stream("proctor:1", BEGIN, pause, resume, extend)]).windows["K"].ends_us == 1150 * S
    assert fold([stream("proctor:1", BEGIN, pause)]).windows["K"].ends_us is None
    assert fold([stream("proctor:1", BEGIN, pause), stream("proctor:2", resume)]).windows["K"].ends_us == 1130 * S


def test_takeover_continues_the_record_in_the_next_epoch() -> None:
    record = fold(
        [
            stream("candidate", answer("I1", "new", 1030), epoch=2, device="other"),
            stream("candidate", answer("I1", "old", 1020), answer("I2", "kept", 1021)),
        ]
    )
    assert standing(record) == "new"
    assert standing(record, "I2") == "kept"


def test_global_rating_counts_only_after_the_lock_and_marks_only_before_it() -> None:
    mark = ("mark", {"task": "T", "criterion": "C", "mark": {"answer": "yes"}}, 1)
    changed = ("mark", {"task": "T", "criterion": "C", "mark": {"answer": "no"}}, 2)
    late = ("mark", {"task": "T", "criterion": "C", "mark": {"answer": "yes"}}, 5)
    early = ("global_rating", {"task": "T", "rating": 5}, 3)
    lock = ("lock", {"task": "T"}, 4)
    rating = ("global_rating", {"task": "T", "rating": 3}, 6)
    sheet = fold([stream("assessor:1", mark, changed, early, lock, late, rating)]).sheets["T", "assessor:1"]
    assert sheet.marks["C"].payload["mark"] == {"answer": "no"}
    assert [word.payload["mark"]["answer"] for word in sheet.history["C"]] == ["yes"]
    assert [word.payload["mark"]["answer"] for word in sheet.marks_after_lock] == ["yes"]
    assert sheet.global_rating is not None
    assert sheet.global_rating.payload["rating"] == 3
    assert sheet.rating_before_lock


def test_two_assessors_write_keys_of_their_own() -> None:
    def sheet(role: str, value: str) -> StreamRecord:
        return stream(role, ("mark", {"task": "T", "criterion": "C", "mark": {"answer": value}}, 1))

    sheets = fold([sheet("assessor:1", "yes"), sheet("assessor:2", "no")]).sheets
    assert {role: s.marks["C"].payload["mark"]["answer"] for (_, role), s in sheets.items()} == {
        "assessor:1": "yes",
        "assessor:2": "no",
    }


ROLES = st.sampled_from(["candidate", "assessor:1", "assessor:2", "marker:1", "proctor:1", "proctor:2"])


@st.composite
def journals(draw: st.DrawFn) -> list[StreamRecord]:
    items, texts = st.sampled_from(["I1", "I2"]), st.text("xyz")
    answers = st.builds(lambda item, text: answer(item, text, 0)[1], items, texts)
    marks = st.builds(
        lambda criterion, said: {"task": "T", "criterion": criterion, "mark": {"answer": said}},
        st.sampled_from("CD"),
        st.sampled_from(["yes", "no"]),
    )
    points = st.builds(lambda given: {"item": "I1", "points": given}, st.sampled_from(["1", "2"]))
    kinds: dict[str, Any] = {
        "candidate": st.tuples(st.just("answer"), answers),
        "assessor": st.tuples(st.just("mark"), marks),
        "marker": st.tuples(st.just("points"), points),
        "proctor": st.sampled_from(
            [
                ("begin", {"part": "K", "limit_s": 60}),
                ("pause", {"part": "K", "reason": "r"}),
                ("resume", {"part": "K"}),
                ("extend", {"part": "K", "seconds": 5, "reason": "r"}),
            ]
        ),
    }
    result = []
    for role in draw(st.sets(ROLES, min_size=1)):
        for epoch in range(1, draw(st.integers(1, 3)) + 1):
            words = draw(st.lists(kinds[role.partition(":")[0]], max_size=5))
            times = sorted(draw(st.lists(st.integers(0, 200), min_size=len(words), max_size=len(words))))
            result.append(
                stream(
                    role, *((kind, payload, at) for (kind, payload), at in zip(words, times, strict=True)), epoch=epoch
                )
            )
    return result


@pytest.mark.slow
@settings(deadline=None)
@given(journals(), st.randoms(use_true_random=False))
def test_every_interleaving_of_streams_folds_to_the_same_record(journal: list[StreamRecord], random: Any) -> None:
    shuffled = list(journal)
    random.shuffle(shuffled)
    assert fold(shuffled) == fold(journal)
