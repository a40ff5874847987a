"""Judges an electrical test record, test by test; each finding names the place, the limit with its source, and what to do.

The rule of `measurement` holds here too: round to the field's places first, then apply limits with the reading's uncertainty as
guard band. Where the instrument showed only that a value is more than its range, a lower limit below it is met, an upper limit
below it is missed, and any other limit is for a person. What can't be judged is UNSET and says what is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from simulator_adapters.measurement import Limits, Verdict
from simulator_adapters.photovoltaic.standard_conditions import open_circuit_at_stc, short_circuit_at_stc
from simulator_adapters.quantities import canonical_unit, round_to
from simulator_adapters.records.electrical import (
    CIRCUIT_FIELDS,
    STRING_FIELDS,
    Choice,
    ElectricalRecord,
    Quantity,
    Row,
    Value,
)
from simulator_adapters.records.electrical_limits import ElectricalLimits, InsulationClass, InsulationLimits

_CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN)
_HUNDRED, _THOUSAND = Decimal(100), Decimal(1000)
_FIELDS = {
    "circuit": {field.name: field for field in CIRCUIT_FIELDS},
    "string": {field.name: field for field in STRING_FIELDS},
}

#: What to do about a test that failed.
_REMEDIES = {
    "continuity_pe": "Look for a loose or missing joint of the protective conductor, then measure again.",
    "r1_r2": "Look for a loose joint or a longer run than stated, then measure again.",
    "insulation": "Do not energise. Disconnect section by section until the fault is found, then test again.",
    "test_voltage": "Repeat the test with the voltage that belongs to this circuit.",
    "zs": "Check joints and device; if the run is too long, choose a larger conductor or another protection.",
    "rcd_time_1x": "Check the wiring behind the device and replace the device if it stays so.",
    "rcd_time_5x": "Check the wiring behind the device and replace the device if it stays so.",
    "polarity": "Do not energise. Exchange the conductors and test again.",
    "v_oc": "Count the modules and look for a reversed or shaded one, a wrong connector or a shorted bypass diode.",
    "i_sc": "Look for shade, soiling and broken modules, and check where the irradiance was measured.",
    "v_oc_spread": "Compare it with the other strings: number of modules, connectors, shade.",
    "i_sc_spread": "Compare it with the other strings: shade, soiling, irradiance while measuring.",
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One test judged.

    Attributes
    ----------
    place, test
        ``circuit Sockets`` and the field's name; ``v_oc_spread`` and ``i_sc_spread`` compare strings with each other.
    value, unit
        What was held against the limits: rounded, and for strings translated to standard conditions; None where nothing could be.
    """

    place: str
    test: str
    value: Decimal | None
    unit: str
    limits: Limits
    verdict: Verdict
    sentence: str
    source: str = ""


def verdicts(record: ElectricalRecord, limits: ElectricalLimits) -> tuple[Finding, ...]:
    """Judge every test of every row, in the order of the rows; a required test that is missing is UNSET."""
    findings = [one for row in record.circuits for one in _circuit(row, limits)]
    findings += [one for row in record.strings for one in _string(row, limits)]
    findings += _compared(record.strings, limits)
    return tuple(findings)


def _circuit(row: Row, limits: ElectricalLimits) -> Iterator[Finding]:
    yield from _missing(row, limits.required.circuit)
    for test, areas in (("continuity_pe", ("pe_area",)), ("r1_r2", ("line_area", "pe_area"))):
        if test in row.values:
            yield _continuity(row, test, areas, limits)
    u0 = row.values.get("u0")
    yield from _insulation(row, limits.circuit_insulation, u0.value if u0 else None, "the nominal voltage to earth")
    if "zs" in row.values:
        yield _loop(row, limits)
    yield from _trip_times(row, limits)
    yield from _polarity(row)


def _missing(row: Row, names: tuple[str, ...]) -> Iterator[Finding]:
    for name in names:
        if name not in row.values and name not in row.choices:
            yield _unset(row, name, "It was not tested. Test it and enter what was read.")


def _continuity(row: Row, test: str, areas: tuple[str, ...], limits: ElectricalLimits) -> Finding:
    rules, total = limits.continuity, Decimal(0)
    for area in areas:
        if area not in row.values or "length" not in row.values:
            return _unset(row, test, "Without length and cross-section no limit follows. Enter them.")
        size = _plain(row.values[area].value)
        if size not in rules.ohm_per_km:
            return _unset(row, test, f"The limits know no resistance of {size} mm². Add it to them.")
        total += rules.ohm_per_km[size]
    expected = _CONTEXT.divide(_CONTEXT.multiply(total, row.values["length"].value), _THOUSAND)
    high = expected * (1 + rules.more_percent / _HUNDRED) + rules.allowance
    why = f"{_plain(row.values['length'].value)} m of this copper have {expected:.2f} Ω"
    return _judged(row, test, row.values[test], None, high, why, rules.source)


def _insulation(row: Row, rules: InsulationLimits, volts: Decimal | None, what: str) -> Iterator[Finding]:
    tested = [name for name in ("insulation", "test_voltage") if name in row.values]
    belongs: InsulationClass | None = None if volts is None else rules.at(volts)
    for name in tested:
        if belongs is None:
            said = (
                f"Without {what} no limit follows. Enter it." if volts is None else f"No limit is known at {volts} V."
            )
            yield _unset(row, name, said)
        elif name == "insulation":
            yield _judged(row, name, row.values[name], belongs.low, None, f"up to {belongs.up_to} V", rules.source)
        else:
            why = f"up to {belongs.up_to} V"
            yield _judged(row, name, row.values[name], belongs.test_voltage, None, why, rules.source)


def _loop(row: Row, limits: ElectricalLimits) -> Finding:
    rules, u0 = limits.loop, row.values.get("u0")
    curve, rating, residual = row.choices.get("device"), row.values.get("device_rating"), row.values.get("rcd_rating")
    if curve is not None and curve in rules.trip_multiple and rating and u0:
        trips = rules.trip_multiple[curve] * rating.value
        high = _CONTEXT.divide(rules.share * u0.value, trips)
        why = f"{curve}{_plain(rating.value)} at {_plain(u0.value)} V trips at {_plain(trips)} A"
    elif residual:
        high = _CONTEXT.divide(rules.touch_voltage * _THOUSAND, residual.value)
        why = f"a device of {_plain(residual.value)} mA keeps it below {_plain(rules.touch_voltage)} V"
    else:
        return _unset(
            row, "zs", "Without voltage and circuit breaker, or residual current, no limit follows. Enter them."
        )
    return _judged(row, "zs", row.values["zs"], None, high, why, rules.source)


def _trip_times(row: Row, limits: ElectricalLimits) -> Iterator[Finding]:
    kind = row.choices.get("rcd_kind")
    times = {"general": limits.rcd.general, "delayed": limits.rcd.delayed}.get(kind or "")
    for test in ("rcd_time_1x", "rcd_time_5x"):
        if test not in row.values:
            continue
        if times is None:
            yield _unset(row, test, "Without the kind of device no limit follows. Enter general or delayed.")
            continue
        low, high = (times.low_1x, times.high_1x) if test == "rcd_time_1x" else (times.low_5x, times.high_5x)
        yield _judged(row, test, row.values[test], low or None, high, f"a {kind} device", limits.rcd.source)


def _polarity(row: Row) -> Iterator[Finding]:
    said = row.choices.get("polarity")
    if said is not None:
        right = said == "correct"
        verdict = Verdict.PASS if right else Verdict.FAIL
        sentence = f"{row.place}, polarity: It is {said}.{'' if right else ' ' + _REMEDIES['polarity']}"
        yield Finding(
            place=row.place, test="polarity", value=None, unit="", limits=Limits(), verdict=verdict, sentence=sentence
        )


def _string(row: Row, limits: ElectricalLimits) -> Iterator[Finding]:
    yield from _missing(row, limits.required.string)
    for test in ("v_oc", "i_sc"):
        if test in row.values:
            yield _against_data_sheet(row, test, limits)
    modules, one = row.values.get("modules"), row.values.get("module_v_oc")
    volts = modules.value * one.value if modules and one else None
    highest = volts * limits.string.voltage_factor if volts is not None else None
    yield from _insulation(row, limits.string_insulation, highest, "number and open-circuit voltage of the modules")
    yield from _polarity(row)


def _against_data_sheet(row: Row, test: str, limits: ElectricalLimits) -> Finding:
    translated = _translated(row, test, limits)
    if isinstance(translated, str):
        return _unset(row, test, translated)
    one, modules = row.values.get(f"module_{test}"), row.values.get("modules")
    if one is None or (test == "v_oc" and modules is None):
        return _unset(row, test, "Without the module's data no value is expected. Enter them from its data sheet.")
    expected = one.value * modules.value if test == "v_oc" and modules else one.value
    off = expected * limits.string.deviation_percent / _HUNDRED
    why = f"at STC the data sheet says {_plain(expected)} {_label(_quantity(row, test))}"
    return _judged(row, test, translated, expected - off, expected + off, why, limits.string.source)


def _translated(row: Row, test: str, limits: ElectricalLimits) -> Value | str:
    """A string's reading at standard conditions, or the sentence that says why there is none."""
    read, sun, warm = row.values[test], row.values.get("irradiance"), row.values.get("module_temperature")
    coefficient = row.values.get("beta" if test == "v_oc" else "alpha")
    if sun is None or warm is None or coefficient is None:
        return "It can't be translated to STC. Enter irradiance, temperature of the modules and the coefficient."
    if sun.value < limits.string.least_irradiance:
        least = _plain(limits.string.least_irradiance)
        return f"At {_plain(sun.value)} W/m² a translation says nothing. Measure again from {least} W/m²."
    conditions = {"irradiance": sun.value, "celsius": warm.value, "percent_per_kelvin": coefficient.value}
    if test == "v_oc":
        value = open_circuit_at_stc(read.value, factor=limits.string.irradiance_factor, **conditions)
    else:
        value = short_circuit_at_stc(read.value, **conditions)
    rough = read.uncertainty
    if rough is not None and read.value:
        rough = _CONTEXT.divide(_CONTEXT.multiply(rough, value), read.value)
    return Value(value=value, unit=read.unit, uncertainty=rough)


def _compared(strings: tuple[Row, ...], limits: ElectricalLimits) -> Iterator[Finding]:
    """Hold strings of equal modules against their mean."""
    for test in ("v_oc", "i_sc"):
        alike: dict[tuple[Value | None, ...], list[tuple[Row, Value]]] = {}
        for row in strings:
            translated = _translated(row, test, limits) if test in row.values else ""
            if isinstance(translated, Value):
                same = tuple(row.values.get(name) for name in ("modules", "module_v_oc", "module_i_sc"))
                alike.setdefault(same, []).append((row, translated))
        for rows in alike.values():
            if len(rows) < 2:
                continue
            mean = _CONTEXT.divide(sum((value.value for _, value in rows), Decimal(0)), Decimal(len(rows)))
            off = mean * limits.string.spread_percent / _HUNDRED
            for row, value in rows:
                why = f"the mean of {len(rows)} strings"
                yield _judged(
                    row, test, value, mean - off, mean + off, why, limits.string.source, name=f"{test}_spread"
                )


def _judged(
    row: Row,
    test: str,
    read: Value,
    low: Decimal | None,
    high: Decimal | None,
    why: str,
    source: str,
    *,
    name: str = "",
) -> Finding:
    field = _quantity(row, test)
    value = round_to(read.value, field.places)
    closed = Limits(
        low=None if low is None else round_to(low, field.places),
        high=None if high is None else round_to(high, field.places),
    )
    verdict = _verdict(value, read, closed)
    said = f"{'more than ' if read.exceeded else ''}{value} {_label(field)}"
    sentence = f"{row.place}, {field.label}: {said}; {_span(closed, field)} ({why})."
    if verdict is Verdict.FAIL:
        sentence += f" {_REMEDIES[name or test]}"
    if verdict is Verdict.MARGINAL:
        sentence += " It can't be told from the limit; a person decides."
    return Finding(
        place=row.place,
        test=name or test,
        value=value,
        unit=read.unit,
        limits=closed,
        verdict=verdict,
        sentence=sentence,
        source=source,
    )


def _verdict(value: Decimal, read: Value, limits: Limits) -> Verdict:
    if not read.exceeded:
        return limits.judge(value, read.uncertainty or Decimal(0))
    if limits.high is not None:
        return Verdict.FAIL if value >= limits.high else Verdict.MARGINAL
    return Verdict.PASS if limits.low is not None and value >= limits.low else Verdict.MARGINAL


def _span(limits: Limits, field: Quantity) -> str:
    unit = _label(field)
    if limits.high is None:
        return f"at least {limits.low} {unit}"
    return f"at most {limits.high} {unit}" if limits.low is None else f"{limits.low} to {limits.high} {unit}"


def _unset(row: Row, test: str, said: str) -> Finding:
    field = _FIELDS[row.kind].get(test)
    read = row.values.get(test)
    value = round_to(read.value, field.places) if read and isinstance(field, Quantity) else None
    label = field.label if field else test
    return Finding(
        place=row.place,
        test=test,
        value=value,
        unit=field.unit if isinstance(field, Quantity) else "",
        limits=Limits(),
        verdict=Verdict.UNSET,
        sentence=f"{row.place}, {label}: {said}",
    )


def _quantity(row: Row, name: str) -> Quantity:
    field = _FIELDS[row.kind][name]
    assert not isinstance(field, Choice)
    return field


def _label(field: Quantity) -> str:
    return canonical_unit(field.unit).label


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
