"""The validity dossier of a scheme version: gathered here, above everything it reads; argued and shown by `validity.dossier`."""

from dataclasses import replace

from assess.awards.dossier_gathering import facts_of
from assess.awards.dossier_trail import trail_of
from assess.schemes.models import SchemeVersion
from assess.validity.dossier.assembled import Dossier, assemble


def dossier_of(version: SchemeVersion) -> Dossier:
    """Everything that is known about a scheme version today, as an argument with its trail of records."""
    found = assemble(facts_of(version))
    return replace(found, trail=trail_of(found.cited))
