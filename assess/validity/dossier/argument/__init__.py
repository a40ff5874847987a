"""The validity argument of a scheme version: twelve claims, each in a module of its own. Pure."""

from assess.validity.dossier.argument import (
    assessors,
    awarding,
    consequences,
    content,
    cut,
    job,
    monitoring,
    relations,
    responding,
    scope,
    security,
    structure,
)
from assess.validity.dossier.claims import Claim
from assess.validity.dossier.facts import Facts

MODULES = (
    scope,
    job,
    content,
    responding,
    structure,
    assessors,
    relations,
    consequences,
    cut,
    awarding,
    security,
    monitoring,
)
"""In the order of the argument: from what is claimed to what keeps it true."""


def argument(facts: Facts) -> tuple[Claim, ...]:
    """Every claim about a scheme version, with its verdict."""
    return tuple(module.claim(facts) for module in MODULES)
