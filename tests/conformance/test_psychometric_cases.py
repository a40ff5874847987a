"""The page of comparisons covers every stored case to its last number, and shows no difference above what is allowed.

That it names what the tests compare today is checked where they compare (`conftest.py`).
"""

from pathlib import Path
from typing import Any

import pytest

from tests.conformance.not_compared import NOT_COMPARED
from tests.conformance.table_of_cases import PREFIX, comparison_marks, numbers, stored_cases, table_in

PAGE = (Path(__file__).resolve().parents[2] / "docs/reference/psychometric-cases.md").read_text(encoding="utf-8")
MODULES = sorted(path.stem.removeprefix(PREFIX) for path in Path(__file__).parent.glob(f"{PREFIX}*.py"))


@pytest.fixture(scope="module")
def stored(data_dir: Path) -> dict[str, dict[str, Any]]:
    return stored_cases(data_dir / "psychometrics")


def test_every_stored_number_is_compared_or_left_out_for_a_reason(stored: dict[str, dict[str, Any]]) -> None:
    said = {
        case: (int(all_of), int(compared), int(left)) for case, _, _, all_of, compared, left in table_in(PAGE, "cases")
    }
    left_out = dict.fromkeys(stored, 0)
    for case, _, count, _ in table_in(PAGE, "not compared"):
        left_out[case] += int(count)
    found = {case: len(list(numbers(document["output"]))) for case, document in stored.items()}
    assert said == {case: (n, n - left_out[case], left_out[case]) for case, n in found.items()}
    assert all(compared for _, compared, _ in said.values())


def test_every_reason_in_the_page_is_one_that_stands_in_the_tests() -> None:
    known = {(case, place, why) for case, places in NOT_COMPARED.items() for place, why in places.items()}
    for case, place, _, why in table_in(PAGE, "not compared"):
        assert {(case, place.strip("`"), why), ("*", place.strip("`"), why)} & known, f"{case}, {place}: {why}"


def test_every_reason_in_the_tests_is_of_numbers_in_the_page() -> None:
    shown = {(case, place.strip("`")) for case, place, _, _ in table_in(PAGE, "not compared")}
    places = {place for _, place in shown}
    assert set(NOT_COMPARED["*"]) <= places
    assert {(case, place) for case, own in NOT_COMPARED.items() if case != "*" for place in own} <= shown


def test_every_test_file_has_a_table_in_the_page() -> None:
    assert sorted(comparison_marks(PAGE)) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_no_difference_in_the_page_is_above_what_is_allowed(module: str) -> None:
    rows = table_in(PAGE, f"comparisons: {module}")
    assert rows
    for case, quantity, values, reference, ours, difference, allowed in rows:
        assert int(values) > 0
        assert abs(float(difference)) <= float(allowed) * 1.05, f"{case}, {quantity}"  # two digits are shown
        rounding = 1e-9 * (abs(float(reference)) + abs(float(ours))) + 0.06 * abs(float(difference))
        assert float(ours) - float(reference) == pytest.approx(float(difference), abs=rounding), f"{case}, {quantity}"
