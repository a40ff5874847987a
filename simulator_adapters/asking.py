"""How a plan asks an adapter for one reading, in words for whoever writes plans.

A *way* stands between what a person says ("a register: 802.SoCRsvMin") and what a step holds (an action with parameters). It goes
both ways, so that a plan that was made in words can be shown in words again. Adapters of other packages have one way for each
capability of their manifest, whose parameters are written as `name=value`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator_adapters.instruments.scpi import QUESTION
from simulator_adapters.photovoltaic.models import ModelError, definition, layout
from simulator_adapters.quantities import NumberError, parse_number
from simulator_adapters.registry import BrokenAdapter, UnknownAdapter, adapter, installed

GIVEN_BY_THE_ROW = frozenset({"unit", "places", "low", "high", "answers_in"})
"""Parameters that follow from the row that a reading answers for."""
_GROUPS = 8
"""So many sets and points of a curve a register may be named in."""
_REGISTER = re.compile(r"([0-9]{1,5})\.([A-Za-z0-9_.]{1,80})(?:\[([0-9]{1,3}(?:, ?[0-9]{1,3})*)\])?")
_PARAMETER = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]{0,39})\s*=\s*(.{1,200}?)\s*")


class BadQuestion(ValueError):
    """What was said can't be asked; the sentence names the remedy."""

    code = "bad_question"


@dataclass(frozen=True)
class Offer:
    """Something that is often asked for: as it is written, in words, and the quantity it gives (of the unit table)."""

    what: str
    words: str
    quantity: str


@dataclass(frozen=True)
class Way:
    """One way to ask for a reading.

    Attributes
    ----------
    words, hint
        What is read, and how it is written.
    write
        From what was said to the parameters of the step; raises `BadQuestion`.
    read
        From the parameters of a step to what was said; raises `LookupError` or `ValueError` where another way made it.
    converts
        Whether the adapter can be told in which unit the instrument answers (`answers_in`).
    places
        Whether the step says to how many places a reading is rounded.
    both_limits
        Whether the step needs a lower and an upper limit.
    """

    id: str
    action: str
    words: str
    hint: str
    write: Callable[[str], dict[str, str]]
    read: Callable[[Mapping[str, str]], str]
    offers: tuple[Offer, ...] = ()
    converts: bool = False
    places: bool = False
    both_limits: bool = False


def ways_of(adapter_id: str) -> tuple[Way, ...]:
    """The ways in which an adapter reads; none for an engine, and for one that is not at hand.

    Examples
    --------
    >>> [way.words for way in ways_of("sunspec")]
    ['a register', 'the reactive power at a voltage', 'the power at a frequency']
    >>> ways_of("scpi")[0].write("MEAS:RES?")
    {'ask': 'MEAS:RES?'}
    >>> ways_of("wiring")
    ()
    """
    if adapter_id in _KNOWN:
        return _KNOWN[adapter_id]
    try:
        manifest = adapter(adapter_id).manifest
    except (UnknownAdapter, BrokenAdapter):
        return ()
    if manifest.kind != "instrument":
        return ()
    return tuple(_any(action) for action in manifest.capabilities if action != "identify")


def reading_adapters() -> dict[str, str]:
    """The adapters that read something, by id, with their titles; those that can't be used are left out.

    Examples
    --------
    >>> reading_adapters()["scpi"]
    'Instrument that speaks SCPI over a socket'
    """
    return {
        one.id: one.manifest.title
        for one in installed()
        if one.manifest is not None and one.manifest.kind == "instrument" and ways_of(one.id)
    }


def _any(action: str) -> Way:
    hint = "Its parameters as name=value, parted by semicolons; empty where it has none. Unit, places and limits come from the row."
    return Way(action, action, action, hint, _parameters, _as_text, places=True)


def _question(text: str) -> dict[str, str]:
    if not QUESTION.fullmatch(text.strip()):
        raise BadQuestion(f"{text.strip()[:40]!r} is no question of SCPI. Write one such as MEAS:RES?, in capitals.")
    return {"ask": text.strip()}


def _register(text: str) -> dict[str, str]:
    match = _REGISTER.fullmatch(text.strip())
    if match is None:
        raise BadQuestion(f"{text.strip()[:40]!r} names no register. Write model and point, such as 802.SoCRsvMin.")
    model, point = int(match[1]), match[2]
    index = tuple(int(number) for number in match[3].split(",")) if match[3] else ()
    try:
        points = layout(definition(model), lambda _: _GROUPS)
    except ModelError as problem:
        raise BadQuestion(f"{problem} Look up the number of the model.") from None
    if not any((one.path, one.index) == (point, index) for one in points):
        raise BadQuestion(f"Model {model} has no point {text.strip().partition('.')[2]}. Look up its name and index.")
    return {"model": str(model), "point": point, "index": json.dumps(index)}


def _register_name(given: Mapping[str, str]) -> str:
    index = json.loads(given["index"])
    return f"{int(given['model'])}.{given['point']}" + (f"[{','.join(map(str, index))}]" if index else "")


def _response(source: str, of: str) -> tuple[Callable[[str], dict[str, str]], Callable[[Mapping[str, str]], str]]:
    def write(text: str) -> dict[str, str]:
        try:
            return {"input": source, "at": f"{parse_number(text):f}"}
        except NumberError:
            raise BadQuestion(f"{text.strip()[:40]!r} is no {of}. Write a number without its unit.") from None

    def read(given: Mapping[str, str]) -> str:
        if given["input"] != source:
            raise ValueError("Another way asks for this response.")
        return given["at"]

    return write, read


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(str.strip, text.split(";")):
        match = _PARAMETER.fullmatch(part)
        if match is None:
            raise BadQuestion(f"{part.strip()[:40]!r} is no parameter. Write name=value, parted by semicolons.")
        if match[1] in GIVEN_BY_THE_ROW:
            raise BadQuestion(f"{match[1]} follows from the row. Leave it out.")
        found[match[1]] = match[2]
    return found


def _as_text(given: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={held}" for name, held in sorted(given.items()) if name not in GIVEN_BY_THE_ROW)


_OFFERS = (
    Offer("MEAS:RES?", "resistance", "resistance"),
    Offer("MEAS:FRES?", "resistance with four wires", "resistance"),
    Offer("MEAS:VOLT:AC?", "a.c. voltage", "voltage"),
    Offer("MEAS:VOLT:DC?", "d.c. voltage", "voltage"),
    Offer("MEAS:CURR:AC?", "a.c. current", "current"),
    Offer("MEAS:CURR:DC?", "d.c. current", "current"),
    Offer("MEAS:FREQ?", "frequency", "frequency"),
    Offer("MEAS:PER?", "period", "time"),
    Offer("MEAS:TEMP?", "temperature", "temperature"),
)
_KNOWN: dict[str, tuple[Way, ...]] = {
    "wiring": (),
    "scpi": (
        Way(
            "question", "read", "an SCPI question", "As the manual of the instrument writes it, such as MEAS:RES?",
            _question, lambda given: given["ask"], _OFFERS, converts=True, places=True,
        ),
    ),
    "sunspec": (
        Way(
            "register", "setting", "a register", "Model and point, such as 802.SoCRsvMin or 705.Crv.Pt.V[1,2]",
            _register, _register_name, both_limits=True,
        ),
        Way(
            "volt-var", "response", "the reactive power at a voltage", "The voltage in % of nominal, such as 105",
            *_response("v_pct", "voltage in % of nominal"),
        ),
        Way(
            "droop", "response", "the power at a frequency", "The frequency in Hz, such as 50.7",
            *_response("f", "frequency in Hz"),
        ),
    ),
}  # fmt: skip
