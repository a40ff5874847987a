"""The online part: which answers count, how a number is read, and when people decide."""

from typing import Any

import pytest

from assess.attempts.scoring.items import answer_digest
from tests.attempts.scenes import (
    CHOICE,
    CURRENT,
    LIMIT_S,
    RATIO,
    TEXT,
    Word,
    answered,
    item,
    right_choice,
    said,
    scored,
    stream,
)  # fmt: skip


def current(value: Any, unit: Any = None) -> Any:
    return item(scored(stream("candidate", [answered(CURRENT, {"value": value, "unit": unit})])), CURRENT)


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("32.2", None), ("32,2", "A"), ("32200", "mA"), ("0,0322", "kA"), (" 32.2 ", "amps"), ("+32.2", " A "),
        ("3.22e1", None), ("32.35", None), ("32.05", None),
    ],
)  # fmt: skip
def test_number_within_the_tolerance_is_right_however_it_is_written(value: str, unit: str | None) -> None:
    assert (current(value, unit).verdict, str(current(value, unit).points)) == ("right", "1.0000")


@pytest.mark.parametrize(("value", "unit"), [("32.36", None), ("32.0499", None), ("32.2", "mA"), ("-32.2", None)])
def test_number_outside_the_tolerance_is_wrong(value: str, unit: str | None) -> None:
    assert current(value, unit).verdict == "wrong"


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("1.234,5", None), ("1 000", None), ("٣٢", None), ("３２.２", None), ("nan", None), ("-inf", None),
        ("1e309", None), ("about 32", None), ("32.2", "V"),
        ("32.2", "furlong"), ("32.2", 7), (32, None), ("9" * 40, None), ("1e16", None),
    ],
)  # fmt: skip
def test_s18_number_that_cannot_be_read_waits_for_two_markers(value: Any, unit: Any) -> None:
    found = current(value, unit)
    assert (found.points, found.verdict) == (None, "waiting")
    assert found.waits_for.startswith(CURRENT)


def test_field_that_nobody_knows_is_never_taken_for_no_unit() -> None:
    found = item(scored(stream("candidate", [answered(CURRENT, {"value": "32.2", "units": "mA"})])), CURRENT)
    assert found.points is None


def test_unit_where_the_key_has_none_is_not_dropped() -> None:
    def ratio(unit: str | None) -> Any:
        return item(scored(stream("candidate", [answered(RATIO, {"value": "0.64", "unit": unit})])), RATIO).points

    assert (str(ratio(None)), ratio("kg")) == ("1.0000", None)


@pytest.mark.parametrize(("value", "verdict"), [("", "unanswered"), ("  ", "unanswered"), (None, "unanswered")])
def test_cleared_number_is_no_answer(value: Any, verdict: str) -> None:
    assert current(value).verdict == verdict


UNREADABLE = answered(CURRENT, {"value": "thirty-two", "unit": None})


def points(role: str, name: str, value: str, person: str = "") -> Any:
    return stream(role, [said("points", item=name, points=value)], person=person)


def read_by(*values: str) -> Any:
    markers = [points(f"marker:{n}", CURRENT, value) for n, value in enumerate(values, start=1)]
    return item(scored(stream("candidate", [UNREADABLE]), *markers), CURRENT)


def test_unreadable_answer_earns_what_two_readers_find_alike_and_never_the_middle() -> None:
    assert read_by("1").points is None
    assert str(read_by("1", "1").points) == "1.0000"
    assert read_by("1", "0").waits_for == f"{CURRENT}: the markers read the answer differently; a third reads it."
    assert str(read_by("1", "0", "0").points) == "0.0000"


def text(*streams: Any) -> Any:
    return item(scored(stream("candidate", [answered(TEXT, {"text": "lock off, prove dead"})]), *streams), TEXT)


def test_text_earns_the_mean_of_two_markers_and_the_third_where_they_are_apart() -> None:
    assert text().points is None
    assert str(text(points("marker:1", TEXT, "2"), points("marker:2", TEXT, "3")).points) == "2.5000"
    assert text(points("marker:1", TEXT, "0"), points("marker:2", TEXT, "3")).points is None
    third = (points("marker:10", TEXT, "1"), points("marker:2", TEXT, "3"), points("marker:1", TEXT, "0"))
    assert str(text(*third).points) == "1.0000"


def marked(role: str, value: str, of: str) -> Any:
    return stream(role, [said("points", item=TEXT, points=value, of=of)])


def test_points_count_for_the_answer_they_name_and_for_no_other() -> None:
    of = answer_digest({"text": "lock off, prove dead"})
    assert str(text(marked("marker:1", "2", of), marked("marker:2", "3", of)).points) == "2.5000"
    earlier = answer_digest({"text": "lock off"})
    found = text(marked("marker:1", "2", of), marked("marker:2", "3", earlier))
    assert (found.points, found.waits_for) == (None, f"{TEXT}: two markers score this text.")
    assert found.remarks == (f"{TEXT}: marker:2 marked another answer than the one that stands; it does not count.",)
    assert str(text(marked("marker:1", "2", of), points("marker:2", TEXT, "3")).points) == "2.5000"


@pytest.mark.parametrize("of", ["", 7, [], {"text": "lock off, prove dead"}, "A" * 64])
def test_s18_a_digest_that_is_none_is_of_no_answer(of: Any) -> None:
    found = text(marked("marker:1", "2", of), points("marker:2", TEXT, "2"))
    assert (found.points, len(found.remarks)) == (None, 1)


def test_one_person_in_two_marker_roles_is_one_marker() -> None:
    assert text(points("marker:1", TEXT, "3", "p1"), points("marker:2", TEXT, "3", "p1")).points is None
    assert str(text(points("marker:1", TEXT, "3", "p1"), points("marker:2", TEXT, "3", "p2")).points) == "3.0000"


@pytest.mark.parametrize(
    "value", ["4", "-1", "three", "nan", "", "１", "1e309", "-1e309", "inf", "1e-400", "0x1", "9" * 400]
)
def test_s18_points_that_are_none_wait_with_what_was_written(value: str) -> None:
    found = text(points("marker:1", TEXT, value), points("marker:2", TEXT, "2"))
    assert (found.points, found.waits_for) == (None, f"{TEXT}: marker:1 wrote {value!r}, not points.")


BEGIN = said("begin", 1000, part="K", limit_s=LIMIT_S)


def at(second: int, *proctor: Word, part: str = "K") -> Any:
    result = scored(
        stream("proctor:1", [BEGIN, *proctor]), stream("candidate", [answered(CHOICE, right_choice(), second, part)])
    )
    return item(result, CHOICE).verdict


def test_deadline_is_the_part_s_whatever_part_the_entry_names() -> None:
    assert (at(4600), at(4601)) == ("right", "unanswered")
    assert at(4601, part="no such part") == "unanswered"
    assert at(4601, part="S") == "unanswered"


def test_one_proctor_gives_time_and_takes_none() -> None:
    assert at(4620, said("extend", 2000, part="K", seconds=20, reason="alarm")) == "right"
    assert at(4600, said("extend", 2000, part="K", seconds=-20, reason="spite")) == "right"
    short = stream("proctor:1", [said("begin", 1000, part="K", limit_s=60)])
    result = scored(short, stream("candidate", [answered(CHOICE, right_choice(), 4600)]))
    assert item(result, CHOICE).verdict == "right"
    assert f"K: proctor:1 began with 60 s; the candidate has {LIMIT_S} s, and that counts." in result.flags


def test_pause_counts_once_however_many_write_it() -> None:
    pause, resume = said("pause", 2000, part="K", reason="alarm"), said("resume", 2100, part="K")

    def with_second(words: list[Word], second: int) -> str:
        streams = [stream("proctor:1", [BEGIN, pause, resume]), stream("proctor:2", words)]
        result = scored(*streams, stream("candidate", [answered(CHOICE, right_choice(), second)]))
        return str(item(result, CHOICE).verdict)

    again = [said("pause", 2001, part="K", reason="alarm"), said("resume", 2101, part="K")]
    assert (with_second(again, 4700), with_second(again, 4701)) == ("right", "unanswered")
    assert with_second([said("resume", 1500, part="K")], 4700) == "right"
    assert at(9999, pause) == "right"


def test_part_that_nobody_began_has_no_deadline_and_says_so() -> None:
    result = scored(stream("candidate", [answered(CHOICE, right_choice(), 99_999)]))
    assert item(result, CHOICE).verdict == "right"
    assert "K: nobody began it; no deadline was held." in result.flags


def test_late_answer_is_admitted_by_two_people_not_by_two_roles() -> None:
    late = [stream("proctor:1", [BEGIN]), stream("candidate", [answered(CHOICE, right_choice(), 5000)])]
    word = [said("settle", 6000, reason="fire alarm", admit_late={"epoch": 1, "sequence": 1})]

    def verdict(first: str, second: str) -> str:
        rulings = [stream("adjudicator:1", word, person=first), stream("adjudicator:2", word, person=second)]
        return str(item(scored(*late, *rulings), CHOICE).verdict)

    assert (verdict("p1", "p1"), verdict("p1", "p2")) == ("unanswered", "right")
    assert f"{CHOICE}: an answer came possibly after the time and does not count." in scored(*late).flags
