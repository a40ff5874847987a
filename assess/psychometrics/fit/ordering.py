"""Person fit without a model: Ht and U3 ask whether easy items are solved before hard ones."""

import numpy as np
import numpy.typing as npt

from assess.psychometrics.fit.likelihood_fit import PersonFit
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError, as_categories

HT_SOURCE = (
    "Sijtsma (1986), Kwantitatieve Methoden 7, 131–145; "
    "Sijtsma & Meijer (1992), Applied Psychological Measurement 16, 149–157"
)
U3_SOURCE = "van der Flier (1982), Journal of Cross-Cultural Psychology 13, 267–298"
FEWEST_PERSONS = 100
FEWEST_ITEMS = 10


def ht(responses: npt.ArrayLike) -> PersonFit:
    r"""Sijtsma's Ht: how well each person's order of items goes with everybody else's.

    Parameters
    ----------
    responses
        persons × items, right (1) or wrong (0). Only persons who answered every item have a value.

    Raises
    ------
    ResponseError
        `not_dichotomous`, `not_a_table`, `not_finite`, `not_a_category`.

    Notes
    -----
    Σ_{m≠n} Cov(x_n, x_m)/Σ_{m≠n} Cov_max, over items, with Cov_max the largest covariance that the two sum scores allow:
    scalability coefficient H of the transposed table. 1 when everybody orders the items alike, about 0 when answers do not
    follow the order. Persons with nothing or everything right have no Ht. It has no tabled law: compare with simulated
    answers, or look at the lowest.

    Examples
    --------
    >>> ht([[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1]]).value.round(2).tolist()
    [0.0, 0.2, 0.2, -1.0]
    """
    answers = _dichotomous(responses)
    complete = np.isfinite(answers).all(axis=1) & (answers.shape[1] > 0)
    rows = answers[complete]
    share = rows.mean(axis=1) if rows.size else np.zeros(len(rows))
    centred = rows - share[:, None]
    top = centred @ centred.sum(axis=0) - (centred**2).sum(axis=1)
    # the largest covariance with another person is the smaller share × (1 − the larger): one pass over the sorted shares
    order = np.argsort(share, kind="stable")
    sorted_share = share[order]
    below = np.cumsum(sorted_share) - sorted_share
    above = (1 - sorted_share)[::-1].cumsum()[::-1] - (1 - sorted_share)
    bottom = np.empty(len(rows))
    bottom[order] = ((1 - sorted_share) * below + sorted_share * above) * answers.shape[1]
    varies = (share > 0) & (share < 1) & (bottom > 1e-12)
    value = np.full(len(answers), np.nan)
    value[np.flatnonzero(complete)[varies]] = top[varies] / bottom[varies]
    return _reported(answers, value, "Ht", HT_SOURCE)


def u3(responses: npt.ArrayLike) -> PersonFit:
    r"""van der Flier's U3: how far each pattern is from solving just the easiest items.

    Parameters
    ----------
    responses
        persons × items, right (1) or wrong (0). Only persons who answered every item have a value; items that everybody
        or nobody solved do not count.

    Returns
    -------
    PersonFit
        0 when the easiest items are solved, 1 when the hardest: high values are unusual.

    Raises
    ------
    ResponseError
        `not_dichotomous`, `not_a_table`, `not_finite`, `not_a_category`.

    Notes
    -----
    With items in order of difficulty, l = logit of the share of right answers and r right answers:
    (Σ_{i ≤ r} l_i − Σ x_i l_i)/(Σ_{i ≤ r} l_i − Σ_{i > items − r} l_i). Persons with nothing or everything right have none.

    Examples
    --------
    >>> u3([[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1]]).value.round(2).tolist()
    [0.0, 0.0, 0.0, 1.0]
    """
    answers = _dichotomous(responses)
    seen = np.isfinite(answers)
    complete = seen.all(axis=1) & (answers.shape[1] > 0)
    solved = np.where(seen, answers, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    telling = (solved > 0) & (solved < 1)
    logit = np.log(solved[telling] / (1 - solved[telling]))
    rows = answers[complete][:, telling]
    right = rows.sum(axis=1).astype(np.int64)
    easiest = np.append(0.0, np.sort(logit)[::-1].cumsum())[right]
    hardest = np.append(0.0, np.sort(logit).cumsum())[right]
    varies = easiest - hardest > 1e-12
    value = np.full(len(answers), np.nan)
    share = (easiest - rows @ logit)[varies] / (easiest - hardest)[varies]
    value[np.flatnonzero(complete)[varies]] = np.clip(share, 0.0, 1.0)
    return _reported(answers, value, "U3", U3_SOURCE)


def _dichotomous(responses: npt.ArrayLike) -> FloatArray:
    answers = as_categories(responses)
    graded: BoolArray = answers > 1
    if graded.any():
        row, column = np.argwhere(graded)[0]
        sentence = f"row {row}, column {column} is {answers[row, column]:g}; Ht and U3 are for right (1) or wrong (0): use lz_star"
        raise ResponseError("not_dichotomous", sentence)
    return answers


def _reported(answers: FloatArray, value: FloatArray, method: str, source: str) -> PersonFit:
    answered = np.isfinite(answers).sum(axis=1).astype(np.int64)
    there = np.isfinite(value)
    n, items = int(there.sum()), answers.shape[1]
    reason = ""
    if n < FEWEST_PERSONS:
        reason = f"{n} persons have a value; at least {FEWEST_PERSONS} are needed to know the order of the items"
    elif items < FEWEST_ITEMS:
        reason = f"{items} items; at least {FEWEST_ITEMS} are needed to tell an unusual pattern from chance"
    return PersonFit(
        value=value,
        answered=answered,
        n=n,
        without=len(value) - n,
        method=method,
        source=source,
        normal=False,
        sufficient=not reason,
        reason=reason,
    )
