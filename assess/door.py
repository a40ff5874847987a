"""The door: every change asked for from outside, be it by a page, the API, a socket, a task or a command.

    act(actor, "attempts.seal_attempt", attempt_id=…)

looks the rule up, opens the transaction, calls the action, writes who did what on which records, and the outbox rows
for what must follow. What follows is kicked off after the commit; should the broker be gone, the sweep sends it again.
"""

import hashlib
import importlib
import inspect
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from assess.attempts.conditions import AttemptError
from assess.awards.errors import AwardError
from assess.ledger import actions as ledger
from assess.ledger.models import Act
from assess.ledger.rows import row_document
from assess.people.actions import PeopleError
from assess.people.queries import Actor
from assess.permissions import RULES
from assess.proctoring.actions import ProctoringError
from assess.schemes.errors import SchemeError
from assess.sittings.actions import SittingError
from assess.validity.errors import ValidityError
from item_bank.assembly import AssemblyError
from item_bank.errors import ItemBankError
from rubrics.errors import RubricError


class Forbidden(Exception):
    """The actor may not do this; the message says why, in a sentence."""

    code = "forbidden"


REFUSALS: tuple[type[Exception], ...] = (
    Forbidden,
    AssemblyError,
    AttemptError,
    AwardError,
    ItemBankError,
    PeopleError,
    ProctoringError,
    RubricError,
    SchemeError,
    SittingError,
    ValidityError,
)
"""What `act` raises when something can't be done: each is a sentence that a person can act on."""


@cache
def action(name: str) -> Any:
    """The function behind an action's name: `area.function` in that area's `actions.py`, `validity.studies.run_study` say.

    Raises
    ------
    LookupError
        When the table names no such action, or the action does not exist.
    """
    area, _, function = name.rpartition(".")
    if name not in RULES:
        raise LookupError(f"No action {name!r} is registered with the door.")
    return getattr(importlib.import_module(f"assess.{area}.actions"), function)


def act(actor: Actor, name: str, /, **arguments: Any) -> Any:
    """Do one act for an actor, or raise what the rule or the action has against it.

    An action that has a parameter `actor_id` is given the actor's; nobody acts under another person's name.

    Raises
    ------
    Forbidden
        The rule says no.
    """
    function = action(name)
    _check(actor, name, arguments)
    if "actor_id" in inspect.signature(function).parameters:
        arguments["actor_id"] = actor.id
    with transaction.atomic():
        result = function(**arguments)
        _note(actor, name, arguments, result)
        ledger.note_changes(topics=_topics(arguments, result))
    return result


def act_on_all(actor: Actor, name: str, /, every: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The same act on many things in one transaction: all or none, each with its own line in the ledger."""
    with transaction.atomic():
        return [act(actor, name, **arguments) for arguments in every]


def _check(actor: Actor, name: str, arguments: Mapping[str, Any]) -> None:
    rule = RULES[name]
    if not rule.roles & actor.roles:
        raise Forbidden(f"{name} needs one of the roles {', '.join(sorted(rule.roles))}. Ask a director for it.")
    if rule.unless is not None:
        reason = rule.unless(actor, arguments)
        if reason is not None:
            raise Forbidden(reason)


def _note(actor: Actor, name: str, arguments: Mapping[str, Any], result: Any) -> None:
    given = json.dumps({key: _plain(value) for key, value in sorted(arguments.items())}, sort_keys=True, default=str)
    made = Act.objects.create(
        actor=actor.id,
        action=name,
        records=list(_records(result)),
        arguments_sha256=hashlib.sha256(given.encode()).digest(),
        at=timezone.now(),
    )
    ledger.record(kind="act", record_id=made.pk, document=row_document(made))


ABOUT = ("attempt", "sitting", "meeting")


def _topics(arguments: Mapping[str, Any], result: Any) -> set[str]:
    """What pages are told about: the attempts, sittings and meetings that the arguments or the result name."""
    topics = {f"{kind}:{arguments[f'{kind}_id']}" for kind in ABOUT if arguments.get(f"{kind}_id")}
    topics |= {f"attempt:{key}" for key in arguments.get("attempt_ids", ())}
    for made in result if isinstance(result, list | tuple) else [result]:
        if isinstance(made, models.Model):
            topics |= {f"{kind}:{key}" for kind in ABOUT if (key := getattr(made, f"{kind}_id", None))}
            if made._meta.model_name in ABOUT:
                topics.add(f"{made._meta.model_name}:{made.pk}")
    return topics


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value


def _records(result: Any) -> Iterable[list[str]]:
    if isinstance(result, models.Model):
        yield [result._meta.label, str(result.pk)]
    elif isinstance(result, list | tuple):
        for part in result:
            yield from _records(part)
