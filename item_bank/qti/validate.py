"""Is this a sound item? Structural checks that always run; the official schema, where somebody has it, by path."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from lxml import etree

from item_bank.qti.build import build_item
from item_bank.qti.content import (
    ALLOWED_RULES,
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
from item_bank.qti.read import QTIError, has_doctype, parse, read_item

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}", re.ASCII)
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
_SVG_FORBIDDEN = frozenset({"script", "foreignObject", "image", "use", "a", "iframe", "style", "set", "animate"})


@dataclass(frozen=True)
class Problem:
    """What makes an item unfit: a code, the field it is in, and a sentence with the remedy."""

    code: str
    place: str
    sentence: str


def problems(content: ItemContent) -> tuple[Problem, ...]:
    """All structural problems of a content; empty means sound."""
    return tuple(_all(content))


def validate_item(xml: bytes | str) -> ItemContent:
    """Read an item and refuse it when it is unsound or says anything beyond its content.

    Raises
    ------
    QTIError
        `unsound` with all problems in the sentence, `differs` when the XML isn't what `build_item` makes of its content
        (a response processing that scores by another rule, say), or a code of `read_item`.
    """
    content = read_item(xml)
    found = problems(content)
    if found:
        raise QTIError("unsound", " ".join(f"{one.place}: {one.sentence}" for one in found))
    data = xml.encode() if isinstance(xml, str) else xml
    if build_item(content) != data:
        raise QTIError(
            "differs", f"{content.identifier}: the XML differs from the canonical form of its content; build it anew."
        )
    return content


def schema_errors(xml: bytes | str, schema: Path) -> list[str]:
    """What the official schema at `schema` finds, one line each. Nothing is fetched: its imports have to lie
    beside it.
    """
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    checker = etree.XMLSchema(etree.parse(schema, parser))
    checker.validate(parse(xml))
    log: Iterable[etree._LogEntry] = checker.error_log  # type: ignore[assignment]  # the stubs lack its iterator
    return [f"line {entry.line}: {entry.message}" for entry in log]


def _all(content: ItemContent) -> Iterator[Problem]:
    yield from _common(content)
    match content:
        case SingleChoice() | MultipleResponse():
            yield from _options(content)
        case Numeric():
            yield from _numeric(content)
        case Ordering():
            yield from _ordering(content)
        case Matching():
            yield from _matching(content)
        case Hotspot():
            yield from _hotspot(content)
        case ShortText():
            yield from _short_text(content)


def _common(content: ItemContent) -> Iterator[Problem]:
    if not IDENTIFIER.fullmatch(content.identifier):
        yield Problem("identifier", "id", "Use letters, digits, '.', '_' or '-', starting with a letter.")
    if not content.stem.strip():
        yield Problem("empty_text", "stem", "Write the question.")
    if content.time_s <= 0:
        yield Problem("time", "time_s", "Give the working time in whole seconds above 0.")
    if content.scoring.maximum <= 0 or not content.scoring.maximum.is_finite():
        yield Problem("maximum", "scoring.max", "Give a maximum above 0.")
    if content.scoring.rule not in ALLOWED_RULES[content.interaction]:
        allowed = ", ".join(sorted(ALLOWED_RULES[content.interaction]))
        yield Problem(
            "rule",
            "scoring.rule",
            f"{content.scoring.rule} can't score {content.interaction}; use {allowed}.",
        )


def _identifiers(place: str, ids: list[str], texts: Iterable[str]) -> Iterator[Problem]:
    for i, one in enumerate(ids):
        if not IDENTIFIER.fullmatch(one):
            yield Problem("identifier", f"{place}[{i}].id", f"'{one}' is no identifier; start with a letter.")
        if one in ids[:i]:
            yield Problem("identifier_twice", f"{place}[{i}].id", f"'{one}' is used twice; rename one.")
    for i, text in enumerate(texts):
        if not text.strip():
            yield Problem("empty_text", f"{place}[{i}]", "Write its text.")


def _options(content: SingleChoice | MultipleResponse) -> Iterator[Problem]:
    yield from _identifiers("options", [one.id for one in content.options], (one.text for one in content.options))
    if len(content.options) < 2:
        yield Problem("too_few", "options", "Offer at least two options.")
    correct = sum(one.correct for one in content.options)
    if isinstance(content, SingleChoice) and correct != 1:
        yield Problem("key", "options", f"Exactly one option has to be correct; {correct} are.")
    if isinstance(content, MultipleResponse) and not 0 < correct < len(content.options):
        yield Problem("key", "options", "At least one option has to be correct and one wrong.")


def _numeric(content: Numeric) -> Iterator[Problem]:
    if not content.key.is_finite():
        yield Problem("number", "key", "Give a finite number.")
    if not content.tolerance.is_finite() or content.tolerance < 0:
        yield Problem("number", "tolerance_abs", "Give a tolerance of 0 or more.")
    if content.decimals_shown < 0:
        yield Problem("number", "decimals_shown", "Give 0 or more decimal places.")
    if content.unit != content.unit.strip():
        yield Problem("unit", "unit", "Remove the space around the unit code.")
    names = [name for name, _ in content.inputs]
    if len(set(names)) != len(names):
        yield Problem("identifier_twice", "inputs", "An input is named twice; rename one.")


def _ordering(content: Ordering) -> Iterator[Problem]:
    ids = [one.id for one in content.elements]
    yield from _identifiers("elements", ids, (one.text for one in content.elements))
    if len(ids) < 2:
        yield Problem("too_few", "elements", "Give at least two steps.")
    if sorted(content.key) != sorted(ids):
        yield Problem("key", "key", "The key has to name every element exactly once.")
        return
    if content.scoring.rule is Rule.PREREQUISITE_GRAPH:
        yield from _graph(content, set(ids))
    elif content.prerequisites:
        yield Problem(
            "rule",
            "prerequisites",
            "Prerequisites are scored only by the rule prerequisite_graph; set it.",
        )


def _graph(content: Ordering, ids: set[str]) -> Iterator[Problem]:
    if not content.prerequisites:
        yield Problem("graph", "prerequisites", "The rule prerequisite_graph needs at least one edge.")
    place = {one: i for i, one in enumerate(content.key)}
    before: dict[str, set[str]] = {}
    for i, edge in enumerate(content.prerequisites):
        where = f"prerequisites[{i}]"
        if not {edge.before, edge.after} <= ids:
            yield Problem(code="graph", place=where, sentence=f"{edge.before} → {edge.after} names an unknown element.")
            continue
        if not edge.why.strip():
            yield Problem("empty_text", f"{where}.why", "Say why this order matters.")
        if edge.before in before.setdefault(edge.after, set()):
            yield Problem(
                code="graph", place=where, sentence=f"{edge.before} → {edge.after} is listed twice; remove one."
            )
        before[edge.after].add(edge.before)
        if place[edge.before] >= place[edge.after]:
            yield Problem(
                code="graph",
                place=where,
                sentence=f"The key itself breaks {edge.before} → {edge.after}; correct one of them.",
            )
    try:
        tuple(TopologicalSorter(before).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        yield Problem("graph", "prerequisites", f"The steps {circle} wait for each other; break the circle.")


def _matching(content: Matching) -> Iterator[Problem]:
    left, right = [one.id for one in content.left], [one.id for one in content.right]
    yield from _identifiers("left", left, (one.text for one in content.left))
    yield from _identifiers("right", right, (one.text for one in content.right))
    if set(left) & set(right):
        yield Problem("identifier_twice", "right", "Left and right share an identifier; rename one.")
    if sorted(one for one, _ in content.key) != sorted(left):
        yield Problem("key", "key", "The key has to name every left element exactly once.")
    for one, partner in content.key:
        if partner not in right:
            yield Problem("key", f"key.{one}", f"'{partner}' is not on the right side.")
    if len(right) < 2:
        yield Problem("too_few", "right", "Give at least two elements on the right.")


def _hotspot(content: Hotspot) -> Iterator[Problem]:
    yield from _identifiers("regions", [one.id for one in content.regions], (one.label for one in content.regions))
    correct = sum(one.correct for one in content.regions)
    if not 0 < correct < len(content.regions):
        yield Problem("key", "regions", "At least one region has to be correct and one wrong.")
    figure = content.figure
    if not figure.alt.strip():
        yield Problem("empty_text", "figure.alt", "Describe the figure for those who can't see it.")
    if not content.keyboard_alternative.strip():
        yield Problem("empty_text", "keyboard_alternative", "Say how the item is answered by keyboard.")
    for i, one in enumerate(content.regions):
        inside = one.x >= 0 and one.y >= 0 and one.x + one.w <= figure.width and one.y + one.h <= figure.height
        if not inside or one.w <= 0 or one.h <= 0:
            yield Problem(
                "outside",
                f"regions[{i}]",
                f"'{one.label}' has to lie inside the {figure.width} × {figure.height} figure.",
            )
    yield from _svg(figure.svg)


def _svg(svg: str) -> Iterator[Problem]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(svg.encode(), parser)
    except etree.XMLSyntaxError as error:
        yield Problem("svg", "figure.source", f"The SVG is not well-formed: {error}.")
        return
    if has_doctype(root) or root.tag != f"{{{SVG_NAMESPACE}}}svg":
        yield Problem("svg", "figure.source", "The figure has to be a plain <svg> element without a DOCTYPE.")
    for element in root.iter():
        if not isinstance(element.tag, str):
            yield Problem("svg", "figure.source", "Remove comments and processing instructions from the SVG.")
            continue
        name = etree.QName(element)
        if name.namespace != SVG_NAMESPACE or name.localname in _SVG_FORBIDDEN:
            yield Problem("svg", "figure.source", f"Remove <{name.localname}>: a figure may only draw.")
        for attribute, value in element.attrib.items():
            local = etree.QName(attribute).localname.lower()
            if local.startswith("on") or local in {"href", "src"} or "url(" in value.lower():
                yield Problem("svg", "figure.source", f"Remove the attribute {local}: no scripts or links.")


def _short_text(content: ShortText) -> Iterator[Problem]:
    ids = [one.id for one in content.marking_points]
    yield from _identifiers("marking_points", ids, (one.point for one in content.marking_points))
    if not ids:
        yield Problem("too_few", "marking_points", "Give at least one marking point.")
    if content.max_words <= 0:
        yield Problem("number", "max_words", "Give a word limit above 0.")
    if not content.model_answer.strip():
        yield Problem("empty_text", "model_answer", "Write a model answer for the markers.")
