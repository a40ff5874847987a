"""A plan said row by row: which rows of a task an instrument reads, how, and what follows when it fails. Pure.

    what was said of each row ──compose──> plan document ──said_in──> what was said, where a form can say it

Limits, unit and places of a step are the row's own: nobody types them, so none of them is typed wrongly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from assess.sittings.agents.plan_rows import REGISTER, Row
from rubrics.documents import number_text
from simulator_adapters import documents
from simulator_adapters.asking import BadQuestion, Way
from simulator_adapters.contract import OnFail, OnTimeout, Plan, Repeat, Step
from simulator_adapters.quantities import UNITS, QuantityError, parse_number

MOST_TRIES = 100
LONGEST_S = 3_600
_PLAIN = ("resistance", "frequency")
"""Quantities that one question gives whatever the row is about: an insulation or a loop needs a question of its own."""


@dataclass(frozen=True)
class Said:
    """What was said of a row, as it was typed."""

    used: bool = False
    way: str = ""
    what: str = ""
    answers_in: str = ""
    on_fail: str = OnFail.CONTINUE.value
    on_timeout: str = OnTimeout.VOID.value
    tries: str = "1"
    pause: str = "0"
    longest: str = ""
    name: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong, and with which field of which row (`what-PT-ECW-1.08`)."""

    place: str
    sentence: str


class Unsaid(ValueError):
    """A plan that can't be made of what was said: every problem, each with its place."""

    code = "plan"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(one.sentence for one in problems))
        self.problems = tuple(problems)


def blank(row: Row, ways: Sequence[Way]) -> Said:
    """What stands in the form before anybody said anything: the row's own register, or the one question that gives its quantity."""
    if not ways or row.cannot:
        return Said()
    way = ways[0]
    named = row.instrument.removeprefix(REGISTER)
    if way.id == "register":
        what = named if named != row.instrument else ""
        return Said(used=bool(what) and row.by_machine, way=way.id, what=what, answers_in=row.code)
    offers = [one.what for one in way.offers if one.quantity == row.measures]
    base = next((one.code for one in UNITS if one.quantity == row.measures and one.factor == 1), row.code)
    asked_first = offers[0] if offers and row.quantity == row.measures and row.quantity in _PLAIN else ""
    return Said(way=way.id, what=asked_first, answers_in=base if way.converts else row.code)


def compose(
    *, work: str, rows: Sequence[Row], said: Mapping[str, Said], ways: Sequence[Way], before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The document of a plan (`{"plan": …, "rows": …}`) that reads the rows that were said to be read.

    Parameters
    ----------
    before
        The document in force, whose version the new one counts on from.

    Raises
    ------
    Unsaid
        Names each field that can't be used, and the remedy.
    """
    problems: list[Problem] = []
    steps: list[Step] = []
    answers_for: dict[str, str] = {}
    for row in rows:
        if row.criterion in said and said[row.criterion].used:
            step = _step(row, said[row.criterion], ways, problems)
            if step is not None:
                steps.append(step)
                answers_for[step.name] = row.criterion
    if not steps and not problems:
        problems.append(Problem("rows", "No row is measured. Tick at least one, and say what is read for it."))
    if len({step.name for step in steps}) < len(steps):
        problems.append(Problem("rows", "Two steps have one name. Load the page again, then say the rows anew."))
    if problems:
        raise Unsaid(problems)
    plan = Plan(name=work, version=_next_version(before), subject=work, steps=tuple(steps))
    return {"plan": documents.encode(plan), "rows": answers_for}


def said_in(
    document: Mapping[str, Any] | None, rows: Sequence[Row], ways: Sequence[Way]
) -> tuple[dict[str, Said], tuple[str, ...]]:
    """What a plan says of each row, and the names of the steps that say more, or other, than a form can."""
    said = {row.criterion: blank(row, ways) for row in rows}
    plan = (document or {}).get("plan")
    if plan is None:
        return said, ()
    said = {criterion: replace(one, used=False) for criterion, one in said.items()}
    known = {row.criterion: row for row in rows}
    other: list[str] = []
    for step in documents.decode(Plan, plan).steps:
        row = known.get(str((document or {}).get("rows", {}).get(step.name, "")))
        found = None if row is None or said[row.criterion].used else _read(step, row, ways)
        if row is None or found is None:
            other.append(step.name)
            continue
        said[row.criterion] = found
        problems: list[Problem] = []
        if _step(row, found, ways, problems) != step:
            other.append(step.name)
    return said, tuple(other)


def _step(row: Row, said: Said, ways: Sequence[Way], problems: list[Problem]) -> Step | None:
    """The step that reads a row; None where something was said that can't be used, which is added to the problems."""
    before = len(problems)

    def wrong(field: str, sentence: str) -> None:
        problems.append(Problem(f"{field}-{row.criterion}", f"{row.criterion}: {sentence}"))

    if row.cannot:
        wrong("used", row.cannot)
        return None
    way = next((one for one in ways if one.id == said.way), None)
    parameters: dict[str, str] = {}
    if way is None:
        wrong("way", "This adapter has no such way to read. Choose one of those offered.")
    elif way.both_limits and not (row.low and row.high):
        wrong(
            "way",
            f"{way.words[:1].upper()}{way.words[1:]} needs a lower and an upper limit. This row has one: write the plan as JSON.",
        )
    else:
        try:
            parameters = way.write(said.what) | _of_the_row(row, way)
        except BadQuestion as problem:
            wrong("what", str(problem))
        if way.converts and said.answers_in not in {code for code, _ in row.units}:
            wrong(
                "answers_in",
                f"The instrument can't answer in that unit. Choose one that measures what {row.unit} does.",
            )
        elif way.converts and said.answers_in != row.code:
            parameters["answers_in"] = said.answers_in
    tries = _whole(said.tries, 1, MOST_TRIES)
    pause, longest = _milliseconds(said.pause or "0"), _milliseconds(said.longest) if said.longest.strip() else None
    if tries is None:
        wrong("tries", f"It is tried 1 to {MOST_TRIES} times. Write a whole number.")
    if pause is None:
        wrong(
            "pause",
            f"The pause between two tries is 0 to {LONGEST_S} seconds. Write a number with at most three decimals.",
        )
    if said.longest.strip() and not longest:
        wrong(
            "longest",
            f"A step may take up to {LONGEST_S} seconds, and more than none. Write a number, or leave it empty.",
        )
    if said.on_fail not in {one.value for one in OnFail}:
        wrong("on_fail", "Choose what follows when the reading is outside its limits.")
    if said.on_timeout not in {one.value for one in OnTimeout}:
        wrong("on_timeout", "Choose what follows when the instrument does not answer in time.")
    if len(problems) > before or way is None or tries is None or pause is None:
        return None
    return Step(
        name=said.name.strip()[:80] or row.criterion,
        action=way.action,
        parameters=parameters,
        on_fail=OnFail(said.on_fail),
        on_timeout=OnTimeout(said.on_timeout),
        repeat=Repeat(max_attempts=tries, interval_ms=pause),
        timeout_ms=longest,
    )


def _of_the_row(row: Row, way: Way) -> dict[str, str]:
    given = {"unit": row.code, "places": str(row.places) if way.places else "", "low": row.low, "high": row.high}
    return {name: text for name, text in given.items() if text}


def _read(step: Step, row: Row, ways: Sequence[Way]) -> Said | None:
    for way in ways:
        if way.action != step.action:
            continue
        try:
            what = way.read(step.parameters)
        except (LookupError, ValueError, TypeError):
            continue
        return Said(
            used=True,
            way=way.id,
            what=what,
            answers_in=step.parameters.get("answers_in", row.code),
            on_fail=step.on_fail.value,
            on_timeout=step.on_timeout.value,
            tries=str(step.repeat.max_attempts),
            pause=_seconds(step.repeat.interval_ms),
            longest="" if step.timeout_ms is None else _seconds(step.timeout_ms),
            name=step.name,
        )
    return None


def _next_version(before: Mapping[str, Any] | None) -> str:
    """One more than the version of the plan before, where that is a number.

    Examples
    --------
    >>> _next_version({"plan": {"version": "3"}}), _next_version({"plan": None}), _next_version(None)
    ('4', '1', '1')
    """
    held = str(((before or {}).get("plan") or {}).get("version", ""))
    return str(int(held) + 1) if held.isascii() and held.isdigit() and len(held) < 9 else "1"


def _whole(text: str, low: int, high: int) -> int | None:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 and low <= int(plain) <= high else None


def _milliseconds(text: str) -> int | None:
    try:
        value = parse_number(text)
    except QuantityError:
        return None
    whole = value.scaleb(3)
    return int(whole) if 0 <= value <= LONGEST_S and whole == int(whole) else None


def _seconds(milliseconds: int) -> str:
    """Seconds as people write them.

    Examples
    --------
    >>> _seconds(500), _seconds(2000), _seconds(0)
    ('0.5', '2', '0')
    """
    return number_text(Decimal(milliseconds) / 1000)
