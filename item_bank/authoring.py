"""Authors' files → content, the facts the bank keeps beside it, and blueprints for assembly.

Every field has to be known and of the right form; the first thing wrong is reported with the item, the field's path
and the remedy.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from item_bank.assembly import Blueprint, Cell
from item_bank.fields import AuthoringError, Fields
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
from item_bank.qti.validate import problems

__all__ = [
    "AuthoringError",
    "BankEntry",
    "blueprint_from_document",
    "content_from_document",
    "entry_from_document",
]

PRECISION_TARGET = re.compile(r"conditional standard error <= ([0-9]+\.[0-9]+) logit at the cut", re.ASCII)
# Logits beyond this are a slip of the pen, not an item.
WIDEST_DIFFICULTY = 6
COGNITIVE_LEVELS = ("recall", "apply", "analyse")


@dataclass(frozen=True, kw_only=True)
class BankEntry:
    """What the item file says about an item: its content, and where it belongs in the bank."""

    content: ItemContent
    number: int
    credential: str
    outcome: str
    domain: str
    level: str
    difficulty_b: Decimal
    difficulty_source: str


def content_from_document(document: Mapping[str, Any]) -> ItemContent:
    """Read one entry of the item file.

    Parameters
    ----------
    document : mapping
        An entry of `items:`, as a YAML reader gives it.

    Returns
    -------
    ItemContent
        Structurally sound content.

    Raises
    ------
    AuthoringError
        With the item, the field's path and the remedy.
    """
    return entry_from_document(document).content


def entry_from_document(document: Mapping[str, Any]) -> BankEntry:
    """Read one entry of the item file with the facts the bank keeps beside the content.

    Raises
    ------
    AuthoringError
        With the item, the field's path and the remedy.
    """
    name = str(document.get("id", "(no id)")) if isinstance(document, Mapping) else "(no id)"
    fields = Fields.of(name, "", document)
    interaction = fields.text("type")
    if interaction not in CONTENT_TYPES:
        raise fields.error("type", f"'{interaction}' is not rendered; use one of {', '.join(CONTENT_TYPES)}.")
    level = fields.text("level")
    if level not in COGNITIVE_LEVELS:
        raise fields.error("level", f"'{level}' is no cognitive level; use one of {', '.join(COGNITIVE_LEVELS)}.")
    difficulty = fields.decimal("difficulty_b")
    if abs(difficulty) > WIDEST_DIFFICULTY:
        raise fields.error("difficulty_b", f"{difficulty} logits is beyond ±{WIDEST_DIFFICULTY}; correct it.")
    content = CONTENT_TYPES[interaction](
        identifier=fields.text("id"),
        stem=fields.text("stem"),
        scoring=_scoring(fields.inner("scoring")),
        time_s=fields.integer("time_s"),
        language=fields.text("language", "en"),
        rationale=fields.text("rationale", ""),
        references=fields.texts("references"),
        review_note=fields.text("review_note", ""),
        **_SPECIAL[interaction](fields),
    )
    entry = BankEntry(
        content=content,
        number=fields.integer("version", least=1),
        credential=fields.text("credential"),
        outcome=fields.text("outcome"),
        domain=fields.text("domain"),
        level=level,
        difficulty_b=difficulty,
        difficulty_source=fields.text("difficulty_source"),
    )
    # An item enters the bank as a draft whatever the file says; its state is the bank's record.
    fields.text("status", "draft")
    fields.finish()
    for problem in problems(content):
        raise AuthoringError(name, problem.place, problem.sentence)
    return entry


def blueprint_from_document(document: Mapping[str, Any]) -> Blueprint:
    """Read what assembly needs of one entry of the blueprint file; weights, delivery and cut-score plans belong to the scheme.

    Raises
    ------
    AuthoringError
        Also when `form_length` is not the sum of the cells, or the precision target is not in the one form that is read.
    """
    name = str(document.get("id", "(no id)")) if isinstance(document, Mapping) else "(no id)"
    fields = Fields.of(name, "", document)

    def cells(domain: Fields) -> list[Cell]:
        counts = domain.inner("items")
        domain.read.update(domain.values)
        unknown = sorted(set(counts.values) - set(COGNITIVE_LEVELS))
        if unknown:
            raise counts.error(unknown[0], f"Use the cognitive levels {', '.join(COGNITIVE_LEVELS)}.")
        return [Cell(domain=domain.text("id"), level=level, count=counts.integer(level)) for level in counts.values]

    found = tuple(cell for several in fields.each("domains", cells) for cell in several)
    target = fields.inner("targets").text("reliability_at_cut")
    matched = PRECISION_TARGET.fullmatch(target)
    if matched is None:
        raise fields.error(
            "targets.reliability_at_cut",
            f"'{target}' is not read; write 'conditional standard error <= 0.50 logit at the cut'.",
        )
    blueprint = Blueprint(
        id=fields.text("id"),
        cells=found,
        pretest_slots=fields.integer("pretest_slots"),
        standard_error=float(matched.group(1)),
    )
    if blueprint.length != fields.integer("form_length"):
        raise fields.error("form_length", f"The cells add up to {blueprint.length}; make form_length and cells agree.")
    return blueprint


def _scoring(fields: Fields) -> Scoring:
    rule = fields.text("rule")
    if rule not in list(Rule):
        raise fields.error("rule", f"'{rule}' is no scoring rule; use one of {', '.join(Rule)}.")
    scoring = Scoring(rule=Rule(rule), maximum=fields.decimal("max"), note=fields.text("note", ""))
    fields.finish()
    return scoring


def _element(fields: Fields) -> Element:
    return Element(id=fields.text("id"), text=fields.text("text"))


def _options(fields: Fields) -> dict[str, Any]:
    def option(one: Fields) -> Option:
        return Option(
            id=one.text("id"), text=one.text("text"), correct=one.truth("correct"), rationale=one.text("rationale", "")
        )

    return {"options": fields.each("options", option), "shuffle": fields.truth("shuffle", True)}


def _numeric(fields: Fields) -> dict[str, Any]:
    def error(one: Fields) -> CommonError:
        return CommonError(value=one.decimal("value"), why=one.text("why"))

    inputs: tuple[tuple[str, Decimal], ...] = ()
    if "inputs" in fields.values:
        given = fields.inner("inputs")
        inputs = tuple((str(name), given.decimal(name)) for name in given.values)
    return {
        "key": fields.decimal("key"),
        "tolerance": fields.decimal("tolerance_abs"),
        "unit": fields.text("unit"),
        "decimals_shown": fields.integer("decimals_shown"),
        "inputs": inputs,
        "formula": fields.text("formula", ""),
        "common_errors": fields.each("common_errors", error, optional=True),
    }


def _ordering(fields: Fields) -> dict[str, Any]:
    def edge(one: Fields) -> Prerequisite:
        return Prerequisite(
            before=one.text("before"), after=one.text("after"), danger=one.truth("danger"), why=one.text("why")
        )

    return {
        "elements": fields.each("elements", _element),
        "key": fields.texts("key"),
        "prerequisites": fields.each("prerequisites", edge, optional=True),
    }


def _matching(fields: Fields) -> dict[str, Any]:
    key = fields.inner("key")
    return {
        "left": fields.each("left", _element),
        "right": fields.each("right", _element),
        "key": tuple((left, key.text(left)) for left in key.values),
    }


def _hotspot(fields: Fields) -> dict[str, Any]:
    def region(one: Fields) -> Region:
        if one.text("shape") != "rect":
            raise one.error("shape", "Only rect is rendered; draw the region as a rectangle.")
        corners = {name: one.integer(name) for name in ("x", "y", "w", "h")}
        return Region(id=one.text("id"), label=one.text("label"), correct=one.truth("correct"), **corners)

    given = fields.inner("figure")
    if given.text("kind") != "svg":
        raise given.error("kind", "Only svg is rendered; give the figure as SVG.")
    figure = Figure(
        svg=given.text("source"), alt=given.text("alt"), width=given.integer("width"), height=given.integer("height")
    )
    given.finish()
    return {
        "figure": figure,
        "regions": fields.each("regions", region),
        "keyboard_alternative": fields.text("keyboard_alternative"),
    }


def _short_text(fields: Fields) -> dict[str, Any]:
    def point(one: Fields) -> MarkingPoint:
        return MarkingPoint(id=one.text("id"), point=one.text("point"), accept=one.texts("accept"))

    return {
        "max_words": fields.integer("max_words"),
        "marking_points": fields.each("marking_points", point),
        "model_answer": fields.text("model_answer"),
    }


_SPECIAL: dict[str, Callable[[Fields], dict[str, Any]]] = {
    "single_choice": _options,
    "multiple_response": _options,
    "numeric": _numeric,
    "ordering": _ordering,
    "matching": _matching,
    "hotspot": _hotspot,
    "short_text": _short_text,
}
