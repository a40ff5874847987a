"""What each kind of component is electrically: `library.toml`, read, with the constants of the whole engine.

A kind is matched by its first words, so that ``rcd 30 mA type A`` and ``breaker B32`` carry their rating in the text.
Loads are resistors of their rated power at their rated voltage. Values a task leaves unsaid: 230 V, TN-S, breaker B16,
2.5 mm² copper, residual current device 30 mA.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

NOMINAL_VOLTAGE = 230.0
SOURCE_RESISTANCE = {"L": 0.2, "L1": 0.2, "L2": 0.2, "L3": 0.2, "N": 0.15, "PE": 0.2}
LINES = ("L", "L1", "L2", "L3")
BATTERY_RESISTANCE = 0.05
WIRE_RESISTANCE = 0.01
CONTACT_RESISTANCE = 0.01
OPEN_CONDUCTANCE = 1e-9
LEAK_CONDUCTANCE = 1e-9

#: Shares of the rated voltage: a load works from here, and is off up to there.
WORKS_FROM = 0.85
OFF_UP_TO = 0.10

#: Currents in milliamperes.
EARTH_CURRENT_LIMIT = 10

#: An overcurrent device trips in the end from 1.45 times its rating (IEC 60898-1), an overload relay from 1.2 times its
#: setting (IEC 60947-4-1).
BREAKER_TRIPS_FROM = 1.45
OVERLOAD_TRIPS_FROM = 1.2

MOST_RELAY_ROUNDS = 8


class Role(StrEnum):
    """What a component does in the circuit."""

    SUPPLY = "supply"
    BATTERY = "battery"
    MODULE = "module"
    BREAKER = "breaker"
    RCD = "rcd"
    RCBO = "rcbo"
    OVERLOAD = "overload"
    SWITCH = "switch"
    LOAD = "load"
    MOTOR = "motor"
    COIL = "coil"
    TIMER = "timer"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One entry of the library.

    Attributes
    ----------
    names
        First words of the kinds it stands for.
    noun
        How sentences name such a component.
    watts
        Rated power of a load or coil, None without one.
    volts
        Rated voltage; None where it is the supply's.
    pick_up, drop_out
        Shares of the rated voltage at which a coil pulls in, and below which it lets go.
    seconds
        How long a timer waits, unless the task says otherwise.
    works_from
        Share of its rated voltage from which a load works.
    polarised
        The first terminal of its load is the positive one.
    terminals, states, load
        What a component has whose task names no terminals.
    """

    names: tuple[str, ...]
    noun: str
    role: Role
    watts: float | None = None
    volts: float | None = None
    pick_up: float = WORKS_FROM
    drop_out: float = WORKS_FROM
    seconds: float = 0.0
    works_from: float = WORKS_FROM
    polarised: bool = False
    terminals: tuple[str, ...] = ()
    states: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    load: tuple[str, ...] = ()


def _kinds() -> tuple[Kind, ...]:
    written = tomllib.loads(Path(__file__).with_name("library.toml").read_text(encoding="utf-8"))
    return tuple(
        Kind(
            names=tuple(entry.pop("names")),
            role=Role(entry.pop("role")),
            terminals=tuple(entry.pop("terminals")),
            load=tuple(entry.pop("load", ())),
            states={state: tuple((a, b) for a, b in contacts) for state, contacts in entry.pop("states", {}).items()},
            **entry,
        )
        for entry in written["kind"]
    )


KINDS: tuple[Kind, ...] = _kinds()
_BY_NAME = sorted(((name, kind) for kind in KINDS for name in kind.names), key=lambda pair: -len(pair[0]))


@lru_cache(maxsize=512)
def kind_of(text: str) -> Kind | None:
    """Find the library's entry for a kind as the task writes it; the longest name that fits.

    Examples
    --------
    >>> kind_of("rcd 30 mA type A").role.value, kind_of("switch two-way").terminals, kind_of("toaster")
    ('rcd', ('C', '1', '2'), None)
    """
    return next(
        (kind for name, kind in _BY_NAME if re.match(rf"{re.escape(name)}(?![\w-])", text, re.IGNORECASE)), None
    )


@dataclass(frozen=True, kw_only=True)
class Rating:
    """What the text of a kind says about its size; None where it says nothing."""

    amps: float | None = None
    milliamps: float | None = None
    watts: float | None = None
    volts: float | None = None
    seconds: float | None = None


_UNITS = {"mA": ("milliamps", 1.0), "A": ("amps", 1.0), "W": ("watts", 1.0), "kW": ("watts", 1000.0)}
_UNITS |= {"V": ("volts", 1.0), "s": ("seconds", 1.0)}
_NUMBER = re.compile(r"(?<![\w.])([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(mA|A|kW|W|V|s)(?!\w)")
_CURVE = re.compile(r"(?<!\w)([BCD])([0-9]{1,4})(?!\w)")


@lru_cache(maxsize=512)
def rating_of(text: str) -> Rating:
    """Read the ratings out of a kind; nothing of it is ever taken as a formula or a name.

    Examples
    --------
    >>> rating_of("rcbo B16 30 mA")
    Rating(amps=16.0, milliamps=30.0, watts=None, volts=None, seconds=None)
    """
    found = {_UNITS[unit][0]: float(number) * _UNITS[unit][1] for number, unit in _NUMBER.findall(text)}
    if curve := _CURVE.search(text):
        found["amps"] = float(curve[2])
    return Rating(**{name: value for name, value in found.items() if value > 0})


def curve_of(text: str) -> str:
    """The letter of a breaker's curve, B unless its kind says otherwise.

    Examples
    --------
    >>> curve_of("breaker C16"), curve_of("rcbo 16 A")
    ('C', 'B')
    """
    found = _CURVE.search(text)
    return found[1] if found else "B"
