"""The bay record: who opened a bay for a candidate, what was checked, whether it may be energised, whether its equipment is void.

Pure. A technician's role writes it (`technician:1`), in a stream like every other, so that it folds alone by epoch and sequence.

*Permission to energise* is a hold point: the supply stays locked off until a named person, who is neither the candidate nor an
assessor of the task, gives it after the candidate's dead tests. It may be taken back, and given again.

Void equipment (a wrong fault set, a rig that failed) is void for everybody and costs the candidate nothing: the task waits. A
bay that is opened anew is no longer void from there on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assess.attempts.folding.records import Said

CHECKS = {
    "fault_set": "Fault set fitted and proved",
    "supply": "Supply locked off",
    "instruments": "Instruments proved on a proving unit",
    "materials": "Materials complete",
}
"""What is checked before a candidate comes to a bay, in this order."""
IN_A_BAY = frozenset({"bay_check", "bay_opened", "hold_released", "hold_set", "equipment_void", "comment"})

Words = Iterable[tuple[str, Said]]


@dataclass(frozen=True)
class Bay:
    """One technician's record of one bay. `checks` holds the last word on each check, `history` the words before.

    `hold` is the last word on the supply: permission to energise, or that it was taken back; None while nobody spoke of it.
    `void` stands until the bay is opened anew.
    """

    role: str
    people: frozenset[str] = frozenset()
    checks: Mapping[str, Said] = field(default_factory=dict)
    history: tuple[Said, ...] = ()
    opened: tuple[Said, ...] = ()
    lacking: tuple[str, ...] = ()
    hold: Said | None = None
    released: tuple[Said, ...] = ()
    energised: bool = False
    void: Said | None = None
    voids: tuple[Said, ...] = ()
    comments: tuple[Said, ...] = ()


def bays(said: Mapping[str, Iterable[tuple[str, Said]]]) -> dict[tuple[str, str], Bay]:
    """Bay records by (task, role), from what technicians' roles said."""
    found: dict[tuple[str, str], list[tuple[str, Said]]] = {}
    for role, words in said.items():
        for kind, word in words:
            task = word.payload.get("task")
            if kind in IN_A_BAY and isinstance(task, str):
                found.setdefault((task, role), []).append((kind, word))
    return {key: fold_bay(key[1], words) for key, words in found.items()}


def fold_bay(role: str, words: Words) -> Bay:
    """One record from its words, in their order."""
    checks: dict[str, Said] = {}
    history: list[Said] = []
    opened: list[Said] = []
    released: list[Said] = []
    voids: list[Said] = []
    comments: list[Said] = []
    lacking: tuple[str, ...] = ()
    hold: Said | None = None
    void: Said | None = None
    energised = False
    people = set()
    for kind, word in words:
        people.add(word.who)
        if kind == "bay_check":
            name = str(word.payload["check"])
            history += [checks[name]] if name in checks else []
            checks[name] = word
        elif kind == "bay_opened":
            opened.append(word)
            lacking = tuple(name for name in CHECKS if not _is_done(checks.get(name)))
            void, hold, energised = None, None, False
        elif kind in ("hold_released", "hold_set"):
            hold, energised = word, kind == "hold_released"
            released += [word] if energised else []
        elif kind == "equipment_void":
            void, energised = word, False
            voids.append(word)
        else:
            comments.append(word)
    return Bay(
        role=role,
        people=frozenset(people),
        checks=checks,
        history=tuple(history),
        opened=tuple(opened),
        lacking=lacking,
        hold=hold,
        released=tuple(released),
        energised=energised,
        void=void,
        voids=tuple(voids),
        comments=tuple(comments),
    )


def _is_done(word: Said | None) -> bool:
    return word is not None and word.payload["done"] is True


@dataclass(frozen=True)
class BayStanding:
    """A task's bay over all its technicians. `state` is one of `not_opened`, `locked`, `energised`, `void`."""

    state: str
    since: Said | None = None
    lacking: tuple[str, ...] = ()


def standing_of(task: str, records: Mapping[tuple[str, str], Bay]) -> BayStanding:
    """How a bay stands now. Where two technicians wrote, the more careful word stands.

    Examples
    --------
    >>> standing_of("PT-ECW-1", {}).state
    'not_opened'
    """
    mine = [bay for (name, _), bay in records.items() if name == task]
    void = next((bay.void for bay in mine if bay.void is not None), None)
    if void is not None:
        return BayStanding("void", void)
    lacking = tuple(name for name in CHECKS if any(name in bay.lacking for bay in mine))
    taken_back = next((bay.hold for bay in mine if bay.hold is not None and not bay.energised), None)
    if taken_back is not None:
        return BayStanding("locked", taken_back, lacking)
    permission = next((bay.hold for bay in mine if bay.energised), None)
    if permission is not None:
        return BayStanding("energised", permission, lacking)
    opened = [bay.opened[-1] for bay in mine if bay.opened]
    return BayStanding("locked", opened[-1], lacking) if opened else BayStanding("not_opened")


def permission_us(task: str, records: Mapping[tuple[str, str], Bay]) -> int | None:
    """When permission to energise was first given for a task, by the server's clock at the latest; None where it never was."""
    given = [word.moment_us for (name, _), bay in records.items() if name == task for word in bay.released]
    return min(given, default=None)
