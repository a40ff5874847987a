"""Strategies for item contents of every interaction, sound by construction."""

from decimal import Decimal

from hypothesis import strategies as st

from item_bank.qti.content import (
    CommonError,
    Element,
    Figure,
    Hotspot,
    ItemContent,
    MarkingPoint,
    Matching,
    MultipleResponse,
    Numeric,
    Option,
    Ordering,
    Prerequisite,
    Region,
    Rule,
    Scoring,
    ShortText,
    SingleChoice,
)

# What XML 1.0 can carry, with the characters that need escaping and white space that must survive.
CHARACTERS = st.characters(min_codepoint=0x20, max_codepoint=0x1F600, exclude_categories=("Cs", "Cc", "Cn"))
TEXT = st.text(st.one_of(CHARACTERS, st.sampled_from("<>&\"'\n\t ²Ω")), min_size=1, max_size=30).filter(str.strip)
MAYBE = st.one_of(st.just(""), TEXT)
NUMBERS = st.decimals(-(10**6), 10**6, places=3)
POSITIVE = st.decimals(Decimal("0.001"), 1000, places=3)


def identifiers(prefix: str, least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.integers(least, most).flatmap(lambda n: st.permutations([f"{prefix}{i}" for i in range(n)]))


@st.composite
def common(draw: st.DrawFn, *rules: Rule) -> dict[str, object]:
    return {
        "identifier": draw(st.sampled_from(["ECW-001", "A", "x.y_z-9"])),
        "stem": draw(TEXT),
        "scoring": Scoring(
            rule=draw(st.sampled_from(rules)), maximum=Decimal(draw(st.integers(1, 3))), note=draw(MAYBE)
        ),
        "time_s": draw(st.integers(1, 900)),
        "language": draw(st.sampled_from(["en", "de", "pt-BR"])),
        "rationale": draw(MAYBE),
        "references": tuple(draw(st.lists(TEXT, max_size=2))),
        "review_note": draw(MAYBE),
    }


@st.composite
def single_choices(draw: st.DrawFn) -> SingleChoice:
    ids = draw(identifiers("o", 2, 5))
    right = draw(st.sampled_from(ids))
    options = tuple(Option(id=one, text=draw(TEXT), correct=one == right, rationale=draw(MAYBE)) for one in ids)
    return SingleChoice(options=options, shuffle=draw(st.booleans()), **draw(common(Rule.DICHOTOMOUS)))  # type: ignore[arg-type]


@st.composite
def multiple_responses(draw: st.DrawFn) -> MultipleResponse:
    ids = draw(identifiers("o", 3, 6))
    right = draw(st.sets(st.sampled_from(ids), min_size=1, max_size=len(ids) - 1))
    options = tuple(Option(id=one, text=draw(TEXT), correct=one in right, rationale=draw(MAYBE)) for one in ids)
    shared = draw(common(Rule.DICHOTOMOUS, Rule.PLUS_MINUS_FLOOR0))
    return MultipleResponse(options=options, shuffle=draw(st.booleans()), **shared)  # type: ignore[arg-type]


@st.composite
def numerics(draw: st.DrawFn) -> Numeric:
    errors = draw(st.lists(st.builds(CommonError, value=NUMBERS, why=TEXT), max_size=2))
    return Numeric(
        key=draw(NUMBERS),
        tolerance=draw(st.one_of(st.just(Decimal(0)), POSITIVE)),
        unit=draw(st.sampled_from(["", "A", "mm²", "Ω", "kWh/m²"])),
        decimals_shown=draw(st.integers(0, 4)),
        inputs=tuple((name, draw(NUMBERS)) for name in draw(st.sets(st.sampled_from(["U", "I", "R1"])))),
        formula=draw(st.sampled_from(["", "U/I", "R1*2"])),
        common_errors=tuple(errors),
        **draw(common(Rule.DICHOTOMOUS)),  # type: ignore[arg-type]
    )


@st.composite
def orderings(draw: st.DrawFn) -> Ordering:
    key = draw(identifiers("s", 2, 6))
    shared = draw(common(Rule.DICHOTOMOUS, Rule.KENDALL_PAIRS, Rule.PREREQUISITE_GRAPH))
    edges: tuple[Prerequisite, ...] = ()
    scoring = shared["scoring"]
    assert isinstance(scoring, Scoring)
    if scoring.rule is Rule.PREREQUISITE_GRAPH:
        pairs = [(a, b) for i, a in enumerate(key) for b in key[i + 1 :]]
        chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=6, unique=True))
        edges = tuple(Prerequisite(before=a, after=b, danger=draw(st.booleans()), why=draw(TEXT)) for a, b in chosen)
    elements = tuple(Element(id=one, text=draw(TEXT)) for one in draw(st.permutations(key)))
    return Ordering(elements=elements, key=tuple(key), prerequisites=edges, **shared)  # type: ignore[arg-type]


@st.composite
def matchings(draw: st.DrawFn) -> Matching:
    left, right = draw(identifiers("l", 2, 5)), draw(identifiers("r", 2, 6))
    return Matching(
        left=tuple(Element(id=one, text=draw(TEXT)) for one in left),
        right=tuple(Element(id=one, text=draw(TEXT)) for one in right),
        key=tuple((one, draw(st.sampled_from(right))) for one in left),
        **draw(common(Rule.DICHOTOMOUS, Rule.PER_PAIR)),  # type: ignore[arg-type]
    )


@st.composite
def hotspots(draw: st.DrawFn) -> Hotspot:
    ids = draw(identifiers("h", 2, 5))
    right = draw(st.sets(st.sampled_from(ids), min_size=1, max_size=len(ids) - 1))
    figure = Figure(
        svg='<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 50"><text>Ω &amp; °</text></svg>',
        alt=draw(TEXT),
        width=400,
        height=50,
    )
    regions = tuple(
        Region(id=one, label=draw(TEXT), x=60 * i, y=draw(st.integers(0, 20)), w=50, h=30, correct=one in right)
        for i, one in enumerate(ids)
    )
    shared = draw(common(Rule.DICHOTOMOUS))
    return Hotspot(figure=figure, regions=regions, keyboard_alternative=draw(TEXT), **shared)  # type: ignore[arg-type]


@st.composite
def short_texts(draw: st.DrawFn) -> ShortText:
    points = tuple(
        MarkingPoint(id=one, point=draw(TEXT), accept=tuple(draw(st.lists(TEXT, max_size=2))))
        for one in draw(identifiers("p", 1, 3))
    )
    return ShortText(
        max_words=draw(st.integers(1, 200)),
        marking_points=points,
        model_answer=draw(TEXT),
        **draw(common(Rule.HUMAN_TWO_RATERS)),  # type: ignore[arg-type]
    )


def contents() -> st.SearchStrategy[ItemContent]:
    return st.one_of(
        single_choices(), multiple_responses(), numerics(), orderings(), matchings(), hotspots(), short_texts()
    )
