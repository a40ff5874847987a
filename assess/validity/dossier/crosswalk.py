"""What standards ask for, and whether this dossier holds it: the list is data, what is there is computed. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assess.schemes.kinds import Kind
from assess.validity.dossier.claims import Bearing, Claim, Verdict

FILE = Path(__file__).with_name("crosswalk.yaml")
SEEN = ("seen", "summary", "from memory")


class Presence(StrEnum):
    """Whether what a requirement asks for is there."""

    PRESENT = "present"
    LIMITED = "present, with limits"
    PARTLY = "partly"
    ABSENT = "absent"


@dataclass(frozen=True)
class Requirement:
    """One requirement in our own words; `evidence` names what answers it."""

    clause: str
    asks: str
    seen: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """A standard or recommendation; `kinds` are the kinds of scheme that answer to it first, none where it is for all."""

    key: str
    kinds: tuple[str, ...]
    title: str
    edition: str
    seen: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class Pointer:
    """What answers a requirement: a name for people, where it stands in the dossier, and whether it is there."""

    name: str
    words: str
    anchor: str
    presence: Presence


@dataclass(frozen=True)
class Answer:
    """A requirement with what answers it, and whether all of that is there."""

    requirement: Requirement
    pointers: tuple[Pointer, ...]
    presence: Presence


@dataclass(frozen=True)
class Crosswalk:
    """One frame over this dossier; `leads` where it is the frame of the scheme's own kind."""

    frame: Frame
    answers: tuple[Answer, ...]
    leads: bool

    def count(self, presence: Presence) -> int:
        return sum(answer.presence is presence for answer in self.answers)


@cache
def frames() -> tuple[Frame, ...]:
    """Every frame of the file."""
    return tuple(_frame(entry) for entry in _file()["frames"])


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def _frame(entry: Mapping[str, Any]) -> Frame:
    requirements = tuple(
        Requirement(str(one["clause"]), one["asks"], one["seen"], tuple(one["evidence"]))
        for one in entry["requirements"]
    )
    return Frame(entry["key"], tuple(entry["kind"]), entry["title"], str(entry["edition"]), entry["seen"], requirements)


def crosswalks(
    claims: Sequence[Claim], *, kind: str, pages: Mapping[str, str], recorded: Collection[str]
) -> tuple[Crosswalk, ...]:
    """Every frame over this dossier: those of the scheme's own kind first, then those for all.

    Parameters
    ----------
    pages
        Sections of the dossier that hold something: anchor → heading. A section left out is absent.
    recorded
        Kinds of records that the dossier cites.
    """
    by_key = {claim.key: claim for claim in claims}
    made = [
        Crosswalk(
            frame, tuple(_answer(one, by_key, pages, recorded) for one in frame.requirements), leads=kind in frame.kinds
        )
        for frame in frames()
    ]
    return tuple(sorted(made, key=lambda one: (not one.leads, bool(one.frame.kinds))))


def asked_by(
    kind: Kind, claims: Sequence[Claim], *, pages: Mapping[str, str], recorded: Collection[str]
) -> tuple[Answer, ...]:
    """The evidence list of a kind of scheme, each piece with what answers it here."""
    by_key = {claim.key: claim for claim in claims}
    answering: Mapping[str, list[str]] = _file()["kinds"]
    return tuple(
        _answer(Requirement(one.title, f"{one.asks}.", one.source, tuple(answering[one.code])), by_key, pages, recorded)
        for one in kind.evidence
    )


def _answer(
    requirement: Requirement, claims: Mapping[str, Claim], pages: Mapping[str, str], recorded: Collection[str]
) -> Answer:
    pointers = tuple(_pointer(name, claims, pages, recorded) for name in requirement.evidence)
    return Answer(requirement, pointers, together([pointer.presence for pointer in pointers]))


def together(found: Sequence[Presence]) -> Presence:
    """What several pieces come to.

    >>> together([Presence.PRESENT, Presence.ABSENT]), together([Presence.PRESENT, Presence.LIMITED])
    (<Presence.PARTLY: 'partly'>, <Presence.LIMITED: 'present, with limits'>)
    """
    distinct = set(found)
    if not distinct or distinct == {Presence.ABSENT}:
        return Presence.ABSENT
    if distinct & {Presence.ABSENT, Presence.PARTLY}:
        return Presence.PARTLY
    return Presence.PRESENT if distinct == {Presence.PRESENT} else Presence.LIMITED


VERDICTS = {
    Verdict.SUPPORTED: Presence.PRESENT,
    Verdict.WITH_LIMITS: Presence.LIMITED,
    Verdict.NOT_ENOUGH: Presence.ABSENT,
    Verdict.CONTRADICTED: Presence.ABSENT,
}
BEARINGS = {
    Bearing.SUPPORTS: Presence.PRESENT,
    Bearing.LIMITS: Presence.LIMITED,
    Bearing.LACKING: Presence.ABSENT,
    Bearing.CONTRADICTS: Presence.ABSENT,
}


def _pointer(name: str, claims: Mapping[str, Claim], pages: Mapping[str, str], recorded: Collection[str]) -> Pointer:
    first, _, second = name.partition("/")
    if first == "page":
        if second not in pages:
            return Pointer(name, f"no section on {second}", "", Presence.ABSENT)
        return Pointer(name, f"section “{pages[second]}”", second, Presence.PRESENT)
    if first == "record":
        return Pointer(
            name, f"records of kind {second}", "records", Presence.PRESENT if second in recorded else Presence.ABSENT
        )
    claim = claims.get(first)
    if claim is None:
        return Pointer(name, name, "argument", Presence.ABSENT)
    anchor = f"claim-{claim.key}"
    if not second:
        return Pointer(name, f"claim “{claim.title}”: {claim.verdict}", anchor, VERDICTS[claim.verdict])
    piece = next((one for one in claim.evidence if one.key == second), None)
    told = f"{claim.title}: {second.replace('-', ' ')}"
    if piece is None:
        return Pointer(name, f"{told}, not there", anchor, Presence.ABSENT)
    return Pointer(name, f"{told}, {piece.bearing}", anchor, BEARINGS[piece.bearing])
