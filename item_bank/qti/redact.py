"""An item's XML without anything that tells the answer, for a viewer that is not ours."""

from collections.abc import Callable

from lxml import etree

from item_bank.qti.markup import NAMESPACE, Node
from item_bank.qti.read import parse

# Declarations stay, because a player needs the response's type; what they hold does not.
_SECRET = (
    "qti-correct-response",
    "qti-mapping",
    "qti-area-mapping",
    "qti-response-processing",
    "qti-template-processing",
    "qti-template-declaration",
    "qti-outcome-declaration",
    "qti-modal-feedback",
    "qti-feedback-block",
    "qti-feedback-inline",
    "qti-catalog-info",
)
_CANDIDATE = "candidate"
_NAMED = ("qti-simple-choice", "qti-simple-associable-choice", "qti-hotspot-choice")


def redact(xml: bytes | str, *, rename: Callable[[str], str]) -> bytes:
    """Remove keys, mappings, processing, feedback, outcomes and every rubric block that is not for candidates.

    Parameters
    ----------
    xml : bytes or str
        A QTI 3.0 item, ours or another's.
    rename : callable
        Gives the opaque name of a choice's identifier, since authors often number choices in key order.

    Raises
    ------
    QTIError
        When the XML can't be parsed safely.
    """
    root = parse(xml)
    for name in _SECRET:
        for element in list(root.iter(f"{{{NAMESPACE}}}{name}")):
            _remove(element)
    for block in list(root.iter(f"{{{NAMESPACE}}}qti-rubric-block")):
        if _CANDIDATE not in (block.get("view") or "").split():
            _remove(block)
    for name in _NAMED:
        for choice in root.iter(f"{{{NAMESPACE}}}{name}"):
            choice.set("identifier", rename(choice.get("identifier") or ""))
    return etree.tostring(root, method="c14n")


def _remove(element: Node) -> None:
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    before = element.getprevious()
    if tail.strip() and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail.strip():
        parent.text = (parent.text or "") + tail
    parent.remove(element)
