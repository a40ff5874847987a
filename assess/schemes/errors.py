"""The one error of this room: a stable code for machines, a sentence for people, and every mistake found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ContentProblem:
    """One mistake in the content: file, id of the entry, field inside it, and a sentence with the remedy."""

    file: str
    identifier: str
    field: str
    sentence: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, self.identifier, self.field) if part)
        return f"{place}: {self.sentence}"


class SchemeError(Exception):
    """Raised by `assess.schemes`; `code` is for machines, `problems` lists every mistake found at once.

    Examples
    --------
    >>> error = SchemeError("content", "1 mistake", [ContentProblem("items.yaml", "X-1", "outcome", "is unknown.")])
    >>> error.code, [str(problem) for problem in error.problems]
    ('content', ['items.yaml, X-1, outcome: is unknown.'])
    """

    def __init__(self, code: str, sentence: str, problems: Sequence[ContentProblem] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.problems = tuple(problems)
