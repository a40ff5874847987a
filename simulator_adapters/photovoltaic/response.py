"""What a device will do at its terminals, computed from the settings that were read back."""

import itertools
from decimal import Decimal

from simulator_adapters.photovoltaic.models import ModelBlock, ModelError

_ACTIVE = 1
_HUNDRED = Decimal(100)


def reading(block: ModelBlock, path: str, index: tuple[int, ...] = ()) -> Decimal:
    """A point's value in its own unit.

    Raises
    ------
    ModelError
        When the point or its scale factor is not implemented.
    """
    point = block.point(path, index)
    raw, scale = block.raw(path, index), block.scale(point)
    if not isinstance(raw, int) or scale is None:
        raise ModelError(f"The device does not implement {block.model}.{point.name}.")
    return Decimal(raw).scaleb(scale)


def volt_var(block: ModelBlock, volts_percent: Decimal) -> Decimal:
    """Reactive power of the active curve of model 705 at a voltage in percent of nominal.

    Straight lines between the curve's points, constant beyond its ends; 0 where the function is off.
    """
    if block.raw("Ena") != 1:
        return Decimal(0)
    count = int(reading(block, "Crv.ActPt", (_ACTIVE,)))
    curve = [
        (reading(block, "Crv.Pt.V", (_ACTIVE, n)), reading(block, "Crv.Pt.Var", (_ACTIVE, n)))
        for n in range(1, count + 1)
    ]
    if not curve or volts_percent <= curve[0][0]:
        return curve[0][1] if curve else Decimal(0)
    for (v1, q1), (v2, q2) in itertools.pairwise(curve):
        if volts_percent <= v2:
            return q1 + (q2 - q1) * (volts_percent - v1) / (v2 - v1)
    return curve[-1][1]


def frequency_droop(block: ModelBlock, hertz: Decimal) -> Decimal:
    """Cut in active power in percent at a frequency above nominal, from the active control of model 711.

    ``max(0, (f - f_nom - DbOf) / (KOf · f_nom) · 100)`` with a nominal frequency of 50 or 60 Hz, whichever is nearer;
    0 where the function is off.
    """
    if block.raw("Ena") != 1:
        return Decimal(0)
    nominal = Decimal(50) if hertz < 55 else Decimal(60)
    droop = reading(block, "Ctl.KOf", (_ACTIVE,))
    if not droop:
        raise ModelError("The droop 711.Ctl.KOf is 0, so that no power limit follows from it.")
    over = hertz - nominal - reading(block, "Ctl.DbOf", (_ACTIVE,))
    return max(Decimal(0), over / (droop * nominal) * _HUNDRED)
