"""How fast a protective device switches off at a current, in words: the times that its standard allows at most.

Verdicts don't rest on it: whoever waits long enough sees a device trip (see `protection`). It is what a person at the bench
is told beside what tripped.
"""

from simulator_adapters.wiring.library import Role, curve_of
from simulator_adapters.wiring.parts import Component

AT_ONCE = {"B": (3.0, 5.0), "C": (5.0, 10.0), "D": (10.0, 20.0)}
"""Multiples of the rated current between which the magnetic release of each curve begins to act, and from which it surely
does (IEC 60898-1, table 7)."""
RESIDUAL = ((5.0, "within 40 ms"), (2.0, "within 150 ms"), (1.0, "within 300 ms"))
"""Multiples of the rated residual current and the longest time at each (IEC 61008-1 and 61009-1, general type)."""
OVERLOAD = ((7.2, "within 10 s"), (1.5, "within 4 min"), (0.0, "within 2 h"))
"""Multiples of the setting and the longest time at each, class 10 (IEC 60947-4-1)."""
FUSE = ((13.0, "within 0.1 s"), (5.1, "within 5 s"), (0.0, "within an hour"))
"""Multiples of the rated current from which fuses gG up to 63 A have melted by then (gates of IEC 60269-1, rounded up)."""
CONVENTIONAL = 2.55
"""From this multiple a breaker's thermal release trips within a minute or two (IEC 60898-1, table 7)."""


def how_fast(device: Component, amps: float, residual_amps: float) -> str:
    """The longest time in which a device that trips switches off.

    Parameters
    ----------
    device
        A breaker, fuse, residual current device or overload relay.
    amps
        Largest current in any of its poles.
    residual_amps
        What its poles' currents differ by.

    Examples
    --------
    >>> breaker = Component(id="Q1", kind="breaker B16", terminals=("1", "2"))
    >>> how_fast(breaker, 326.0, 0.0), how_fast(breaker, 60.0, 0.0), how_fast(breaker, 24.0, 0.0)
    ('within 0.1 s', 'at once or within a minute', 'within an hour')
    >>> how_fast(Component(id="F1", kind="rcd 30 mA", terminals=("1", "2")), 0.2, 0.115)
    'within 150 ms'
    """
    role = device.library.role
    if role in (Role.RCD, Role.RCBO) and residual_amps * 1000 >= round(device.residual_amps * 1000):
        return _first(RESIDUAL, residual_amps / device.residual_amps)
    times = amps / (device.rated_amps or device.amps)
    if role is Role.OVERLOAD:
        return _first(OVERLOAD, times)
    if device.library.noun == "fuse":
        return _first(FUSE, times)
    begins, surely = AT_ONCE[curve_of(device.kind)]
    if times >= surely:
        return "within 0.1 s"
    if times >= begins:
        return "at once or within a minute"
    small = device.amps <= 32
    if times >= CONVENTIONAL:
        return "within a minute" if small else "within 2 min"
    return "within an hour" if device.amps <= 63 else "within 2 h"


def _first(table: tuple[tuple[float, str], ...], times: float) -> str:
    return next((words for least, words in table if times >= least), table[-1][1])
