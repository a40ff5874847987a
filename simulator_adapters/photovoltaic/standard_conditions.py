"""What a string would read at standard test conditions (STC: 1000 W/m², 25 °C), from what was read in the field.

The equations are those of procedure 2 of IEC 60891:2009 for the two ends of a curve. STC is the first condition, since a data
sheet states its coefficients for it, and they are solved for the value there::

    I_sc = I_sc,STC · (G / 1000) · (1 + α·(T - 25))
    V_oc = V_oc,STC · (1 + β·(T - 25) + a·ln(G / 1000))

G in W/m² in the plane of the modules, T in °C of the cells (a sensor behind a module reads it within 2 to 3 K), α and β in 1/K, a
without a unit; 0.06 is that standard's typical value (from memory, check). Nothing else is corrected: spectrum, soiling and angle
stay in the result.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal

STC_IRRADIANCE = Decimal(1000)
STC_CELSIUS = Decimal(25)
IRRADIANCE_FACTOR = Decimal("0.06")
"""a, where a data sheet states none."""
LEAST_IRRADIANCE = Decimal(400)
"""W/m² below which a translation is not to be trusted (the least for curves in IEC 62446-1, from memory, check)."""

_CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN)
_HUNDRED = Decimal(100)


def short_circuit_at_stc(
    amps: Decimal, *, irradiance: Decimal, celsius: Decimal, percent_per_kelvin: Decimal
) -> Decimal:
    """Short-circuit current at STC in A; α in percent per kelvin, positive for silicon.

    Examples
    --------
    >>> f"{short_circuit_at_stc(Decimal(8), irradiance=Decimal(800), celsius=Decimal(45), percent_per_kelvin=Decimal('0.05')):.3f}"
    '9.901'
    """
    warmer = _warmer(celsius, percent_per_kelvin)
    return _CONTEXT.divide(amps, _CONTEXT.multiply(_CONTEXT.divide(irradiance, STC_IRRADIANCE), warmer))


def open_circuit_at_stc(
    volts: Decimal,
    *,
    irradiance: Decimal,
    celsius: Decimal,
    percent_per_kelvin: Decimal,
    factor: Decimal = IRRADIANCE_FACTOR,
) -> Decimal:
    """Open-circuit voltage at STC in V; β in percent per kelvin, negative for silicon.

    Examples
    --------
    >>> f"{open_circuit_at_stc(Decimal(450), irradiance=Decimal(800), celsius=Decimal(45), percent_per_kelvin=Decimal('-0.3')):.2f}"
    '485.64'
    """
    dimmer = _CONTEXT.multiply(factor, _CONTEXT.ln(_CONTEXT.divide(irradiance, STC_IRRADIANCE)))
    return _CONTEXT.divide(volts, _CONTEXT.add(_warmer(celsius, percent_per_kelvin), dimmer))


def _warmer(celsius: Decimal, percent_per_kelvin: Decimal) -> Decimal:
    change = _CONTEXT.multiply(percent_per_kelvin, _CONTEXT.subtract(celsius, STC_CELSIUS))
    return _CONTEXT.add(Decimal(1), _CONTEXT.divide(change, _HUNDRED))
