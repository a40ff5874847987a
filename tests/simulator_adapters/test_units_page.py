"""The reference page of units says what the code does."""

import re
from pathlib import Path

from simulator_adapters.quantities import UNITS, NumberError

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "units.md").read_text()


def test_the_page_lists_every_unit_with_its_aliases_and_no_other() -> None:
    rows = re.findall(r"^\| (?:`(.+?)`|\(none\)) \| `(.+?)` \| (.*?) \| (.+?) \|$", PAGE, flags=re.MULTILINE)
    listed = {code: (label, tuple(re.findall(r"`(.+?)`", also)), quantity) for label, code, also, quantity in rows}
    assert listed == {unit.code: (unit.label, unit.aliases, unit.quantity) for unit in UNITS}


def test_the_page_lists_every_code_of_a_refused_number() -> None:
    assert set(re.findall(r"``(\w+)``", NumberError.__doc__ or "")) == set(
        re.findall(r"^\| `(\w+)` \| ", PAGE.split("## Numbers")[1], flags=re.MULTILINE)
    )
