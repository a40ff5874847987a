"""Frames as data: what a credit, a level and a micro-credential are in a country or a consortium; read and converted; pure.

A frame is an entry of `frames.yaml`: its unit in hours, its sizes, its levels beside those of the EQF, the elements it asks
for, and where each fact was seen. Hours and credits are fractions, so that nothing is rounded on the way from one frame to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assess.schemes.duties import DUTIES
from rubrics.documents import Node

CHECKS = frozenset(
    {
        "assessed", "assessment_type", "awarding_body", "country", "date", "ects", "grade", "learner", "level", "outcomes",
        "participation", "prerequisites", "quality_assurance", "record", "size", "stackability", "supervision", "title",
        "transcript",
    }
)  # fmt: skip
"""What an element's `check` may name: what `frame_checks` looks up in the scheme, or `record`, which people show."""
MEASURES = ("hours", "units")
EQF = "EQF"
SEEN = ("seen", "from memory, check")


@dataclass(frozen=True)
class Unit:
    """A credit: its name, and how many hours one stands for (`least` = `most` where a frame says one figure).

    `step` is the part of a credit in which credits are counted.
    """

    name: str
    least: Fraction
    most: Fraction
    step: Fraction = Fraction(1)


@dataclass(frozen=True)
class Size:
    """How small and how large in hours; None where a frame sets no bound. `note` says what the frame says about it."""

    least: Fraction | None
    most: Fraction | None
    note: str


@dataclass(frozen=True)
class Levels:
    """The level system, the levels a micro-credential may have, and which of them each EQF level is read as.

    `also_least` and `also_most` are levels that are accepted too where the workload meets the rules of ECTS.
    """

    system: str
    least: int
    most: int
    also_least: int | None
    also_most: int | None
    from_eqf: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class AskedElement:
    """What the frame asks a scheme to state or to show: `check` is how (see `frame_checks`), `duty` the record that shows it."""

    identifier: str
    check: str
    required: bool
    asks: str
    duty: str


@dataclass(frozen=True)
class Source:
    """Where a fact comes from: what it says, where, and whether it was seen there or is from memory."""

    says: str
    where: str
    seen: str


@dataclass(frozen=True)
class Frame:
    """A frame as data."""

    identifier: str
    name: str
    place: str
    unit: Unit
    size: Size
    levels: Levels
    elements: tuple[AskedElement, ...]
    sources: tuple[Source, ...]

    @property
    def to_be_checked(self) -> tuple[Source, ...]:
        """The facts that nobody has looked up yet."""
        return tuple(source for source in self.sources if source.seen != SEEN[0])


@dataclass(frozen=True)
class NamedFrame:
    """The frame a scheme names, and the level it states in it where the frame's levels are not those of the EQF."""

    frame: Frame
    level: int | None


def units_of(hours: Fraction, unit: Unit) -> tuple[Fraction, Fraction]:
    """Credits that a workload is worth, exactly: the least (longest credit) and the most (shortest).

    Examples
    --------
    >>> ects = Unit("ECTS credit", Fraction(25), Fraction(30))
    >>> units_of(Fraction(100), ects)
    (Fraction(10, 3), Fraction(4, 1))
    """
    return hours / unit.most, hours / unit.least


def countable(hours: Fraction, unit: Unit) -> bool:
    """Whether a workload is a number of credits that the frame counts: a multiple of its step.

    >>> countable(Fraction(75), Unit("credit", Fraction(10), Fraction(10)))
    False
    >>> countable(Fraction(75), Unit("ECTS credit", Fraction(25), Fraction(30), Fraction(1, 2)))
    True
    """
    low, high = units_of(hours, unit)
    return high // unit.step * unit.step >= low


def said(value: Fraction) -> str:
    """A fraction as people write it.

    >>> said(Fraction(10, 3)), said(Fraction(4)), said(Fraction(1, 2))
    ('3 1/3', '4', '1/2')
    """
    whole, rest = divmod(value.numerator, value.denominator)
    if not rest:
        return str(whole)
    part = f"{rest}/{value.denominator}"
    return f"{whole} {part}" if whole else part


def counted(value: Fraction, noun: str) -> str:
    """A number with its noun.

    >>> counted(Fraction(1), "credit"), counted(Fraction(15, 2), "credit")
    ('1 credit', '7 1/2 credits')
    """
    return f"{said(value)} {noun}{'' if value == 1 else 's'}"


def units_said(hours: Fraction, unit: Unit) -> str:
    """A workload in a frame's credits, as words.

    >>> units_said(Fraction(100), Unit("credit", Fraction(10), Fraction(10)))
    '10 credits'
    >>> units_said(Fraction(100), Unit("ECTS credit", Fraction(25), Fraction(30)))
    '3 1/3 to 4 ECTS credits'
    """
    low, high = units_of(hours, unit)
    return counted(low, unit.name) if low == high else f"{said(low)} to {counted(high, unit.name)}"


def read_frame(node: Node) -> Frame:
    """Read one frame; mistakes go to the node's list."""
    frame = Frame(
        identifier=node.text("id"),
        name=node.text("name"),
        place=node.text("place"),
        unit=(unit := _read_unit(node.node("unit"))),
        size=_read_size(node.node("size"), unit),
        levels=_read_levels(node.node("levels")),
        elements=tuple(_read_element(entry) for entry in node.nodes("elements", least=1)),
        sources=tuple(_read_source(entry) for entry in node.nodes("sources", least=1)),
    )
    node.finish()
    return frame


def _read_unit(node: Node) -> Unit:
    hours = Fraction(node.number("least_hours")), Fraction(node.number("most_hours"))
    unit = Unit(node.text("name"), *hours, Fraction(node.number("step", above=Decimal(0))))
    node.finish()
    if not 0 < unit.least <= unit.most:
        node.problem("least_hours", "must be above 0 and at most most_hours.")
        return Unit(unit.name, Fraction(1), Fraction(1))
    return unit


def _read_size(node: Node, unit: Unit) -> Size:
    """A size in hours; one in units is turned into hours: the fewest hours of the least, the most of the most."""
    in_units = node.choice("in", MEASURES) == "units"
    least, most = node.optional_number("least"), node.optional_number("most")
    size = Size(
        None if least is None else Fraction(least) * (unit.least if in_units else 1),
        None if most is None else Fraction(most) * (unit.most if in_units else 1),
        node.text("note"),
    )
    node.finish()
    if size.least is not None and size.most is not None and size.least > size.most:
        node.problem("least", "is more than most.")
    return size


def _read_levels(node: Node) -> Levels:
    mapping: dict[int, tuple[int, ...]] = {}
    table = node.raw("from_eqf")
    for key, values in (table if isinstance(table, Mapping) else {}).items():
        if (
            str(key) not in "12345678"
            or not isinstance(values, list | tuple)
            or not all(isinstance(v, int) for v in values)
        ):
            node.problem("from_eqf", f"holds {key}: {values!r}; write an EQF level and a list of levels of the frame.")
            continue
        mapping[int(key)] = tuple(values)
    also = node.node("also_with_ects") if node.has("also_with_ects") else None
    node.raw("also_with_ects")
    levels = Levels(
        system=node.text("system"),
        least=node.integer("least", low=0, high=12),
        most=node.integer("most", low=0, high=12),
        also_least=None if also is None else also.integer("least", low=0, high=12),
        also_most=None if also is None else also.integer("most", low=0, high=12),
        from_eqf=mapping,
    )
    if also is not None:
        also.finish()
    node.finish()
    if levels.system != EQF and not mapping:
        node.problem("from_eqf", f"is missing; say which levels of {levels.system} each EQF level is read as.")
    return levels


def _read_element(node: Node) -> AskedElement:
    element = AskedElement(
        identifier=node.text("id"),
        check=node.choice("check", sorted(CHECKS)),
        required=node.flag("required"),
        asks=node.text("asks"),
        duty=node.optional_text("duty"),
    )
    node.finish()
    if element.duty and element.duty not in DUTIES:
        node.problem("duty", f"is {element.duty!r}; use one of {', '.join(sorted(DUTIES))}.")
    if (element.check == "record") != bool(element.duty):
        node.problem("duty", "stands with the check `record`, and only there: name the duty whose record shows it.")
    return element


def _read_source(node: Node) -> Source:
    source = Source(node.text("says"), node.text("where"), node.choice("seen", SEEN))
    node.finish()
    return source
