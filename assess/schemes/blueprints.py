"""Blueprints of the online exams and the stations of the practical ones; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assess.schemes.definition import COGNITIVE_LEVELS, canonical
from rubrics.documents import Node, number_text


@dataclass(frozen=True)
class Domain:
    """A content domain: its weight and how many items of each cognitive level a form takes from it."""

    identifier: str
    title: str
    weight: Decimal
    items: Mapping[str, int]
    min_pool_factor: Decimal

    @property
    def length(self) -> int:
        """Items a form takes from this domain."""
        return sum(self.items.values())


@dataclass(frozen=True)
class BlueprintDefinition:
    """A form's plan; `document` is canonical.

    `max_standard_error` is the conditional standard error wanted at the cut, in logit; `planning_cut` is where the
    authors expect the cut until a board adopts one.
    """

    identifier: str
    credential: str
    form_length: int
    pretest_slots: int
    time_limit_min: int
    domains: tuple[Domain, ...]
    max_standard_error: Decimal
    planning_cut: Decimal
    decision_consistency: Decimal
    document: Mapping[str, Any]

    def domain(self, identifier: str) -> Domain | None:
        """Give the domain of that id, or None."""
        return next((domain for domain in self.domains if domain.identifier == identifier), None)


@dataclass(frozen=True)
class Station:
    """A bay or desk where one practical task is done."""

    identifier: str
    credential: str
    task: str
    minutes: int
    room: str


def read_blueprint(node: Node) -> BlueprintDefinition:
    """Read and check one blueprint; mistakes go to the node's list."""
    targets = node.node("targets")
    stated = targets.text("reliability_at_cut")
    blueprint = BlueprintDefinition(
        identifier=node.text("id"),
        credential=node.text("credential"),
        form_length=node.integer("form_length", low=1, high=500),
        pretest_slots=node.integer("pretest_slots", low=0, high=100),
        time_limit_min=node.integer("time_limit_min", low=1, high=600),
        domains=tuple(_read_domain(entry) for entry in node.nodes("domains", least=1)),
        max_standard_error=targets.number("max_standard_error_logit", above=Decimal(0)),
        planning_cut=targets.number("planning_cut_logit"),
        decision_consistency=targets.number("decision_consistency", above=Decimal(0)),
        document=canonical(node.value),
    )
    if f"<= {number_text(blueprint.max_standard_error)} logit" not in stated:
        said = f"says {stated!r}, but max_standard_error_logit is {number_text(blueprint.max_standard_error)}"
        targets.problem("reliability_at_cut", f"{said}; make the sentence and the number agree.")
    targets.finish()
    _read_delivery(node)
    node.finish()
    count = sum(domain.length for domain in blueprint.domains)
    if count != blueprint.form_length:
        node.problem("domains", f"hold {count} items, but form_length is {blueprint.form_length}; correct one of them.")
    weights = sum((domain.weight for domain in blueprint.domains), Decimal(0))
    if weights != 1:
        node.problem("domains", f"have weights that add up to {number_text(weights)}; they must add up to 1.")
    for domain in blueprint.domains:
        if domain.weight * blueprint.form_length != domain.length:
            wanted = number_text(domain.weight * blueprint.form_length)
            said = (
                f"takes {domain.length} items, but its weight {number_text(domain.weight)} of {blueprint.form_length}"
            )
            node.problem(f"domains[{domain.identifier}]", f"{said} asks for {wanted}; correct weight or counts.")
    return blueprint


def _read_domain(node: Node) -> Domain:
    items = node.node("items")
    domain = Domain(
        identifier=node.text("id"),
        title=node.text("title"),
        weight=node.number("weight", above=Decimal(0)),
        items={level: items.integer(level, low=0, high=100) for level in COGNITIVE_LEVELS},
        min_pool_factor=node.number("min_pool_factor", above=Decimal(0)),
    )
    items.finish()
    node.finish()
    return domain


def _read_delivery(node: Node) -> None:
    delivery, cut = node.node("delivery"), node.node("cut_score")
    for key in ("mode", "adaptive", "navigation"):
        delivery.text(key)
    for key in ("calculator", "formula_sheet"):
        delivery.flag(key)
    for key in ("method", "check", "review"):
        cut.text(key)
    delivery.finish()
    cut.finish()


def read_station(node: Node) -> Station:
    """Read one station; mistakes go to the node's list."""
    station = Station(
        identifier=node.text("id"),
        credential=node.text("credential"),
        task=node.text("task"),
        minutes=node.integer("minutes", low=1, high=1_440),
        room=node.text("room"),
    )
    node.finish()
    return station
