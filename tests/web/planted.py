"""Keys of an attempt's items, tasks and simulations with words planted in them that nobody would write by chance.

What is planted is stored as its own version, and the attempt pins that: whatever serves the attempt serves the planted content.
"""

import dataclasses
import uuid
from decimal import Decimal
from typing import Any

from assess.attempts.models import Attempt
from assess.attempts.queries import pinned
from assess.schemes.models import SimulationVersion
from item_bank.models import ItemVersion
from item_bank.qti import build_item, content_hash
from rubrics.definition import content_hash as document_hash
from rubrics.models import TaskVersion

WORD = "zqxcanary"
NUMBER = Decimal("71930.4242")
SECRET_TEXTS = {"rationale", "references", "review_note", "note", "why", "point", "accept", "model_answer", "formula"}
SECRET_NAMES = {"id", "key", "before", "after"}
OF_TASKS = {"text", "observe", "anchors", "assessor_setup", "safety_stop_rules", "critical_rule", "instruction"}
OF_SIMULATIONS = {"fault_variants", "extra_rules", "scope_note"}


def planted_content(value: Any, name: str = "") -> Any:
    """The same content; its keys, reasons and authoring names hold the word, its numeric keys are the number."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: planted_content(getattr(value, field.name), field.name) for field in dataclasses.fields(value)
        }
        kept = ("identifier", "language", "figure")
        return dataclasses.replace(value, **{one: new for one, new in changed.items() if one not in kept})
    if isinstance(value, tuple):
        return tuple(planted_content(one, name) for one in value)
    if isinstance(value, str) and name in SECRET_TEXTS:
        return f"{value} {WORD}"
    if isinstance(value, str) and name in SECRET_NAMES:
        return f"{value}-{WORD}"
    if isinstance(value, Decimal) and name in ("key", "value"):
        return NUMBER
    return value


def planted_document(value: Any, secret: set[str], name: str = "") -> Any:
    """The same document; the texts under secret names hold the word."""
    if isinstance(value, dict):
        return {key: planted_document(one, secret, name if name in secret else key) for key, one in value.items()}
    if isinstance(value, list):
        return [planted_document(one, secret, name) for one in value]
    return f"{value} {WORD}" if isinstance(value, str) and name in secret else value


def plant(attempt_id: uuid.UUID) -> Attempt:
    """Plant the word in everything that this attempt pins."""
    attempt = Attempt.objects.get(pk=attempt_id)
    for item, pin in zip(pinned(attempt).items, attempt.pins["items"], strict=True):
        qti = build_item(planted_content(item.content)).decode()
        assert WORD in qti
        ItemVersion.objects.filter(content_hash=pin["hash"]).update(qti=qti, content_hash=content_hash(qti))
        pin["hash"] = content_hash(qti)
    for pin in attempt.pins["tasks"]:
        task = TaskVersion.objects.get(content_hash=pin["hash"])
        pin["hash"] = _stored(task, planted_document(task.document, OF_TASKS))
    for pin in attempt.pins["simulations"]:
        simulation = SimulationVersion.objects.get(content_hash=pin["hash"])
        document = simulation.document | {
            name: _in_texts(simulation.document[name]) for name in OF_SIMULATIONS & set(simulation.document)
        }
        pin["hash"] = _stored(simulation, document)
    attempt.save(update_fields=["pins"])
    return attempt


def _in_texts(value: Any) -> Any:
    """The word in what is told about a fault or a rule, and in no name of a part that the circuit is built from."""
    if isinstance(value, list):
        return [_in_texts(one) for one in value]
    if isinstance(value, dict):
        return {key: f"{one} {WORD}" if key == "text" else one for key, one in value.items()}
    return f"{value} {WORD}"


def _stored(version: Any, document: Any) -> str:
    version.document, version.content_hash = document, document_hash(document)
    version.save(update_fields=["document", "content_hash"])
    return str(version.content_hash)
