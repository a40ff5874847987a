"""What no entry shows alone: ids that stand once, references that resolve within one credential, pools, precision; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from assess.schemes.blueprints import BlueprintDefinition
from assess.schemes.definition import SchemeDefinition
from assess.schemes.errors import ContentProblem
from assess.schemes.plan import ContentPlan
from assess.schemes.simulations import SimulationDefinition
from assess.schemes.stacks import find_cycle
from item_bank.assembly import AssemblyError, Blueprint, Cell, ItemDescriptor, check_blueprint
from item_bank.authoring import BankEntry
from rubrics.definition import TaskDefinition
from simulator_adapters.quantities import QuantityError, canonical_unit, convert
from simulator_adapters.records.worked import FIGURES, is_figure

CREDENTIALS, BLUEPRINTS, ITEMS = "credentials.yaml", "blueprints.yaml", "items.yaml"
RUBRICS, SIMULATIONS = "rubrics.yaml", "simulations.yaml"
ESCO_URI = "http://data.europa.eu/esco/skill/"

Identifiers = Mapping[str, Mapping[str, list[str]]]


def cross_check(plan: ContentPlan, named: Identifiers) -> list[ContentProblem]:
    """Check entries against each other.

    Parameters
    ----------
    plan
        The sound entries.
    named
        Every id by file and list, broken entries included: a reference to one of them is no second mistake.
    """
    known = {key: frozenset(names) for lists in named.values() for key, names in lists.items()}
    simulations = frozenset(known["wiring"] | known["sunspec"] | known["retrofit"])
    return [
        *_unique(plan, named),
        *_esco(plan),
        *_parts(plan, known, simulations),
        *_evidence(plan, known, simulations),
        *_entry(plan, known),
        *_stacks(plan),
        *_cycles(plan),
        *_stations(plan, known),
        *_belonging(plan),
        *_items(plan, known),
        *_pools(plan),
        *_records(plan),
    ]


def _records(plan: ContentPlan) -> Iterator[ContentProblem]:
    """A row that may be worked out from a test record asks for a figure such a record has, in a unit of the same quantity."""
    for task in plan.tasks:
        for row in task.criteria:
            if row.measurement is None or not row.measurement.record:
                continue
            where, named = f"criteria[{row.identifier}].measurement.record", row.measurement.record
            kind, _, figure = named.partition(".")
            if not is_figure(named):
                known = ", ".join(f"{one}.{name}" for one, names in FIGURES.items() for name in names)
                yield ContentProblem(RUBRICS, task.identifier, where, f"is {named!r}; use one of {known}.")
                continue
            label, unit = FIGURES[kind][figure]
            try:
                convert(Decimal(1), canonical_unit(unit), canonical_unit(row.measurement.unit))
            except QuantityError as error:
                yield ContentProblem(RUBRICS, task.identifier, where, f"gives {label}: {error.sentence}")


def _evidencing(plan: ContentPlan) -> list[TaskDefinition | SimulationDefinition]:
    return [*plan.tasks, *plan.simulations]


def _unique(plan: ContentPlan, named: Identifiers) -> Iterator[ContentProblem]:
    places: dict[str, list[str]] = {}

    def note(identifier: str, place: str) -> None:
        places.setdefault(identifier, []).append(place)

    for file, lists in named.items():
        for key, names in lists.items():
            for name in names:
                note(name, f"{file}.yaml {key}")
    for scheme in plan.schemes:
        inner = [outcome.identifier for outcome in scheme.outcomes] + [part.identifier for part in scheme.parts]
        inner += [entry.identifier for entry in scheme.entry_requirements]
        inner += [route.identifier for entry in scheme.entry_requirements for route in entry.any_of]
        for name in inner:
            note(name, f"{CREDENTIALS} {scheme.identifier}")
    for blueprint in plan.blueprints:
        for domain in blueprint.domains:
            note(domain.identifier, f"{BLUEPRINTS} {blueprint.identifier}")
    for task in plan.tasks:
        for criterion in task.criteria:
            note(criterion.identifier, f"{RUBRICS} {task.identifier}")
    for identifier, found in places.items():
        if len(found) > 1:
            file = found[1].split(" ", 1)[0]
            yield ContentProblem(
                file, identifier, "id", f"stands {len(found)} times ({', '.join(found)}); give each its own."
            )


def _esco(plan: ContentPlan) -> Iterator[ContentProblem]:
    counted = Counter(link.uri for link in plan.esco_skills)
    for link in plan.esco_skills:
        if not link.uri.startswith(ESCO_URI):
            yield ContentProblem(
                CREDENTIALS, link.identifier, "uri", f"is {link.uri!r}; an ESCO skill begins with {ESCO_URI}."
            )
        if counted[link.uri] > 1:
            yield ContentProblem(
                CREDENTIALS, link.identifier, "uri", "stands in more than one skill; keep one of them."
            )


def _parts(
    plan: ContentPlan, known: Mapping[str, frozenset[str]], simulations: frozenset[str]
) -> Iterator[ContentProblem]:
    for scheme in plan.schemes:
        for part in scheme.parts:
            where = f"assessment.components[{part.identifier}]"
            names = [*part.tasks, *part.simulations, *([part.blueprint] if part.blueprint else [])]
            pool = {"practical": known["tasks"], "simulator": simulations, "online_exam": known["blueprints"]}[
                part.kind
            ]
            for name in names:
                if name not in pool:
                    yield ContentProblem(CREDENTIALS, scheme.identifier, where, f"names {name}, which no file defines.")
        used = {name for part in scheme.parts for name in (*part.tasks, *part.simulations)}
        for entry in _evidencing(plan):
            if entry.credential == scheme.identifier and entry.identifier not in used:
                said = f"leaves out {entry.identifier}, which belongs to it; add it to a component or remove it."
                yield ContentProblem(CREDENTIALS, scheme.identifier, "assessment.components", said)


def _evidence(
    plan: ContentPlan, known: Mapping[str, frozenset[str]], simulations: frozenset[str]
) -> Iterator[ContentProblem]:
    """An outcome names what evidences it, and what it names lists the outcome: both ways, within one credential."""
    listed = {entry.identifier: entry.outcomes for entry in _evidencing(plan)}
    with_items = {item.outcome for item in plan.items}
    for scheme in plan.schemes:
        for outcome in scheme.outcomes:
            where = f"learning_outcomes[{outcome.identifier}].evidenced_by"
            for name in outcome.evidenced_by:
                if name == "items":
                    if outcome.identifier not in with_items and known["items"]:
                        yield ContentProblem(
                            CREDENTIALS, scheme.identifier, where, "says items, but no item has this outcome."
                        )
                elif name not in known["tasks"] | simulations:
                    yield ContentProblem(CREDENTIALS, scheme.identifier, where, f"names {name}, which no file defines.")
                elif name in listed and outcome.identifier not in listed[name]:
                    said = f"names {name}, which does not list this outcome; add it there or take it away here."
                    yield ContentProblem(CREDENTIALS, scheme.identifier, where, said)
            for name, outcomes in listed.items():
                if outcome.identifier in outcomes and name not in outcome.evidenced_by:
                    said = f"leaves out {name}, which lists this outcome; add it here or take it away there."
                    yield ContentProblem(CREDENTIALS, scheme.identifier, where, said)


def _entry(plan: ContentPlan, known: Mapping[str, frozenset[str]]) -> Iterator[ContentProblem]:
    documents = known["external_credentials"] | known["accepted_evidence"]
    for scheme in plan.schemes:
        for requirement in scheme.entry_requirements:
            for route in requirement.any_of:
                for rule in route.all_of:
                    pool = known["credentials"] if rule.kind == "credential" else documents
                    if rule.kind != "age" and rule.evidence not in pool:
                        home = (
                            "credentials" if rule.kind == "credential" else "external_credentials or accepted_evidence"
                        )
                        said = f"asks for {rule.evidence}, which is not among {home}; add it or correct it."
                        where = f"entry_requirements[{requirement.identifier}].any_of[{route.identifier}]"
                        yield ContentProblem(CREDENTIALS, scheme.identifier, where, said)


def _stacks(plan: ContentPlan) -> Iterator[ContentProblem]:
    for scheme in plan.schemes:
        counted = {stack.identifier for stack in plan.stacks if scheme.identifier in stack.members}
        for name in sorted(counted ^ set(scheme.stacks)):
            said = f"and the stacks disagree about {name}; name it in both or in neither."
            yield ContentProblem(CREDENTIALS, scheme.identifier, "stackability.stacks", said)


def _cycles(plan: ContentPlan) -> Iterator[ContentProblem]:
    """A stack holds credentials, a credential asks for credentials: following these never leads back."""
    edges: dict[str, list[str]] = {stack.identifier: list(stack.members) for stack in plan.stacks}
    for scheme in plan.schemes:
        edges[scheme.identifier] = [
            rule.evidence
            for requirement in scheme.entry_requirements
            for route in requirement.any_of
            for rule in route.all_of
            if rule.kind == "credential"
        ]
    cycle = find_cycle(edges)
    if cycle:
        said = f"leads back to itself ({' → '.join(cycle)}), so nobody could begin; break the circle."
        yield ContentProblem(CREDENTIALS, cycle[0], "entry_requirements", said)


def _stations(plan: ContentPlan, known: Mapping[str, frozenset[str]]) -> Iterator[ContentProblem]:
    tasks = {task.identifier: task for task in plan.tasks}
    for station in plan.stations:
        task = tasks.get(station.task)
        if task is None:
            if station.task not in known["tasks"]:
                yield ContentProblem(
                    BLUEPRINTS, station.identifier, "task", f"is {station.task}, which no file defines."
                )
            continue
        if station.minutes != task.time_limit_min:
            said = f"is {station.minutes}, but {task.identifier} takes {task.time_limit_min} min; make them equal."
            yield ContentProblem(BLUEPRINTS, station.identifier, "minutes", said)
        if task.station != station.identifier or task.credential != station.credential:
            said = (
                f"is {task.identifier}, which names station {task.station} of {task.credential}; correct one of them."
            )
            yield ContentProblem(BLUEPRINTS, station.identifier, "task", said)
    for task in plan.tasks:
        if task.station not in known["stations"]:
            yield ContentProblem(
                RUBRICS, task.identifier, "station", f"is {task.station}, which blueprints.yaml does not define."
            )


def _belonging(plan: ContentPlan) -> Iterator[ContentProblem]:
    """Tasks, simulations and blueprints name outcomes and parts of their own credential only."""
    schemes = {scheme.identifier: scheme for scheme in plan.schemes}
    own = {
        scheme.identifier: {name for part in scheme.parts for name in (part.blueprint, *part.tasks, *part.simulations)}
        for scheme in plan.schemes
    }
    entries = [
        *((RUBRICS, task.identifier, task.credential) for task in plan.tasks),
        *((SIMULATIONS, simulation.identifier, simulation.credential) for simulation in plan.simulations),
        *((BLUEPRINTS, blueprint.identifier, blueprint.credential) for blueprint in plan.blueprints),
    ]
    for file, identifier, credential in entries:
        for other, names in own.items():
            if identifier in names and other != credential:
                said = f"is {credential}, but {other} uses it as a component; an entry belongs to one credential."
                yield ContentProblem(file, identifier, "credential", said)
    for entry in _evidencing(plan):
        file = RUBRICS if isinstance(entry, TaskDefinition) else SIMULATIONS
        scheme = schemes.get(entry.credential)
        for outcome in entry.outcomes:
            if scheme is not None and not _has_outcome(scheme, outcome):
                said = f"names {outcome}, which is no outcome of {entry.credential}."
                yield ContentProblem(file, entry.identifier, "outcomes", said)


def _has_outcome(scheme: SchemeDefinition, outcome: str) -> bool:
    return any(own.identifier == outcome for own in scheme.outcomes)


def _items(plan: ContentPlan, known: Mapping[str, frozenset[str]]) -> Iterator[ContentProblem]:
    schemes = {scheme.identifier: scheme for scheme in plan.schemes}
    blueprints = {blueprint.credential: blueprint for blueprint in plan.blueprints}
    for item in plan.items:
        name = item.content.identifier
        if item.credential not in known["credentials"]:
            yield ContentProblem(
                ITEMS, name, "credential", f"is {item.credential}, which credentials.yaml does not define."
            )
            continue
        scheme, blueprint = schemes.get(item.credential), blueprints.get(item.credential)
        if scheme is not None and not _has_outcome(scheme, item.outcome):
            yield ContentProblem(
                ITEMS, name, "outcome", f"is {item.outcome}, which is no outcome of {item.credential}."
            )
        if blueprint is not None and blueprint.domain(item.domain) is None:
            yield ContentProblem(
                ITEMS, name, "domain", f"is {item.domain}, which is no domain of {blueprint.identifier}."
            )
    for group in plan.enemies:
        for name in group.items:
            if name not in known["items"]:
                yield ContentProblem(ITEMS, "enemy_items", "items", f"name {name}, which is no item.")


def _pools(plan: ContentPlan) -> Iterator[ContentProblem]:
    for blueprint in plan.blueprints:
        pool = [item for item in plan.items if item.credential == blueprint.credential]
        for domain in blueprint.domains:
            have = sum(item.domain == domain.identifier for item in pool)
            wanted = domain.min_pool_factor * domain.length
            if have < wanted:
                said = f"has {have} items in the pool, but min_pool_factor asks for {wanted}; write more or lower it."
                yield ContentProblem(BLUEPRINTS, blueprint.identifier, f"domains[{domain.identifier}]", said)


def reach_precision(plan: ContentPlan) -> tuple[dict[str, Decimal], list[ContentProblem]]:
    """Standard error at the planning cut of the best form of each blueprint, and the blueprints that cannot reach theirs."""
    reached: dict[str, Decimal] = {}
    problems: list[ContentProblem] = []
    for blueprint in plan.blueprints:
        pool = [item for item in plan.items if item.credential == blueprint.credential]
        try:
            error = check_blueprint(
                blueprint=assembly_blueprint(blueprint),
                pool=_descriptors(pool),
                enemies=[frozenset(group.items) for group in plan.enemies],
                theta=float(blueprint.planning_cut),
            )
        except AssemblyError as refused:
            problems += [
                ContentProblem(BLUEPRINTS, blueprint.identifier, refused.code, reason) for reason in refused.reasons
            ]
            continue
        reached[blueprint.identifier] = Decimal(repr(error)).quantize(Decimal("0.0001"))
    return reached, problems


def assembly_blueprint(blueprint: BlueprintDefinition) -> Blueprint:
    """The blueprint in the form that `item_bank.assembly` draws from."""
    return Blueprint(
        id=blueprint.identifier,
        cells=tuple(
            Cell(domain=domain.identifier, level=level, count=count)
            for domain in blueprint.domains
            for level, count in domain.items.items()
            if count
        ),
        pretest_slots=blueprint.pretest_slots,
        standard_error=float(blueprint.max_standard_error),
    )


def _descriptors(pool: Iterable[BankEntry]) -> list[ItemDescriptor]:
    return [
        ItemDescriptor(
            id=place,
            identifier=item.content.identifier,
            domain=item.domain,
            level=item.level,
            outcome=item.outcome,
            maximum=item.content.scoring.maximum,
            difficulty=float(item.difficulty_b),
        )
        for place, item in enumerate(pool)
    ]
