"""Which fields of an entry hold words that somebody chose, and an entry without them: for the lawful erasure of a person."""

import json

from assess.ledger.canonical import canonical

WORDS = frozenset({"text", "reason", "how", "by"})
"""Fields that hold free words, whatever the kind."""

ANSWERS = frozenset({"answer", "case_answer"})
LONGEST_TOKEN = 40
"""An answer that is longer is a text: tokens of options and numbers are shorter."""


def without_words(kind: str, payload: str) -> str | None:
    """Canonical JSON of an entry's payload with its words replaced, and marked as erased; None where it holds none.

    >>> without_words("comment", '{"text":"Nadia was calm"}')
    '{"erased":true,"text":""}'
    >>> without_words("mark", '{"criterion":"T1.01"}') is None
    True
    """
    held = json.loads(payload)
    cleared = {name: "" if name in WORDS and isinstance(value, str) else value for name, value in held.items()}
    if kind in ANSWERS:
        cleared = {name: _without_text(value) for name, value in cleared.items()}
    return None if cleared == held else canonical({**cleared, "erased": True}).decode()


def _without_text(value: object) -> object:
    """Texts of candidates, at any depth; options, numbers and names of items stay."""
    if isinstance(value, str):
        return "" if len(value) > LONGEST_TOKEN or " " in value else value
    if isinstance(value, list):
        return [_without_text(held) for held in value]
    if isinstance(value, dict):
        return {name: _without_text(held) for name, held in value.items()}
    return value


def is_erased(payload: str) -> bool:
    """Whether an entry says that its words were erased. It counts only where the person of the attempt was."""
    return '"erased":true' in payload
