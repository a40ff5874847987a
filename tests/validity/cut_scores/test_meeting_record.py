"""The fold of a meeting: the record is the same whatever order, repetition or delay the judges' rows arrive with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from assess.validity.cut_scores.lifecycle import ALLOWED, FINAL, LEADS_TO, Kind, State, allowed
from assess.validity.cut_scores.meeting import PRACTICE, Event, Rating, Record, fold

START = datetime(2026, 11, 26, 9, tzinfo=UTC)
JUDGES = ("ada", "ben", "cy")
ELEMENTS = ("I1", "I2", "I3")


def event(number: int, kind: Kind, *, judge: str | None = None, **payload: object) -> Event:
    return Event(
        number=number, kind=kind, by="facilitator", at=START + timedelta(minutes=number), judge=judge, payload=payload
    )


def invited(first: int = 2) -> list[Event]:
    return [event(first + place, Kind.INVITED, judge=judge) for place, judge in enumerate(JUDGES)]


def opened_round(*more: Event) -> list[Event]:
    return [
        event(1, Kind.DRAFTED),
        *invited(),
        event(5, Kind.OPENED),
        event(6, Kind.ROUND_OPENED, round=1),
        *more,
    ]


def said(judge: str, sequence: int, element: str, value: str, *, after: int = 6, turn: int = 1) -> Rating:
    at = START + timedelta(seconds=sequence)
    return Rating(
        judge=judge, sequence=sequence, turn=turn, element=element, value=value, after=after, said_at=at, saved_at=at
    )


def counted(record: Record, turn: int = 1) -> dict[str, dict[str, str]]:
    rounds = record.rounds[turn].ratings
    return {judge: {element: one.value for element, one in rated.items()} for judge, rated in rounds.items()}


@some.composite
def saves(draw: some.DrawFn) -> list[Rating]:
    """What each judge said, in the order of their own numbers."""
    rows = []
    for judge in JUDGES:
        number = draw(some.integers(0, 8))
        for sequence in range(1, number + 1):
            value = f"0.{draw(some.integers(0, 9))}"
            rows.append(said(judge, sequence, draw(some.sampled_from(ELEMENTS)), value))
    return rows


@given(saves(), some.data())
def test_any_order_and_any_repetition_of_rows_gives_the_same_record(rows: list[Rating], data: some.DataObject) -> None:
    repeated = rows + (data.draw(some.lists(some.sampled_from(rows))) if rows else [])
    sent = data.draw(some.permutations(repeated))
    assert fold(opened_round(), sent) == fold(opened_round(), rows)
    last = {(one.judge, one.element): one.value for one in rows}  # in the order of their numbers
    found = counted(fold(opened_round(), sent))
    assert {(judge, element): value for judge, rated in found.items() for element, value in rated.items()} == last


@given(saves(), some.data())
def test_rows_that_come_after_the_end_of_a_round_wait_and_count_once_it_is_opened_again(
    rows: list[Rating], data: some.DataObject
) -> None:
    late = {index for index in range(len(rows)) if data.draw(some.booleans())}
    arrived = [replace(one, after=7) if place in late else one for place, one in enumerate(rows)]
    in_time = [one for place, one in enumerate(rows) if place not in late]
    closed = opened_round(event(7, Kind.ROUND_CLOSED, round=1))
    found = fold(closed, arrived)
    assert counted(found) == counted(fold(opened_round(), in_time))
    assert set(found.rounds[1].late) == {arrived[place] for place in late}
    assert found.rounds[1].rows == len(rows)
    again = fold([*closed, event(8, Kind.ROUND_REOPENED, round=1, reason="the network was gone")], arrived)
    assert counted(again) == counted(fold(opened_round(), rows))
    assert again.rounds[1].late == ()
    closed_again = [*closed, event(8, Kind.ROUND_REOPENED, round=1, reason="…"), event(9, Kind.ROUND_CLOSED, round=1)]
    assert counted(fold(closed_again, arrived)) == counted(again)


def test_practice_ends_with_the_first_round_and_is_no_round_that_counts() -> None:
    before = [event(1, Kind.DRAFTED), *invited(), event(5, Kind.OPENED), event(6, Kind.TRAINED, words="…")]
    practising = fold([*before, event(7, Kind.PRACTISED)], [said("ada", 1, "I1", "0.4", after=7, turn=PRACTICE)])
    assert practising.open_turn == PRACTICE
    later = fold(
        [*before, event(7, Kind.PRACTISED), event(8, Kind.ROUND_OPENED, round=1)],
        [said("ada", 1, "I1", "0.4", after=7, turn=PRACTICE)],
    )
    assert (later.open_turn, later.turn, later.counted_rounds) == (1, 1, (later.rounds[1],))
    assert counted(later, PRACTICE) == {"ada": {"I1": "0.4"}}
    assert counted(later) == {}


def test_a_judge_who_leaves_keeps_what_was_said_and_is_not_waited_for() -> None:
    declared = {"years": 5, "background": "practitioner", "organisation": "", "conflict": ""}
    events = [
        event(1, Kind.DRAFTED),
        *invited(),
        event(5, Kind.OPENED),
        *(event(6 + place, Kind.DECLARED, judge=judge, **declared) for place, judge in enumerate(JUDGES)),
        event(9, Kind.ROUND_OPENED, round=1),
        event(10, Kind.LEFT, judge="ben", reason="called away"),
    ]
    record = fold(events, [said("ben", 1, "I1", "0.5", after=9)])
    assert [one.judge for one in record.present] == ["ada", "cy"]
    assert (record.judges["ben"].gone, record.judges["ben"].gone_in) == ("called away", 1)
    assert counted(record) == {"ben": {"I1": "0.5"}}
    assert [one.judge for one in fold([*events, event(11, Kind.RETURNED, judge="ben")]).present] == list(JUDGES)


def test_a_description_that_changes_asks_for_everybodys_agreement_again() -> None:
    events = [
        event(1, Kind.DRAFTED),
        *invited(),
        event(5, Kind.DESCRIBED, texts={"LO1": "just manages"}),
        event(6, Kind.OPENED),
        event(7, Kind.AGREED, judge="ada", read=5),
    ]
    assert fold(events).judges["ada"].agreed
    changed = fold([*events, event(8, Kind.DESCRIBED, texts={"LO1": "manages with help"})])
    assert not changed.judges["ada"].agreed
    assert changed.description == {"LO1": "manages with help"}


def test_the_order_in_which_lines_are_read_says_nothing() -> None:
    events = opened_round(event(7, Kind.EXCLUDED, judge="cy", reason="fell ill"))
    assert fold(reversed(events)) == fold(events)
    assert fold(events).judges["cy"].excluded == "fell ill"


@given(some.lists(some.sampled_from([kind for kind in Kind if kind is not Kind.DRAFTED]), max_size=30))
def test_nothing_leads_out_of_an_end_and_no_cut_comes_without_a_closed_round(kinds: list[Kind]) -> None:
    state, path = State.DRAFTED, [State.DRAFTED]
    for kind in kinds:
        if allowed(kind, state):
            assert state not in FINAL
            state = LEADS_TO.get(kind, state)
            path.append(state)
    if State.CLOSED in path:
        before = path[: path.index(State.CLOSED)]
        order = [State.OPEN, State.TRAINING, State.PRACTICE, State.ROUND, State.FEEDBACK]
        assert [before.index(one) for one in order] == sorted(before.index(one) for one in order)
    if State.ADOPTED in path:
        assert State.CLOSED in path


def test_every_kind_of_line_has_its_moment() -> None:
    assert set(ALLOWED) == set(Kind)
