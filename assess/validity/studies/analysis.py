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
from assess.validity.datasets.arrays import (
    GlobalRatings,
    Groups,
    Judgements,
    PartScores,
    Ratings,
    Responses,
    Sittings,
)
from assess.validity.report.written import Document
from assess.validity.studies.decision_study import Cuts, borderline_document, part_document
from assess.validity.studies.judgement_study import judgement_document
from assess.validity.studies.rating_study import rating_document
from assess.validity.studies.response_study import response_document
from assess.validity.studies.sitting_study import sitting_document
from assess.validity.studies.software import software

__all__ = [
    "Cuts",
    "GlobalRatings",
    "Groups",
    "Judgements",
    "PartScores",
    "Ratings",
    "Responses",
    "Sittings",
    "analyse",
]

Number = float | Decimal
Report = Callable[[str], None]


def _in_silence(step: str) -> None:
    """Tell nobody how far it is."""


def _within(section: str, report: Report) -> Report:
    return lambda step: report(f"{section}: {step}")


def _judged(given: Judgements, seed: int, report: Report) -> Document:
    report("judgements")
    return judgement_document(given, seed=seed)


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
    groups: Groups | Sequence[Groups] | None = None,
    sittings: Sittings | None = None,
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
        The group of each person of the responses; several of them are several comparisons.
    sittings
        The sitting of each person of the parts (and of the responses), so that what is pooled is also told apart.
    cuts
        Part (or "overall") → (cut score, its standard error or None), per cent.
    rating_cut
        The cut of the ratings, in per cent of their highest marks.
    sources
        Where the data come from: `name` and `sha256` of each file, say.
    seed
        Of all random numbers.
    report
        Told each step that has data before it is computed ("responses: fit"); `steps.STEPS` lists them.

    Returns
    -------
    dict
        `kind`, `version`, `title`, `simulated`, `seed`, `sources`, `software`, `responses`, `ratings`, `task_scores`,
        `borderline`, `judgements`, `parts`, `sittings`; see the reference page of the study. `canonical` accepts it.

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
        "software": dict(software()),
    }
    compared = (groups,) if isinstance(groups, Groups) else tuple(groups or ())
    sections: dict[str, tuple[object, Callable[[Any], Any]]] = {
        "responses": (
            responses,
            lambda given: response_document(
                given, cut=adopted.get(given.part), groups=compared, seed=seed, report=report
            ),
        ),
        "ratings": (ratings, lambda given: rating_document(given, cut=rating_cut, report=_within("ratings", report))),
        "task_scores": (task_scores, lambda given: rating_document(given, report=_within("task_scores", report))),
        "borderline": (global_ratings, lambda given: borderline_document(given, report=report)),
        "judgements": (judgements, lambda given: _judged(given, seed, report)),
        "parts": (parts, lambda given: part_document(given, cuts=adopted, seed=seed, report=report)),
    }
    for section, (given, compute) in sections.items():
        document[section] = None if given is None else compute(given)
    document["sittings"] = None
    if parts is not None and sittings is not None:
        report("sittings")
        document["sittings"] = sitting_document(parts, sittings, responses=responses, cuts=adopted)
    return document
