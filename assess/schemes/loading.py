"""Reads a folder of content and checks all of it: five YAML files in, one `ContentPlan` or every mistake out; pure.

The frames that schemes name come from a sixth, `frames.yaml`: the folder's own, or else the one beside our sample content.

Nothing is written here. `assess.schemes.actions.load_content_plan` writes a plan, and only a plan that came through
without a mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from assess.schemes.blueprints import read_blueprint, read_station
from assess.schemes.crosschecks import cross_check, reach_precision
from assess.schemes.definition import EscoLink, SchemeDefinition, read_scheme, scheme_problem
from assess.schemes.errors import ContentProblem, SchemeError
from assess.schemes.frames import Frame, read_frame
from assess.schemes.plan import ContentPlan, EnemyGroup
from assess.schemes.simulations import check_formula, check_unit, read_simulation
from assess.schemes.sources import read_yaml
from assess.schemes.stacks import read_evidence, read_external, read_stack
from item_bank.authoring import BankEntry, entry_from_document
from item_bank.fields import AuthoringError
from item_bank.lint import lint_item
from rubrics.definition import TaskDefinition
from rubrics.documents import Node, parse_number
from rubrics.errors import Problem, RubricError
from simulator_adapters.quantities import UnknownUnit, canonical_unit

T = TypeVar("T")

# What each file may hold beside its lists: sentences for readers, kept in the file and not computed from.
NOTES = (
    "licence",
    "note",
    "esco_attribution",
    "esco_version",
    "scoring_note",
    "bay_safety_note",
    "measurement_note",
    "weights_note",
    "targets_note",
    "pool_note",
    "planning_note",
    "entry_note",
    "delivery_note",
    "rater_plan",
)
LISTS: dict[str, tuple[str, ...]] = {
    "credentials": ("esco_skills", "credentials", "stacks", "external_credentials", "accepted_evidence"),
    "blueprints": ("blueprints", "stations"),
    "items": ("enemy_items", "items"),
    "rubrics": ("tasks",),
    "simulations": ("wiring", "sunspec", "retrofit"),
}
FRAMES = "frames"
BUNDLED = Path(__file__).resolve().parents[1] / "content"
# Findings of the item lint that make a score wrong; the others are advice.
BLOCKING = frozenset(
    {
        "structure",
        "twins",
        "count_wrong",
        "formula_missing",
        "formula_broken",
        "key_differs",
        "exact_refused",
        "error_accepted",
        "overlap",
        "no_spare",
        "shown_in_key_order",
    }
)


def load_content(directory: Path) -> ContentPlan:
    """Read and check a folder of content.

    Parameters
    ----------
    directory
        Holds credentials.yaml, blueprints.yaml, items.yaml, rubrics.yaml and simulations.yaml.

    Returns
    -------
    ContentPlan

    Raises
    ------
    SchemeError
        Code `content`, with every mistake of every file in `problems`: file, id, field, sentence with the remedy.
    """
    problems: list[ContentProblem] = []
    files = {name: _read_file(directory / f"{name}.yaml", LISTS[name], problems) for name in LISTS}
    frames = _read_frames(directory, problems)
    plan = _read_plan(files, frames)
    problems += [problem for file in files.values() for problem in file.problems]
    problems += cross_check(plan, {name: file.identifiers() for name, file in files.items()})
    if problems:
        raise content_error(problems)
    precise, imprecise = reach_precision(plan)
    if imprecise:
        raise content_error(imprecise)
    return replace(plan, standard_errors=precise)


def bundled_frames() -> tuple[Frame, ...]:
    """The frames we bring along, in the order of their file."""
    problems: list[ContentProblem] = []
    entries = _read_frames(BUNDLED, problems).values()
    return tuple(read_frame(Node(entry, str(entry["id"]), [])) for entry in entries)


def _read_frames(directory: Path, problems: list[ContentProblem]) -> Mapping[str, Mapping[str, Any]]:
    """The frames by id, as they are written; a frame with a mistake is reported and left out."""
    path = directory / f"{FRAMES}.yaml"
    file = _read_file(path if path.exists() else BUNDLED / path.name, (FRAMES,), problems)
    sound = file.read(FRAMES, read_frame)
    problems += file.problems
    written = {str(entry["id"]): entry for entry in file.lists[FRAMES] if isinstance(entry, Mapping) and "id" in entry}
    return {frame.identifier: written[frame.identifier] for frame in sound}


def content_error(problems: list[ContentProblem]) -> SchemeError:
    """One error that tells all mistakes, one per line."""
    lines = "\n".join(f"- {problem}" for problem in problems)
    return SchemeError("content", f"The content has {len(problems)} mistake(s); nothing was loaded.\n{lines}", problems)


@dataclass
class _File:
    """One file: its lists, and the mistakes found in them."""

    name: str
    lists: Mapping[str, list[Any]]
    notes: Mapping[str, Any]
    problems: list[ContentProblem] = field(default_factory=list)

    def read(self, key: str, reader: Callable[[Node], T]) -> tuple[T, ...]:
        """Read each entry of a list; an entry with a mistake is reported and left out."""
        sound = []
        for place, entry in enumerate(self.lists[key]):
            identifier = _identifier(entry, f"{key}[{place}]")
            found: list[Problem] = []
            value = reader(Node(entry, identifier, found))
            self.problems += [scheme_problem(self.name, identifier, problem) for problem in found]
            if not found:
                sound.append(value)
        return tuple(sound)

    def add(self, identifier: str, where: str, sentence: str) -> None:
        self.problems.append(ContentProblem(self.name, identifier, where, sentence))

    def identifiers(self) -> dict[str, list[str]]:
        """The ids each list names, sound entry or not, so that a reference to a broken entry is not a second mistake."""
        return {
            key: [str(entry["id"]) for entry in entries if isinstance(entry, Mapping) and "id" in entry]
            for key, entries in self.lists.items()
        }


def _read_file(path: Path, keys: tuple[str, ...], problems: list[ContentProblem]) -> _File:
    empty = _File(path.name, {key: [] for key in keys}, {})
    try:
        document = read_yaml(path)
    except SchemeError as error:
        problems.append(ContentProblem(path.name, "", "", error.sentence))
        return empty
    if not isinstance(document, Mapping):
        problems.append(ContentProblem(path.name, "", "", "must be a mapping with schema and lists at its top."))
        return empty
    schema = f"content/{path.stem}@1"
    if document.get("schema") != schema:
        said = f"is {document.get('schema')!r}; this release reads {schema!r}."
        problems.append(ContentProblem(path.name, "", "schema", said))
    for key in sorted(set(map(str, document)) - {"schema", *keys, *NOTES}):
        problems.append(ContentProblem(path.name, "", key, "is not a field known here; check the spelling."))
    lists = {}
    for key in keys:
        value = document.get(key)
        if not isinstance(value, list):
            problems.append(ContentProblem(path.name, "", key, "is missing or no list; write a list of entries."))
        lists[key] = value if isinstance(value, list) else []
    return _File(path.name, lists, {key: document[key] for key in NOTES if key in document})


def _identifier(entry: object, fallback: str) -> str:
    return str(entry["id"]) if isinstance(entry, Mapping) and "id" in entry else fallback


def _read_plan(files: Mapping[str, _File], frames: Mapping[str, Mapping[str, Any]]) -> ContentPlan:
    credentials, blueprints = files["credentials"], files["blueprints"]
    skills = credentials.read("esco_skills", _read_skill)
    schemes = _read_schemes(credentials, skills, frames)
    externals = credentials.read("external_credentials", read_external)
    ects = {scheme.identifier: scheme.ects for scheme in schemes if scheme.ects is not None}
    ects |= {external.identifier: external.ects for external in externals}
    tasks, items = _read_tasks(files["rubrics"]), _read_items(files["items"])
    simulations = files["simulations"]
    return ContentPlan(
        esco_skills=skills,
        schemes=schemes,
        blueprints=blueprints.read("blueprints", read_blueprint),
        stations=blueprints.read("stations", read_station),
        tasks=tasks,
        items=items,
        enemies=files["items"].read("enemy_items", _read_enemies),
        simulations=tuple(
            simulation
            for group in LISTS["simulations"]
            for simulation in simulations.read(group, lambda node, group=group: read_simulation(node, group))  # type: ignore[misc]
        ),
        stacks=credentials.read("stacks", lambda node: read_stack(node, ects)),
        external_credentials=externals,
        accepted_evidence=credentials.read("accepted_evidence", read_evidence),
        standard_errors={},
        sample=_sample(schemes, tasks, files["items"]),
        advice=_advice(items),
    )


def _read_skill(node: Node) -> EscoLink:
    link = EscoLink(identifier=node.text("id"), uri=node.text("uri"), label=node.text("label"))
    node.text("seen")
    node.finish()
    return link


def _read_schemes(
    file: _File, skills: tuple[EscoLink, ...], frames: Mapping[str, Mapping[str, Any]]
) -> tuple[SchemeDefinition, ...]:
    """Read the schemes with ESCO ids resolved to URI and label, and the frame they name to its entry.

    A stored scheme then needs no second file.
    """
    known = {link.identifier: {"id": link.identifier, "uri": link.uri, "label": link.label} for link in skills}
    esco = {key: file.notes.get(key) for key in ("esco_version", "esco_attribution")}

    def reader(node: Node) -> SchemeDefinition:
        outcomes = [_resolved(entry, known) for entry in node.value.get("learning_outcomes") or ()]
        whole = {**node.value, "learning_outcomes": outcomes, **esco}
        named = node.value.get("frame")
        if isinstance(named, Mapping):
            if named.get("id") not in frames:
                named_here = ", ".join(frames)
                node.problem(
                    "frame.id", f"is {named.get('id')!r}; use one of {named_here}, or add the frame to frames.yaml."
                )
            # A stand-in for an unknown frame keeps its mistake from being told twice.
            whole["frame"] = {**named, "entry": frames.get(str(named.get("id")), next(iter(frames.values()), {}))}
        return read_scheme(Node(whole, node.path, node.problems))

    return file.read("credentials", reader)


def _resolved(outcome: Any, known: Mapping[str, Mapping[str, str]]) -> Any:
    if not isinstance(outcome, Mapping) or not isinstance(outcome.get("esco"), list):
        return outcome
    unknown = "is not among esco_skills; add it there or correct it"
    links = [known.get(name, {"id": name, "uri": "", "label": f"{name} {unknown}"}) for name in outcome["esco"]]
    return {**outcome, "esco": links}


def _read_tasks(file: _File) -> tuple[TaskDefinition, ...]:
    sound = []
    for entry in file.lists["tasks"]:
        identifier = _identifier(entry, "task")
        try:
            task = TaskDefinition.from_document(entry if isinstance(entry, Mapping) else {})
        except RubricError as error:
            file.problems += [scheme_problem(file.name, identifier, problem) for problem in error.problems]
            continue
        found: list[Problem] = []
        for row in entry["criteria"]:
            if row["kind"] == "measurement":
                _check_measurement(Node(row["measurement"], f"{row['id']}.measurement", found))
        for problem in found:
            criterion, _, where = problem.path.partition(".measurement")
            file.add(criterion, f"measurement{where}", problem.sentence)
        sound.append(task)
    return tuple(sound)


def _check_measurement(node: Node) -> None:
    """Check what needs other rooms: units against the one table, the expected value against its formula."""
    check_unit(node, "unit", node.value["unit"])
    if node.has("deviation"):
        deviation = node.node("deviation")
        check_unit(deviation, "unit", deviation.value["unit"])
    if node.has("expected_formula") and node.has("expected"):
        value = parse_number(node.value["expected"]["value"])
        if value is not None:
            check_formula(node, "expected_formula", value)


def _read_items(file: _File) -> tuple[BankEntry, ...]:
    sound = []
    for place, entry in enumerate(file.lists["items"]):
        identifier = _identifier(entry, f"items[{place}]")
        try:
            item = entry_from_document(entry)
        except AuthoringError as error:
            file.add(identifier, error.path, error.sentence)
            continue
        findings = [finding for finding in lint_item(item.content) if finding.code in BLOCKING]
        for finding in findings:
            file.add(identifier, finding.code, f"{finding.sentence} {finding.remedy}")
        unit = getattr(item.content, "unit", "")
        try:
            canonical_unit(unit)
        except UnknownUnit as error:
            file.add(identifier, "unit", f"{error.sentence} Use a spelling of the unit table, or add the unit there.")
        if not findings:
            sound.append(item)
    return tuple(sound)


def _read_enemies(node: Node) -> EnemyGroup:
    group = EnemyGroup(items=node.texts("items", least=2), reason=node.text("reason"))
    node.finish()
    return group


def _sample(schemes: tuple[SchemeDefinition, ...], tasks: tuple[TaskDefinition, ...], items: _File) -> frozenset[str]:
    drafts = {scheme.identifier for scheme in schemes if scheme.status != "operational"}
    drafts |= {task.credential for task in tasks if task.status != "operational"}
    entries = [entry for entry in items.lists["items"] if isinstance(entry, Mapping)]
    drafts |= {str(entry.get("credential")) for entry in entries if entry.get("status") != "operational"}
    return frozenset(drafts)


def _advice(items: tuple[BankEntry, ...]) -> tuple[str, ...]:
    return tuple(
        f"{finding.item}: {finding.sentence} {finding.remedy}"
        for item in items
        for finding in lint_item(item.content)
        if finding.code not in BLOCKING
    )
