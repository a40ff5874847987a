"""Seeded answers to items of every model, and answers that are missing by design or by accident."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt import Calibration, KnownItem
from assess.psychometrics.irt import known as known_items
from assess.psychometrics.irt.families import log_probabilities
from assess.psychometrics.irt.steps import curves, flat
from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector

PERSONS_AT_ONCE = 2048
# streams of random numbers of their own: with one seed for all, who loses an answer must not depend on what it was
LOST, FORMS = 1, 2


def responses(
    theta: npt.ArrayLike,
    items: Calibration | Mapping[str, KnownItem] | Sequence[KnownItem],
    *,
    model: str = "2PL",
    seed: int,
) -> FloatArray:
    """Answers in categories 0, 1, …, persons × items, of any model that `irt` knows.

    Parameters
    ----------
    theta
        Ability of each person on the items' scale.
    items
        Parameters, or a calibration (its `model` counts then): an item that it left out is NaN for everybody, and a category
        that it never saw is never drawn.
    model
        "Rasch", "1PL", "2PL", "3PL", "PCM", "RSM", "GPCM" or "GRM".

    Raises
    ------
    ResponseError
        `not_calibrated`, `no_items`, `not_an_item`, `unknown_model`, `not_finite`, `not_a_list`.

    Notes
    -----
    One uniform number for each person and item; the category is the number of cumulative probabilities below it.

    Examples
    --------
    >>> items = [KnownItem(difficulty=(-1.0, 1.0), discrimination=2.0), KnownItem(difficulty=0.5)]
    >>> responses([-3.0, 0.0, 3.0], items, model="GRM", seed=2).tolist()
    [[0.0, 0.0], [1.0, 0.0], [2.0, 1.0]]
    """
    ability = as_vector(theta, name="theta")
    if np.isnan(ability).any():
        raise ResponseError("not_finite", f"theta: entry {int(np.isnan(ability).argmax())} is missing")
    source = items if isinstance(items, Calibration) else known_items(_named(items), model)
    fitted = source.fitted
    if fitted is None:
        raise ResponseError("not_calibrated", f"there is no calibration to draw from: {source.reason}")
    rng = np.random.default_rng(seed)
    found = np.full((len(ability), len(source.names)), np.nan)
    for start in range(0, len(ability), PERSONS_AT_ONCE):
        rows = slice(start, min(start + PERSONS_AT_ONCE, len(ability)))
        logs = log_probabilities(fitted.family, fitted.parameters, fitted.categories, ability[rows])
        upto = np.cumsum(np.exp(logs), axis=1)[:, :-1]
        chance = rng.random((rows.stop - rows.start, len(upto)))
        places = (chance.T[:, None] > upto).sum(axis=1)
        # a rounding error in the last sum must not lead beyond an item's highest category
        places = np.minimum(places, fitted.categories[:, None] - 1)
        for place, j in zip(places, source.kept, strict=True):
            found[rows, j] = source.used[j][place]
    return found


def _named(items: Mapping[str, KnownItem] | Sequence[KnownItem]) -> Mapping[str, KnownItem]:
    if isinstance(items, Mapping):
        return items
    return {f"item {number}": item for number, item in enumerate(items, 1)}


def by_form(answers: npt.ArrayLike, forms: Sequence[Sequence[int]], *, seed: int | None = None) -> FloatArray:
    """Missing by design: every person keeps the answers to the items of one form.

    Parameters
    ----------
    forms
        The columns of each form; forms may share items.
    seed
        Forms in random order within each round of persons; without it they go round in the order given.

    Raises
    ------
    ResponseError
        `not_a_form` when there is none, or one holds no item or an item that does not exist.

    Examples
    --------
    >>> by_form([[1, 1, 0], [0, 1, 1]], [[0, 1], [1, 2]]).tolist()
    [[1.0, 1.0, nan], [nan, 1.0, 1.0]]
    """
    matrix = as_matrix(answers)
    if not forms:
        raise ResponseError("not_a_form", "there is no form; a form is a list of columns")
    presented = np.zeros((len(forms), matrix.shape[1]), dtype=bool)
    for number, form in enumerate(forms):
        columns = np.asarray(form, dtype=np.int64)
        if not len(columns) or columns.min() < 0 or columns.max() >= matrix.shape[1]:
            sentence = f"form {number + 1} holds {list(form)}; its items are columns 0 to {matrix.shape[1] - 1}"
            raise ResponseError("not_a_form", sentence)
        presented[number, columns] = True
    rounds = -(-len(matrix) // len(forms))
    order = np.tile(np.arange(len(forms)), (rounds, 1))
    if seed is not None:
        order = np.random.default_rng((FORMS, seed)).permuted(order, axis=1)
    return np.where(presented[order.ravel()[: len(matrix)]], matrix, np.nan)


def at_random(answers: npt.ArrayLike, share: float, *, seed: int) -> FloatArray:
    """Missing by accident: every answer is lost with the same probability.

    Raises
    ------
    ResponseError
        `not_a_share`.

    Examples
    --------
    >>> at_random([[1, 1, 0], [0, 1, 1]], 0.5, seed=1).tolist()
    [[nan, 1.0, 0.0], [nan, 1.0, nan]]
    """
    matrix = as_matrix(answers)
    if not 0 <= share <= 1:
        raise ResponseError("not_a_share", f"a share of {share:g}; it lies between 0 and 1")
    return np.where(np.random.default_rng((LOST, seed)).random(matrix.shape) < share, np.nan, matrix)


def rasch_responses(theta: npt.ArrayLike, difficulty: npt.ArrayLike, *, seed: int) -> FloatArray:
    """Right-or-wrong answers, persons × items: P(right) = 1/(1 + exp(b − θ)).

    Examples
    --------
    >>> rasch_responses([-2.0, 2.0], [0.0, 0.5, 1.0], seed=4).tolist()
    [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    """
    return partial_credit_responses(theta, [[b] for b in as_vector(difficulty, name="difficulty")], seed=seed)


def partial_credit_responses(theta: npt.ArrayLike, steps: Sequence[npt.ArrayLike], *, seed: int) -> FloatArray:
    """Answers in categories 0, 1, …, persons × items, by the partial credit model.

    Parameters
    ----------
    theta
        Ability of each person in logits.
    steps
        Step difficulties of each item.
    """
    ability = as_vector(theta, name="theta")
    layout, difficulties = flat(steps)
    rng = np.random.default_rng(seed)
    chance = rng.random((len(ability), len(layout.steps)))
    reached = chance[:, layout.item] < curves(ability, layout, difficulties).at_least
    scores = np.zeros((len(ability), len(layout.steps)))
    for step, item in enumerate(layout.item):
        scores[:, item] += reached[:, step]
    return scores
