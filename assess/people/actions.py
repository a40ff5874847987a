"""Writing people: accounts, roles, certificates, conflicts, accommodations."""

import secrets
import uuid
from datetime import date, timedelta

from django.apps import apps
from django.db.models import Model, Q
from django.utils import timezone

from assess.ledger import actions as ledger
from assess.people.erasing import ERASERS
from assess.people.models import (
    Accommodation,
    Account,
    Certificate,
    Conflict,
    Erasure,
    Holding,
    Organisation,
    RoleAssignment,
    SignInLink,
)
from assess.people.queries import link_digest, waiting_link


class PeopleError(Exception):
    """What can't be recorded about a person, with a stable code."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def found_organisation(*, name: str) -> Organisation:
    organisation, _ = Organisation.objects.get_or_create(name=name)
    return organisation


def open_account(
    *,
    email: str,
    given_name: str,
    family_name: str = "",
    kind: str = Account.Kind.PERSON,
    date_of_birth: date | None = None,
    simulated: bool = False,
) -> Account:
    """Open an account without a password; who may sign in is settled by invitation."""
    if Account.objects.filter(email=email).exists():
        raise PeopleError("email-taken", f"There is an account for {email} already. Use that one.")
    account = Account(
        email=email,
        given_name=given_name,
        family_name=family_name,
        kind=kind,
        date_of_birth=date_of_birth,
        simulated=simulated,
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    return account


def service_account(*, name: str) -> Account:
    """The named service account under which a task acts. It has no password and holds the role of a service only."""
    account, made = Account.objects.get_or_create(
        email=f"{name}@service.invalid", defaults={"given_name": name, "kind": Account.Kind.SERVICE}
    )
    if made:
        account.set_unusable_password()
        account.save(update_fields=["password"])
        organisation = found_organisation(name="Services")
        give_role(account_id=account.pk, organisation_id=organisation.pk, role=RoleAssignment.Role.SERVICE)
    return account


def make_sign_in_link(
    *, actor_id: uuid.UUID, account_id: uuid.UUID, purpose: str = SignInLink.Purpose.INVITATION, hours: int = 72
) -> tuple[SignInLink, str]:
    """A link that lets a person in once. The second value is its secret, which is kept nowhere.

    Raises
    ------
    PeopleError
        `not-simulated`: a way into a demonstration is for its made-up people only. `no-such-account`.
    """
    account = Account.objects.filter(pk=account_id, kind=Account.Kind.PERSON, is_active=True).first()
    if account is None:
        raise PeopleError("no-such-account", "There is no account of a person with this identifier.")
    if purpose == SignInLink.Purpose.DEMONSTRATION and not account.simulated:
        raise PeopleError("not-simulated", f"{account} is a real person: send an invitation instead.")
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    link = SignInLink.objects.create(
        token_sha256=link_digest(token),
        account=account,
        purpose=purpose,
        made_by_id=actor_id,
        made_at=now,
        expires_at=now + timedelta(hours=hours),
    )
    return link, token


def use_sign_in_link(*, token: str) -> SignInLink:
    """Use a link up. Of two who try at once, one comes in.

    Raises
    ------
    PeopleError
        `link`: unknown, used or run out; which of them is not told.
    """
    link = waiting_link(token)
    now = timezone.now()
    if link is None or not SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise PeopleError("link", "This link was used already or has run out. Ask for a new one.")
    link.used_at = now
    return link


def give_role(*, account_id: uuid.UUID, organisation_id: uuid.UUID, role: str) -> RoleAssignment:
    if role not in RoleAssignment.Role.values:
        raise PeopleError(
            "no-such-role", f"There is no role {role!r}. The roles are {', '.join(RoleAssignment.Role.values)}."
        )
    assignment, _ = RoleAssignment.objects.get_or_create(
        account_id=account_id,
        organisation_id=organisation_id,
        role=role,
        until=None,
        defaults={"since": timezone.now()},
    )
    return assignment


def withdraw_role(*, account_id: uuid.UUID, organisation_id: uuid.UUID, role: str) -> None:
    """Withdraw a role. It is over with the next request; what the person's devices write after that waits for people."""
    RoleAssignment.objects.filter(account_id=account_id, organisation_id=organisation_id, role=role, until=None).update(
        until=timezone.now()
    )
    ledger.follow(topic="end_streams", account_id=str(account_id))


def record_certificate(
    *,
    holder_id: uuid.UUID,
    kind: str,
    issuer: str,
    issued_on: date,
    number: str = "",
    expires_on: date | None = None,
    months: int | None = None,
) -> Certificate:
    """Record what a person showed. It counts once somebody else has verified it."""
    made = Certificate.objects.create(
        holder_id=holder_id,
        kind=kind,
        issuer=issuer,
        number=number,
        issued_on=issued_on,
        expires_on=expires_on,
        months=months,
    )
    ledger.record_row(kind="certificate", row=made)
    return made


def verify_certificate(*, certificate_id: uuid.UUID, actor_id: uuid.UUID, how: str) -> Certificate:
    certificate = Certificate.objects.select_for_update().get(pk=certificate_id)
    if certificate.holder_id == actor_id:
        raise PeopleError("own-certificate", "Nobody verifies their own certificate. Ask somebody else.")
    if not how.strip():
        raise PeopleError(
            "how-missing", "Say how the certificate was verified: register looked up, issuer asked, original seen."
        )
    certificate.verified_by_id = actor_id
    certificate.verified_at = timezone.now()
    certificate.how_verified = how
    certificate.save(update_fields=["verified_by", "verified_at", "how_verified"])
    ledger.record_row(kind="certificate", row=certificate)
    return certificate


def record_holding(
    *, credential_id: uuid.UUID, holder_id: uuid.UUID, scheme: str, awarded_on: date, expires_on: date
) -> Holding:
    """Note that a person holds a credential issued here."""
    made = Holding.objects.create(
        credential=credential_id, holder_id=holder_id, scheme=scheme, awarded_on=awarded_on, expires_on=expires_on
    )
    ledger.record_row(kind="holding", row=made)
    return made


def change_holding(*, credential_id: uuid.UUID, state: str) -> None:
    """Note that a credential issued here was suspended, reinstated or revoked."""
    Holding.objects.filter(credential=credential_id).update(state=state)
    ledger.record_rows(kind="holding", rows=Holding.objects.filter(credential=credential_id))


def declare_conflict(*, actor_id: uuid.UUID, person_id: uuid.UUID, candidate_id: uuid.UUID, relation: str) -> Conflict:
    conflict, _ = Conflict.objects.get_or_create(
        person_id=person_id,
        candidate_id=candidate_id,
        relation=relation,
        defaults={"declared_by_id": actor_id, "declared_at": timezone.now()},
    )
    return conflict


def agree_accommodation(
    *, actor_id: uuid.UUID, candidate_id: uuid.UUID, description: str, extra_time_percent: int
) -> Accommodation:
    if not 0 <= extra_time_percent <= 200:
        raise PeopleError("extra-time", "Extra time is between 0 and 200 per cent.")
    if not description.strip():
        raise PeopleError("no-description", "Say what is agreed, so that assessors and proctors can act on it.")
    return Accommodation.objects.create(
        candidate_id=candidate_id,
        description=description,
        extra_time_percent=extra_time_percent,
        agreed_by_id=actor_id,
        agreed_at=timezone.now(),
    )


def propose_erasure(*, actor_id: uuid.UUID, account_id: uuid.UUID, ground: str) -> Erasure:
    """Propose that a person be erased: the request they made, or the rule that asks for it. Another person does it.

    Raises
    ------
    PeopleError
        `no-such-account`, `own-erasure`, `ground`, `erased`; `hindered` names what has to happen first.
    """
    account = Account.objects.filter(pk=account_id, kind=Account.Kind.PERSON).first()
    if account is None:
        raise PeopleError("no-such-account", "There is no account of a person with this identifier.")
    if account.pk == actor_id:
        raise PeopleError("own-erasure", "Nobody erases themselves here. Ask a director of the centre.")
    if not ground.strip():
        raise PeopleError("ground", "Say on what ground: the day of the person's request, or the rule. No name.")
    if _names(account, ground):
        raise PeopleError(
            "names-the-person", "The ground stays on record: word it without the person's name or address."
        )
    if Erasure.objects.filter(account=account).exists():
        raise PeopleError("erased", "The erasure of this person is proposed or done already.")
    _unhindered(account.pk)
    made = Erasure.objects.create(
        account=account, ground=ground.strip()[:300], proposed_by_id=actor_id, proposed_at=timezone.now()
    )
    ledger.record_row(kind="erasure", row=made)
    return made


def erase_person(*, actor_id: uuid.UUID, erasure_id: uuid.UUID) -> Erasure:
    """Erase a person: name, address, date of birth, certificates, adjustments, pictures, words, and who stood behind frozen data.

    Scores, decisions, studies and the ledger's tree stay, and no longer say whose they are. It can't be undone.

    Raises
    ------
    PeopleError
        `same-person`, `own-erasure`, `done`, `hindered`.
    """
    erasure = Erasure.objects.select_for_update().get(pk=erasure_id)
    if erasure.done_at is not None:
        raise PeopleError("done", "This person was erased already.")
    if erasure.proposed_by_id == actor_id:
        raise PeopleError("same-person", "Erasing takes two: another person than the one who proposed it does it.")
    if erasure.account_id == actor_id:
        raise PeopleError("own-erasure", "Nobody erases themselves here.")
    _unhindered(erasure.account_id)
    counts = _forget_account(erasure.account_id)
    for eraser in ERASERS.values():
        counts |= eraser.forget(account_id=erasure.account_id)
    erasure.done_by_id, erasure.done_at, erasure.counts = actor_id, timezone.now(), dict(sorted(counts.items()))
    erasure.save(update_fields=["done_by", "done_at", "counts"])
    ledger.record_row(kind="erasure", row=erasure)
    return erasure


SIGNING_IN = ("account", "mfa", "socialaccount")
"""Labels of the applications that keep addresses, second factors and other servers' identities of an account."""


def _signing_in() -> list[type[Model]]:
    """Their tables that are about one account."""
    return [
        table
        for label in SIGNING_IN
        for table in apps.get_app_config(label).get_models()
        if any(field.name == "user" for field in table._meta.get_fields())
    ]


def _names(account: Account, words: str) -> bool:
    told = words.casefold()
    names = (account.given_name, account.family_name, account.email)
    return any(name.strip() and name.casefold() in told for name in names)


def _unhindered(account_id: uuid.UUID) -> None:
    reasons = [reason for eraser in ERASERS.values() for reason in eraser.objections(account_id)]
    if reasons:
        raise PeopleError("hindered", " ".join(reasons))


def _forget_account(account_id: uuid.UUID) -> dict[str, int]:
    """What `people` itself knows of somebody. The row stays: everything else refers to people by its identifier."""
    account = Account.objects.select_for_update().get(pk=account_id)
    account.given_name, account.family_name, account.date_of_birth = "Erased", "person", None
    account.email, account.is_active, account.erased_at = f"{account.pk}@erased.invalid", False, timezone.now()
    account.set_unusable_password()
    account.save()
    certificates = Certificate.objects.filter(holder=account)
    shown = certificates.count()
    certificates.update(issuer="", number="", how_verified="")
    for certificate in certificates:
        ledger.erase_salts(kind="certificate", record_id=certificate.pk)
    ledger.record_rows(kind="certificate", rows=certificates)
    adjusted, _ = Accommodation.objects.filter(candidate=account).delete()
    related, _ = Conflict.objects.filter(Q(person=account) | Q(candidate=account)).delete()
    links, _ = SignInLink.objects.filter(account=account).delete()
    RoleAssignment.objects.filter(account=account, until=None).update(until=timezone.now())
    for table in _signing_in():
        table._default_manager.filter(user=account).delete()
    forgotten = ledger.forget_arguments(record=str(account.pk))
    return {
        "accounts": 1,
        "certificates": shown,
        "accommodations": adjusted,
        "relations": related,
        "sign-in links": links,
        "acts' arguments": forgotten,
    }
