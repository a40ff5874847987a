"""A register as a CSV file: read whole or refused line by line."""

import pytest

from assess.sittings.instruments.register_file import read_register

HEAD = "serial,kind,maker,firmware,ranges,certificate,laboratory,calibrated_on,due_on\n"


def test_a_whole_line_is_an_instrument_with_its_certificate() -> None:
    ranges = '"voltage: 0 to 600 V; resistance: 0.05 to 200 MΩ"'
    text = f"{HEAD}MFT-1,multifunction tester,Kestrel,2.1,{ranges},C-9,Lab One,2026-01-05,2027-01-05\n"
    (line,) = read_register(text).lines
    assert (line.number, line.serial, line.kind, line.firmware) == (2, "MFT-1", "multifunction tester", "2.1")
    assert [one["unit"] for one in line.ranges] == ["V", "MΩ"]
    assert line.certificate is not None
    assert (line.certificate.number, str(line.certificate.due_on)) == ("C-9", "2027-01-05")


def test_a_spreadsheets_semicolons_and_byte_order_mark_are_taken() -> None:
    (line,) = read_register("\ufeffserial;kind\r\nIT-2;insulation tester\r\n\r\n").lines
    assert (line.serial, line.certificate) == ("IT-2", None)


@pytest.mark.parametrize(
    ("text", "number", "words"),
    [
        ("", 1, "lacks serial, kind"),
        ("serial\nA\n", 1, "lacks kind"),
        ("serial,kind,colour\nA,b,red\n", 1, "no column 'colour'"),
        ("serial,kind,kind\nA,b,c\n", 1, "stands twice"),
        ("serial,kind\n", 1, "no instrument below"),
        ("serial,kind\nA\n", 2, "has 1 fields, the first one 2"),
        ("serial,kind\nA,b\nA,c\n", 3, "stands in line 2 already"),
        ("serial,kind\n<b>,c\n", 2, "holds other signs"),
        ("serial,kind\nA,\n", 2, "kind is empty"),
        ("serial,kind,ranges\nA,b,up to 600 V\n", 2, "is no range"),
        ("serial,kind,ranges\nA,b,voltage: 5 to 1 V\n", 2, "the second number is the larger one"),
        ("serial,kind,ranges\nA,b,voltage: 0 to 1 furlong\n", 2, "furlong"),
        (HEAD + "A,b,,,,C-1,,,\n", 2, "needs laboratory, calibrated_on, due_on as well"),
        (HEAD + "A,b,,,,C-1,L,5.1.2026,2027-01-05\n", 2, "Write a day as 2026-11-26"),
        (HEAD + "A,b,,,,C-1,L,2026-02-30,2027-01-05\n", 2, "Write a day as 2026-11-26"),
        (HEAD + "A,b,,,,C-1,L,2027-01-05,2027-01-05\n", 2, "due_on is not after calibrated_on"),
        ('serial,kind\n"A,b\n', 2, "can't be read"),
        ("serial,kind\nA,\0\n", 1, "is no text"),
    ],
)
def test_a_line_that_is_wrong_is_named_with_its_remedy(text: str, number: int, words: str) -> None:
    register = read_register(text)
    assert [line for line, sentence in register.problems if words in sentence] == [number], register.problems


def test_a_file_beyond_the_caps_is_refused_whole() -> None:
    assert "Split it" in read_register("serial,kind\n" + "A,b\n" * 1001).problems[0][1]
    assert "Split it" in read_register("x" * 400_001).problems[0][1]
