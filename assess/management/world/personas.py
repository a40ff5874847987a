"""The people whom a visitor of the demonstration can be: each comes in by a one-time link, made anew at every start."""

from collections.abc import Iterator
from dataclasses import dataclass

from assess import door
from assess.people.actions import service_account
from assess.people.models import Account, SignInLink
from assess.people.queries import actor

PERSONAS = (
    ("candidate{today}", "a candidate whose sitting is today: exam, bench in the browser, bay"),
    ("candidate1", "a candidate with results, and perhaps a credential"),
    ("assessor1", "an assessor: the tablet at the bay"),
    ("assessor4", "an assessor who marks texts: today's first candidate's, without a name"),
    ("assessor7", "an assessor who rules on what two others saw differently in today's first candidate"),
    ("technician1", "a technician: opens bays today, and gives permission to energise"),
    ("proctor2", "a proctor: the board of today's sitting"),
    ("director1", "the credentialing director: the desk, studies, cut scores, the gate"),
    ("approver2", "the second person who approves an award: two decisions wait for their name"),
    ("deputy1", "a second director: suspending and revoking take two"),
    ("board1", "the board: a cut score of a second meeting waits for it"),
)


@dataclass(frozen=True)
class Persona:
    """Somebody to be: who, in words, and the way in (a path)."""

    account: Account
    words: str
    path: str


def personas(*, first_today: int) -> Iterator[Persona]:
    """A fresh link for each persona. `first_today` is the number of the first candidate of today's sitting."""
    installer = actor(service_account(name="installation"))
    for name, words in PERSONAS:
        account = Account.objects.get(email=f"{name.format(today=first_today)}@demonstration.invalid")
        _, token = door.act(
            installer,
            "people.make_sign_in_link",
            account_id=account.pk,
            purpose=SignInLink.Purpose.DEMONSTRATION,
            hours=24,
        )
        yield Persona(account, words, f"/come-in/{token}")
