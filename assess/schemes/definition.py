"""A micro-credential scheme: outcomes, workload, parts, pass rule, entry requirements and the metadata the EU asks for; pure.

The document holds everything a stranger needs to understand a credential (ESCO links resolved to URI and label), so
that a stored version stays readable when the content files have moved on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assess.schemes.declarations import Declared, lacking, read_kind, read_named_frame
from assess.schemes.errors import ContentProblem, SchemeError
from assess.schemes.frames import NamedFrame
from assess.schemes.kinds import KINDS, MICRO_CREDENTIAL, OPEN_BADGE, Element, Kind
from assess.schemes.requirements import EntryRequirement, read_requirement
from assess.schemes.vocabulary import BASE, SDG_TARGET, check_code
from rubrics.documents import Node, number_text
from rubrics.errors import Problem

PART_KINDS = ("online_exam", "practical", "simulator")
COGNITIVE_LEVELS = ("recall", "apply", "analyse")
STATUSES = ("draft", "operational")


@dataclass(frozen=True)
class Link:
    """A term of a public vocabulary: where it stands and how it reads."""

    uri: str
    label: str


@dataclass(frozen=True)
class EscoLink:
    """An ESCO skill an outcome is linked to, by the id of the content file, URI and label."""

    identifier: str
    uri: str
    label: str


@dataclass(frozen=True)
class OutcomeDefinition:
    """A learning outcome; `evidenced_by` names tasks, simulations or `items`."""

    identifier: str
    statement: str
    verb: str
    cognitive_level: str
    esco: tuple[EscoLink, ...]
    evidenced_by: tuple[str, ...]


@dataclass(frozen=True)
class WorkloadPart:
    """Hours of one kind of learning."""

    kind: str
    hours: Decimal
    activity: Link | None


@dataclass(frozen=True)
class Workload:
    """Hours in all and by kind, and the ECTS credits they give."""

    hours_total: Decimal
    hours_per_ects: Decimal
    ects: Decimal
    breakdown: tuple[WorkloadPart, ...]


@dataclass(frozen=True)
class Part:
    """One assessed part: an online exam by a blueprint, practical tasks, or simulations."""

    identifier: str
    kind: str
    weight: Decimal
    blueprint: str
    tasks: tuple[str, ...]
    simulations: tuple[str, ...]
    assessment_type: Link
    supervision: str


@dataclass(frozen=True)
class PassRule:
    """Conjunctive: every part at its cut score and every must-pass step passed; the sentences say it for people."""

    type: str
    each_component: str
    critical_steps: str
    resit: str


@dataclass(frozen=True)
class SchemeDefinition:
    """A scheme as data; `document` is the canonical document it was read from, with numbers as decimal strings.

    Level, workload and quality assurance may be missing where the kind does not ask for them.
    """

    identifier: str
    version: str
    status: str
    title: str
    declared: Declared
    frame: NamedFrame | None
    eqf_level: int | None
    isced_f: Link
    sdg_targets: tuple[str, ...]
    prerequisites: tuple[str, ...]
    entry_requirements: tuple[EntryRequirement, ...]
    workload: Workload | None
    outcomes: tuple[OutcomeDefinition, ...]
    parts: tuple[Part, ...]
    pass_rule: PassRule
    validity_months: int
    stacks: tuple[str, ...]
    mode_of_learning: Link
    language: str
    quality_assurance: str
    document: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """What kind of document the scheme leads to."""
        return self.declared.kind

    @property
    def ects(self) -> Decimal | None:
        """The credits a holder can stack; an open badge has none, whatever its content says of hours."""
        return None if self.workload is None or self.kind is OPEN_BADGE else self.workload.ects

    @property
    def stated(self) -> frozenset[Element]:
        """What the scheme states about itself, of what a kind can ask for."""
        said = {
            Element.OUTCOMES: bool(self.outcomes),
            Element.ASSESSED: bool(self.outcomes) and all(outcome.evidenced_by for outcome in self.outcomes),
            Element.SIZE: self.workload is not None,
            Element.LEVEL: self.eqf_level is not None,
            Element.QUALITY: bool(self.quality_assurance),
        }
        return self.declared.stated | {element for element, there in said.items() if there}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> SchemeDefinition:
        """Read a scheme; raise `SchemeError` (code `scheme`) that names every mistake with its remedy."""
        problems: list[Problem] = []
        identifier = str(document.get("id", "scheme"))
        scheme = read_scheme(Node(document, identifier, problems))
        if problems:
            found = [scheme_problem("", identifier, problem) for problem in problems]
            said = "; ".join(str(problem) for problem in found)
            raise SchemeError("scheme", f"Scheme {identifier} has {len(found)} mistake(s): {said}", found)
        return scheme

    def part(self, identifier: str) -> Part:
        """Give the part of that id; `KeyError` when the scheme has none."""
        for part in self.parts:
            if part.identifier == identifier:
                return part
        raise KeyError(identifier)


def scheme_problem(file: str, identifier: str, problem: Problem) -> ContentProblem:
    """Turn a path that begins with the entry's id into file, id and field."""
    return ContentProblem(file, identifier, problem.path.removeprefix(identifier).lstrip("."), problem.sentence)


def canonical(value: Any) -> Any:
    """Write a document with numbers other than whole ones as decimal strings and keys as texts.

    Examples
    --------
    >>> canonical({"weight": Decimal("0.50"), 0: ["x", 3, None]})
    {'weight': '0.50', '0': ['x', 3, None]}
    """
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, Mapping):
        return {str(key): canonical(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(entry) for entry in value]
    return value


def ects_of(hours: Decimal, hours_per_ects: Decimal) -> Fraction:
    """ECTS credits of a workload, exactly: hours ÷ hours per credit (25 to 30).

    Examples
    --------
    >>> ects_of(Decimal(100), Decimal(25)), ects_of(Decimal(80), Decimal(30))
    (Fraction(4, 1), Fraction(8, 3))
    """
    return Fraction(hours) / Fraction(hours_per_ects)


def read_scheme(node: Node) -> SchemeDefinition:
    """Read and check one scheme; mistakes go to the node's list."""
    metadata = node.node("metadata")
    assessment = node.node("assessment")
    eqf = _read_level(node)
    scheme = SchemeDefinition(
        identifier=node.text("id"),
        version=node.text("version"),
        status=node.choice("status", STATUSES),
        title=node.text("title"),
        declared=read_kind(node.node("kind")),
        frame=read_named_frame(node.node("frame")) if node.has("frame") else None,
        eqf_level=eqf,
        isced_f=_coded(node.node("isced_f"), "isced-f"),
        sdg_targets=node.texts("sdg_targets", least=1),
        prerequisites=node.texts("prerequisites"),
        entry_requirements=tuple(read_requirement(entry) for entry in node.nodes("entry_requirements")),
        workload=_read_workload(node.node("workload")) if node.has("workload") else None,
        outcomes=tuple(_read_outcome(entry) for entry in node.nodes("learning_outcomes")),
        parts=tuple(_read_part(entry) for entry in assessment.nodes("components", least=1)),
        pass_rule=_read_pass_rule(assessment.node("pass_rule")),
        validity_months=node.integer("validity_months", low=1, high=600),
        stacks=_read_stackability(node),
        mode_of_learning=_read_metadata(metadata),
        language=metadata.text("language"),
        quality_assurance=_read_quality(metadata),
        document=canonical(node.value),
    )
    assessment.finish()
    metadata.finish()
    _read_texts(node)
    _check_whole(scheme, node)
    declared = node.value.get("kind")
    if not isinstance(declared, Mapping) or declared.get("is") not in KINDS:
        return scheme  # what an unknown kind asks for is not known either
    for place, sentence in lacking(scheme.kind, scheme.stated):
        node.problem(place, sentence)
    if scheme.kind is MICRO_CREDENTIAL and scheme.frame is None:
        node.problem("frame", "is missing; a micro-credential names the frame it is held against, council-2022 say.")
    return scheme


def _read_level(node: Node) -> int | None:
    """The level of the EQF with its URI, where one is stated."""
    if not node.has("eqf_level"):
        node.optional_text("eqf_uri")
        return None
    eqf = node.integer("eqf_level", low=1, high=8)
    if node.text("eqf_uri") != f"{BASE}eqf/{eqf}":
        node.problem("eqf_uri", f"does not belong to level {eqf}; write {BASE}eqf/{eqf}.")
    return eqf


def _read_quality(metadata: Node) -> str:
    """The quality assurance as one text, where it is stated."""
    if not metadata.has("quality_assurance"):
        metadata.raw("quality_assurance")
        return ""
    quality = metadata.node("quality_assurance")
    told = f"{quality.text('type')} ({quality.text('reference')})"
    quality.finish()
    return told


def _read_texts(node: Node) -> None:
    """Take note of the fields that are for readers only; nothing is computed from them."""
    for key in ("subtitle", "summary", "integration"):
        node.text(key)
    for key in ("review_note", "eqf_note", "esco_version", "esco_attribution"):
        node.optional_text(key)
    for entry in node.nodes("occupations", least=1):
        _link(entry)
    if node.has("isced_f_secondary"):
        _coded(node.node("isced_f_secondary"), "isced-f")
    node.finish()


def _check_whole(scheme: SchemeDefinition, node: Node) -> None:
    total = sum((part.weight for part in scheme.parts), Decimal(0))
    if total != 1:
        node.problem(
            "assessment.components", f"have weights that add up to {number_text(total)}; they must add up to 1."
        )
    if scheme.pass_rule.type != "conjunctive":
        node.problem("assessment.pass_rule.type", "must be conjunctive: no part makes up for another.")
    for target in scheme.sdg_targets:
        if not SDG_TARGET.match(target):
            node.problem("sdg_targets", f"holds {target!r}; write goal and target such as '7.3' or '7.b' in quotes.")
    covered = {requirement.prerequisite for requirement in scheme.entry_requirements}
    for sentence in scheme.prerequisites:
        if sentence not in covered:
            node.problem(
                "entry_requirements", f"make nothing of the prerequisite {sentence!r}; add a requirement that names it."
            )
    for sentence in sorted(covered - set(scheme.prerequisites)):
        node.problem("entry_requirements", f"name the prerequisite {sentence!r}, which the scheme does not list.")


def _read_workload(node: Node) -> Workload:
    workload = Workload(
        hours_total=node.number("hours_total", above=Decimal(0)),
        hours_per_ects=node.number("hours_per_ects", above=Decimal(0)),
        ects=node.number("ects", above=Decimal(0)),
        breakdown=tuple(_read_hours(entry) for entry in node.nodes("breakdown", least=1)),
    )
    _coded(node.node("credit_system"), "education-credit")
    node.finish()
    hours = sum((part.hours for part in workload.breakdown), Decimal(0))
    if hours != workload.hours_total:
        node.problem(
            "breakdown", f"adds up to {number_text(hours)} h, but hours_total is {number_text(workload.hours_total)}."
        )
    if not 25 <= workload.hours_per_ects <= 30:
        node.problem(
            "hours_per_ects", f"is {number_text(workload.hours_per_ects)}; one ECTS credit stands for 25 to 30 hours."
        )
    elif ects_of(workload.hours_total, workload.hours_per_ects) != Fraction(workload.ects):
        given = f"{number_text(workload.hours_total)} h ÷ {number_text(workload.hours_per_ects)} h"
        exact = float(ects_of(workload.hours_total, workload.hours_per_ects))
        node.problem(
            "ects",
            f"is {number_text(workload.ects)}, but {given} per credit gives {exact:.4g}; correct hours or credits.",
        )
    for word in ("lab", "simulator"):
        if not any(part.kind.startswith(word) and part.hours > 0 for part in workload.breakdown):
            node.problem("breakdown", f"holds no {word} hours; state them, since they count towards the credits.")
    return workload


def _read_hours(node: Node) -> WorkloadPart:
    activity = _coded(node.node("activity"), "learning-activity") if node.has("activity") else None
    part = WorkloadPart(kind=node.text("kind"), hours=node.number("hours", above=Decimal(0)), activity=activity)
    node.finish()
    return part


def _read_outcome(node: Node) -> OutcomeDefinition:
    outcome = OutcomeDefinition(
        identifier=node.text("id"),
        statement=node.text("statement"),
        verb=node.text("verb"),
        cognitive_level=node.choice("cognitive_level", COGNITIVE_LEVELS),
        esco=tuple(_read_esco(entry) for entry in node.nodes("esco")),
        evidenced_by=node.texts("evidenced_by"),
    )
    node.finish()
    return outcome


def _read_esco(node: Node) -> EscoLink:
    link = EscoLink(identifier=node.text("id"), uri=node.text("uri"), label=node.text("label"))
    node.finish()
    return link


def _read_part(node: Node) -> Part:
    kind = node.choice("kind", PART_KINDS)
    part = Part(
        identifier=node.text("id"),
        kind=kind,
        weight=node.number("weight", above=Decimal(0)),
        blueprint=node.text("blueprint") if kind == "online_exam" else "",
        tasks=node.texts("tasks", least=1) if kind == "practical" else (),
        simulations=node.texts("simulations", least=1) if kind == "simulator" else (),
        assessment_type=_coded(node.node("assessment_type"), "assessment"),
        supervision=node.text("supervision"),
    )
    node.finish()
    return part


def _read_pass_rule(node: Node) -> PassRule:
    rule = PassRule(
        type=node.text("type"),
        each_component=node.text("each_component"),
        critical_steps=node.text("critical_steps"),
        resit=node.text("resit"),
    )
    node.finish()
    return rule


def _read_stackability(node: Node) -> tuple[str, ...]:
    stackability = node.node("stackability")
    stackability.text("status")
    stacks = stackability.texts("stacks")
    stackability.finish()
    return stacks


def _read_metadata(node: Node) -> Link:
    """Check what the Council Recommendation of 2022 (Annex I) asks for; give the form of participation."""
    learner = node.node("learner_identification")
    if not learner.flag("required"):
        learner.problem("required", "must be true; a credential names its holder.")
    learner.texts("fields", least=1)
    learner.text("assurance")
    learner.finish()
    for country in node.texts("countries_of_issuer", least=1):
        if len(country) != 2 or not country.isascii() or not country.isupper():
            node.problem("countries_of_issuer", f"holds {country!r}; write two capital letters (ISO 3166-1).")
    node.text("awarding_body")
    node.text("date_of_issue")
    _coded(node.node("credential_profile"), "credential")
    _coded(node.node("learning_setting"), "learning-setting")
    _coded(node.node("opportunity_type"), "learning-opportunity")
    return _coded(node.node("form_of_participation"), "learning-assessment")


def _coded(node: Node, code_list: str) -> Link:
    check_code(node, code_list)
    return _link(node)


def _link(node: Node) -> Link:
    link = Link(uri=node.text("uri"), label=node.text("label"))
    node.finish()
    return link
