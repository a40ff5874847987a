"""What a content folder holds once it has been read and found sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from assess.schemes.blueprints import BlueprintDefinition, Station
from assess.schemes.definition import EscoLink, SchemeDefinition
from assess.schemes.simulations import SimulationDefinition
from assess.schemes.stacks import AcceptedEvidence, ExternalCredential, StackDefinition
from item_bank.authoring import BankEntry
from rubrics.definition import TaskDefinition


@dataclass(frozen=True)
class EnemyGroup:
    """Items of which one form may hold at most one, and why."""

    items: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class ContentPlan:
    """All five files, checked against each other.

    `standard_errors` gives, per blueprint, the conditional standard error at the planning cut of the best form its
    items allow, in logit. `sample` names the credentials of which some scheme, task or item is still a draft.
    `advice` are item-writing remarks that stop nothing.
    """

    esco_skills: tuple[EscoLink, ...]
    schemes: tuple[SchemeDefinition, ...]
    blueprints: tuple[BlueprintDefinition, ...]
    stations: tuple[Station, ...]
    tasks: tuple[TaskDefinition, ...]
    items: tuple[BankEntry, ...]
    enemies: tuple[EnemyGroup, ...]
    simulations: tuple[SimulationDefinition, ...]
    stacks: tuple[StackDefinition, ...]
    external_credentials: tuple[ExternalCredential, ...]
    accepted_evidence: tuple[AcceptedEvidence, ...]
    standard_errors: Mapping[str, Decimal]
    sample: frozenset[str]
    advice: tuple[str, ...]
