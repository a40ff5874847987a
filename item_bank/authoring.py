"""One entry of an authors' item file → content and the facts the bank keeps beside it.

Every field has to be known and of the right form; the first thing wrong is reported with the item, the field's path
and the remedy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

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

COGNITIVE_LEVELS = ("recall", "apply", "analyse")


class AuthoringError(ValueError):
    """A mistake in an item file: which item, which field, what to do."""

    def __init__(self, item: str, path: str, sentence: str) -> None:
        super().__init__(f"{item}, {path}: {sentence}")
        self.code = "item_content"
        self.item = item
        self.path = path
        self.sentence = sentence


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


@dataclass(frozen=True)
class Fields:
    """The fields of one mapping; what is left unread at the end is refused, so that a misspelt field is never lost."""

    item: str
    path: str
    values: Mapping[str, Any]
    read: set[str]

    @classmethod
    def of(cls, item: str, path: str, values: object) -> "Fields":
        if not isinstance(values, Mapping):
            raise AuthoringError(item, path or "(entry)", "Write a mapping of fields here.")
        return cls(item, path, values, set())

    def place(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def error(self, name: str, sentence: str) -> AuthoringError:
        return AuthoringError(self.item, self.place(name), sentence)

    def raw(self, name: str, kind: type | tuple[type, ...], wanted: str, default: Any = None) -> Any:
        self.read.add(name)
        if name not in self.values:
            if default is not None:
                return default
            raise self.error(name, f"The field is missing; give {wanted}.")
        value = self.values[name]
        # bool is an int to Python, never to an author.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(name, f"'{value}' does not fit; give {wanted}.")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        value: str = self.raw(name, str, "a text", default)
        if any(ord(one) < 0x20 and one not in "\n\t" for one in value) or "\ufffe" in value or "\uffff" in value:
            raise self.error(name, "The text holds a control character; remove it.")
        return value

    def integer(self, name: str) -> int:
        value: int = self.raw(name, int, "a whole number")
        return value

    def truth(self, name: str, default: bool | None = None) -> bool:
        value: bool = self.raw(name, bool, "true or false", default)
        return value

    def decimal(self, name: str) -> Decimal:
        """The number as the author wrote it: a YAML float's shortest form, never its binary neighbour."""
        value = self.raw(name, (int, float, str, Decimal), "a number")
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise self.error(name, f"'{value}' is not a number; give one with a decimal point.") from None
        if not number.is_finite():
            raise self.error(name, f"'{value}' is not finite; give a number.")
        return number

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.raw(name, list, "a list of texts", ())
        for i, one in enumerate(values):
            if not isinstance(one, str):
                raise self.error(f"{name}[{i}]", f"'{one}' is not a text; put it in quotes.")
        return tuple(values)

    def each(self, name: str, make: Callable[["Fields"], Any], *, optional: bool = False) -> tuple[Any, ...]:
        values = self.raw(name, list, "a list", () if optional else None)
        made = []
        for i, one in enumerate(values):
            fields = Fields.of(self.item, self.place(f"{name}[{i}]"), one)
            made.append(make(fields))
            fields.finish()
        return tuple(made)

    def inner(self, name: str) -> "Fields":
        return Fields.of(self.item, self.place(name), self.raw(name, Mapping, "a mapping"))

    def finish(self) -> None:
        unknown = sorted(str(name) for name in set(self.values) - self.read)
        if unknown:
            raise self.error(unknown[0], "This field is not known here; correct its spelling or remove it.")


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
        number=fields.integer("version"),
        credential=fields.text("credential"),
        outcome=fields.text("outcome"),
        domain=fields.text("domain"),
        level=level,
        difficulty_b=fields.decimal("difficulty_b"),
        difficulty_source=fields.text("difficulty_source"),
    )
    # An item enters the bank as a draft whatever the file says; its state is the bank's record.
    fields.text("status", "draft")
    fields.finish()
    for problem in problems(content):
        raise AuthoringError(name, problem.place, problem.sentence)
    return entry


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
