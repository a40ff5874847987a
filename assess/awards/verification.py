"""Verifying a credential: what a stranger asks of the file, each question with its answer in a sentence.

The verdict is *valid* when every check passed. Announcements are what a reader must know beside it: that it is a sample or a
demonstration, that nobody has looked up whether it was revoked, what was assessed.

Nothing is fetched here. The caller brings the status lists and names the issuers it trusts; what was not brought is
said, never guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from assess.ledger.instants import read_instant, write_instant
from assess.ledger.strict_json import StrictJSONError, read

from . import proofs, status_list
from .builders import ANNOUNCEMENTS, CONTEXTS, DEMONSTRATION
from .status_list import StatusEntry, StatusListError

LARGEST = 1024 * 1024
"""Credentials beyond this many bytes are not read; ours have about six thousand."""

StatusLists = Mapping[str, Mapping[str, object]] | Callable[[str], Mapping[str, object] | None]
"""Status lists by address, or a function that brings one and gives `None` when it cannot."""


@dataclass(frozen=True, kw_only=True)
class TrustedIssuer:
    """An issuer the reader trusts: its name, and whether its key is for demonstrations only."""

    name: str
    demonstration: bool = False


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question: its name, whether it passed, the sentence that says so, and whether there was an answer at all."""

    name: str
    passed: bool
    sentence: str
    answered: bool = True


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All checks in order; `valid` exactly when each passed. `announcements` are sentences to be read beside it."""

    valid: bool
    checks: tuple[Check, ...]
    announcements: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether it is not valid only because some question had no answer: another time it may be."""
        return not self.valid and all(check.passed or not check.answered for check in self.checks)

    def document(self) -> dict[str, object]:
        """The verdict as a JSON object: `valid`, `checks`, `announcements`."""
        checks = [{"name": held.name, "passed": held.passed, "sentence": held.sentence} for held in self.checks]
        return {"valid": self.valid, "checks": checks, "announcements": list(self.announcements)}


def verify(
    document: bytes | Mapping[str, object],
    *,
    now: datetime,
    status_lists: StatusLists | None,
    trusted_issuers: Mapping[str, TrustedIssuer] | None,
) -> Verdict:
    """Check a credential.

    Parameters
    ----------
    document
        The file's bytes, or the document already read. Bytes are better: two members with the same name and numbers no
        reader agrees on are only seen there.
    now
        Aware.
    status_lists
        Where to look up revocation and suspension. `None`: nobody looks, and an announcement says so. Otherwise a list that
        cannot be had or relied on fails the check `status`, because its answer is then not known.
    trusted_issuers
        `did:key` → who that is. `None`: nobody compares, and an announcement says so.

    Returns
    -------
    Verdict
        Checks `readable`, `structure`, `proof`, `issuer`, `dates`, `status`, as far as they could be put: after a document
        that cannot be read or is no credential of this kind nothing more is asked.
    """
    if now.tzinfo is None:
        raise ValueError("The moment of verification needs a time zone.")
    reading = _Reading()
    try:
        value = read(document, largest=LARGEST) if isinstance(document, bytes) else document
        reading.passed("readable", "The file is one unambiguous JSON document.")
        credential = _Credential.of(value)
        reading.passed("structure", f"It is an Open Badges credential: {credential.name}.")
    except StrictJSONError as error:
        return reading.failed("readable", str(error)).verdict()
    except _StructureError as error:
        return reading.failed("structure", str(error)).verdict()
    _proof(reading, credential)
    _issuer(reading, credential, trusted_issuers)
    _dates(reading, credential, now)
    _status(reading, credential, status_lists, now)
    reading.announcements += credential.announcements()
    return reading.verdict()


class _StructureError(ValueError):
    """A document that is not a credential of the kind we issue."""


@dataclass
class _Reading:
    checks: list[Check] = field(default_factory=list)
    announcements: list[str] = field(default_factory=list)

    def passed(self, name: str, sentence: str) -> None:
        self.checks.append(Check(name=name, passed=True, sentence=sentence))

    def failed(self, name: str, sentence: str) -> "_Reading":
        self.checks.append(Check(name=name, passed=False, sentence=sentence))
        return self

    def unanswered(self, name: str, sentence: str) -> None:
        self.checks.append(Check(name=name, passed=False, sentence=sentence, answered=False))

    def verdict(self) -> Verdict:
        valid = all(check.passed for check in self.checks)
        return Verdict(valid=valid, checks=tuple(self.checks), announcements=tuple(self.announcements))


@dataclass(frozen=True, kw_only=True)
class _Credential:
    """The members the checks need, with their types established."""

    document: Mapping[str, object]
    name: str
    issuer_id: str
    issuer_name: str
    valid_from: datetime
    valid_until: datetime
    tags: tuple[str, ...]
    assessed: str
    entries: tuple[StatusEntry, ...]

    @classmethod
    def of(cls, value: object) -> "_Credential":
        document = _object(value, "The document")
        if _list(document, "@context")[: len(CONTEXTS)] != list(CONTEXTS):
            raise _StructureError(f"Its contexts are not those of the profile: {', '.join(CONTEXTS)}.")
        if not {"VerifiableCredential", "OpenBadgeCredential"} <= set(_texts(document, "type")):
            raise _StructureError("Its type is not VerifiableCredential and OpenBadgeCredential.")
        issuer = _object(document.get("issuer"), "Its issuer")
        subject = _object(document.get("credentialSubject"), "Its subject")
        achievement = _object(subject.get("achievement"), "Its achievement")
        parts = [_text(_object(part, "A part"), "name") for part in _list(achievement, "resultDescription")]
        _text(document, "id")
        return cls(
            document=document,
            name=_text(document, "name"),
            issuer_id=_text(issuer, "id"),
            issuer_name=_text(issuer, "name"),
            valid_from=_moment(document, "validFrom"),
            valid_until=_moment(document, "validUntil"),
            tags=tuple(_texts(achievement, "tag")),
            assessed=f"{_text(achievement, 'name')} ({_text(achievement, 'humanCode')}): {', '.join(parts)}",
            entries=tuple(_entry(entry) for entry in _list(document, "credentialStatus")),
        )

    def announcements(self) -> list[str]:
        told = [sentence for tag, sentence in ANNOUNCEMENTS.items() if tag in self.tags]
        return [*told, f"Assessed was {self.assessed}."]


def _proof(reading: _Reading, credential: _Credential) -> None:
    try:
        proven = proofs.verify(credential.document)
    except proofs.ProofError as error:
        reading.failed("proof", str(error))
        return
    if proven.key.did != credential.issuer_id:
        reading.failed("proof", "It is signed with another key than that of the issuer it names.")
        return
    reading.passed("proof", f"The issuer's key signed exactly this document on {write_instant(proven.created)}.")


def _issuer(reading: _Reading, credential: _Credential, trusted: Mapping[str, TrustedIssuer] | None) -> None:
    says_demonstration = DEMONSTRATION in credential.tags
    if trusted is None:
        reading.announcements.append(
            f"Nobody has compared the key {credential.issuer_id} with the one {credential.issuer_name} publishes: "
            "anybody can make a key and write that name beside it."
        )
        return
    known = trusted.get(credential.issuer_id)
    if known is None:
        told = f"The key {credential.issuer_id} of “{credential.issuer_name}” is not among the issuers you trust."
        reading.failed("issuer", told)
    elif known.demonstration and not says_demonstration:
        reading.failed("issuer", "The key is for demonstrations only, but the credential does not say it is one.")
    else:
        reading.passed("issuer", f"The key belongs to {known.name}, whom you trust.")


def _dates(reading: _Reading, credential: _Credential, now: datetime) -> None:
    begin, end = write_instant(credential.valid_from), write_instant(credential.valid_until)
    if now < credential.valid_from:
        reading.failed("dates", f"It is not valid before {begin}.")
    elif now >= credential.valid_until:
        reading.failed("dates", f"It expired on {end}.")
    else:
        reading.passed("dates", f"It is valid from {begin} until {end}.")


def _status(reading: _Reading, credential: _Credential, lists: StatusLists | None, now: datetime) -> None:
    if lists is None:
        reading.announcements.append("Nobody has looked up whether this credential has been revoked or suspended.")
        return
    for entry in credential.entries:
        found = lists(entry.list_url) if callable(lists) else lists.get(entry.list_url)
        if found is None:
            told = f"The status list {entry.list_url} could not be had: whether this stands under {entry.purpose} is not known."
            reading.unanswered("status", told)
            return
        try:
            applies = status_list.is_set(found, entry=entry, issuer=credential.issuer_id, now=now)
        except StatusListError as error:
            reading.unanswered("status", f"Whether this stands under {entry.purpose} is not known. {error}")
            return
        if applies:
            verb = "revoked" if entry.purpose == "revocation" else "suspended"
            reading.failed("status", f"The issuer has {verb} this credential.")
            return
    reading.passed("status", "The issuer has neither revoked nor suspended it.")


def _entry(value: object) -> StatusEntry:
    entry = _object(value, "A status entry")
    purpose, index = _text(entry, "statusPurpose"), _text(entry, "statusListIndex")
    if entry.get("type") != "BitstringStatusListEntry" or purpose not in ("revocation", "suspension"):
        raise _StructureError("It carries a status entry of a kind that cannot be looked up here.")
    if not (index.isascii() and index.isdigit() and len(index) <= 9):
        raise _StructureError(f"The status index {index[:20]!r} is not a number.")
    address = _text(entry, "statusListCredential")
    return StatusEntry(
        purpose="revocation" if purpose == "revocation" else "suspension", list_url=address, index=int(index)
    )


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _StructureError(f"{what} is not a JSON object.")
    return value


def _list(held: Mapping[str, object], name: str) -> list[object]:
    value = held.get(name)
    if not isinstance(value, list):
        raise _StructureError(f"Its {name} is missing or not a list.")
    return value


def _text(held: Mapping[str, object], name: str) -> str:
    value = held.get(name)
    if not isinstance(value, str) or not value:
        raise _StructureError(f"Its {name} is missing or not text.")
    return value


def _texts(held: Mapping[str, object], name: str) -> list[str]:
    values = _list(held, name)
    if not all(isinstance(value, str) for value in values):
        raise _StructureError(f"Its {name} is not a list of texts.")
    return [str(value) for value in values]


def _moment(held: Mapping[str, object], name: str) -> datetime:
    try:
        return read_instant(held.get(name))
    except ValueError as error:
        raise _StructureError(f"Its {name} cannot be read. {error}") from error
