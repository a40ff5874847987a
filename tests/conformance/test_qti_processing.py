"""The response processing we write scores as we do, by an evaluator that agrees with other engines' reference cases."""

import json
import os
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree
from qti_reference_engine import Engine, UnsupportedError

from item_bank import interactions
from item_bank.authoring import content_from_document
from item_bank.interactions import ChoiceResponse, MatchResponse, NumericResponse, OrderResponse, Response
from item_bank.qti import ItemContent, QTIError, build_item, read_item, redact
from item_bank.qti.content import Hotspot, Matching, MultipleResponse, Numeric, Ordering, ShortText, SingleChoice
from item_bank.qti.validate import schema_errors

ITEMS = Path(__file__).resolve().parents[2] / "assess" / "content" / "items.yaml"


@pytest.fixture(scope="module")
def contents() -> list[ItemContent]:
    return [content_from_document(one) for one in yaml.safe_load(ITEMS.read_text())["items"]]


def reference_cases(data_dir: Path) -> list[tuple[Path, dict[str, Any], dict[str, Any]]]:
    found = []
    for folder in (data_dir / "qti" / "own", data_dir / "qti" / "php-qti3"):
        cases = json.loads((folder / "cases.json").read_text())
        found += [
            (folder / name, one["responses"], one["expect"]) for name, several in cases.items() for one in several
        ]
    return found


def plain(value: Any) -> Any:
    return Fraction(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def test_the_evaluator_agrees_with_reference_cases(data_dir: Path) -> None:
    agreed, unsupported = 0, []
    for path, responses, expected in reference_cases(data_dir):
        try:
            variables = Engine(path.read_bytes(), responses).variables
        except UnsupportedError as reason:
            unsupported.append(f"{path.name}: {reason}")
            continue
        # completionStatus belongs to the session, not to response processing.
        wanted = {
            name: plain(value) for name, value in expected.items() if name != "completionStatus" and name in variables
        }
        assert {name: variables[name] for name in wanted} == wanted, path.name
        agreed += 1
    assert agreed >= 15, unsupported


def tried(content: ItemContent) -> Sequence[tuple[Response, Any]]:
    """Responses of every kind, with the same response as QTI writes it."""
    match content:
        case SingleChoice():
            return [(ChoiceResponse(chosen=frozenset({one.id})), one.id) for one in content.options]
        case MultipleResponse() | Hotspot():
            ids = [one.id for one in (content.options if isinstance(content, MultipleResponse) else content.regions)]
            sizes = range(1, len(ids) + 1) if isinstance(content, MultipleResponse) else (1,)
            subsets = [subset for size in sizes for subset in permutations(ids, size) if list(subset) == sorted(subset)]
            single = isinstance(content, Hotspot)
            return [(ChoiceResponse(chosen=frozenset(one)), one[0] if single else list(one)) for one in subsets]
        case Numeric():
            steps = [
                Decimal(0),
                content.tolerance,
                -content.tolerance,
                content.tolerance + Decimal("0.0001"),
                Decimal(7),
            ]
            values = [content.key + step for step in steps]
            return [(NumericResponse(value=one), format(one, "f")) for one in values]
        case Ordering():
            return [(OrderResponse(order=one), list(one)) for one in permutations(content.key)][::7]
        case Matching():
            right = [one.id for one in content.right]
            maps = [list(zip([one.id for one in content.left], order, strict=False)) for order in permutations(right)][
                ::11
            ]
            maps += [list(content.key), list(content.key)[:1]]
            return [(MatchResponse(pairs=frozenset(one)), [f"{a} {b}" for a, b in one]) for one in maps]
        case ShortText():
            return []


def test_our_processing_gives_the_points_that_we_give(contents: list[ItemContent]) -> None:
    compared = 0
    for content in contents:
        xml = build_item(content)
        for response, written in tried(content):
            score = interactions.score(content, response)
            outcome = Engine(xml, {"RESPONSE": written}).variables
            assert score.points is not None
            assert round(outcome["SCORE"], 4) == Fraction(score.points), (content.identifier, written)
            assert outcome.get("CRITICAL_FAIL", False) == (score.verdict is interactions.Verdict.UNSAFE)
            compared += 1
        if not isinstance(content, ShortText):
            assert Engine(xml, {}).variables["SCORE"] == 0
    assert compared > 2000


def test_kendall_pairs_are_processed_as_they_are_scored(contents: list[ItemContent]) -> None:
    document = next(one for one in yaml.safe_load(ITEMS.read_text())["items"] if one["id"] == "ECW-001")
    del document["prerequisites"]
    document["scoring"] = {"rule": "kendall_pairs", "max": 2}
    content = content_from_document(document)
    assert isinstance(content, Ordering)
    xml = build_item(content)
    for order in list(permutations(content.key))[::5]:
        points = interactions.score(content, OrderResponse(order=order)).points
        assert points is not None
        assert round(Engine(xml, {"RESPONSE": list(order)}).variables["SCORE"], 4) == Fraction(points)


def test_foreign_items_are_redacted_whole_and_never_read_by_guess(data_dir: Path) -> None:
    redacted = 0
    for path in sorted((data_dir / "qti").rglob("*.xml")):
        xml = path.read_bytes()
        with pytest.raises(QTIError):
            read_item(xml)
        try:
            shown = redact(xml, rename=lambda identifier: f"x{identifier[::-1]}")
        except QTIError:
            continue
        names = {
            etree.QName(element).localname for element in etree.fromstring(shown).iter() if isinstance(element.tag, str)
        }
        assert not names & {"qti-correct-response", "qti-mapping", "qti-response-processing", "qti-modal-feedback"}
        redacted += 1
    assert redacted >= 30


def test_the_bundled_items_satisfy_the_official_schema(contents: list[ItemContent]) -> None:
    schema = os.environ.get("ASSAYER_QTI_SCHEMA")
    if not schema:
        pytest.skip(
            "CONFORMANCE NOT RUN: set ASSAYER_QTI_SCHEMA to imsqti_asiv3p0_v1p0.xsd with its imports beside it."
        )
    assert {
        one.identifier: errors for one in contents if (errors := schema_errors(build_item(one), Path(schema)))
    } == {}
