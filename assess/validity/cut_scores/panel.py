"""Who may judge: experience and evidence asked for, conflicts of interest, and what the panel is made of. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BACKGROUNDS: dict[str, str] = {
    "practitioner": "works in the occupation",
    "employer": "employs or supervises people in it",
    "trainer": "trains people for it",
    "inspector": "inspects or regulates it",
    "other": "knows it otherwise",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a panel asks of its judges: years in the occupation, and kinds of evidence of which one verified is enough."""

    years: int
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a judge besides the declaration.

    Attributes
    ----------
    evidence
        Kinds of certificates that somebody else verified.
    conflicts
        Sentences about relations to candidates of this scheme that the judge has in the records.
    """

    name: str
    evidence: frozenset[str] = frozenset()
    conflicts: tuple[str, ...] = ()


def lacking(asked: Asked, standing: Standing, declaration: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What keeps a judge from judging, in sentences; empty where nothing does.

    >>> told = {"years": 1, "background": "trainer", "conflict": ""}
    >>> lacking(Asked(years=3), Standing(name="Ada"), told)
    ('Ada declared 1 year in the occupation; the panel asks for 3.',)
    """
    if declaration is None:
        return (f"{standing.name} has not declared experience and conflicts of interest yet.",)
    years = int(declaration["years"])
    sentences = []
    if years < asked.years:
        sentences.append(
            f"{standing.name} declared {years} year{'' if years == 1 else 's'} in the occupation; the panel asks for "
            f"{asked.years}."
        )
    if asked.evidence and not standing.evidence & set(asked.evidence):
        sentences.append(f"{standing.name} has no verified evidence of {' or '.join(asked.evidence)}.")
    if declaration["conflict"]:
        sentences.append(f"{standing.name} declared a conflict of interest: {declaration['conflict']}")
    return (*sentences, *standing.conflicts)


def composition(declarations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a panel is made of: how many of which background, from how many organisations, with how many years."""
    years = sorted(int(one["years"]) for one in declarations)
    backgrounds = Counter(one["background"] for one in declarations)
    return {
        "judges": len(declarations),
        "backgrounds": [[f"{name}s", backgrounds[name]] for name in BACKGROUNDS if backgrounds[name]],
        "organisations": len(
            {one["organisation"].strip().lower() for one in declarations if one["organisation"].strip()}
        ),
        "fewest_years": years[0] if years else None,
        "median_years": years[len(years) // 2] if years else None,
    }
