"""The desks of markers and adjudicators for tests of their pages: people of the sample centre write with devices of their own."""

from collections.abc import Mapping
from typing import Any

from assess import door
from assess.attempts.journal.append import Acknowledgement
from assess.management.world.devices import Device
from assess.people.models import Account
from assess.people.queries import actor
from item_bank.qti.content import Numeric, ShortText
from rubrics.definition import Criterion, TaskDefinition
from tests.attempts.centre import NOW_US, send
from tests.web.board import exam_part
from tests.web.sample_centre import Centre

Word = tuple[str, dict[str, Any]]
TEXT = "Treat it as live. Get another tester, prove it, and repeat prove, test, prove."


def device_of(centre: Centre, role: str, number: int = 0, person: Account | None = None) -> Device:
    """A device of the person who holds a post of a candidate's attempt, or of another person."""
    life = centre.lives[number]
    holder = person or (life.account if role == "candidate" else life.posts[role])
    asked = {"subject_kind": "attempt", "subject_id": life.attempt.pk, "role": role, "device": f"device of {role}"}
    return Device.of(door.act(actor(holder), "attempts.open_stream", **asked))


def sent(device: Device, *, server_us: int = NOW_US) -> None:
    outcome = send(device, server_us=server_us)
    assert isinstance(outcome, Acknowledgement), outcome
    device.chain.acknowledge(outcome.sequence)


def says(
    centre: Centre,
    role: str,
    *words: tuple[str, Mapping[str, Any]],
    number: int = 0,
    close: bool = False,
    server_us: int = NOW_US,
) -> Device:
    """Write words as the holder of a post, and send them."""
    device = device_of(centre, role, number)
    for kind, payload in words:
        write(device, kind, payload)
    if close:
        device.write("close")
    sent(device, server_us=server_us)
    return device


def write(device: Device, kind: str, payload: Mapping[str, Any]) -> None:
    """As `Device.write`, for payloads that have a field of that name themselves."""
    now_ms = NOW_US // 1000
    device.chain.add(kind, dict(payload), device_ms=now_ms, monotonic_ms=now_ms)


def text_item(centre: Centre, number: int = 0) -> str:
    return next(one.identifier for one in centre.lives[number].pinned.items if isinstance(one.content, ShortText))


def number_item(centre: Centre, number: int = 0) -> str:
    return next(one.identifier for one in centre.lives[number].pinned.items if isinstance(one.content, Numeric))


def answer(item: str, part: str, **response: Any) -> tuple[str, dict[str, Any]]:
    return "answer", {"part": part, "item": item, "response": response}


def hands_in(centre: Centre, text: str = TEXT, *, number: int = 0, finish: bool = True, more: Any = ()) -> Device:
    """The exam begins; the candidate writes a text (and more) and hands it in."""
    begins(centre, number)
    part = exam_part(centre)
    words = [answer(text_item(centre, number), part, text=text), *more]
    return says(centre, "candidate", *words, *([("finish", {"part": part})] if finish else []), number=number)


def begins(centre: Centre, number: int = 0) -> None:
    """The proctor begins the exam."""
    says(centre, "proctor:1", ("begin", {"part": exam_part(centre), "limit_s": 3600}), number=number)


def marking(centre: Centre, role: str = "marker:1", number: int = 0) -> dict[str, Any]:
    """What is before the holder of a marker's post."""
    found: dict[str, Any] = centre.browser(centre.lives[number].posts[role]).get("/assessor/marking.json").json()
    return found


def rulings(centre: Centre, role: str = "adjudicator:1", number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = centre.browser(centre.lives[number].posts[role]).get("/assessor/rulings.json").json()
    return found


def gives(
    centre: Centre, role: str, row: Mapping[str, Any], points: str, *, number: int = 0, close: bool = False
) -> None:
    """A marker gives points to an answer before them, as their page writes it."""
    payload = {"item": row["item"], "points": points, "of": row["of"]}
    says(centre, role, ("points", payload), number=number, close=close)


def good_mark(criterion: Criterion) -> dict[str, Any]:
    """The mark of a row that is done well; a reading lies on what is expected, or on its limit."""
    spec = criterion.measurement
    if spec is None:
        return {"level": 3} if criterion.kind == "judgement" else {"answer": "yes"}
    value = str(spec.expected if spec.expected is not None else spec.limit.value)
    reading = {"value": value} | ({"true_value": value} if spec.deviation is not None else {})
    instrument = {"id": "tester", "serial": "SN-1", "calibration_due": "2030-01-01"}
    mark = {"readings": [reading] * spec.places, "unit": spec.reading_unit, "measured_on": "2026-11-23"}
    return mark | ({"instrument": instrument} if spec.calibrated else {})


def sheet(task: TaskDefinition, *, but: Mapping[str, Any] | None = None, lock: bool = True) -> list[Word]:
    """A sheet with every row done well, but for the rows named."""
    marks = {row.identifier: good_mark(row) for row in task.criteria} | dict(but or {})
    words: list[Word] = [
        ("mark", {"task": task.identifier, "criterion": row, "mark": mark}) for row, mark in marks.items()
    ]
    about = {"task": task.identifier}
    return [*words, ("lock", about), ("global_rating", about | {"rating": 4})] if lock else words


def must_pass_row(task: TaskDefinition) -> str:
    """A must-pass step of a task that is seen, not measured."""
    return next(row.identifier for row in task.criteria if row.must_pass and row.kind == "checklist")


def differ(centre: Centre, *, number: int = 0) -> str:
    """The two assessors of the first task see its must-pass step differently; returns the step."""
    task = first_task(centre, number)
    row = must_pass_row(task)
    says(centre, "assessor:1", *sheet(task), number=number, close=True)
    says(centre, "assessor:2", *sheet(task, but={row: {"answer": "no"}}), number=number, close=True)
    return row


def first_task(centre: Centre, number: int = 0) -> TaskDefinition:
    return centre.lives[number].tasks[0]


def settle(row: Mapping[str, Any], met: bool, reason: str = "I looked at both sheets.") -> Word:
    """An adjudicator's ruling on a step, as their page writes it."""
    return "settle", {"task": row["about"], "criterion": row["criterion"], "met": met, "reason": reason}


def confirm(row: Mapping[str, Any], confirmed: bool, reason: str = "I looked at both sheets.") -> Word:
    return "confirm_stop", {"task": row["about"], "confirmed": confirmed, "reason": reason}


def share(row: Mapping[str, Any], value: str, reason: str = "I read the case sheet.") -> Word:
    return "settle", {"simulation": row["about"], "share": value, "reason": reason}
