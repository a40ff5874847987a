"""The grammar of numbers and the table of units."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from simulator_adapters.quantities import (
    UNITS,
    NumberError,
    QuantityError,
    UnitMismatch,
    UnknownUnit,
    canonical_unit,
    convert,
    parse_number,
    round_to,
)

CONTENT = Path(__file__).resolve().parents[2] / "assess" / "content"


def units_in(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(units_in, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = {node["unit"]} if isinstance(node.get("unit"), str) else set()
    return own.union(*map(units_in, node.values()))


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(CONTENT.glob("*.yaml")), ids=lambda path: path.name)
def test_every_unit_in_the_bundled_content_is_in_the_table(path: Path) -> None:
    for text in units_in(yaml.safe_load(path.read_text())):
        assert canonical_unit(text).label == text


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.code)
def test_every_spelling_leads_to_its_own_unit(unit: Any) -> None:
    assert [canonical_unit(name) for name in (unit.code, unit.label, *unit.aliases)] == [unit] * (2 + len(unit.aliases))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("\u2126", "Ohm"),
        ("M\u2126", "MOhm"),
        ("\u00b5A", "uA"),
        ("\u03bcA", "uA"),
        ("m3/h", "m3/h"),
        ("kWh/m2", "kW.h/m2"),
        (" Nm ", "N.m"),
        ("kWh/(K⋅d)", "kW.h/(K.d)"),
        ("1/h", "/h"),
    ],
)
def test_spellings_that_differ_only_in_typography_are_one_unit(text: str, code: str) -> None:
    assert canonical_unit(text).code == code


@pytest.mark.parametrize("text", ["Mohm", "mohm", "cfm", "KWH", "volt-ish", "V A W", "nm"])
def test_units_outside_the_table_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(UnknownUnit) as refusal:
        canonical_unit(text)
    assert refusal.value.code == "unknown_unit"
    assert repr(text) in refusal.value.sentence


def test_a_slip_of_case_names_both_units_it_might_mean() -> None:
    with pytest.raises(UnknownUnit) as refusal:
        canonical_unit("MOHM")
    assert set(refusal.value.alternatives) >= {"MΩ", "mΩ"}


@pytest.mark.parametrize(
    ("value", "given_unit", "wanted", "result"),
    [
        ("1500", "mV", "V", "1.5"),
        ("0.4", "kV", "V", "400"),
        ("1.2", "MΩ", "kΩ", "1200"),
        ("300", "ms", "s", "0.3"),
        ("5000", "W", "kW", "5"),
        ("3", "kWh", "Wh", "3000"),
        ("30", "mA", "A", "0.03"),
        ("500", "kWh/month", "kWh/a", "6000"),
        ("18", "months", "years", "1.5"),
        ("10", "l/s", "m³/h", "36"),
    ],
)
def test_multiples_convert_exactly(value: str, given_unit: str, wanted: str, result: str) -> None:
    assert convert(Decimal(value), canonical_unit(given_unit), canonical_unit(wanted)) == Decimal(result)


def test_different_quantities_do_not_convert() -> None:
    with pytest.raises(UnitMismatch, match="V measures voltage and can't be given in A"):
        convert(Decimal(1), canonical_unit("V"), canonical_unit("A"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        ("12.50", "12.50"),
        ("1,37", "1.37"),
        ("-0.5", "-0.5"),
        ("\u22120,5", "-0.5"),
        ("+.5", "0.5"),
        ("5.", "5"),
        ("3e-4", "0.0003"),
        ("1E3", "1e3"),
        (" 7 \n", "7"),
        ("0e9", "0"),
    ],
)
def test_numbers_of_the_grammar_are_read_exactly(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("1" * 65, "too_long"),
        ("nan", "not_finite"),
        ("-INF", "not_finite"),
        ("Infinity", "not_finite"),
        ("1e309", "too_large"),
        ("1e-400", "too_large"),
        ("1" + "0" * 31, "too_large"),
        ("1e99999", "not_a_number"),
        ("٣", "foreign_digit"),
        ("1²", "foreign_digit"),
        ("１２", "foreign_digit"),
        ("1_000", "grouping"),
        ("1 000", "grouping"),
        ("1,234,567", "grouping"),
        ("1.234,5", "ambiguous_separator"),
        ("1,234.5", "ambiguous_separator"),
        (".", "not_a_number"),
        ("-", "not_a_number"),
        ("0x10", "not_a_number"),
        ("5 V", "not_a_number"),
        ("1e", "not_a_number"),
        ("--1", "not_a_number"),
        ("9.9E+37", "too_large"),
    ],
)
def test_other_texts_are_refused_with_code_and_sentence(text: str, code: str) -> None:
    with pytest.raises(NumberError) as refusal:
        parse_number(text)
    assert refusal.value.code == code
    assert refusal.value.sentence.endswith(".")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=8))
def test_a_written_decimal_reads_back_as_itself_with_point_or_comma(value: Decimal) -> None:
    assert parse_number(f"{value:f}") == value
    assert parse_number(f"{value:f}".replace(".", ",")) == value


@pytest.mark.slow
@given(st.text(max_size=70))
def test_any_text_is_a_finite_number_or_a_named_refusal(text: str) -> None:
    try:
        assert parse_number(text).is_finite()
    except NumberError as refusal:
        assert refusal.code in (NumberError.__doc__ or "")


@pytest.mark.parametrize(
    ("value", "places", "result"),
    [("2.5", 0, "2"), ("3.5", 0, "4"), ("0.0500", 1, "0.0"), ("0.15", 1, "0.2"), ("-0.01", 1, "0.0")],
)
def test_rounding_is_half_to_even_and_never_minus_zero(value: str, places: int, result: str) -> None:
    assert str(round_to(Decimal(value), places)) == result


def test_rounding_refuses_what_is_not_finite_and_absurd_places() -> None:
    with pytest.raises(NumberError):
        round_to(Decimal("nan"), 1)
    with pytest.raises(QuantityError, match="outside 0 to 30"):
        round_to(Decimal(1), -1)
