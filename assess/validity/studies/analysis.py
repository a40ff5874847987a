"""One study: frozen data in, one document of estimates out.

The document is canonical JSON (numbers are decimal strings of stated places), so that it can be hashed into the ledger, and
the same input gives the same bytes. Nothing in it is a bare number: an estimate comes with its standard error, interval,
number of cases, method and source, and with a verdict in words; where the data cannot carry it the words begin "not enough
evidence".
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from assess.psychometrics.responses import ResponseError
from assess.validity.datasets.arrays import GlobalRatings, Groups, Judgements, PartScores, Ratings, Responses
from assess.validity.report.written import Document
from assess.validity.studies.decision_study import Cuts, borderline_document, part_document
from assess.validity.studies.judgement_study import judgement_document
from assess.validity.studies.rating_study import rating_document
from assess.validity.studies.response_study import response_document

__all__ = ["Cuts", "GlobalRatings", "Groups", "Judgements", "PartScores", "Ratings", "Responses", "analyse"]

Number = float | Decimal
Report = Callable[[str], None]


def _in_silence(step: str) -> None:
    """Tell nobody how far it is."""


def analyse(
    *,
    title: str,
    simulated: str | None = None,
    responses: Responses | None = None,
    ratings: Ratings | None = None,
    task_scores: Ratings | None = None,
    parts: PartScores | None = None,
    global_ratings: GlobalRatings | None = None,
    judgements: Judgements | None = None,
    groups: Groups | None = None,
    cuts: Mapping[str, tuple[Number, Number | None]] | None = None,
    rating_cut: float | None = None,
    sources: Sequence[Mapping[str, str]] = (),
    seed: int = 0,
    report: Report = _in_silence,
) -> Document:
    """Analyse what is given and say what each figure rests on.

    Parameters
    ----------
    title
        What the study is about.
    simulated
        How the data were made up, in words; None for real data. Every report says it loudly.
    responses, ratings, task_scores, parts, global_ratings, judgements
        The data; each one given gets its section, the others are None. `ratings` are marks on criteria, `task_scores` each
        rater's score of a whole task (one criterion per task) where both are known.
    groups
        The group of each person of the responses.
    cuts
        Part (or "overall") → (cut score, its standard error or None), per cent.
    rating_cut
        The cut of the ratings, in per cent of their highest marks.
    sources
        Where the data come from: `name` and `sha256` of each file, say.
    seed
        Of all random numbers.
    report
        Told the name of each section that has data before it is computed, and longer steps of one ("responses: fit").

    Returns
    -------
    dict
        `kind`, `version`, `title`, `simulated`, `seed`, `sources`, `responses`, `ratings`, `task_scores`, `borderline`,
        `judgements`, `parts`; see the reference page of the study. `assess.ledger.canonical.canonical` accepts it.

    Raises
    ------
    ResponseError
        When the data contradict themselves; `code` and sentence say where. Data that are merely thin raise nothing.

    Examples
    --------
    >>> import numpy as np
    >>> few = Responses(matrix=np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), items=("a", "b"), maxima=np.ones(2))
    >>> analyse(title="Three persons", responses=few)["responses"]["rasch"]["items"][0]["difficulty"]["words"]
    'not enough evidence: 3 persons answered; at least 30 are needed'
    """
    adopted: Cuts = {
        part: (float(value), None if se is None else float(se)) for part, (value, se) in (cuts or {}).items()
    }
    for part, (value, se) in adopted.items():
        if not 0 <= value <= 100 or (se is not None and not 0 <= se < 100):
            raise ResponseError(
                "not_a_percentage", f"the cut of {part} is {value:g} with error {se}; both are per cent"
            )
    document: Document = {
        "kind": "study",
        "version": 1,
        "title": title,
        "simulated": simulated,
        "seed": seed,
        "sources": [dict(source) for source in sources],
    }
    sections: dict[str, tuple[object, Callable[[Any], Any]]] = {
        "responses": (
            responses,
            lambda given: response_document(
                given, cut=adopted.get(given.part), groups=groups, seed=seed, report=report
            ),
        ),
        "ratings": (ratings, lambda given: rating_document(given, cut=rating_cut)),
        "task_scores": (task_scores, rating_document),
        "borderline": (global_ratings, lambda given: borderline_document(given, seed=seed)),
        "judgements": (judgements, lambda given: judgement_document(given, seed=seed)),
        "parts": (parts, lambda given: part_document(given, cuts=adopted, seed=seed)),
    }
    for section, (given, compute) in sections.items():
        if given is not None:
            report(section)
        document[section] = None if given is None else compute(given)
    return document
