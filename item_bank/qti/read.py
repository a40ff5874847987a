"""QTI 3.0 item XML in our profile → content.

The reader is strict about what it takes in (no DTD, no entities, no network, one megabyte) and says where something
is missing.
"""

import base64
import binascii
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from lxml import etree

from item_bank.qti.build import SVG_DATA_URI
from item_bank.qti.content import (
    CONTENT_TYPES,
    CommonError,
    Element,
    Figure,
    ItemContent,
    MarkingPoint,
    Option,
    Prerequisite,
    Region,
    Rule,
    Scoring,
)
from item_bank.qti.markup import NAMESPACE, XML_LANG, Node

LARGEST_ITEM: Final = 1_000_000
_NS: Final = {"q": NAMESPACE}


class QTIError(ValueError):
    """XML that isn't an item of our profile: a stable code, and a sentence with the place and the remedy."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def parse(xml: bytes | str) -> Node:
    """Parse without network, DTD or entities.

    Raises
    ------
    QTIError
        `too_large`, `not_well_formed`, `dtd_refused` or `not_an_item`.
    """
    data = xml.encode() if isinstance(xml, str) else xml
    if len(data) > LARGEST_ITEM:
        raise QTIError("too_large", f"The item has {len(data)} bytes; {LARGEST_ITEM} is the most that is read.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise QTIError("not_well_formed", f"The item is not well-formed XML: {error}. Correct it there.") from error
    if has_doctype(root):
        raise QTIError("dtd_refused", "The item declares a DTD, which could hide entities; remove the DOCTYPE.")
    if root.tag != f"{{{NAMESPACE}}}qti-assessment-item":
        raise QTIError("not_an_item", f"The root element is {root.tag}; a QTI 3.0 qti-assessment-item is needed.")
    return root


def has_doctype(root: Node) -> bool:
    # lxml's stubs do not list this property of its DocInfo.
    return bool(cast(Any, root.getroottree().docinfo).doctype)


def read_item(xml: bytes | str) -> ItemContent:
    """Read an item that `build_item` could have written.

    Raises
    ------
    QTIError
        With code `unknown_interaction`, `missing`, `number` or one of `parse`.
    """
    root = parse(xml)
    interaction = _attribute(root, "data-interaction")
    if interaction not in _SPECIAL:
        known = ", ".join(_SPECIAL)
        raise QTIError("unknown_interaction", f"data-interaction is '{interaction}'; this profile renders {known}.")
    common: dict[str, Any] = {
        "identifier": _attribute(root, "identifier"),
        "stem": _stem(root),
        "scoring": Scoring(
            rule=_rule(_paragraph(root, "rule")),
            maximum=_decimal(
                _text(root, "q:qti-outcome-declaration[@identifier='MAXSCORE']/q:qti-default-value/q:qti-value")
            ),
            note=_paragraph(root, "note"),
        ),
        "time_s": _integer(_attribute(root, "data-time-s")),
        "language": _attribute(root, XML_LANG),
        "rationale": _paragraph(root, "rationale"),
        "references": tuple(one.text or "" for one in _entries(root, "references")),
        "review_note": _paragraph(root, "review-note"),
    }
    special: dict[str, Any] = _SPECIAL[interaction](root)
    return CONTENT_TYPES[interaction](**common, **special)


def _find(root: Node, path: str) -> list[Node]:
    return cast("list[Node]", root.xpath(path, namespaces=_NS))


def _one(root: Node, path: str) -> Node:
    found = _find(root, path)
    if len(found) != 1:
        raise QTIError("missing", f"The item needs exactly one {path.replace('q:', '')}; it has {len(found)}.")
    return found[0]


def _text(root: Node, path: str) -> str:
    return _one(root, path).text or ""


def _attribute(element: Node, name: str) -> str:
    value = element.get(name)
    if value is None:
        tag = etree.QName(element).localname
        raise QTIError("missing", f"{tag} lacks the attribute {name}.")
    return value


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise QTIError("number", f"'{text}' is not a decimal number.") from error
    if not value.is_finite():
        raise QTIError("number", f"'{text}' is not a finite number.")
    return value


def _integer(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise QTIError("number", f"'{text}' is not a whole number.")
    return int(text)


def _rule(text: str) -> Rule:
    try:
        return Rule(text)
    except ValueError as error:
        raise QTIError(
            "missing", f"The scorer's rubric block names the rule '{text}'; use one of {', '.join(Rule)}."
        ) from error


def _stem(root: Node) -> str:
    return _text(root, "q:qti-item-body//q:qti-prompt | q:qti-item-body/q:p[@data-part='stem']")


def _part(root: Node, tag: str, part: str) -> list[Node]:
    return _find(root, f"q:qti-item-body/q:qti-rubric-block/q:qti-content-body/q:{tag}[@data-part='{part}']")


def _paragraph(root: Node, part: str) -> str:
    found = _part(root, "p", part)
    if len(found) > 1:
        raise QTIError("missing", f"The rubric blocks hold '{part}' {len(found)} times; keep one.")
    return (found[0].text or "") if found else ""


def _entries(root: Node, part: str) -> list[Node]:
    return [entry for block in _part(root, "ul", part) for entry in block]


def _correct(root: Node) -> list[str]:
    path = "q:qti-response-declaration[@identifier='RESPONSE']/q:qti-correct-response/q:qti-value"
    return [one.text or "" for one in _find(root, path)]


def _options(root: Node) -> dict[str, Any]:
    interaction = _one(root, "q:qti-item-body/q:qti-choice-interaction")
    correct = set(_correct(root))
    reasons = {_attribute(one, "data-for"): one.text or "" for one in _entries(root, "option-rationales")}
    options = tuple(
        Option(
            id=_attribute(one, "identifier"),
            text=one.text or "",
            correct=one.get("identifier") in correct,
            rationale=reasons.get(_attribute(one, "identifier"), ""),
        )
        for one in _find(interaction, "q:qti-simple-choice")
    )
    return {"options": options, "shuffle": interaction.get("shuffle") == "true"}


def _numeric(root: Node) -> dict[str, Any]:
    unit = _find(root, "q:qti-item-body/q:p/q:span[@data-part='unit']")
    return {
        "key": _decimal(_text(root, "q:qti-response-declaration/q:qti-correct-response/q:qti-value")),
        "tolerance": _decimal(_paragraph(root, "tolerance")),
        "unit": (unit[0].text or "") if unit else "",
        "decimals_shown": _integer(
            _attribute(_one(root, "q:qti-item-body/q:p/q:qti-text-entry-interaction"), "data-decimals")
        ),
        "inputs": tuple((_attribute(one, "data-name"), _decimal(one.text or "")) for one in _entries(root, "inputs")),
        "formula": _paragraph(root, "formula"),
        "common_errors": tuple(
            CommonError(value=_decimal(_attribute(one, "data-value")), why=one.text or "")
            for one in _entries(root, "common-errors")
        ),
    }


def _elements(root: Node, path: str) -> tuple[Element, ...]:
    return tuple(Element(id=_attribute(one, "identifier"), text=one.text or "") for one in _find(root, path))


def _ordering(root: Node) -> dict[str, Any]:
    return {
        "elements": _elements(root, "q:qti-item-body/q:qti-order-interaction/q:qti-simple-choice"),
        "key": tuple(_correct(root)),
        "prerequisites": tuple(
            Prerequisite(
                before=_attribute(one, "data-before"),
                after=_attribute(one, "data-after"),
                danger=_attribute(one, "data-danger") == "true",
                why=one.text or "",
            )
            for one in _entries(root, "prerequisites")
        ),
    }


def _pair(text: str) -> tuple[str, str]:
    left, space, right = text.partition(" ")
    if not space:
        raise QTIError(
            "missing", f"The correct pair '{text}' needs a left and a right identifier with a space between."
        )
    return left, right


def _matching(root: Node) -> dict[str, Any]:
    side = "q:qti-item-body/q:qti-match-interaction/q:qti-simple-match-set[{}]/q:qti-simple-associable-choice"
    return {
        "left": _elements(root, side.format(1)),
        "right": _elements(root, side.format(2)),
        "key": tuple(_pair(one) for one in _correct(root)),
    }


def _region(choice: Node, correct: set[str]) -> Region:
    corners = [_integer(one) for one in _attribute(choice, "coords").split(",")]
    if choice.get("shape") != "rect" or len(corners) != 4:
        raise QTIError("missing", "A qti-hotspot-choice has to be a rect with four coords.")
    left, top, right, bottom = corners
    return Region(
        id=_attribute(choice, "identifier"),
        label=_attribute(choice, "hotspot-label"),
        x=left,
        y=top,
        w=right - left,
        h=bottom - top,
        correct=choice.get("identifier") in correct,
    )


def _hotspot(root: Node) -> dict[str, Any]:
    interaction = _one(root, "q:qti-item-body/q:qti-hotspot-interaction")
    image = _one(interaction, "q:img")
    source = _attribute(image, "src")
    try:
        svg = base64.b64decode(source.removeprefix(SVG_DATA_URI), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise QTIError("missing", "The figure has to be an SVG in a base64 data URI.") from error
    correct = set(_correct(root))
    return {
        "figure": Figure(
            svg=svg,
            alt=_attribute(image, "alt"),
            width=_integer(_attribute(image, "width")),
            height=_integer(_attribute(image, "height")),
        ),
        "regions": tuple(_region(one, correct) for one in _find(interaction, "q:qti-hotspot-choice")),
        "keyboard_alternative": _attribute(interaction, "data-keyboard-alternative"),
    }


def _short_text(root: Node) -> dict[str, Any]:
    interaction = _one(root, "q:qti-item-body/q:qti-extended-text-interaction")
    return {
        "max_words": _integer(_attribute(interaction, "data-max-words")),
        "marking_points": tuple(
            MarkingPoint(
                id=_attribute(one, "data-for"),
                point=_text(one, "q:p[not(@data-part)]"),
                accept=tuple(hint.text or "" for hint in _find(one, "q:p[@data-part='accept']")),
            )
            for one in _entries(root, "marking-points")
        ),
        "model_answer": _paragraph(root, "model-answer"),
    }


_SPECIAL: Final = {
    "single_choice": _options,
    "multiple_response": _options,
    "numeric": _numeric,
    "ordering": _ordering,
    "matching": _matching,
    "hotspot": _hotspot,
    "short_text": _short_text,
}
