"""Abilities of persons from a calibration: EAP, MAP, ML, WLE, and EAP from the sum score."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.expectation import Grid, Indicators, moments, points_for
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.likely_abilities import Method, by_pattern, by_weighted_sum
from assess.psychometrics.irt.sum_scores import sum_score_abilities
from assess.psychometrics.irt.table import ResponseTable, SmallIntegers, joined, response_table, small_categories
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, normal_interval, not_enough

SOURCES = {
    "EAP": "Bock & Mislevy (1982), Applied Psychological Measurement 6, 431–444",
    "MAP": "Samejima (1969), Psychometrika Monograph 17",
    "ML": "Lord (1980), Applications of item response theory to practical testing problems, ch. 4",
    "WLE": "Warm (1989), Psychometrika 54, 427–450",
    "EAPsum": "Thissen, Pommerich, Billeaud & Williams (1995), Applied Psychological Measurement 19, 39–49",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Abilities:
    """Ability of every person on the calibration's scale.

    Attributes
    ----------
    theta, standard_error
        One per row of the responses. NaN for a person without a calibrated answer; ±infinity with an infinite standard
        error where the maximum likelihood has no finite place (everything right, everything wrong). `estimate` says
        both in words.
    answered
        Number of calibrated items each person answered.
    """

    theta: FloatArray
    standard_error: FloatArray
    answered: IntArray
    method: Method
    source: str
    doubt: str

    @property
    def unanswered(self) -> int:
        """Persons without a calibrated answer."""
        return int((self.answered == 0).sum())

    def estimate(self, person: int, *, level: float = LEVEL, minimum: int = 1) -> Estimate:
        """One person's ability; n counts the answered items."""
        theta, error, n = float(self.theta[person]), float(self.standard_error[person]), int(self.answered[person])
        method = f"{self.method} ability"
        if n == 0 or not np.isfinite(theta):
            reason = "the person answered no calibrated item"
            if n:
                side = "lowest" if theta < 0 else "highest"
                reason = f"the answers are as likely as they can be at the {side} ability there is; use WLE or EAP"
            return not_enough(n=n, method=method, source=self.source, reason=reason, level=level)
        found = estimated(
            value=theta,
            standard_error=error,
            interval=normal_interval(theta, error, level),
            n=n,
            method=method,
            source=self.source,
            minimum=minimum,
            level=level,
            cases="answered items",
        )
        return doubted(found, self.doubt) if self.doubt else found


def estimate(
    responses: npt.ArrayLike,
    calibration: Calibration,
    method: Method = "EAP",
    *,
    groups: npt.ArrayLike | None = None,
    curvature: bool = False,
) -> Abilities:
    r"""Estimate the ability of every person.

    Parameters
    ----------
    responses
        persons × items of the calibration, categories from 0; NaN = missing.
    calibration
        From `calibrate`. Items it left out do not count.
    method
        - "EAP": mean of the posterior under the calibrated population; its standard deviation is the standard error.
        - "MAP": mode of the posterior; 1/√(observed information + 1/variance).
        - "ML": maximum of the likelihood; 1/√(observed information).
        - "WLE": Warm's weighted likelihood, the root of the score plus J/(2I); 1/√information.
        - "EAPsum": mean of the posterior given the sum score only.

    groups
        A label of the calibration's groups for each person, whose population EAP and MAP then rest on; without labels it is
        that of the reference group.
    curvature
        Of the WLE: take the standard error from the slope of the weighted score (as mirt does) and not from the
        information (Warm; TAM).

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`, `unknown_method`, `incomplete` (EAPsum with missing
        answers), `groups_do_not_fit`, `no_such_group`.

    Examples
    --------
    >>> from assess.psychometrics.irt import calibrate
    >>> answers = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 0, 1]] * 20, dtype=float)
    >>> estimate([[1, 1, 0], [1, 1, 1]], calibrate(answers, "Rasch"), "WLE").theta.round(2).tolist()
    [0.28, 1.76]
    """
    if method not in SOURCES:
        raise ResponseError("unknown_method", f"there is no method {method!r}; methods: {', '.join(SOURCES)}")
    answers = calibrated_answers(responses, calibration)
    assert calibration.fitted is not None
    fitted = calibration.fitted
    if groups is None:
        theta, error, answered = _measured(answers, fitted, method, curvature)
    else:
        theta, error = np.full(len(answers), np.nan), np.full(len(answers), np.nan)
        answered = np.zeros(len(answers), dtype=np.int64)
        for number, rows in enumerate(_members(groups, len(answers), calibration)):
            if len(rows):
                own = _measured(answers[rows], fitted.population(number), method, curvature)
                theta[rows], error[rows], answered[rows] = own
    return Abilities(
        theta=theta,
        standard_error=error,
        answered=answered,
        method=method,
        source=SOURCES[method],
        doubt="" if calibration.converged else f"the calibration is not to be relied on: {calibration.reason}",
    )


def _measured(
    answers: SmallIntegers, fitted: Fitted, method: Method, curvature: bool
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Ability, standard error and number of answers of persons of one population."""
    table = response_table(answers, fitted.categories, fitted.table.frequencies)
    if method == "EAP":
        theta, error = _eap(table, fitted)
    elif method == "EAPsum":
        theta, error = _eap_of_sum(table, fitted)
    elif fitted.family == "partial credit" and table.complete:
        theta, error = by_weighted_sum(table, fitted, method, curvature)
    else:
        theta, error = by_pattern(table, fitted, method, curvature)
    answered = (table.categories >= 0).sum(axis=1).astype(np.int64)
    theta, error = (np.where(answered > 0, found, np.nan)[table.member] for found in (theta, error))
    return theta, error, answered[table.member]


def _members(groups: npt.ArrayLike, persons: int, calibration: Calibration) -> list[IntArray]:
    """The rows of each of the calibration's groups."""
    labels = np.array([str(label) for label in np.asarray(groups).ravel().tolist()])
    if len(labels) != persons:
        raise ResponseError("groups_do_not_fit", f"{len(labels)} group labels for {persons} persons")
    strange = sorted(set(labels.tolist()) - set(calibration.groups))
    if strange:
        sentence = f"the calibration has no group {strange[0]!r}; groups: {', '.join(calibration.groups)}"
        raise ResponseError("no_such_group", sentence)
    return [np.flatnonzero(labels == label) for label in calibration.groups]


def calibrated_answers(responses: npt.ArrayLike, calibration: Calibration) -> SmallIntegers:
    """Answers to the calibrated items, persons × calibrated items, categories as the calibration joined them; −1 = missing.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`.
    """
    if calibration.fitted is None:
        raise ResponseError("not_calibrated", f"there is no calibration to measure with: {calibration.reason}")
    categories = small_categories(responses)
    if categories.shape[1] != len(calibration.names):
        sentence = f"{categories.shape[1]} columns for {len(calibration.names)} calibrated items"
        raise ResponseError("items_do_not_fit", sentence)
    kept = calibration.kept
    for j in kept:
        highest = int(calibration.used[j][-1])
        if categories[:, j].max(initial=0) > highest:
            person = int((categories[:, j] > highest).argmax())
            sentence = f"person {person}, {calibration.names[j]}: category {categories[person, j]}; it was calibrated to {highest}"
            raise ResponseError("not_a_category", sentence)
    if len(kept) < categories.shape[1] or any(len(calibration.used[j]) <= calibration.used[j][-1] for j in kept):
        categories = np.column_stack([joined(categories[:, j], calibration.used[j]) for j in kept])
    return categories


def _eap(table: ResponseTable, fitted: Fitted) -> tuple[FloatArray, FloatArray]:
    grid, theta = fitted.grid()
    mean, spread = moments(Indicators(table), fitted.at(theta), grid)
    finer = points_for(grid, float(spread.min(initial=1.0)))
    if finer > len(grid.nodes):  # other persons, other items answered: finer than the calibration's
        grid = Grid(finer)
        mean, spread = moments(Indicators(table), fitted.at(fitted.mean + fitted.sd * grid.nodes), grid)
    return fitted.mean + fitted.sd * mean, fitted.sd * spread


def _eap_of_sum(table: ResponseTable, fitted: Fitted) -> tuple[FloatArray, FloatArray]:
    answered = table.categories >= 0
    partly = np.flatnonzero(answered.any(axis=1) & ~answered.all(axis=1))
    if len(partly):
        sentence = "some persons did not answer everything, so their sum scores are not of the same items; use EAP"
        raise ResponseError("incomplete", sentence)
    by_score = sum_score_abilities(fitted)
    score = np.where(answered, table.categories, 0).sum(axis=1, dtype=np.int64)
    return by_score.theta[score], by_score.standard_error[score]
