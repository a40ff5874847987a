"""Stacks: credentials that add up to a larger one, without a cycle and without counting anything twice; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rubrics.documents import Node, number_text


@dataclass(frozen=True)
class ExternalCredential:
    """A credential that others award and that we count or ask for."""

    identifier: str
    title: str
    ects: Decimal
    status: str


@dataclass(frozen=True)
class AcceptedEvidence:
    """A kind of evidence that a route may ask for; `kind` is certificate, work_record or recognition."""

    identifier: str
    title: str
    kind: str
    confirmed_by: str


@dataclass(frozen=True)
class StackDefinition:
    """A stack: all required, at least `min_electives` of the electives, the capstone where there is one, and `min_ects` in all."""

    identifier: str
    title: str
    target_eqf: int
    rule: str
    required: tuple[str, ...]
    electives: tuple[str, ...]
    min_electives: int
    min_ects: Decimal
    capstone: str | None

    @property
    def members(self) -> tuple[str, ...]:
        """Everything that can count towards the stack."""
        return (*self.required, *self.electives, *(() if self.capstone is None else (self.capstone,)))


@dataclass(frozen=True)
class StackProgress:
    """How far a person is: each member counts once, however often it was awarded."""

    ects: Decimal
    missing: tuple[str, ...]
    electives_short: int
    ects_short: Decimal

    @property
    def complete(self) -> bool:
        """Say whether nothing is missing."""
        return not self.missing and not self.electives_short and not self.ects_short


def progress(stack: StackDefinition, held: Iterable[str], ects: Mapping[str, Decimal]) -> StackProgress:
    """Count what is held towards a stack; what is no member counts nothing.

    Examples
    --------
    >>> stack = StackDefinition("STK", "x", 5, "", ("A",), ("B", "C"), 1, Decimal(7), None)
    >>> credits = {"A": Decimal(4), "B": Decimal(3), "C": Decimal(3)}
    >>> progress(stack, ["A", "A", "A"], credits)
    StackProgress(ects=Decimal('4'), missing=(), electives_short=1, ects_short=Decimal('3'))
    >>> progress(stack, ["A", "C"], credits).complete
    True
    """
    owned = set(held) & set(stack.members)
    total = sum((ects[member] for member in stack.members if member in owned), Decimal(0))
    needed = (*stack.required, *(() if stack.capstone is None else (stack.capstone,)))
    return StackProgress(
        ects=total,
        missing=tuple(member for member in needed if member not in owned),
        electives_short=max(0, stack.min_electives - sum(member in owned for member in stack.electives)),
        ects_short=max(Decimal(0), stack.min_ects - total),
    )


def find_cycle(edges: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Give one cycle of a directed graph as the ids in order, first and last the same, or an empty tuple.

    Examples
    --------
    >>> find_cycle({"A": ["B"], "B": ["C"], "C": ["B"]})
    ('B', 'C', 'B')
    >>> find_cycle({"A": ["B", "C"], "B": ["C"]})
    ()
    """
    done: set[str] = set()
    for start in edges:
        path: list[str] = []
        steps = [iter((start,))]
        while steps:
            following = next(steps[-1], None)
            if following is None:
                steps.pop()
                if path:
                    done.add(path.pop())
            elif following in path:
                return (*path[path.index(following) :], following)
            elif following not in done:
                path.append(following)
                steps.append(iter(tuple(edges.get(following, ()))))
    return ()


def read_stack(node: Node, ects: Mapping[str, Decimal]) -> StackDefinition:
    """Read one stack and check it against the credits of everything that can be in it; mistakes go to the node's list."""
    stack = StackDefinition(
        identifier=node.text("id"),
        title=node.text("title"),
        target_eqf=node.integer("target_eqf", low=1, high=8),
        rule=node.text("rule"),
        required=node.texts("required", least=1),
        electives=node.texts("electives"),
        min_electives=node.integer("min_electives", low=0, high=100),
        min_ects=node.number("min_ects", above=Decimal(0)),
        capstone=node.optional_text("capstone") or None,
    )
    node.finish()
    for member in stack.members:
        if member not in ects:
            node.problem(
                "", f"names {member}, which is no credential with credits and no external one; define it or correct it."
            )
    for member in sorted({entry for entry in stack.members if stack.members.count(entry) > 1}):
        node.problem("", f"counts {member} twice (required, elective, capstone); keep it in one place.")
    if stack.min_electives > len(stack.electives):
        node.problem("min_electives", f"is {stack.min_electives}, but only {len(stack.electives)} electives are named.")
    reachable = sum((ects.get(member, Decimal(0)) for member in set(stack.members)), Decimal(0))
    if reachable < stack.min_ects:
        said = f"is {number_text(stack.min_ects)}, but all members together give {number_text(reachable)}"
        node.problem("min_ects", f"{said}; add members or lower it.")
    return stack


def stack_document(stack: StackDefinition) -> dict[str, Any]:
    """Write the canonical document of a stack."""
    return {
        "id": stack.identifier,
        "title": stack.title,
        "target_eqf": stack.target_eqf,
        "rule": stack.rule,
        "required": list(stack.required),
        "electives": list(stack.electives),
        "min_electives": stack.min_electives,
        "min_ects": number_text(stack.min_ects),
        "capstone": stack.capstone,
    }


def read_external(node: Node) -> ExternalCredential:
    """Read one external credential."""
    external = ExternalCredential(
        identifier=node.text("id"),
        title=node.text("title"),
        ects=node.number("ects", above=Decimal(0)),
        status=node.text("status"),
    )
    node.finish()
    return external


def external_document(external: ExternalCredential) -> dict[str, Any]:
    """Write the canonical document of an external credential."""
    return {
        "id": external.identifier,
        "title": external.title,
        "ects": number_text(external.ects),
        "status": external.status,
    }


def read_evidence(node: Node) -> AcceptedEvidence:
    """Read one kind of accepted evidence."""
    evidence = AcceptedEvidence(
        identifier=node.text("id"),
        title=node.text("title"),
        kind=node.choice("kind", ("certificate", "work_record", "recognition")),
        confirmed_by=node.text("confirmed_by"),
    )
    node.finish()
    return evidence


def evidence_document(evidence: AcceptedEvidence) -> dict[str, Any]:
    """Write the canonical document of a kind of accepted evidence."""
    return {
        "id": evidence.identifier,
        "title": evidence.title,
        "kind": evidence.kind,
        "confirmed_by": evidence.confirmed_by,
    }
