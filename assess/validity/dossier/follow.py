"""Following a claim to the entries of the journal, without the application: an auditor's tool.

    python -m assess.validity.dossier.follow DIR LEDGER.jsonl [CLAIM …] [--list] [--key did:key:…]

DIR is what `manage.py dossier` wrote, LEDGER.jsonl an export of the ledger (`manage.py export_ledger`). CLAIM is a claim's key
(`cut`) or a piece of its evidence (`structure/reliability`); without one every claim is followed. The files are looked at as wholes
first. Then at each record: does the trail cite its latest leaf, is it as the ledger has it, and do the ledger's own documents
tie it to what the trail has above and below it. What a dossier says of a figure is made again from the study.

Exit status: 0 everything was checked and holds, 1 something does not hold, 2 a file cannot be read or a claim is unknown,
3 what was checked holds and something could not be checked.
"""

import argparse
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assess.validity.dossier.followed import Files, State, Told, read
from assess.validity.dossier.inside import frozen, in_the_ledger, inside
from assess.validity.dossier.said import piece, pieces, whole
from assess.validity.dossier.ties import step, ties
from assess.validity.dossier.trail import Key

UNREADABLE = 2
STATUS = {State.HOLDS: 0, State.WRONG: 1, State.OPEN: 3}


@dataclass(frozen=True)
class Found:
    """What was found at one record: how deep it lies below the claim, each question with its answer, and where it stands."""

    depth: int
    kind: str
    id: str
    told: tuple[Told, ...]
    place: str

    @property
    def state(self) -> State:
        return worst(state for state, _ in self.told)

    @property
    def holds(self) -> bool:
        return self.state is State.HOLDS

    @property
    def sentence(self) -> str:
        return "; ".join(_worded(state, words) for state, words in self.told)


def _worded(state: State, words: str) -> str:
    """What holds, as it is said; what does not, with NOT before it."""
    return words if state is State.HOLDS else f"{state}: {words}"


def worst(states: Iterable[State]) -> State:
    found = set(states)
    return State.WRONG if State.WRONG in found else State.OPEN if State.OPEN in found else State.HOLDS


def cited(files: Files, claim: str) -> list[Key]:
    """The records that a claim, or one piece of its evidence, cites."""
    return [key for key, line in files.lines.items() if any(_under(claim, one) for one in line["cited_by"])]


def _under(claim: str, name: str) -> bool:
    return name == claim or name.startswith(f"{claim}/")


def known(files: Files) -> set[str]:
    """The names of all claims and of all pieces of evidence."""
    names = {*pieces(files), *(one for line in files.lines.values() for one in line["cited_by"])}
    return {*names, *(name.split("/")[0] for name in names)}


def follow(files: Files, keys: Iterable[Key]) -> Iterator[Found]:
    """Each record once, then what it rests on, one step deeper; a record that rests under two is held against both."""
    seen: set[Key] = set()
    waiting: deque[tuple[int, Key, Key | None]] = deque((0, key, None) for key in keys)
    while waiting:
        depth, key, above = waiting.popleft()
        tied = [] if above is None else _tied(files, above, key)
        if key in seen:
            if worst(state for state, _ in tied) is not State.HOLDS:
                yield Found(depth, *key, tuple(tied), files.place(key))
            continue
        seen.add(key)
        asked = (*in_the_ledger(files, key), *tied, *ties(files, key), *inside(files, key))
        yield Found(depth, *key, asked, files.place(key))
        line = files.lines.get(key)
        below = [] if line is None else line["rests_on"]
        waiting.extendleft((depth + 1, (one["kind"], one["id"]), key) for one in reversed(below))


def _tied(files: Files, above: Key, key: Key) -> list[Told]:
    if above[0] == "dataset" and key[0] == "score":
        return list(frozen(files, above, key))
    return list(step(files, above, key))


def main(arguments: list[str] | None = None) -> int:
    """Follow the claims named on the command line and print what was found."""
    parser = argparse.ArgumentParser(prog="follow", description="Follow claims of a dossier to sealed entries.")
    parser.add_argument("folder", type=Path, help="what `manage.py dossier` wrote")
    parser.add_argument("ledger", type=Path, help="an export of the ledger")
    parser.add_argument("claim", nargs="*", help="a claim (cut) or a piece of evidence (structure/reliability)")
    parser.add_argument("--list", action="store_true", help="print every record, not only those that do not hold")
    parser.add_argument("--key", action="append", help="the ledger's published did:key; may be given more than once")
    given = parser.parse_args(arguments)
    try:
        files = read(given.folder, given.ledger)
        unknown = sorted(set(given.claim) - known(files))
        if unknown:
            raise ValueError(f"neither dossier.json nor evidence.jsonl knows the claim {', '.join(unknown)}")
        found = [_files(files, given.key, every=given.list)]
        for claim in given.claim or sorted({name for name in known(files) if "/" not in name}):
            found.append(_told(files, claim, every=given.list))
    except (OSError, ValueError, KeyError) as error:
        print(f"The files can't be followed: {error}", file=sys.stderr)
        return UNREADABLE
    status = STATUS[worst(found)]
    print(
        {0: "Everything holds.", 1: "Something does not hold.", 3: "What was checked holds; not everything was."}[
            status
        ]
    )
    return status


def _files(files: Files, keys: list[str] | None, *, every: bool) -> State:
    asked = list(whole(files, keys))
    counts = Counter(state for state, _ in asked)
    print(f"the files: {counts[State.WRONG]} do not hold, {counts[State.OPEN]} not checked.")
    for state, words in asked:
        if every or state is not State.HOLDS or "SHA-256" in words or "--key" in words:
            print(f"  {MARK[state]} {_worded(state, words)}.")
    return worst(counts)


MARK = {State.HOLDS: "ok  ", State.OPEN: "OPEN", State.WRONG: "FAIL"}


def _told(files: Files, claim: str, *, every: bool) -> State:
    found = list(follow(files, cited(files, claim)))
    said = [(name, tuple(piece(files, name))) for name in sorted(pieces(files)) if _under(claim, name)]
    states = [one.state for one in found] + [state for _, asked in said for state, _ in asked]
    counts, kinds = Counter(states), Counter(one.kind for one in found)
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.items()) or "none is cited"
    print(
        f"{claim}: {len(found)} records followed ({told}); {counts[State.WRONG]} do not hold, {counts[State.OPEN]} not checked."
    )
    for name, asked in said:
        for state, words in asked:
            if every or state is not State.HOLDS:
                print(f"  {MARK[state]} {name}: {_worded(state, words)}.")
    for one in found:
        if every or not one.holds:
            print(f"{'  ' * (one.depth + 1)}{MARK[one.state]} {one.kind} {one.id} ({one.place}): {one.sentence}.")
    return worst(states)


if __name__ == "__main__":
    sys.exit(main())
