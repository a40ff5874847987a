"""The frozen data a study is made of: item scores, marks in long form, part scores, global ratings.

Each checks itself once, so that the analyses below may trust it. NaN means missing: not presented, not marked, not scored.
An answer that was left out although it was presented is worth 0 points and must come as 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector

OVERALL = "overall"
"""The name under which the cut of the weighted overall score is found among the cuts."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Responses:
    """Item scores of persons.

    Attributes
    ----------
    matrix
        persons × items, points from 0; NaN = not presented.
    items
        Name of each column, all different.
    maxima
        Highest score of each item, greater than 0.
    part
        The part of the scheme these items form (a key of the cuts); empty when they belong to none.

    Raises
    ------
    ResponseError
        `names_do_not_fit`, `duplicate_name`, `not_a_maximum`, `beyond_the_maximum`, `not_a_table`, `not_finite`.
    """

    matrix: FloatArray
    items: tuple[str, ...]
    maxima: FloatArray
    part: str = ""

    def __post_init__(self) -> None:
        matrix, maxima = as_matrix(self.matrix), as_vector(self.maxima, name="maxima")
        if matrix.shape[1] != len(self.items) or matrix.shape[1] != len(maxima):
            sentence = f"{len(self.items)} item names and {len(maxima)} maxima for {matrix.shape[1]} columns"
            raise ResponseError("names_do_not_fit", sentence)
        _all_different(self.items, "item")
        if not (maxima > 0).all():
            raise ResponseError("not_a_maximum", "every item's maximum must be greater than 0")
        beyond = np.argwhere(matrix > maxima)
        if len(beyond):
            row, column = beyond[0]
            sentence = (
                f"item {self.items[column]}, person {row + 1}: {matrix[row, column]:g} points, but the maximum is "
                f"{maxima[column]:g}; correct the score or the maximum"
            )
            raise ResponseError("beyond_the_maximum", sentence)
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "maxima", maxima)

    @property
    def percent(self) -> FloatArray:
        """Each person's points in per cent of what the items presented to that person can give; NaN for nobody's items."""
        seen = np.isfinite(self.matrix)
        possible = seen @ self.maxima
        earned = np.where(seen, self.matrix, 0.0).sum(axis=1)
        # rounding makes equal shares of different forms tie exactly
        share = np.divide(100 * earned, possible, out=np.full(len(possible), np.nan), where=possible > 0)
        return np.asarray(np.round(share, 9))


@dataclass(frozen=True, eq=False, kw_only=True)
class Ratings:
    """Marks in long form: one row is one rater's mark of one person on one criterion of one task.

    Attributes
    ----------
    persons, raters, criteria, tasks
        Names, one per row. Data without tasks carry one task name throughout.
    values
        The marks; a row whose mark is NaN counts as not marked.
    maxima
        Highest mark of each row's criterion; None when it is not known (marks are then compared as they are).

    Raises
    ------
    ResponseError
        `names_do_not_fit`, `duplicate_mark`, `not_a_maximum`, `not_a_list`, `not_finite`.
    """

    persons: tuple[str, ...]
    raters: tuple[str, ...]
    criteria: tuple[str, ...]
    tasks: tuple[str, ...]
    values: FloatArray
    maxima: FloatArray | None = None

    def __post_init__(self) -> None:
        values = as_vector(self.values, name="marks")
        lengths = {len(self.persons), len(self.raters), len(self.criteria), len(self.tasks), len(values)}
        if self.maxima is not None:
            maxima = as_vector(self.maxima, name="maxima")
            lengths.add(len(maxima))
            if not (maxima > 0).all():
                raise ResponseError("not_a_maximum", "every criterion's maximum must be greater than 0")
            object.__setattr__(self, "maxima", maxima)
        if len(lengths) > 1:
            raise ResponseError("names_do_not_fit", "persons, raters, criteria, tasks and marks differ in number")
        seen: set[tuple[str, str, str, str]] = set()
        for row in zip(self.persons, self.raters, self.tasks, self.criteria, strict=True):
            if row in seen:
                person, rater, task, criterion = row
                sentence = f"rater {rater} marked person {person} twice on {task}, {criterion}; keep one mark"
                raise ResponseError("duplicate_mark", sentence)
            seen.add(row)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, eq=False, kw_only=True)
class PartScores:
    """Scores of the parts of a scheme.

    Attributes
    ----------
    matrix
        persons × parts, per cent (0 to 100); NaN = no score.
    parts
        Name of each column, as in the cuts.
    components
        For a part: the scores of the items, criteria or cases it is the sum of, from which its reliability is found. A
        part without them has no reliability, and the study says so.
    must_pass
        One per person: 1 met every must-pass criterion, 0 did not, NaN not judged. None when the scheme has none.
    weights
        Weight of each part in the overall score, summing to 1; None when the scheme has no overall cut.
    """

    matrix: FloatArray
    parts: tuple[str, ...]
    components: Mapping[str, Responses] = field(default_factory=dict)
    must_pass: FloatArray | None = None
    weights: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        matrix = as_matrix(self.matrix, name="part scores")
        if matrix.shape[1] != len(self.parts):
            raise ResponseError("names_do_not_fit", f"{len(self.parts)} part names for {matrix.shape[1]} columns")
        _all_different(self.parts, "part")
        if ((matrix < 0) | (matrix > 100)).any():
            raise ResponseError("not_a_percentage", "part scores are per cent: every one lies between 0 and 100")
        unknown = sorted({*self.components, *(self.weights or {})} - set(self.parts))
        if unknown:
            raise ResponseError("names_do_not_fit", f"{unknown[0]!r} is not one of the parts {', '.join(self.parts)}")
        if self.weights is not None and set(self.weights) != set(self.parts):
            raise ResponseError("names_do_not_fit", "the weights must name every part")
        if self.must_pass is not None:
            must_pass = as_vector(self.must_pass, name="must-pass")
            if len(must_pass) != len(matrix):
                raise ResponseError("names_do_not_fit", f"{len(must_pass)} must-pass entries for {len(matrix)} persons")
            object.__setattr__(self, "must_pass", must_pass)
        object.__setattr__(self, "matrix", matrix)


@dataclass(frozen=True, eq=False, kw_only=True)
class GlobalRatings:
    """One row per performance of a task: its score and the assessor's global rating.

    Attributes
    ----------
    tasks
        The task of each row.
    percent
        Task score in per cent.
    ratings
        Global rating; higher = better.
    borderline
        The rating that means "just competent enough", where the cut is read off.
    """

    tasks: tuple[str, ...]
    percent: FloatArray
    ratings: FloatArray
    borderline: float

    def __post_init__(self) -> None:
        percent, ratings = as_vector(self.percent, name="task scores"), as_vector(self.ratings, name="global ratings")
        if not len(self.tasks) == len(percent) == len(ratings):
            raise ResponseError("names_do_not_fit", "tasks, task scores and global ratings differ in number")
        object.__setattr__(self, "percent", percent)
        object.__setattr__(self, "ratings", ratings)


@dataclass(frozen=True, eq=False, kw_only=True)
class Groups:
    """The group of each person of the responses, for the question whether items favour one of them.

    Attributes
    ----------
    labels
        One per person, in the order of the responses; empty = not known.
    column
        What the groups are, in words.
    focal
        The group that is looked after; None takes the smaller of two.

    Raises
    ------
    ResponseError
        `not_a_group` when `focal` is nobody's group, or is needed because there are more than two.
    """

    labels: tuple[str, ...]
    column: str
    focal: str | None = None

    def __post_init__(self) -> None:
        names = sorted({label for label in self.labels if label})
        if self.focal is not None and self.focal not in names:
            raise ResponseError(
                "not_a_group", f"{self.column}: nobody is in group {self.focal!r}; the groups are {', '.join(names)}"
            )
        if self.focal is None and len(names) > 2:
            sentence = f"{self.column} has {len(names)} groups ({', '.join(names[:6])}…); say which one is focal"
            raise ResponseError("not_a_group", sentence)


@dataclass(frozen=True, eq=False, kw_only=True)
class Sittings:
    """The sitting of each person of the part scores: what is pooled can be looked at sitting by sitting.

    Attributes
    ----------
    labels
        One per person, in the order of the part scores and of the responses.
    names
        Every sitting, in time.

    Raises
    ------
    ResponseError
        `duplicate_name`; `names_do_not_fit` where a label is not one of the names.
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        _all_different(self.names, "sitting")
        unknown = sorted(set(self.labels) - set(self.names))
        if unknown:
            raise ResponseError("names_do_not_fit", f"{unknown[0]!r} is not one of the sittings")


@dataclass(frozen=True, eq=False, kw_only=True)
class Judgements:
    """What standard setters say of items.

    Attributes
    ----------
    matrix
        judges × items; NaN = not judged.
    judges, items
        Names, all different.
    scale
        "proportion", "percent" or "yes/no" (chances, held as 0 to 1), "points" (0 to the item's points) or "levels" (a scale of
        the judges' own, from which no cut in points follows).
    points
        What each item is worth; 1 for probabilities.
    empirical, empirical_name
        An observed value of each item to compare the judges with, and what it is; None and empty when there is none.
    ignored
        Columns of the file that were left out because somebody asked for it.

    Raises
    ------
    ResponseError
        `names_do_not_fit`, `duplicate_name`, `not_a_probability`, `not_a_table`, `not_finite`.
    """

    matrix: FloatArray
    judges: tuple[str, ...]
    items: tuple[str, ...]
    scale: str
    points: FloatArray
    empirical: FloatArray | None = None
    empirical_name: str = ""
    ignored: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        matrix, points = as_matrix(self.matrix, name="judgements"), as_vector(self.points, name="points")
        if matrix.shape != (len(self.judges), len(self.items)) or len(points) != len(self.items):
            sentence = f"{len(self.judges)} judges, {len(self.items)} items and {len(points)} points for a table of {matrix.shape}"
            raise ResponseError("names_do_not_fit", sentence)
        _all_different(self.judges, "judge")
        _all_different(self.items, "item")
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "points", points)


def _all_different(names: tuple[str, ...], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise ResponseError(
            "duplicate_name", f"two columns are called {twice[0]!r}; give every {what} a name of its own"
        )


def criterion_names(tasks: Sequence[str], criteria: Sequence[str]) -> list[str]:
    """What the criterion of each row is called: with its task in front where several tasks have a criterion of this name.

    >>> criterion_names(["T1", "T2"], ["T1.01", "T2.01"]), criterion_names(["T1", "T2"], ["earthing", "earthing"])
    (['T1.01', 'T2.01'], ['T1: earthing', 'T2: earthing'])
    """
    found = set(zip(tasks, criteria, strict=True))
    if len({criterion for _, criterion in found}) == len(found):
        return list(criteria)
    return [f"{task}: {criterion}" for task, criterion in zip(tasks, criteria, strict=True)]
