"""The ratings of a survey or a panel as bytes that stay: canonical, by study-local labels, with a SHA-256; pure."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import rfc8785

from assess.validity.job.definition import LEARNED
from assess.validity.job.survey import Person, Rating

FloatArray = npt.NDArray[np.float64]
Dataset = Mapping[str, Any]


def sha256_of(dataset: Dataset) -> str:
    """SHA-256 of a data set in the JSON Canonicalization Scheme.

    >>> sha256_of({"b": 1, "a": [2]})[:12]
    '63c9663de90e'
    """
    return hashlib.sha256(rfc8785.dumps(dict(dataset))).hexdigest()


def survey_dataset(
    statements: Sequence[str], people: Mapping[str, Person], ratings: Mapping[tuple[str, str], Rating]
) -> dict[str, Any]:
    """The ratings of a survey; respondents in the order of their labels, so that the same ratings give the same bytes."""
    labels = sorted(people)
    place = {name: number for number, name in enumerate(statements)}
    row = {label: number for number, label in enumerate(labels)}
    return {
        "schema": "job-ratings@1",
        "statements": list(statements),
        "respondents": [
            {
                "label": label,
                "region": people[label].region,
                "years": people[label].years,
                "setting": people[label].setting,
            }
            for label in labels
        ],
        "ratings": sorted(
            [row[who], place[what], int(one.done), one.importance or 0, one.frequency or 0, one.harm or 0,
             LEARNED.index(one.learned) + 1 if one.learned else 0]
            for (who, what), one in ratings.items()
        ),
    }  # fmt: skip


class Table:
    """A survey's data set as arrays respondents × statements, NaN where nothing was said."""

    def __init__(self, dataset: Dataset) -> None:
        self.statements: tuple[str, ...] = tuple(dataset["statements"])
        self.people = tuple(Person(one["region"], one["years"], one["setting"]) for one in dataset["respondents"])
        shape = (len(self.people), len(self.statements))
        held = np.full((5, *shape), np.nan)
        if dataset["ratings"]:
            rows = np.array(dataset["ratings"], dtype=np.float64)
            at = rows[:, :2].astype(np.intp)
            held[0, at[:, 0], at[:, 1]] = rows[:, 2]
            for layer in range(1, 5):
                held[layer, at[:, 0], at[:, 1]] = np.where(rows[:, 2 + layer] > 0, rows[:, 2 + layer], np.nan)
        self.done, self.importance, self.frequency, self.harm, self.learned = held


def panel_dataset(
    elements: Sequence[Mapping[str, str]], experts: Sequence[str], ratings: Mapping[tuple[str, str], tuple[int, int]]
) -> dict[str, Any]:
    """The ratings of a content panel.

    Parameters
    ----------
    elements
        Each with `id` and `sha256`: what was looked at, in which text.
    experts
        Study-local labels.
    ratings
        (expert, element) → necessity (1 not necessary, 2 useful, 3 essential) and relevance 1–4.
    """
    labels = sorted(experts)
    row = {label: number for number, label in enumerate(labels)}
    place = {one["id"]: number for number, one in enumerate(elements)}
    return {
        "schema": "content-ratings@1",
        "elements": [{"id": one["id"], "sha256": one["sha256"]} for one in elements],
        "experts": labels,
        "ratings": sorted([row[who], place[what], *given] for (who, what), given in ratings.items()),
    }


def panel_tables(dataset: Dataset) -> tuple[FloatArray, FloatArray]:
    """Necessity and relevance, experts × elements, NaN where nobody rated."""
    held = np.full((2, len(dataset["experts"]), len(dataset["elements"])), np.nan)
    if dataset["ratings"]:
        rows = np.array(dataset["ratings"], dtype=np.float64)
        at = rows[:, :2].astype(np.intp)
        for layer in (0, 1):
            held[layer, at[:, 0], at[:, 1]] = rows[:, 2 + layer]
    return held[0], held[1]
