"""The gate as it stood when a credential was issued, kept with it: a document of every check, and the test that it was lawful.

People stand in it by identifier, never by name.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from .checks import Status
from .gate import CHECKS, GateCheck, GateResult
from .waivers import Release, Waiver, objection


def gate_document(result: GateResult, on: date) -> dict[str, Any]:
    """Every check of a gate on a day, as canonical JSON holds it."""
    return {"on": on.isoformat(), "open": result.open, "checks": [_check(check) for check in result.checks]}


def _check(check: GateCheck) -> dict[str, Any]:
    return {
        "name": check.name,
        "level": check.level.value,
        "verdict": check.status.value,
        "value": check.value,
        "threshold": check.threshold,
        "source": check.source,
        "sentence": check.sentence,
        "evidence": [{"kind": record.kind, "id": record.id} for record in check.evidence],
        "exception": None if check.exception is None else _exception(check.exception),
    }


def _exception(one: Waiver | Release) -> dict[str, Any]:
    return {
        "kind": "waiver" if isinstance(one, Waiver) else "release",
        "id": one.id,
        "people": list(one.people),
        "reason": one.reason,
        "granted_on": one.granted_on.isoformat(),
        "expires_on": one.expires_on.isoformat(),
        "least_n": one.least_n if isinstance(one, Release) else 0,
    }


def unlawful(document: Mapping[str, Any]) -> list[str]:
    """What is wrong with a stored gate under which a credential was issued, a sentence each; nothing when it was lawful.

    >>> unlawful({"on": "2026-03-01", "open": True, "checks": []})[0]
    'evidence of the kind: the check is missing.'
    """
    today = date.fromisoformat(document["on"])
    held = {check["name"]: check for check in document["checks"]}
    found = [f"{name}: the check is missing." for name in CHECKS if name not in held]
    for name, check in held.items():
        against = _against(name, check, today)
        if against:
            found.append(f"{name}: {against}.")
    return found


def _against(name: str, check: Mapping[str, Any], today: date) -> str:
    known, verdict, stored = CHECKS.get(name), Status(check["verdict"]), check["exception"]
    if known is None:
        return "there is no such check"
    if verdict is Status.PASS:
        return ""
    if verdict not in (Status.WAIVED, Status.RELEASED) or stored is None:
        return f"it stood at {verdict.value!r}"
    if (verdict is Status.WAIVED) != (stored["kind"] == "waiver"):
        return f"a {stored['kind']} does not make it {verdict.value}"
    if verdict is Status.WAIVED and not known.waivable:
        return "it can't be waived"
    if verdict is Status.RELEASED and known.released == "never":
        return "it can't be released"
    return objection(
        Waiver(
            check=name,
            reason=stored["reason"],
            people=tuple(stored["people"]),
            granted_on=date.fromisoformat(stored["granted_on"]),
            expires_on=date.fromisoformat(stored["expires_on"]),
        ),
        today,
    )
