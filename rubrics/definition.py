"""What a practical task looks for: criteria of three kinds, read from a document and written back canonically.

A task document comes from an author's YAML or from a stored version; both give the same frozen `TaskDefinition`. The
canonical document holds numbers as decimal strings, since a trailing zero declares the precision to which a measured
value is rounded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import rfc8785

from rubrics.documents import Node, number_text, raise_problems
from rubrics.errors import Problem
from rubrics.measurement import MeasurementSpec, measurement_document, read_measurement

KINDS = ("checklist", "measurement", "judgement")
STATUSES = ("draft", "operational")
LEVELS = 4


@dataclass(frozen=True)
class Criterion:
    """One row of a task sheet.

    `anchors` holds the four descriptions of the levels 0–3 and is empty unless the kind is `judgement`;
    `measurement` is None unless the kind is `measurement`; `live` says that the row can be judged on a live circuit only.
    """

    identifier: str
    kind: str
    text: str
    points: Decimal
    outcome: str
    must_pass: bool
    observe: str = ""
    measurement: MeasurementSpec | None = None
    anchors: tuple[str, ...] = ()
    live: bool = False


@dataclass(frozen=True)
class GlobalRating:
    """The overall impression on 1–5, given after the rows are locked; never added to the points."""

    anchors: tuple[str, str, str, str, str]
    instruction: str
    use: str


@dataclass(frozen=True)
class StandardSetting:
    """How the cut score of the task is found, and from how many candidates on."""

    method: str
    fallback: str
    min_candidates: int


@dataclass(frozen=True)
class TaskDefinition:
    """A practical task: what the candidate is told, what the assessor prepares, and every criterion.

    `bay_record`: a technician opens its bay for each candidate. `hold_point`: the bay is energised only when a named person gives
    permission after the candidate's dead tests.
    """

    identifier: str
    version: int
    status: str
    credential: str
    station: str
    title: str
    time_limit_min: int
    assessors_required: int
    assessors_independent: bool
    discussion_after_lock: bool
    outcomes: tuple[str, ...]
    scenario: str
    candidate_instructions: str
    assessor_setup: str
    equipment: tuple[str, ...]
    safety_stop_rules: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    max_points: Decimal
    critical_rule: str
    global_rating: GlobalRating
    standard_setting: StandardSetting
    review_note: str = ""
    bay_record: bool = False
    hold_point: bool = False

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> TaskDefinition:
        """Read a task; raise `RubricError` (code `definition`) that names the path and the remedy of every mistake."""
        problems: list[Problem] = []
        task = _read_task(Node(document, str(document.get("id", "task")), problems))
        raise_problems(problems, f"Task {task.identifier or '(without id)'}")
        return task

    def to_document(self) -> dict[str, Any]:
        """Give the canonical document; `from_document(to_document())` is the same definition."""
        document: dict[str, Any] = {
            "id": self.identifier,
            "version": self.version,
            "status": self.status,
            "credential": self.credential,
            "station": self.station,
            "title": self.title,
            "time_limit_min": self.time_limit_min,
            "raters": {
                "required": self.assessors_required,
                "independent": self.assessors_independent,
                "discussion_after_lock": self.discussion_after_lock,
            },
            "outcomes": list(self.outcomes),
            "scenario": self.scenario,
            "candidate_instructions": self.candidate_instructions,
            "assessor_setup": self.assessor_setup,
            "equipment": list(self.equipment),
            "safety_stop_rules": list(self.safety_stop_rules),
            "criteria": [_criterion_document(criterion) for criterion in self.criteria],
            "max_points": number_text(self.max_points),
            "critical_rule": self.critical_rule,
            "global_rating": {
                "scale": [1, 2, 3, 4, 5],
                "anchors": {str(place): text for place, text in enumerate(self.global_rating.anchors, start=1)},
                "instruction": self.global_rating.instruction,
                "use": self.global_rating.use,
            },
            "standard_setting": {
                "method": self.standard_setting.method,
                "fallback": self.standard_setting.fallback,
                "min_candidates": self.standard_setting.min_candidates,
            },
        }
        document |= {name: True for name in ("bay_record", "hold_point") if getattr(self, name)}
        if self.review_note:
            document["review_note"] = self.review_note
        return document

    def criterion(self, identifier: str) -> Criterion:
        """Give the criterion of that id; `KeyError` when the task has none."""
        for criterion in self.criteria:
            if criterion.identifier == identifier:
                return criterion
        raise KeyError(identifier)


def content_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document in the JSON Canonicalization Scheme (RFC 8785), in hexadecimal.

    Examples
    --------
    >>> content_hash({"b": 1, "a": "2.0"}) == content_hash({"a": "2.0", "b": 1})
    True
    """
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()


def _read_task(node: Node) -> TaskDefinition:
    raters, rating, setting = node.node("raters"), node.node("global_rating"), node.node("standard_setting")
    task = TaskDefinition(
        identifier=node.text("id"),
        version=node.integer("version", low=1, high=10_000),
        status=node.choice("status", STATUSES),
        credential=node.text("credential"),
        station=node.text("station"),
        title=node.text("title"),
        time_limit_min=node.integer("time_limit_min", low=1, high=1_440),
        assessors_required=raters.integer("required", low=1, high=3),
        assessors_independent=raters.flag("independent"),
        discussion_after_lock=raters.flag("discussion_after_lock"),
        outcomes=node.texts("outcomes", least=1),
        scenario=node.text("scenario"),
        candidate_instructions=node.text("candidate_instructions"),
        assessor_setup=node.text("assessor_setup"),
        equipment=node.texts("equipment"),
        safety_stop_rules=node.texts("safety_stop_rules", least=1),
        criteria=tuple(_read_criterion(entry) for entry in node.nodes("criteria", least=1)),
        max_points=node.number("max_points", above=Decimal(0)),
        critical_rule=node.text("critical_rule"),
        global_rating=_read_rating(rating),
        standard_setting=StandardSetting(
            method=setting.choice("method", ("borderline_regression", "modified_angoff")),
            fallback=setting.choice("fallback", ("modified_angoff", "borderline_regression")),
            min_candidates=setting.integer("min_candidates", low=1, high=100_000),
        ),
        review_note=node.optional_text("review_note"),
        bay_record=node.flag("bay_record", default=False),
        hold_point=node.flag("hold_point", default=False),
    )
    for part in (raters, setting, node):
        part.finish()
    _check_whole(task, node)
    return task


def _check_whole(task: TaskDefinition, node: Node) -> None:
    identifiers = [criterion.identifier for criterion in task.criteria]
    for identifier in sorted({entry for entry in identifiers if identifiers.count(entry) > 1}):
        node.problem("criteria", f"holds the id {identifier} twice; give each criterion its own.")
    total = sum((criterion.points for criterion in task.criteria), Decimal(0))
    if total != task.max_points:
        node.problem(
            "max_points", f"is {task.max_points}, but the criteria add up to {total}; correct the one that is wrong."
        )
    if not any(criterion.must_pass for criterion in task.criteria):
        node.problem("criteria", "holds no must-pass criterion; mark the steps that no points can make up for.")
    live = [criterion.identifier for criterion in task.criteria if criterion.live]
    if live and not task.hold_point:
        node.problem("hold_point", f"is not set, but {', '.join(live)} need a live circuit; set it to true.")
    if task.hold_point and not task.bay_record:
        node.problem(
            "bay_record", "is not set, but the task has a hold point, which the bay record holds; set it to true."
        )
    for criterion in task.criteria:
        if criterion.outcome not in task.outcomes:
            node.problem(
                f"criteria[{criterion.identifier}].outcome",
                f"is {criterion.outcome}, which the task does not list; add it to outcomes or correct it.",
            )


def _read_criterion(node: Node) -> Criterion:
    kind = node.choice("kind", KINDS)
    must_pass = node.flag("must_pass")
    if kind == "judgement" and must_pass:
        node.problem(
            "must_pass", "is true on a judgement, which has no level that counts as passed; make it a checklist row."
        )
    criterion = Criterion(
        identifier=node.text("id"),
        kind=kind,
        text=node.text("text"),
        points=node.number("points", above=Decimal(0)),
        outcome=node.text("outcome"),
        must_pass=must_pass,
        observe=node.optional_text("observe"),
        measurement=read_measurement(node.node("measurement")) if kind == "measurement" else None,
        anchors=_read_anchors(node) if kind == "judgement" else (),
        live=node.flag("live", default=False),
    )
    node.finish()
    return criterion


def _read_anchors(node: Node) -> tuple[str, ...]:
    _check_scale(node, list(range(LEVELS)))
    rule = node.optional_text("points_rule")
    if rule not in ("", "points x level / 3"):
        node.problem("points_rule", f"is {rule!r}; a judgement earns points x level / 3 and knows no other rule.")
    anchors = node.node("anchors")
    texts = tuple(anchors.text(str(level)) for level in range(LEVELS))
    anchors.finish()
    if len({text.casefold() for text in texts if text}) < len([text for text in texts if text]):
        node.problem("anchors", "describe two levels in the same words; say what tells them apart.")
    return texts


def _check_scale(node: Node, wanted: list[int]) -> None:
    scale = node.raw("scale")
    if scale != wanted:
        node.problem("scale", f"is {scale!r}; write {wanted}.")


def _read_rating(node: Node) -> GlobalRating:
    _check_scale(node, [1, 2, 3, 4, 5])
    anchors = node.node("anchors")
    one, two, three, four, five = (anchors.text(str(level)) for level in range(1, 6))
    rating = GlobalRating(
        anchors=(one, two, three, four, five), instruction=node.text("instruction"), use=node.text("use")
    )
    anchors.finish()
    node.finish()
    return rating


def _criterion_document(criterion: Criterion) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": criterion.identifier,
        "kind": criterion.kind,
        "text": criterion.text,
        "points": number_text(criterion.points),
        "outcome": criterion.outcome,
        "must_pass": criterion.must_pass,
    }
    if criterion.observe:
        document["observe"] = criterion.observe
    if criterion.live:
        document["live"] = True
    if criterion.measurement is not None:
        document["measurement"] = measurement_document(criterion.measurement)
    if criterion.anchors:
        document["scale"] = list(range(LEVELS))
        document["anchors"] = {str(level): text for level, text in enumerate(criterion.anchors)}
    return document
