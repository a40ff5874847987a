"""What a candidate of a scheme version meets, gathered from the bank, the rubrics and the simulations as they stand now."""

from decimal import Decimal
from functools import lru_cache

from assess.schemes import queries as schemes
from assess.schemes.definition import SchemeDefinition
from assess.schemes.models import SchemeVersion
from assess.validity.job.coverage import Element
from assess.validity.job.weighting import Planned
from item_bank import queries as items
from item_bank.models import ItemVersion
from rubrics import queries as rubrics
from rubrics.definition import TaskDefinition
from rubrics.models import TaskVersion


def elements_of(version: SchemeVersion) -> tuple[Element, ...]:
    """Items by domain, criteria by task, simulations; each in the order of its identifier."""
    definition = schemes.definition_of(version)
    return (*_items(version), *_criteria(definition), *_simulations(definition))


def linkable_names(elements: tuple[Element, ...]) -> frozenset[str]:
    """Everything that a statement may name as testing it."""
    return frozenset(name for one in elements for name in (one.identifier, one.group))


def planned_of(version: SchemeVersion, elements: tuple[Element, ...]) -> tuple[Planned, ...]:
    """What the scheme gives its outcomes over the whole assessment, its domains in the exam, its tasks in the practical parts."""
    definition = schemes.definition_of(version)
    return (*_outcomes(definition, version, elements), *_domains(definition, version), *_tasks(definition, elements))


def _items(version: SchemeVersion) -> list[Element]:
    pool = items.pool(version.scheme.code)
    rows = items.versions(one.id for one in pool)
    return [
        Element(
            identifier=one.identifier,
            kind="item",
            words=_stem(rows[one.id]),
            outcomes=(one.outcome,),
            group=one.domain,
            points=Decimal(one.maximum),
            sha256=rows[one.id].content_hash,
            author=str(rows[one.id].author or ""),
        )
        for one in pool
    ]


@lru_cache(maxsize=4096)
def _stem_of(digest: str) -> str:
    stem: str = items.for_markers([digest])[digest]["stem"]
    return stem


def _stem(version: ItemVersion) -> str:
    return _stem_of(version.content_hash)


def _criteria(definition: SchemeDefinition) -> list[Element]:
    names = [task for part in definition.parts for task in part.tasks]
    found = rubrics.published_versions(names)
    return [
        Element(
            identifier=criterion.identifier,
            kind="criterion",
            words=criterion.text,
            outcomes=(criterion.outcome,),
            group=name,
            points=criterion.points,
            sha256=row.content_hash,
            author=str(row.imported_by),
        )
        for name, row in sorted(found.items())
        for criterion in _definition(row).criteria
    ]


def _definition(row: TaskVersion) -> TaskDefinition:
    return rubrics.definitions([row.content_hash])[row.content_hash]


def _simulations(definition: SchemeDefinition) -> list[Element]:
    names = [name for part in definition.parts for name in part.simulations]
    rows = schemes.published_simulations(names)
    values = schemes.simulations([rows[name].content_hash for name in names if name in rows])
    return [
        Element(
            identifier=one.identifier,
            kind="simulation",
            words=str(one.document["title"]),
            outcomes=one.outcomes,
            group=one.identifier,
            points=Decimal(1),
            sha256=rows[one.identifier].content_hash,
            author=str(rows[one.identifier].imported_by),
        )
        for one in values
    ]


def _outcomes(definition: SchemeDefinition, version: SchemeVersion, elements: tuple[Element, ...]) -> list[Planned]:
    """Each part gives its weight to outcomes by points; the exam by the blueprint's weights of domains."""
    shares = {one.identifier: Decimal(0) for one in definition.outcomes}
    for part in definition.parts:
        if part.blueprint:
            weighed = [
                (domain.weight, [one for one in elements if one.kind == "item" and one.group == domain.identifier])
                for domain in schemes.blueprint_definition(version).domains
            ]
        else:
            names = (*part.tasks, *part.simulations)
            weighed = [(Decimal(1), [one for one in elements if one.kind != "item" and one.group in names])]
        for weight, mine in weighed:
            total = sum((one.points for one in mine), Decimal(0))
            for one in mine:
                for outcome in one.outcomes:
                    shares[outcome] += part.weight * weight * one.points / total / len(one.outcomes)
    return [Planned("outcome", one.identifier, one.statement, shares[one.identifier]) for one in definition.outcomes]


def _domains(definition: SchemeDefinition, version: SchemeVersion) -> list[Planned]:
    if not any(part.blueprint for part in definition.parts):
        return []
    domains = schemes.blueprint_definition(version).domains
    return [Planned("domain", one.identifier, one.title, one.weight) for one in domains]


def _tasks(definition: SchemeDefinition, elements: tuple[Element, ...]) -> list[Planned]:
    practical = [part for part in definition.parts if part.tasks]
    whole = sum((part.weight for part in practical), Decimal(0))
    versions = rubrics.published_versions([task for part in practical for task in part.tasks])
    planned = []
    for part in practical:
        points = {
            task: sum((one.points for one in elements if one.kind == "criterion" and one.group == task), Decimal(0))
            for task in part.tasks
        }
        total = sum(points.values(), Decimal(0))
        planned += [
            Planned("task", task, _definition(versions[task]).title, points[task] / total * part.weight / whole)
            for task in part.tasks
            if task in versions and total
        ]
    return planned
