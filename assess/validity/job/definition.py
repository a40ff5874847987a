"""What practitioners are asked about a job: tasks and knowledge in plain words, linked to outcomes, and rules of reduction; pure.

The definition is read from YAML or from a stored analysis; both give the same frozen value. Every mistake is named at once, with
its place and its remedy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import rfc8785

from assess.schemes.definition import canonical
from assess.schemes.sources import read_yaml
from assess.validity.errors import ValidityError
from rubrics.documents import Node
from rubrics.errors import Problem

SCHEMA = "content/job_tasks@1"
KINDS = ("task", "knowledge")
POINTS = (1, 2, 3, 4, 5)
IMPORTANCE = ("not important", "a little important", "important", "very important", "nobody can do the job without it")
FREQUENCY = ("less than once a year", "a few times a year", "about every month", "about every week", "every day")
HARM = ("nothing", "work to be done again", "damage to things", "an injury", "death or fire")
LEARNED = ("before", "first year", "later")
LEARNED_WORDS = ("before working alone", "in the first year of work", "later")
YEARS = ("0-2", "3-5", "6-10", "11-20", "21+")
FEWEST_STATEMENTS = 5


@dataclass(frozen=True)
class JobStatement:
    """A job task or a piece of knowledge. `tested_by` narrows the elements of its outcomes: ids of items, criteria, simulations,
    practical tasks or domains; empty means all elements of its outcomes."""

    identifier: str
    kind: str
    words: str
    outcomes: tuple[str, ...]
    tested_by: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """When a statement is dropped, and how a weight is made. Means are on the scales from 1 to 5; shares from 0 to 1.

    `emphasis` are the exponents of importance, frequency and harm in a statement's weight, before they are made to add up to 1.
    """

    least_practitioners: int
    not_done_at_most: Decimal
    importance_at_least: Decimal
    harm_keeps_from: Decimal
    learned_later_at_most: Decimal
    group_least: int
    group_difference: Decimal
    emphasis: tuple[Decimal, Decimal, Decimal]
    tolerance: Decimal


@dataclass(frozen=True)
class JobDefinition:
    """What is asked about one job; `document` is canonical."""

    identifier: str
    credential: str
    title: str
    regions: tuple[str, ...]
    settings: tuple[str, ...]
    asks_when_learned: bool
    statements: tuple[JobStatement, ...]
    rules: Rules
    document: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        """Of the canonical document (RFC 8785)."""
        return hashlib.sha256(rfc8785.dumps(dict(self.document))).hexdigest()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> JobDefinition:
        """Read a definition.

        Raises
        ------
        ValidityError
            `job-definition`, with every mistake in the sentence.
        """
        problems: list[Problem] = []
        found = _read_job(Node(document, str(document.get("id", "job")), problems))
        if problems:
            raise job_error(problems)
        return found


def job_error(problems: Sequence[Problem]) -> ValidityError:
    """One error that tells all mistakes, one a line."""
    lines = "\n".join(f"- {problem.path}: {problem.sentence}" for problem in problems)
    counted = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    return ValidityError("job-definition", f"The list of job tasks has {counted}; nothing was taken.\n{lines}")


def read_jobs(path: Path) -> dict[str, JobDefinition]:
    """Read a file of job definitions, by the code of the scheme.

    Raises
    ------
    ValidityError
        `job-definition`, with every mistake of the file.
    assess.schemes.errors.SchemeError
        `unreadable`.
    """
    return jobs_of(read_yaml(path), path.name)


def jobs_of(document: Any, name: str) -> dict[str, JobDefinition]:
    """The job definitions of a file's document."""
    problems: list[Problem] = []
    top = Node(document, name, problems)
    if top.value.get("schema") != SCHEMA:
        top.problem("schema", f"is {top.value.get('schema')!r}; this release reads {SCHEMA!r}.")
    for key in ("schema", "licence", "note"):
        top.optional_text(key)
    jobs = [_read_job(entry) for entry in top.nodes("jobs", least=1)]
    top.finish()
    for job in jobs:
        if sum(other.credential == job.credential for other in jobs) > 1:
            top.problem("jobs", f"hold {job.credential} twice; a scheme has one list of job tasks.")
            break
    if problems:
        raise job_error(problems)
    return {job.credential: job for job in jobs}


def check_links(job: JobDefinition, *, outcomes: Collection[str], names: Collection[str]) -> list[Problem]:
    """Mistakes in what a definition refers to.

    Parameters
    ----------
    outcomes
        The outcomes of the scheme.
    names
        Everything that `tested_by` may name: elements, practical tasks, domains.
    """
    problems = []
    for one in job.statements:
        place = f"{job.identifier}.{one.identifier}"
        for outcome in one.outcomes:
            if outcome not in outcomes:
                said = f"names {outcome}, which {job.credential} does not have; it has {', '.join(sorted(outcomes))}."
                problems.append(Problem(f"{place}.outcomes", said))
        for name in one.tested_by:
            if name not in names:
                said = f"names {name}; no item, criterion, simulation, practical task or domain is called so."
                problems.append(Problem(f"{place}.tested_by", said))
    return problems


def _read_job(node: Node) -> JobDefinition:
    job = JobDefinition(
        identifier=node.text("id"),
        credential=node.text("credential"),
        title=node.text("title"),
        regions=node.texts("regions", least=1),
        settings=node.texts("settings", least=1),
        asks_when_learned=node.flag("asks_when_learned", default=False),
        statements=tuple(_read_statement(entry) for entry in node.nodes("statements", least=FEWEST_STATEMENTS)),
        rules=_read_rules(node.node("rules")),
        document={},
    )
    node.finish()
    seen: set[str] = set()
    for one in job.statements:
        if one.identifier in seen:
            node.problem("statements", f"hold {one.identifier} twice; give each statement an id of its own.")
        seen.add(one.identifier)
    # what is not sound is not walked through: a text that was handed in can fold a great deal into little
    return job if node.problems else replace(job, document=canonical(node.value))


def _read_statement(node: Node) -> JobStatement:
    statement = JobStatement(
        identifier=node.text("id"),
        kind=node.choice("kind", KINDS),
        words=node.text("words"),
        outcomes=node.texts("outcomes"),
        tested_by=node.texts("tested_by"),
    )
    node.finish()
    return statement


def _read_rules(node: Node) -> Rules:
    emphasis = node.node("emphasis")
    rules = Rules(
        least_practitioners=node.integer("least_practitioners", low=10, high=10_000),
        not_done_at_most=_share(node, "not_done_at_most"),
        importance_at_least=_mean(node, "importance_at_least"),
        harm_keeps_from=_mean(node, "harm_keeps_from"),
        learned_later_at_most=_share(node, "learned_later_at_most"),
        group_least=node.integer("group_least", low=3, high=1_000),
        group_difference=node.number("group_difference", above=Decimal(0)),
        emphasis=(emphasis.number("importance"), emphasis.number("frequency"), emphasis.number("harm")),
        tolerance=_share(node, "tolerance"),
    )
    if min(rules.emphasis) < 0 or not sum(rules.emphasis):
        emphasis.problem("", "needs numbers from 0 on, not all of them 0.")
    emphasis.finish()
    node.finish()
    return rules


def _share(node: Node, key: str) -> Decimal:
    value = node.number(key)
    if not 0 < value < 1:
        node.problem(key, f"is {value}; write a share between 0 and 1, 0.50 say.")
    return value


def _mean(node: Node, key: str) -> Decimal:
    value = node.number(key)
    if not POINTS[0] <= value <= POINTS[-1]:
        node.problem(key, f"is {value}; write a mean on the scale from 1 to 5.")
    return value
