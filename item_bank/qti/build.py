"""Content → QTI 3.0 item XML, in canonical form so that equal content gives equal bytes.

What QTI has words for stands in its words: declarations, interactions, response processing that computes SCORE by the
item's rule. What it has no word for (rationales, the prerequisite graph, a formula, a model answer) stands in a
rubric block that only scorers may view, as HTML with `data-` attributes; `docs/explanation/items-and-scoring.md`
catalogues these places.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable
from typing import Any, cast

from lxml import etree

from item_bank.qti import processing
from item_bank.qti.content import (
    Hotspot,
    ItemContent,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    Rule,
    ShortText,
    SingleChoice,
)
from item_bank.qti.markup import NAMESPACE, XML_LANG, Node, decimal_text, node

SVG_DATA_URI = "data:image/svg+xml;base64,"


def build_item(content: ItemContent) -> bytes:
    """Write an item as QTI 3.0.

    Returns
    -------
    bytes
        Canonical XML 1.0, UTF-8; `read.read_item` gives an equal content back.

    Raises
    ------
    ValueError
        When a text holds a character that XML can't carry.
    """
    # lxml's stubs do not know the default namespace, whose prefix is None.
    namespaces = cast("dict[str, str]", {None: NAMESPACE})
    root = etree.Element(f"{{{NAMESPACE}}}qti-assessment-item", nsmap=namespaces)
    attributes = {
        "identifier": content.identifier,
        "title": content.identifier,
        XML_LANG: content.language,
        "adaptive": "false",
        "time-dependent": "false",
        "data-interaction": content.interaction,
        "data-time-s": str(content.time_s),
    }
    for name, value in attributes.items():
        root.set(name, value)
    root.extend(_response_declarations(content))
    root.extend(_outcome_declarations(content))
    root.append(node("qti-item-body", *_BODIES[content.interaction](content), *_rubric_blocks(content)))
    if content.scoring.rule is not Rule.HUMAN_TWO_RATERS:
        root.append(processing.response_processing(content))
    etree.indent(root)
    return etree.tostring(root, method="c14n")


def content_hash(xml: bytes | str) -> str:
    """SHA-256 of the item's bytes, in hexadecimal.

    Examples
    --------
    >>> content_hash("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(xml.encode() if isinstance(xml, str) else xml).hexdigest()


def _declaration(cardinality: str, base_type: str, correct: Iterable[str], *mapping: Node) -> Node:
    return node(
        "qti-response-declaration",
        node("qti-correct-response", *(node("qti-value", text=value) for value in correct)),
        *mapping,
        identifier="RESPONSE",
        cardinality=cardinality,
        base_type=base_type,
    )


def _mapping(default: str, mapped: Iterable[str]) -> Node:
    # One point for each right choice or pair; a lower bound of 0 is the floor of plus_minus_floor0.
    entries = [node("qti-map-entry", map_key=key, mapped_value="1") for key in mapped]
    return node("qti-mapping", *entries, lower_bound="0", default_value=default)


def _response_declarations(content: ItemContent) -> list[Node]:
    match content:
        case SingleChoice():
            return [_declaration("single", "identifier", [one.id for one in content.options if one.correct])]
        case MultipleResponse():
            key = [one.id for one in content.options if one.correct]
            return [_declaration("multiple", "identifier", key, _mapping("-1", key))]
        case Numeric():
            return [_declaration("single", "float", [decimal_text(content.key)])]
        case Ordering():
            return [_declaration("ordered", "identifier", content.key)]
        case Matching():
            pairs = [f"{left} {right}" for left, right in content.key]
            return [_declaration("multiple", "directedPair", pairs, _mapping("0", pairs))]
        case Hotspot():
            key = [one.id for one in content.regions if one.correct]
            return [_declaration("single" if len(key) == 1 else "multiple", "identifier", key)]
        case ShortText():
            return [node("qti-response-declaration", identifier="RESPONSE", cardinality="single", base_type="string")]


def _outcome(identifier: str, base_type: str, default: str, **attributes: str) -> Node:
    return node(
        "qti-outcome-declaration",
        node("qti-default-value", node("qti-value", text=default)),
        identifier=identifier,
        cardinality="single",
        base_type=base_type,
        **attributes,
    )


def _outcome_declarations(content: ItemContent) -> list[Node]:
    maximum = decimal_text(content.scoring.maximum)
    by_people = {"external_scored": "human"} if content.scoring.rule is Rule.HUMAN_TWO_RATERS else {}
    outcomes = [
        _outcome("SCORE", "float", "0", normal_minimum="0", normal_maximum=maximum, **by_people),
        _outcome("MAXSCORE", "float", maximum),
    ]
    if isinstance(content, Ordering) and content.scoring.rule is not Rule.DICHOTOMOUS:
        outcomes.append(_outcome("KEPT", "integer", "0"))
        outcomes += [_outcome(processing.place_of(one.id), "integer", "0") for one in content.elements]
        if content.scoring.rule is Rule.PREREQUISITE_GRAPH:
            outcomes.append(_outcome("CRITICAL_FAIL", "boolean", "false"))
    return outcomes


def _prompt(content: ItemContent) -> Node:
    return node("qti-prompt", text=content.stem)


def _choice(content: SingleChoice | MultipleResponse) -> list[Node]:
    return [
        node(
            "qti-choice-interaction",
            _prompt(content),
            *(node("qti-simple-choice", text=one.text, identifier=one.id) for one in content.options),
            response_identifier="RESPONSE",
            shuffle="true" if content.shuffle else "false",
            max_choices="1" if isinstance(content, SingleChoice) else "0",
        )
    ]


def _numeric(content: Numeric) -> list[Node]:
    entry = node(
        "qti-text-entry-interaction", response_identifier="RESPONSE", data_decimals=str(content.decimals_shown)
    )
    # The unit is printed beside the field: QTI's float response holds the number alone.
    unit = [node("span", text=content.unit, data_part="unit")] if content.unit else []
    return [node("p", text=content.stem, data_part="stem"), node("p", entry, *unit)]


def _ordering(content: Ordering) -> list[Node]:
    return [
        node(
            "qti-order-interaction",
            _prompt(content),
            *(node("qti-simple-choice", text=one.text, identifier=one.id) for one in content.elements),
            response_identifier="RESPONSE",
            shuffle="true",
        )
    ]


def _matching(content: Matching) -> list[Node]:
    sides = [
        node(
            "qti-simple-match-set",
            *(
                node("qti-simple-associable-choice", text=one.text, identifier=one.id, match_max=match_max)
                for one in side
            ),
        )
        for side, match_max in ((content.left, "1"), (content.right, "0"))
    ]
    return [
        node(
            "qti-match-interaction",
            _prompt(content),
            *sides,
            response_identifier="RESPONSE",
            shuffle="true",
            max_associations=str(len(content.left)),
        )
    ]


def _hotspot(content: Hotspot) -> list[Node]:
    figure = content.figure
    return [
        node(
            "qti-hotspot-interaction",
            _prompt(content),
            node(
                "img",
                src=SVG_DATA_URI + base64.b64encode(figure.svg.encode()).decode(),
                alt=figure.alt,
                width=str(figure.width),
                height=str(figure.height),
            ),
            *(
                node(
                    "qti-hotspot-choice",
                    identifier=one.id,
                    shape="rect",
                    coords=f"{one.x},{one.y},{one.x + one.w},{one.y + one.h}",
                    hotspot_label=one.label,
                )
                for one in content.regions
            ),
            response_identifier="RESPONSE",
            max_choices=str(sum(one.correct for one in content.regions)),
            data_keyboard_alternative=content.keyboard_alternative,
        )
    ]


def _short_text(content: ShortText) -> list[Node]:
    return [
        node(
            "qti-extended-text-interaction",
            _prompt(content),
            response_identifier="RESPONSE",
            data_max_words=str(content.max_words),
        )
    ]


_BODIES: dict[str, Callable[[Any], list[Node]]] = {
    "single_choice": _choice,
    "multiple_response": _choice,
    "numeric": _numeric,
    "ordering": _ordering,
    "matching": _matching,
    "hotspot": _hotspot,
    "short_text": _short_text,
}


def _paragraph(part: str, text: str) -> list[Node]:
    return [node("p", text=text, data_part=part)] if text else []


def _list(part: str, entries: Iterable[Node]) -> list[Node]:
    found = list(entries)
    return [node("ul", *found, data_part=part)] if found else []


def _block(view: str, use: str, parts: list[Node]) -> list[Node]:
    return [node("qti-rubric-block", node("qti-content-body", *parts), view=view, use=use)] if parts else []


def _rubric_blocks(content: ItemContent) -> list[Node]:
    scorer = [
        *_paragraph("rule", content.scoring.rule.value),
        *_paragraph("note", content.scoring.note),
        *_paragraph("rationale", content.rationale),
        *_special_parts(content),
    ]
    author = [
        *_list("references", (node("li", text=one) for one in content.references)),
        *_paragraph("review-note", content.review_note),
    ]
    return _block("scorer", "scoring", scorer) + _block("author", "instructions", author)


def _special_parts(content: ItemContent) -> list[Node]:
    match content:
        case SingleChoice() | MultipleResponse():
            reasons = (node("li", text=one.rationale, data_for=one.id) for one in content.options if one.rationale)
            return _list("option-rationales", reasons)
        case Numeric():
            return [
                *_paragraph("tolerance", decimal_text(content.tolerance)),
                *_paragraph("formula", content.formula),
                *_list("inputs", (node("li", text=decimal_text(v), data_name=name) for name, v in content.inputs)),
                *_list(
                    "common-errors",
                    (node("li", text=one.why, data_value=decimal_text(one.value)) for one in content.common_errors),
                ),
            ]
        case Ordering():
            edges = (
                node(
                    "li",
                    text=edge.why,
                    data_before=edge.before,
                    data_after=edge.after,
                    data_danger="true" if edge.danger else "false",
                )
                for edge in content.prerequisites
            )
            return _list("prerequisites", edges)
        case ShortText():
            points = (
                node(
                    "li",
                    node("p", text=one.point),
                    *(node("p", text=a, data_part="accept") for a in one.accept),
                    data_for=one.id,
                )
                for one in content.marking_points
            )
            return _list("marking-points", points) + _paragraph("model-answer", content.model_answer)
        case Matching() | Hotspot():
            return []
