"""Adaptive testing beside the R package catR 3.17 on its bank `tcals` (85 items, D = 1, bounds ±4, 33 points).

catR's own searches for ML, BM and WL stop within 1e-5 of the root: 2e-5 here. Quadrature and information: 1e-12.
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assess.psychometrics import adaptive
from assess.psychometrics.adaptive.rules import SOURCES
from tests.conformance.stored_cases import agrees

CASE = "cat_catR_tcals"
NAMES: dict[str, adaptive.Method] = {"ML": "ML", "BM": "MAP", "EAP": "EAP", "WL": "WLE"}
SCALE = adaptive.Scale(points=33)


@pytest.fixture(scope="module")
def bank(data_dir: Path) -> adaptive.Bank:
    with (data_dir / "psychometrics" / "tcals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    a, b, c, d = (np.array([float(row[name]) for row in rows]) for name in "abcd")
    return adaptive.item_bank(a, b, guessing=c, upper=d, contents=[row["Group"] for row in rows])


@pytest.fixture(scope="module")
def expected(data_dir: Path) -> Any:
    return json.loads((data_dir / "psychometrics" / "cat_catR_tcals.json").read_text(encoding="utf-8"))["output"]


@pytest.fixture(scope="module")
def history(expected: Any) -> list[tuple[int, int]]:
    return [(item - 1, answer) for item, answer in zip(expected["items"], expected["x"], strict=True)]


@pytest.mark.parametrize("name", NAMES)
def test_ability_and_standard_error_equal_catr(bank: adaptive.Bank, expected: Any, history: Any, name: str) -> None:
    found = adaptive.ability(bank, history, method=NAMES[name], scale=SCALE)
    tolerance = 1e-12 if name == "EAP" else 2e-5
    agrees(CASE, f"ability, {name}", found.value, expected["theta"][name], within=tolerance)
    agrees(CASE, f"standard error, {name}", found.standard_error, expected["se"][name], within=tolerance)


def test_item_information_equals_catr(bank: adaptive.Bank, expected: Any) -> None:
    ours = bank.curves(np.zeros(1)).information[:, 0]
    agrees(CASE, "item information at 0", ours, expected["info0"], within=1e-12)


def test_every_rule_selects_the_item_that_catr_selects(bank: adaptive.Bank, expected: Any, history: Any) -> None:
    assert set(expected["next_item"]).issubset(SOURCES)
    for rule, selected in expected["next_item"].items():
        plan = adaptive.Plan(rule=rule, method="MAP", scale=SCALE)
        item = adaptive.next_item(bank, history, plan=plan).item
        assert item is not None
        agrees(CASE, f"item selected by {rule}", item + 1, selected, within=0)


@pytest.mark.parametrize(
    ("rule", "given", "selected"),
    [
        ("MFI", [], 63),
        ("MFI", [63], 10),
        ("MFI", [63, 10], 62),
        ("bOpt", [], 24),
        ("thOpt", [], 76),
        ("thOpt", [76], 70),
    ],
)
def test_selection_at_ability_0_is_that_of_catrs_manual(
    bank: adaptive.Bank, rule: Any, given: list[int], selected: int
) -> None:
    """Examples of `nextItem` in the reference manual; items without an answer leave the ability at the prior's mean, 0."""
    history = [(item - 1, None) for item in given]
    item = adaptive.next_item(bank, history, plan=adaptive.Plan(rule=rule)).item
    assert item is not None
    agrees("tcals", f"item selected by {rule} at 0 after {given} (catR's manual)", item + 1, selected, within=0)


@pytest.mark.parametrize(("rule", "selected"), [("MEPV", 19), ("KL", 19), ("KLP", 44)])
def test_selection_after_one_wrong_answer_is_that_of_catrs_manual(
    bank: adaptive.Bank, rule: Any, selected: int
) -> None:
    plan = adaptive.Plan(rule=rule, method="WLE", scale=SCALE)
    item = adaptive.next_item(bank, [(62, 0)], plan=plan).item
    assert item is not None
    agrees("tcals", f"item selected by {rule} after 63 wrong (catR's manual)", item + 1, selected, within=0)


def test_content_balancing_selects_the_item_of_catrs_manual(bank: adaptive.Bank) -> None:
    """Items 12, 33, 46 and 63 given without an answer; nothing yet of Written3: item 70."""
    shares = {"Audio1": 0.1, "Audio2": 0.2, "Written1": 0.2, "Written2": 0.2, "Written3": 0.3}
    found = adaptive.next_item(bank, [(i - 1, None) for i in (12, 33, 46, 63)], plan=adaptive.Plan(shares=shares))
    assert found.item is not None
    agrees("tcals", "item selected for balanced content (catR's manual)", found.item + 1, 70, within=0)
