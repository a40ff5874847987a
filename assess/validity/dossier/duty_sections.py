"""What has to be kept up: the year's monitoring, the register of automated functions, the crosswalk, the list of records. Pure."""

from collections.abc import Sequence

from assess.validity.dossier.assembled import Dossier
from assess.validity.dossier.automation import Function, Register
from assess.validity.dossier.crosswalk import Answer, Crosswalk, Pointer, Presence
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.shown import kind_in_words, presence_tag, records_named
from assess.validity.dossier.trail import Line, without_leaf
from assess.validity.dossier.year import Due, Year
from assess.validity.report.markup import Child, Markup, element, join
from assess.validity.report.page import section, table

SHOWN_OF_A_KIND = 6


def year_section(year: Year, facts: Facts) -> Markup:
    looked: list[list[Child]] = [[f"{one.on}", one.what, records_named(one.records)] for one in year.looked]
    due: list[list[Child]] = [[_by(one, facts), one.what, one.why] for one in year.due]
    return section(
        "The year's monitoring",
        element("p", f"What was looked at from {year.since} to {facts.on}, and what is due by {year.until}."),
        (
            table("Looked at in the last twelve months", ["On", "What", "Records"], looked, shares="2 9 4")
            if looked
            else element("p", "Nothing was looked at.")
        ),
        table("Due", ["By", "What", "Why"], due, shares="2 6 8") if due else element("p", "Nothing is due."),
        anchor="year",
    )


def _by(due: Due, facts: Facts) -> Child:
    if due.undated:
        return "now"
    return element("span", f"{due.by}, overdue", class_="lacking") if due.by < facts.on else f"{due.by}"


def automation_section(register: Register, facts: Facts) -> Markup:
    lines: list[list[Child]] = [_function(one) for one in register.functions]
    declared = facts.scheme.declared
    stated: list[list[Child]] = [
        [one.function, "yes" if one.ai else "no", one.validated, one.overseen_by]
        for one in (declared.automation if declared else ())
    ]
    return section(
        "Automated functions and AI",
        element("p", element("strong", register.sentence)),
        element(
            "p",
            "No function decides anything against a person by itself. What a function cannot decide, it leaves to named"
            " people.",
        ),
        table(
            "Functions of this installation",
            [
                "Function",
                "What it decides",
                "How it was shown to be right",
                "Who oversees it",
                "What candidates are told",
            ],
            lines,
        ),
        (
            table(
                "What the scheme itself declares",
                ["Function", "AI", "Validated", "Overseen by"],
                stated,
                shares="5 1 5 5",
            )
            if stated
            else None
        ),
        anchor="automation",
    )


def _function(one: Function) -> list[Child]:
    counted = None if one.worked is None else element("small", _counted(one.worked, one.set_aside))
    return [
        join(one.name, element("small", f"{one.does} ({one.how})"), counted),
        one.decides,
        one.validated,
        one.overseen,
        one.told,
    ]


def _counted(worked: int, set_aside: int | None) -> str:
    if not worked:
        return "It has not worked for this version yet."
    aside = "" if set_aside is None else f"; people decided otherwise {_times(set_aside)}"
    return f"It worked {_times(worked)} for this version{aside}."


def crosswalk_section(dossier: Dossier) -> Markup:
    told = (
        "What each standard asks for, in our own words, and what answers it here. “From memory” means that nobody has"
        " held the text beside it yet: buy the standard and check before you cite it. Whether the evidence is there is"
        " computed from this dossier."
    )
    declared = dossier.facts.scheme.declared
    own = None
    if declared is not None:
        lines: list[list[Child]] = [_answer(answer) for answer in dossier.asked]
        caption = f"What a scheme of this kind owes: {declared.kind.name}"
        own = table(caption, ["Evidence", "What is asked", "Here", "Where"], lines, shares="4 6 3 6")
    return section(
        "Standards, and where their evidence is",
        own,
        element("p", told),
        *[_crosswalk(one) for one in dossier.crosswalks],
        anchor="crosswalk",
    )


def _crosswalk(one: Crosswalk) -> Markup:
    counts = "; ".join(f"{one.count(presence)} {presence}" for presence in Presence)
    lines: list[list[Child]] = [_answer(answer) for answer in one.answers]
    leads = " (the standard of this kind of scheme)" if one.leads else ""
    return join(
        element("h3", f"{one.frame.title}{leads}"),
        element("p", f"{one.frame.edition}. {one.frame.seen} Here: {counts}.", class_="about"),
        table(one.frame.title, ["Clause", "Asks", "Here", "Where"], lines, shares="3 6 3 6"),
    )


def _answer(answer: Answer) -> list[Child]:
    asked = answer.requirement
    pointers = [element("small", _linked(pointer)) for pointer in answer.pointers]
    return [
        join(asked.clause, element("small", asked.seen)),
        asked.asks,
        presence_tag(answer.presence),
        join(*pointers),
    ]


def _linked(pointer: Pointer) -> Child:
    return element("a", pointer.words, href=f"#{pointer.anchor}") if pointer.anchor else pointer.words


def records_section(dossier: Dossier) -> Markup:
    lines = [line for line in dossier.trail if line.cited_by]
    missing = without_leaf(dossier.trail)
    below = len(dossier.trail) - len(lines)
    told = (
        f"The claims cite {len(lines)} records; these rest on {below} further ones. “Leaf” is the place in the ledger"
        " of the record's latest state. The file evidence.jsonl holds all of them with what each rests on, down to the"
        " sealed entries of the journal."
    )
    lacking = None
    if missing:
        named = ", ".join(_short(line) for line in missing[:5])
        lacking = element("p", f"{len(missing)} records have no leaf: {named}.", class_="lacking")
    by_kind: dict[str, list[Line]] = {}
    for line in lines:
        by_kind.setdefault(line.kind, []).append(line)
    shown = [row for _, found in sorted(by_kind.items(), key=lambda one: len(one[1])) for row in _records(found)]
    return section(
        "Records",
        element("p", told),
        lacking,
        (
            table("Records that the claims cite", ["Kind", "Identifier", "Leaf", "Cited by"], shown, shares="3 5 1 5")
            if shown
            else element("p", "No record is cited.")
        ),
        anchor="records",
    )


def _records(lines: Sequence[Line]) -> list[list[Child]]:
    """The first records of one kind, and how many more there are."""
    shown: list[list[Child]] = [
        [
            kind_in_words(line.kind),
            element("span", line.id, class_="id"),
            "–" if line.leaf is None else str(line.leaf),
            ", ".join(line.cited_by[:3]),
        ]
        for line in lines[:SHOWN_OF_A_KIND]
    ]
    more = len(lines) - SHOWN_OF_A_KIND
    return [*shown, [f"and {more} more of this kind", "in evidence.jsonl", "", ""]] if more > 0 else shown


def _short(line: Line) -> str:
    return f"{kind_in_words(line.kind)} {line.id[:8]}"


def _times(number: int) -> str:
    """How often, in words.

    >>> _times(0), _times(1), _times(12)
    ('never', 'once', '12 times')
    """
    return {0: "never", 1: "once"}.get(number, f"{number} times")
