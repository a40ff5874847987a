"""What a scheme declares about itself: its kind with what that kind asks it to say, and the frame it names; pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assess.schemes.frames import NamedFrame, read_frame
from assess.schemes.kinds import KINDS, OPEN_BADGE, Element, Kind
from rubrics.documents import Node


@dataclass(frozen=True)
class Automation:
    """An automated function: what it does, whether it is AI, who oversees it, how it was validated."""

    function: str
    ai: bool
    overseen_by: str
    validated: str


@dataclass(frozen=True)
class Declared:
    """The declared kind with its own statements; a statement that the kind does not ask for is empty."""

    kind: Kind
    separation: str
    recertification: str
    learning_event: str
    invalidation: str
    recognises: str
    automation: tuple[Automation, ...]
    register: bool

    @property
    def stated(self) -> frozenset[Element]:
        """Which elements these statements are."""
        said = {
            Element.SEPARATION: bool(self.separation),
            Element.RECERTIFICATION: bool(self.recertification),
            Element.LEARNING_EVENT: bool(self.learning_event),
            Element.INVALIDATION: bool(self.invalidation),
            Element.RECOGNISES: bool(self.recognises),
            Element.AUTOMATION: self.register,
        }
        return frozenset(element for element, there in said.items() if there)


PLACES = {
    Element.OUTCOMES: ("learning_outcomes", "what the holder knows and can do"),
    Element.ASSESSED: ("learning_outcomes", "with `evidenced_by`, what assesses each outcome"),
    Element.SIZE: ("workload", "hours and credits"),
    Element.LEVEL: ("eqf_level", "the level of the EQF"),
    Element.QUALITY: ("metadata.quality_assurance", "the quality assurance it rests on"),
    Element.SEPARATION: ("kind.separation", "how training and examining are kept apart"),
    Element.RECERTIFICATION: ("kind.recertification", "what is asked at recertification, and why so often"),
    Element.AUTOMATION: ("kind.automation", "the automated functions, an empty list where there is none"),
    Element.LEARNING_EVENT: ("kind.learning_event", "the learning event the certificate is tied to"),
    Element.INVALIDATION: ("kind.invalidation", "on which grounds a certificate is invalidated"),
    Element.RECOGNISES: ("kind.recognises", "what the badge recognises"),
}
"""Element → where the content states it, and what stands there."""


def read_kind(node: Node) -> Declared:
    """Read the entry `kind` of a scheme; mistakes go to the node's list."""
    kind = KINDS[node.choice("is", tuple(KINDS))]
    asked = {
        element: PLACES[element][0].removeprefix("kind.") for element in kind.needs if PLACES[element][0][:5] == "kind."
    }
    said = {name: node.optional_text(name) for name in asked.values() if name != "automation"}
    register = "automation" in asked.values() and isinstance(node.value.get("automation"), list | tuple)
    declared = Declared(
        kind=kind,
        separation=said.get("separation", ""),
        recertification=said.get("recertification", ""),
        learning_event=said.get("learning_event", ""),
        invalidation=said.get("invalidation", ""),
        recognises=said.get("recognises", ""),
        automation=tuple(_read_automation(entry) for entry in node.nodes("automation")) if register else (),
        register=register,
    )
    node.finish()
    return declared


def _read_automation(node: Node) -> Automation:
    one = Automation(
        function=node.text("function"),
        ai=node.flag("ai"),
        overseen_by=node.text("overseen_by"),
        validated=node.text("validated"),
    )
    node.finish()
    return one


def read_named_frame(node: Node) -> NamedFrame:
    """Read the entry `frame` of a scheme, in which loading put the frame's own entry under `entry`."""
    node.text("id")
    named = NamedFrame(
        frame=read_frame(node.node("entry")),
        level=node.integer("level", low=0, high=12) if node.has("level") else None,
    )
    node.finish()
    return named


def lacking(kind: Kind, stated: Collection[Element]) -> list[tuple[str, str]]:
    """What a scheme of a kind does not state and must: (field, sentence with the remedy) each.

    Examples
    --------
    >>> from assess.schemes.kinds import MICRO_CREDENTIAL
    >>> lacking(MICRO_CREDENTIAL, set(MICRO_CREDENTIAL.needs) - {Element.LEVEL})[0][0]
    'eqf_level'
    """
    found: list[tuple[str, str]] = []
    for element in kind.needs:
        place, what = PLACES[element]
        if element in stated or any(place == told for told, _ in found):
            continue
        way_out = (
            "" if kind is OPEN_BADGE else f", or declare the kind {OPEN_BADGE.code}, whose documents say that it is one"
        )
        found.append(
            (
                place,
                f"is missing: nothing is published as a {kind.wording.document} without {element}. State {what}{way_out}.",
            )
        )
    return found
