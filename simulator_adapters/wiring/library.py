"""What each kind of component is electrically. The task's data names terminals and contacts; this names the rest.

A kind is matched by its first words, so that ``rcd 30 mA type A`` and ``breaker B32`` carry their rating in the text.
Loads are resistors of their rated power at 230 V. Values a task leaves unsaid: 230 V, TN-S, breaker B16, residual
current device 30 mA.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

NOMINAL_VOLTAGE = 230.0
SOURCE_RESISTANCE = {"L": 0.2, "N": 0.15, "PE": 0.2}
WIRE_RESISTANCE = 0.01
CONTACT_RESISTANCE = 0.01
OPEN_CONDUCTANCE = 1e-9
LEAK_CONDUCTANCE = 1e-9

#: Limits in decivolts: a load works from 0.85 Un, is off up to 0.10 Un; a coil lets go below 0.35 Un.
ON_FROM = 1955
OFF_UP_TO = 230
DROPS_BELOW = 805

#: Currents in milliamperes.
RESIDUAL_TRIP = 30
EARTH_CURRENT_LIMIT = 10

MOST_RELAY_ROUNDS = 8


class Role(StrEnum):
    """What a component does in the circuit."""

    SUPPLY = "supply"
    BREAKER = "breaker"
    RCD = "rcd"
    SWITCH = "switch"
    LOAD = "load"
    COIL = "coil"


@dataclass(frozen=True)
class Kind:
    """One entry of the library.

    Attributes
    ----------
    prefix
        First words of the kinds it stands for.
    noun
        How sentences name such a component.
    watts
        Rated power at 230 V of a load or coil, None without one.
    """

    prefix: str
    role: Role
    noun: str
    watts: float | None = None

    @property
    def conductance(self) -> float:
        """Conductance of the load in siemens, 0 without one."""
        return 0.0 if self.watts is None else self.watts / NOMINAL_VOLTAGE**2


KINDS: tuple[Kind, ...] = (
    Kind("supply", Role.SUPPLY, "supply"),
    Kind("breaker", Role.BREAKER, "breaker"),
    Kind("rcd", Role.RCD, "residual current device"),
    Kind("switch", Role.SWITCH, "switch"),
    Kind("stop push", Role.SWITCH, "stop push"),
    Kind("start push", Role.SWITCH, "start push"),
    Kind("contactor", Role.COIL, "contactor", 10.0),
    Kind("relay", Role.COIL, "relay", 2.0),
    Kind("lamp", Role.LOAD, "lamp", 100.0),
    Kind("socket", Role.LOAD, "socket", 1000.0),
    Kind("charge point", Role.LOAD, "charge point", 3680.0),
    Kind("motor", Role.LOAD, "motor", 1500.0),
)


def kind_of(text: str) -> Kind | None:
    """Find the library's entry for a kind as the task writes it.

    Examples
    --------
    >>> kind_of("rcd 30 mA type A").role.value, kind_of("toaster")
    ('rcd', None)
    """
    return next((kind for kind in KINDS if re.match(rf"{kind.prefix}\b", text)), None)
