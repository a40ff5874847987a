"""What a signed message says: readings of a device about somebody's attempt, or a logger file that is to follow.

A message is a JSON object whose numbers are texts (`"0.45"`), so that no program rounds them on the way. Every field is known
or the message is refused with its place; what is left out below has its plain meaning.

    {"attempt": "6b1f…", "role": "adapter:2",
     "device": {"serial": "LZ-0042", "model": "Loop tester", "firmware": "1.3"},
     "readings": [{"name": "zs", "value": "0.45", "unit": "Ω", "at": "2026-11-26T09:00:00+00:00", "uncertainty": "0.02"},
                  {"name": "ze", "value": null, "unit": "Ω", "status": "OVERRANGE"}]}

    {"attempt": "6b1f…", "role": "adapter:2", "device": {…}, "file": {"name": "night.csv", "length": 48213, "sha256": "…",
     "delimiter": ";", "decimal_mark": ",", "time_heading": "Zeit", "time_format": "%Y-%m-%d %H:%M", "zone": "Europe/Madrid",
     "columns": [{"heading": "Uac", "name": "voltage", "unit": "V"}]}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulator_adapters import documents
from simulator_adapters.feeds.logger_file import Declaration, LoggerFileError, check_declaration
from simulator_adapters.measurement import Status
from simulator_adapters.quantities import QuantityError, canonical_unit

MOST_READINGS = 40
"""So many fit, with all that makes them evidence, into one entry of the journal."""
LONGEST_NAME = 80


class MessageRefused(ValueError):
    """A message that can't be taken; `code` is for machines, the sentence names the place and the remedy."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Device:
    """The device that measured, by its own account."""

    serial: str
    model: str
    firmware: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One value as it was sent; `at` by the device's own clock, `value` None unless the status is OK."""

    name: str
    value: Decimal | None
    unit: str
    status: Status
    at: datetime | None
    uncertainty: Decimal | None
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What was said about an attempt's role: readings, or the declaration of a file called `file_name` that is to follow."""

    attempt: str
    role: str
    device: Device
    readings: tuple[Reading, ...] = ()
    file_name: str = ""
    declared: Declaration | None = None


_DEVICE = {"model": "", "firmware": ""}
_READING = {"value": None, "status": "OK", "at": None, "uncertainty": None, "sentence": ""}


def read_message(document: Any) -> Message:
    """Read the document of a message whose signature held.

    Raises
    ------
    MessageRefused
        `bad_message` with the field's place, `no_readings`, `too_many_readings`, `named_twice`; of a file's declaration
        `bad_declaration`, `too_large`.

    Examples
    --------
    >>> said = {"attempt": "a", "role": "adapter:2", "device": {"serial": "7"}}
    >>> read_message(said | {"readings": [{"name": "zs", "value": "0.45", "unit": "Ω"}]}).readings[0].value
    Decimal('0.45')
    >>> read_message(said | {"readings": [{"name": "zs", "value": 0.45, "unit": "Ω"}]})
    Traceback (most recent call last):
    simulator_adapters.feeds.messages.MessageRefused: readings[0].value: a string is expected. Correct it and send it again.
    """
    if not isinstance(document, Mapping):
        raise MessageRefused(
            "bad_message", "A message is a JSON object with attempt, role, device and readings or file."
        )
    about = {"attempt", "role", "device"}
    said = set(document) - about
    if about - set(document) or said not in ({"readings"}, {"file"}):
        raise MessageRefused("bad_message", "A message has attempt, role, device and either readings or file; no more.")
    try:
        head = documents.decode(_Head, {**_picked(document, about), "device": _filled(document["device"], _DEVICE)})
        if said == {"file"}:
            return _announcement(head, document["file"])
        return _readings(head, document["readings"])
    except documents.DocumentError as problem:
        raise MessageRefused("bad_message", f"{problem}. Correct it and send it again.") from None


@dataclass(frozen=True, kw_only=True)
class _Head:
    attempt: str
    role: str
    device: Device


def _picked(document: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: document[name] for name in names}


def _filled(given: Any, defaults: Mapping[str, Any]) -> Any:
    return {**defaults, **given} if isinstance(given, Mapping) else given


def _announcement(head: _Head, given: Any) -> Message:
    if not isinstance(given, Mapping) or not isinstance(given.get("name"), str) or not given["name"].strip():
        raise documents.DocumentError("file.name", "a text is expected")
    rest = {name: value for name, value in given.items() if name != "name"}
    declared: Declaration = documents.decode(Declaration, rest, "file")
    try:
        check_declaration(declared)
    except LoggerFileError as problem:
        raise MessageRefused(problem.code, f"file: {problem}") from None
    return Message(
        attempt=head.attempt, role=head.role, device=head.device, file_name=given["name"].strip(), declared=declared
    )


def _readings(head: _Head, given: Any) -> Message:
    if not isinstance(given, list) or not given:
        raise MessageRefused("no_readings", "readings: a list of at least one reading is expected.")
    if len(given) > MOST_READINGS:
        raise MessageRefused(
            "too_many_readings",
            f"readings: {len(given)} are given, {MOST_READINGS} are the most. Send several messages.",
        )
    readings = tuple(
        documents.decode(Reading, _filled(one, _READING), f"readings[{number}]") for number, one in enumerate(given)
    )
    names: set[str] = set()
    for number, one in enumerate(readings):
        check_reading(one, f"readings[{number}]")
        if one.name in names:
            raise MessageRefused("named_twice", f"readings[{number}]: {one.name!r} stands twice. Name each once.")
        names.add(one.name)
    return Message(attempt=head.attempt, role=head.role, device=head.device, readings=readings)


def check_reading(one: Reading, place: str) -> None:
    """Refuse a reading without a name or known unit, or whose value and status contradict each other."""
    if not 0 < len(one.name) <= LONGEST_NAME or not one.name.isprintable():
        raise documents.DocumentError(f"{place}.name", f"a name of 1 to {LONGEST_NAME} characters is expected")
    try:
        canonical_unit(one.unit)
    except QuantityError as problem:
        raise documents.DocumentError(f"{place}.unit", problem.sentence.rstrip(".")) from None
    if (one.value is not None) != (one.status in (Status.OK, Status.OPERATOR)):
        raise documents.DocumentError(f"{place}.value", "there is a value if and only if the status is OK")
    if one.uncertainty is not None and one.uncertainty < 0:
        raise documents.DocumentError(f"{place}.uncertainty", "it is 0 or more")
