"""Numbers and units as people, files and instruments write them, and the only place where they are read.

Two rules hold everywhere. A unit is looked up in one table, never parsed: free parsing takes ``cfm`` for
centi-femto-metre and turns a slip of ``MOhm`` to ``mOhm`` into a factor of a thousand million. A number follows one
small grammar and becomes a `Decimal`; Python's own `float` would also take ``1_000``, ``nan`` and Arabic digits.

Codes are those of UCUM (the Unified Code for Units of Measure); what UCUM lacks (money, register codes, curve points)
carries a UCUM annotation in braces.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

_CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN)
_LONGEST_NUMBER = 64
_LARGEST_EXPONENT = 30
_MOST_PLACES = 30


class QuantityError(ValueError):
    """A number or unit that can't be taken; `code` is for machines, the message for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class NumberError(QuantityError):
    """A text that is not a number of our grammar.

    Codes: ``empty``, ``too_long``, ``foreign_digit``, ``not_finite``, ``ambiguous_separator``, ``grouping``,
    ``too_large``, ``not_a_number``.
    """


class UnknownUnit(QuantityError):
    """A unit that the table doesn't hold; `alternatives` are the nearest that it does."""

    def __init__(self, text: str, alternatives: tuple[str, ...]) -> None:
        hint = f" Did you mean {' or '.join(alternatives)}?" if alternatives else ""
        super().__init__("unknown_unit", f"The unit {text!r} is not in the unit table.{hint}")
        self.alternatives = alternatives


class UnitMismatch(QuantityError):
    """Two units that measure different things."""

    def __init__(self, given: "Unit", wanted: "Unit") -> None:
        super().__init__(
            "unit_mismatch",
            f"{given.label or 'a plain number'} measures {given.quantity} and can't be given in "
            f"{wanted.label or 'plain numbers'} ({wanted.quantity}).",
        )


@dataclass(frozen=True)
class Unit:
    """One row of the unit table.

    Attributes
    ----------
    code
        UCUM code, the form that records hold.
    label
        How people write it.
    quantity
        What it measures; only units of the same quantity convert into each other.
    factor
        Size in the quantity's base unit.
    aliases
        Further spellings that mean exactly this unit.
    """

    code: str
    label: str
    quantity: str
    factor: Decimal
    aliases: tuple[str, ...] = ()


def _family(quantity: str, *rows: tuple[str, str, str, str]) -> tuple[Unit, ...]:
    return tuple(
        Unit(code, label, quantity, Decimal(factor), tuple(aliases.split("|")) if aliases else ())
        for code, label, factor, aliases in rows
    )


#: The table: every unit that content, candidates and instruments may use.
UNITS: tuple[Unit, ...] = (
    *_family("a plain number", ("1", "", "1", "")),
    *_family("a percentage", ("%", "%", "1", "percent|per cent")),
    *_family("a share of nominal voltage", ("%{nominal}", "% of nominal", "1", "")),
    *_family("a share of the rating", ("%{rating}", "% of rating", "1", "")),
    *_family("a share of the reference", ("%{reference}", "% of reference", "1", "")),
    *_family("a cut in power", ("%{power_reduction}", "% power reduction", "1", "")),
    *_family("a share of reactive power", ("%{var}", "% var", "1", "")),
    *_family("a per-unit value", ("{per_unit}", "per unit", "1", "pu|p.u.")),
    *_family("a register code", ("{enum}", "enum", "1", "")),
    *_family("a count of points", ("{points}", "points", "1", "")),
    *_family("a fraction of volume", ("[ppm]", "ppm", "1", "")),
    *_family(
        "voltage",
        ("V", "V", "1", "volt|volts"),
        ("mV", "mV", "0.001", ""),
        ("kV", "kV", "1000", ""),
    ),
    *_family(
        "current",
        ("A", "A", "1", "amp|amps|ampere|amperes"),
        ("mA", "mA", "0.001", ""),
        ("uA", "µA", "0.000001", ""),
        ("kA", "kA", "1000", ""),
    ),
    *_family(
        "resistance",
        ("Ohm", "Ω", "1", "ohm|ohms"),
        ("mOhm", "mΩ", "0.001", "milliohm"),
        ("kOhm", "kΩ", "1000", "kiloohm|kilohm"),
        ("MOhm", "MΩ", "1000000", "megaohm|megohm"),
        ("GOhm", "GΩ", "1000000000", "gigaohm|gigohm"),
    ),
    *_family(
        "resistance per length",
        ("mOhm/m", "mΩ/m", "0.001", ""),
        ("Ohm/km", "Ω/km", "0.001", ""),
    ),
    *_family(
        "power",
        ("W", "W", "1", "watt|watts"),
        ("mW", "mW", "0.001", ""),
        ("kW", "kW", "1000", ""),
        ("MW", "MW", "1000000", ""),
    ),
    *_family("apparent power", ("V.A", "VA", "1", ""), ("kV.A", "kVA", "1000", "")),
    *_family("reactive power", ("V.A{reactive}", "var", "1", ""), ("kV.A{reactive}", "kvar", "1000", "")),
    *_family(
        "energy",
        ("W.h", "Wh", "3600", ""),
        ("kW.h", "kWh", "3600000", "kwh|kW·h"),
        ("MW.h", "MWh", "3600000000", "MW·h"),
        ("J", "J", "1", ""),
        ("kJ", "kJ", "1000", ""),
        ("MJ", "MJ", "1000000", ""),
    ),
    *_family("charge", ("A.h", "Ah", "1", "A·h"), ("mA.h", "mAh", "0.001", "")),
    *_family(
        "energy per year",
        ("kW.h/a", "kWh/a", "1", "kWh/year|kWh/yr|kWh per year"),
        ("MW.h/a", "MWh/a", "1000", "MWh/year|MWh/yr"),
        ("kW.h/mo", "kWh/month", "12", "kWh per month"),
    ),
    *_family("energy per area", ("kW.h/m2", "kWh/m²", "1", "")),
    *_family("energy per area and year", ("kW.h/(m2.a)", "kWh/(m²·a)", "1", "kWh/m²a|kWh/(m²a)|kWh/m²/a")),
    *_family("energy per degree day", ("kW.h/(K.d)", "kWh/(K·d)", "1", "kWh/Kd|kWh/(Kd)|kWh/K·d")),
    *_family("degree days", ("K.d", "K·d", "1", "Kd")),
    *_family("frequency", ("Hz", "Hz", "1", "hz"), ("mHz", "mHz", "0.001", ""), ("kHz", "kHz", "1000", "")),
    *_family(
        "time",
        ("s", "s", "1", "sec|second|seconds"),
        ("ms", "ms", "0.001", "millisecond|milliseconds"),
        ("min", "min", "60", "minute|minutes"),
        ("h", "h", "3600", "hour|hours"),
        ("d", "days", "86400", "day"),
    ),
    *_family("years", ("a", "years", "12", "year|yr|yrs"), ("mo", "months", "1", "month")),
    *_family("air changes", ("/h", "1/h", "1", "h-1|h⁻¹|per hour|ACH")),
    *_family(
        "volume flow",
        ("m3/h", "m³/h", "1", "m³/hour"),
        ("m3/s", "m³/s", "3600", ""),
        ("L/s", "l/s", "3.6", ""),
        ("[cft_i]/min", "CFM", "1.69901079552", "CFM50"),
    ),
    *_family(
        "volume",
        ("m3", "m³", "1", "cubic metres"),
        ("L", "l", "0.001", "litre|litres"),
        ("[cft_i]", "ft³", "0.028316846592", ""),
    ),
    *_family("pressure", ("Pa", "Pa", "1", ""), ("kPa", "kPa", "1000", ""), ("bar", "bar", "100000", "")),
    *_family("torque", ("N.m", "Nm", "1", "N·m|N m"), ("kN.m", "kNm", "1000", "")),
    *_family(
        "length",
        ("m", "m", "1", "metre|metres|meter|meters"),
        ("mm", "mm", "0.001", ""),
        ("cm", "cm", "0.01", ""),
        ("km", "km", "1000", ""),
    ),
    *_family("cross-section or area", ("mm2", "mm²", "1", "sq mm"), ("m2", "m²", "1000000", "")),
    *_family("temperature difference", ("K", "K", "1", "kelvin")),
    *_family("temperature", ("Cel", "°C", "1", "degC")),
    *_family("a share per kelvin", ("%/K", "%/K", "1", "%/°C")),
    *_family("heat transmittance", ("W/(m2.K)", "W/(m²·K)", "1", "W/m²K|W/(m²K)")),
    *_family("irradiance", ("W/m2", "W/m²", "1", ""), ("kW/m2", "kW/m²", "1000", "")),
    *_family("illuminance", ("lx", "lx", "1", "lux")),
    *_family("mass", ("kg", "kg", "1", ""), ("g", "g", "0.001", ""), ("t", "t", "1000", "tonne|tonnes")),
    *_family(
        "mass per year",
        ("t/a", "t/a", "1000", "t/year|t/yr"),
        ("kg/a", "kg/a", "1", "kg/year|kg/yr"),
    ),
    *_family("money", ("{currency}", "currency", "1", "")),
    *_family(
        "money per year",
        ("{currency}/a", "currency/a", "1", "currency/year"),
        ("{currency}/mo", "currency/month", "12", ""),
    ),
)


def _spelling(text: str) -> str:
    # NFKC folds the ohm and micro signs into their Greek letters and raised digits into plain ones.
    return " ".join(unicodedata.normalize("NFKC", text).replace("⋅", "·").split())


def _spellings(unit: Unit) -> Iterator[str]:
    yield from (_spelling(name) for name in (unit.code, unit.label, *unit.aliases))


def _index(units: tuple[Unit, ...]) -> dict[str, Unit]:
    index: dict[str, Unit] = {}
    for unit in units:
        for name in _spellings(unit):
            if index.setdefault(name, unit) is not unit:
                raise ValueError(f"The spelling {name!r} stands for both {index[name].code} and {unit.code}.")
    return index


_BY_SPELLING = _index(UNITS)


def canonical_unit(text: str) -> Unit:
    """Look a unit up by its code or any of its spellings; case matters, since mΩ and MΩ differ.

    Raises
    ------
    UnknownUnit
        When the table doesn't hold it; the sentence names the nearest that it does.

    Examples
    --------
    >>> canonical_unit("MΩ").code, canonical_unit("kWh/m²").code, canonical_unit("").code
    ('MOhm', 'kW.h/m2', '1')
    >>> canonical_unit("cfm")
    Traceback (most recent call last):
    simulator_adapters.quantities.UnknownUnit: The unit 'cfm' is not in the unit table. Did you mean CFM or cm?
    """
    unit = _BY_SPELLING.get(_spelling(text))
    if unit is None:
        raise UnknownUnit(text[:40], _nearest(text))
    return unit


def _nearest(text: str) -> tuple[str, ...]:
    folded: dict[str, list[Unit]] = {}
    for name, unit in _BY_SPELLING.items():
        if name and unit not in folded.setdefault(name.casefold(), []):
            folded[name.casefold()].append(unit)
    near = difflib.get_close_matches(_spelling(text)[:40].casefold(), folded, n=3, cutoff=0.6)
    return tuple(dict.fromkeys(unit.label for name in near for unit in folded[name]))[:3]


def convert(value: Decimal, given: Unit, wanted: Unit) -> Decimal:
    """Express a value in another unit of the same quantity (34 significant digits, half to even).

    Raises
    ------
    UnitMismatch
        When the two units measure different things.

    Examples
    --------
    >>> convert(Decimal("450"), canonical_unit("mV"), canonical_unit("V"))
    Decimal('0.450')
    """
    if given.quantity != wanted.quantity:
        raise UnitMismatch(given, wanted)
    if given == wanted:
        return value
    return _CONTEXT.divide(_CONTEXT.multiply(value, given.factor), wanted.factor)


_NUMBER = re.compile(r"([+\-−]?)([0-9]*)(?:[.,]([0-9]*))?(?:[eE]([+\-−]?[0-9]{1,4}))?")


def parse_number(text: str) -> Decimal:
    """Read one number: sign, ASCII digits, one decimal point or comma, a small exponent.

    Spaces around it are ignored. A single comma is a decimal comma. Thousands separators are refused, because
    ``1.234,5`` and ``1,234.5`` can't be told from each other's slips.

    Raises
    ------
    NumberError
        With one of the codes listed there and a sentence that says what to write instead.

    Examples
    --------
    >>> parse_number(" 1,37 "), parse_number("-2.5e-3")
    (Decimal('1.37'), Decimal('-0.0025'))
    >>> parse_number("1.234,5")
    Traceback (most recent call last):
    simulator_adapters.quantities.NumberError: '1.234,5' mixes point and comma. Write 1234.5 or 1234,5.
    """
    stripped = text.strip()
    if not stripped:
        raise NumberError("empty", "No number is given. Write one, such as 12.5.")
    if len(stripped) > _LONGEST_NUMBER:
        raise NumberError("too_long", f"The number is longer than {_LONGEST_NUMBER} characters. Shorten it.")
    match = _NUMBER.fullmatch(stripped)
    if match is None or not (match[2] or match[3]):
        raise _number_error(stripped)
    exponent = int((match[4] or "0").replace("−", "-"))
    sign = match[1].replace("−", "-")
    number = Decimal(f"{sign}{match[2] or '0'}.{match[3] or '0'}") if match[3] else Decimal(f"{sign}{match[2]}")
    # `Decimal` arithmetic would round to 28 digits in silence; shifting the exponent keeps every digit.
    parts = number.as_tuple()
    assert isinstance(parts.exponent, int)
    shifted = Decimal((parts.sign, parts.digits, parts.exponent + exponent))
    if abs(exponent) > _LARGEST_EXPONENT or (shifted and abs(shifted.adjusted()) > _LARGEST_EXPONENT):
        raise NumberError(
            "too_large",
            f"{stripped!r} lies outside 1e-{_LARGEST_EXPONENT} … 1e{_LARGEST_EXPONENT}. Check the exponent.",
        )
    return shifted


def _number_error(text: str) -> NumberError:
    bare = text.lstrip("+-−").casefold()
    if bare in {"nan", "snan", "inf", "infinity", "∞"}:
        return NumberError("not_finite", f"{text!r} is not a finite number. Write digits.")
    if any(sign.isnumeric() and not sign.isascii() for sign in text):
        return NumberError("foreign_digit", f"{text!r} holds digits other than 0 to 9. Write 0 to 9.")
    if "." in text and "," in text and re.fullmatch(r"[+\-−]?[0-9.,]+", text):
        last = max(text.rfind("."), text.rfind(","))
        whole = re.sub(r"[.,]", "", text[:last])
        return NumberError(
            "ambiguous_separator",
            f"{text!r} mixes point and comma. Write {whole}.{text[last + 1 :]} or {whole},{text[last + 1 :]}.",
        )
    if re.fullmatch(r"[+\-−]?[0-9]+(?:[.,_'’\s][0-9]+)+", text):
        return NumberError("grouping", f"{text!r} groups its digits. Write them without separators.")
    return NumberError("not_a_number", f"{text!r} is not a number. Write digits, such as 12.5 or 3e-4, and no unit.")


def parse_places(text: str) -> int:
    """Read a count of decimal places, as a plan writes it.

    Raises
    ------
    QuantityError
        With the code ``bad_places``, for anything but a whole number from 0 to 30.
    """
    if not re.fullmatch("[0-9]{1,2}", text) or int(text) > _MOST_PLACES:
        raise QuantityError("bad_places", f"{text[:40]!r} decimal places can't be kept; write 0 to {_MOST_PLACES}.")
    return int(text)


def round_to(value: Decimal, places: int) -> Decimal:
    """Round to declared decimal places, half to even, as every limit check does first.

    Examples
    --------
    >>> round_to(Decimal("0.125"), 2), round_to(Decimal("-0.04"), 1)
    (Decimal('0.12'), Decimal('0.0'))
    """
    if not 0 <= places <= _MOST_PLACES:
        raise QuantityError("bad_places", f"{places} decimal places are outside 0 to {_MOST_PLACES}.")
    if not value.is_finite():
        raise NumberError("not_finite", f"{value} is not a finite number and can't be rounded.")
    with localcontext(prec=2 * _LONGEST_NUMBER + _MOST_PLACES):
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return rounded if rounded else rounded.copy_abs()
