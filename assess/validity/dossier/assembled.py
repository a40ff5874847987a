"""The dossier as a whole: facts in, argument with verdicts, crosswalks, register and the year's monitoring out. Pure."""

from dataclasses import dataclass

from assess.validity.dossier.argument import argument
from assess.validity.dossier.automation import Register, register
from assess.validity.dossier.claims import Claim, Record, Verdict
from assess.validity.dossier.crosswalk import Answer, Crosswalk, asked_by, crosswalks
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.trail import Line
from assess.validity.dossier.year import Year, the_year

SECTIONS = {
    "argument": "The argument, claim by claim",
    "awarded": "What is awarded",
    "assessed": "How it is assessed",
    "cuts": "Cut scores",
    "gate": "The gate",
    "exceptions": "Exceptions",
    "decisions": "Decisions and awards",
    "year": "The year's monitoring",
    "automation": "Automated functions and AI",
    "recertification": "Recertification",
    "crosswalk": "Standards, and where their evidence is",
    "study": "Study",
    "records": "Records",
    "ledger": "Ledger",
}
"""Sections behind the first page, by anchor."""


@dataclass(frozen=True)
class Dossier:
    """Everything the page, the document and the trail are made from; `asked` is the evidence list of the scheme's kind."""

    facts: Facts
    claims: tuple[Claim, ...]
    register: Register
    year: Year
    crosswalks: tuple[Crosswalk, ...]
    asked: tuple[Answer, ...] = ()
    trail: tuple[Line, ...] = ()

    def with_verdict(self, verdict: Verdict) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.claims if claim.verdict is verdict)

    @property
    def simulated(self) -> bool:
        return any(claim.simulated for claim in self.claims)

    @property
    def cited(self) -> dict[Record, list[str]]:
        """Every record that a claim cites, with the evidence that cites it (`claim/evidence`)."""
        return cited(self.claims)


def cited(claims: tuple[Claim, ...]) -> dict[Record, list[str]]:
    found: dict[Record, list[str]] = {}
    for claim in claims:
        for piece in claim.evidence:
            for record in piece.records:
                found.setdefault(record, []).append(f"{claim.key}/{piece.key}")
    return found


def assemble(facts: Facts) -> Dossier:
    """The dossier of these facts, without its trail."""
    claims = argument(facts)
    declared = facts.scheme.declared
    pages = {anchor: SECTIONS[anchor] for anchor in held(facts)}
    recorded = {record.kind for record in cited(claims)}
    return Dossier(
        facts=facts,
        claims=claims,
        register=register(facts.work),
        year=the_year(facts),
        crosswalks=crosswalks(
            claims, kind="" if declared is None else declared.kind.code, pages=pages, recorded=recorded
        ),
        asked=() if declared is None else asked_by(declared.kind, claims, pages=pages, recorded=recorded),
    )


def held(facts: Facts) -> list[str]:
    """Sections that hold something for these facts."""
    holds = {
        "cuts": bool(facts.cuts),
        "gate": bool(facts.gate.candidates),
        "exceptions": bool(facts.exceptions),
        "decisions": bool(facts.decisions.decided),
        "recertification": bool(facts.scheme.declared and facts.scheme.declared.recertification),
        "study": facts.study is not None,
        "ledger": facts.ledger is not None,
    }
    return [anchor for anchor in SECTIONS if holds.get(anchor, True)]
