"""The one error of this room: a stable code for machines, a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake in a document: where it stands, and what is wrong with the remedy in the same sentence."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}"


class RubricError(Exception):
    """Raised by `rubrics`.

    Parameters
    ----------
    code
        Stable, for machines: `definition`, `mark`, `not_found`, `state`, `two_people`, …
    sentence
        Names the place and the remedy.
    problems
        Every mistake found, when several were looked for at once.

    Examples
    --------
    >>> error = RubricError("mark", "PT-1.01: answer must be yes, no or not_seen.")
    >>> error.code, str(error)
    ('mark', 'PT-1.01: answer must be yes, no or not_seen.')
    """

    def __init__(self, code: str, sentence: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.problems = problems
