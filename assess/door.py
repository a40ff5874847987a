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

from assess.ledger import actions as ledger
from assess.ledger.models import Act
from assess.ledger.rows import row_document
from assess.people.queries import Actor
from assess.permissions import RULES


class Forbidden(Exception):
    """The actor may not do this; the message says why, in a sentence."""

    code = "forbidden"


@cache
def action(name: str) -> Any:
    """The function behind an action's name: `area.function` in that area's `actions.py`.

    Raises
    ------
    LookupError
        When the table names no such action, or the action does not exist.
    """
    area, _, function = name.partition(".")
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
