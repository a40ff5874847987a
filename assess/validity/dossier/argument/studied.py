"""What the claims take from a study's document; every getter answers None where the document has no such figure."""

from collections.abc import Mapping
from typing import Any

from assess.validity.dossier.facts import CheckFact, Estimated, Facts

Section = Mapping[str, Any]


def section(facts: Facts, name: str) -> Section | None:
    """A section of the latest study: `responses`, `ratings`, `task_scores`, `borderline` or `parts`."""
    if facts.study is None:
        return None
    found: Section | None = facts.study.document.get(name)
    return found or None


def estimate_at(found: Any, *path: str) -> Estimated | None:
    """The estimate under these keys, or None where one of them is missing.

    >>> estimate_at({"overall": {"reliability": None}}, "overall", "reliability", "value") is None
    True
    """
    for name in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found if isinstance(found, Mapping) and "interval" in found else None


def check(facts: Facts, name: str) -> CheckFact | None:
    """A check of the gate's scheme or window by its name."""
    return next((one for one in facts.checks if one.name == name), None)
