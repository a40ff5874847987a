"""The argument, claim by claim: statement, warrant, verdict, evidence with its rules and records, weak points. Pure."""

from collections.abc import Sequence

from assess.validity.dossier.claims import RULES, Claim, Evidence
from assess.validity.dossier.shown import bearing_tag, records_named, verdict_tag
from assess.validity.report.markup import Child, Markup, element, join
from assess.validity.report.page import section, table


def argument_sections(claims: Sequence[Claim]) -> Markup:
    """An opening that says how verdicts are made, then a section for each claim."""
    opening = section(
        "The argument, claim by claim",
        element(
            "p",
            "Each claim stands on evidence; each piece of evidence on a record. How a piece bears on its claim follows"
            " from the rule beside it; the verdict follows from all of them, and nobody types it. The first of these"
            " that applies is the verdict:",
        ),
        element("ol", *[element("li", f"{rule}.") for rule in RULES]),
        anchor="argument",
    )
    return join(opening, *[_claim(number, claim) for number, claim in enumerate(claims, start=1)])


def _claim(number: int, claim: Claim) -> Markup:
    lines: list[list[Child]] = [_evidence(piece) for piece in claim.evidence]
    return section(
        f"{number}. {claim.title}",
        element("p", element("strong", claim.statement), " ", verdict_tag(claim.verdict, simulated=claim.simulated)),
        element("p", claim.warrant, class_="about"),
        table(
            f"Evidence for claim {number}",
            ["Evidence", "How it bears", "By the rule", "Records"],
            lines,
            shares="10 4 6 4",
        ),
        element("h3", "Weak points"),
        element("ul", *[element("li", point) for point in claim.weak_points]),
        *_remedies(claim),
        anchor=f"claim-{claim.key}",
        class_="claim",
    )


def _remedies(claim: Claim) -> list[Markup]:
    if not claim.remedies:
        return []
    return [element("h3", "What would strengthen it"), element("ul", *[element("li", one) for one in claim.remedies])]


def _evidence(piece: Evidence) -> list[Child]:
    method = piece.figure.method if piece.figure else ""
    source = piece.figure.source if piece.figure else ""
    told = "; ".join(filter(None, [method, source]))
    notes = [
        element("small", f"Method: {told}.") if told else None,
        element("small", "Made-up people or data.") if piece.simulated else None,
    ]
    needed = None if piece.needed else element("small", "helps, not needed")
    return [
        join(piece.sentence, *notes),
        join(bearing_tag(piece.bearing), needed),
        piece.rule,
        records_named(piece.records),
    ]
