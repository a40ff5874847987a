"""Where each figure of a dossier stands in the study's document, and how it follows from there. Pure.

A figure is an estimate as it stands in the document, or one that a rule makes of estimates that stand there. `dossier.json`
names the places (as JSON pointers) and the rule; `follow` makes the figure again from the study's document in the ledger.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assess.validity.dossier.argument.consequences import wrong_of
from assess.validity.dossier.argument.responding import irregular_share
from assess.validity.dossier.claims import Figure
from assess.validity.dossier.facts import Estimated
from assess.validity.dossier.weighed import figure_of

AS_IT_STANDS = "as it stands"
SAME = ("value", "interval", "n", "method", "source", "sufficient", "reason")
"""What makes an estimate of the document the one that is told."""


@dataclass(frozen=True)
class Rule:
    """How a figure is made of others: where they stand, and the reckoning over the study's document."""

    paths: tuple[str, ...]
    of: Callable[[Mapping[str, Any]], Estimated | None]


RULES: Mapping[str, Rule] = {
    "wrong passes among those who pass": Rule(
        ("/parts/decision/false_pass", "/parts/decision/pass_rate"),
        lambda document: wrong_of(document.get("parts"), "false_pass"),
    ),
    "wrong fails among those who fail": Rule(
        ("/parts/decision/false_fail", "/parts/decision/pass_rate"),
        lambda document: wrong_of(document.get("parts"), "false_fail"),
    ),
    "share of persons": Rule(
        ("/responses/fit/misfitting_persons/irregular", "/responses/fit/misfitting_persons/persons"),
        lambda document: irregular_share((document.get("responses") or {}).get("fit") or {}),
    ),
}


def placed(exact: Estimated, document: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """The rule and the places by which an estimate follows from a study's document; None where none does."""
    for path in _estimates(document):
        if _same(at(document, path), exact):
            return AS_IT_STANDS, (path,)
    for name, rule in RULES.items():
        found = rule.of(document)
        if found is not None and _same(found, exact):
            return name, rule.paths
    return None, ()


def evaluated(rule: str, paths: tuple[str, ...], document: Mapping[str, Any]) -> Estimated:
    """The estimate that a rule makes of a study's document.

    Raises
    ------
    LookupError
        There is no such rule or place, or the document does not hold what the rule needs.
    """
    if rule == AS_IT_STANDS:
        (path,) = paths
        found = at(document, path)
    elif rule in RULES and RULES[rule].paths == paths:
        found = RULES[rule].of(document)
    else:
        raise LookupError(f"there is no rule “{rule}” over {', '.join(paths)}")
    if not isinstance(found, Mapping) or any(name not in found for name in SAME):
        raise LookupError(f"no estimate stands at {', '.join(paths)}")
    return found


def retold(found: Estimated, told: Mapping[str, Any]) -> Figure:
    """An estimate as the dossier has to tell it; `told` says whether as a share, to how many places, and in which unit."""
    return figure_of(found, share=bool(told["share"]), places=int(told["places"]), unit=str(told["unit"]))


def at(document: Any, path: str) -> Any:
    """What stands at a JSON pointer.

    >>> at({"parts": [{"reliability": 1}]}, "/parts/0/reliability")
    1
    """
    for name in path.split("/")[1:]:
        name = name.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


def _same(one: Estimated, other: Estimated) -> bool:
    return all(one[name] == other[name] for name in SAME)


def _estimates(found: Any, path: str = "") -> Iterator[str]:
    """Every place of a document at which an estimate stands."""
    if isinstance(found, Mapping):
        if all(name in found for name in SAME):
            yield path
        for name, value in found.items():
            yield from _estimates(value, f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from _estimates(value, f"{path}/{number}")
