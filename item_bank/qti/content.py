"""What an item is, apart from its XML: one frozen class for each interaction we render.

Everything here is a value. `build` turns it into QTI 3 and `read` turns that back into an equal value; what a
candidate may see of it is decided in `item_bank.interactions`, never here. Identifiers are the author's and stay on
the server.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar


class Rule(StrEnum):
    """How a response becomes points."""

    DICHOTOMOUS = "dichotomous"
    PLUS_MINUS_FLOOR0 = "plus_minus_floor0"
    PER_PAIR = "per_pair"
    KENDALL_PAIRS = "kendall_pairs"
    PREREQUISITE_GRAPH = "prerequisite_graph"
    HUMAN_TWO_RATERS = "human_two_raters"


@dataclass(frozen=True, kw_only=True)
class Scoring:
    rule: Rule
    maximum: Decimal
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice to pick, with the reason why it is right or wrong."""

    id: str
    text: str
    correct: bool
    rationale: str = ""


@dataclass(frozen=True, kw_only=True)
class Element:
    """A text that is put in order or matched."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Prerequisite:
    """`before` has to be done before `after`; doing it the other way round is dangerous or only poor practice."""

    before: str
    after: str
    danger: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    svg: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Region:
    """A rectangle in the figure's pixels; `x` and `y` are its upper left corner."""

    id: str
    label: str
    x: int
    y: int
    w: int
    h: int
    correct: bool


@dataclass(frozen=True, kw_only=True)
class MarkingPoint:
    """What a marker looks for; `accept` are hints for the marker and never score alone."""

    id: str
    point: str
    accept: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CommonError:
    value: Decimal
    why: str


@dataclass(frozen=True, kw_only=True)
class Stem:
    """What every item has, whatever the interaction."""

    interaction: ClassVar[str]
    identifier: str
    stem: str
    scoring: Scoring
    time_s: int
    language: str = "en"
    rationale: str = ""
    references: tuple[str, ...] = ()
    review_note: str = ""


@dataclass(frozen=True, kw_only=True)
class SingleChoice(Stem):
    interaction = "single_choice"
    options: tuple[Option, ...]
    shuffle: bool = True


@dataclass(frozen=True, kw_only=True)
class MultipleResponse(Stem):
    interaction = "multiple_response"
    options: tuple[Option, ...]
    shuffle: bool = True


@dataclass(frozen=True, kw_only=True)
class Numeric(Stem):
    """`unit` is a code this package does not interpret; empty means a pure number."""

    interaction = "numeric"
    key: Decimal
    tolerance: Decimal
    unit: str
    decimals_shown: int
    inputs: tuple[tuple[str, Decimal], ...] = ()
    formula: str = ""
    common_errors: tuple[CommonError, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ordering(Stem):
    """`elements` stand in the author's display order, `key` names them in the right order."""

    interaction = "ordering"
    elements: tuple[Element, ...]
    key: tuple[str, ...]
    prerequisites: tuple[Prerequisite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Matching(Stem):
    """`key` holds one (left, right) pair for each left element."""

    interaction = "matching"
    left: tuple[Element, ...]
    right: tuple[Element, ...]
    key: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Hotspot(Stem):
    interaction = "hotspot"
    figure: Figure
    regions: tuple[Region, ...]
    keyboard_alternative: str


@dataclass(frozen=True, kw_only=True)
class ShortText(Stem):
    interaction = "short_text"
    max_words: int
    marking_points: tuple[MarkingPoint, ...]
    model_answer: str


ItemContent = SingleChoice | MultipleResponse | Numeric | Ordering | Matching | Hotspot | ShortText

CONTENT_TYPES: dict[str, type[ItemContent]] = {
    kind.interaction: kind for kind in (SingleChoice, MultipleResponse, Numeric, Ordering, Matching, Hotspot, ShortText)
}

ALLOWED_RULES: dict[str, frozenset[Rule]] = {
    "single_choice": frozenset({Rule.DICHOTOMOUS}),
    "multiple_response": frozenset({Rule.DICHOTOMOUS, Rule.PLUS_MINUS_FLOOR0}),
    "numeric": frozenset({Rule.DICHOTOMOUS}),
    "ordering": frozenset({Rule.DICHOTOMOUS, Rule.KENDALL_PAIRS, Rule.PREREQUISITE_GRAPH}),
    "matching": frozenset({Rule.DICHOTOMOUS, Rule.PER_PAIR}),
    "hotspot": frozenset({Rule.DICHOTOMOUS}),
    "short_text": frozenset({Rule.HUMAN_TWO_RATERS}),
}
