"""Whether somebody may sit on a content panel: their role, a verified certificate, and what they declared."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from assess.people import queries as people
from assess.people.models import Account, Certificate

ROLES = frozenset({"judge", "reviewer", "assessor"})


@dataclass(frozen=True)
class Relations:
    """What was found, as sentences that name nobody; `with_candidates` is the one that needs a reason, or empty."""

    sentences: tuple[str, ...]
    with_candidates: str


def objection(
    account: Account, certificate: Certificate | None, asked_by: uuid.UUID, *, seated: bool
) -> tuple[str, str] | None:
    """What speaks against a seat: a code and a sentence; None where nothing does."""
    if seated:
        return "seated", f"{account} has a seat already."
    if account.pk == asked_by:
        return "not-an-expert", "Nobody seats themselves. Ask another director."
    if not people.roles_of([account.pk]).get(account.pk, set()) & ROLES:
        return (
            "not-an-expert",
            f"{account} is no judge, reviewer or assessor here. Give the person the role, or ask another.",
        )
    if certificate is None:
        said = f"{account} has no such certificate that somebody verified. Record it, and let a proctor or director verify it."
        return "not-qualified", said
    if certificate.expires_on is not None and certificate.expires_on < timezone.now().date():
        return (
            "not-qualified",
            f"The {certificate.kind} of {account} ran out on {certificate.expires_on}. Ask for a new one.",
        )
    return None


def relations(account: Account, elements: Sequence[Mapping[str, str]], candidates: Collection[uuid.UUID]) -> Relations:
    """What an expert has to do with the elements and with the scheme's candidates."""
    wrote = sum(one["author"] == str(account.pk) for one in elements)
    sentences = [f"Wrote {wrote} of the elements and does not rate those."] if wrote else []
    known = {candidate for _, candidate in people.conflicts_among([account.pk])} & set(candidates)
    said = ""
    if known:
        said = f"Declared a relation to {len(known)} candidate{'s' if len(known) > 1 else ''} of this scheme."
        sentences.append(said)
    return Relations(tuple(sentences) or ("Nothing was declared, and none of the elements is theirs.",), said)
