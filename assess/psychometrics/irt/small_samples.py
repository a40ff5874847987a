"""Few persons: one version's sittings taken together, difficulties held by a stated prior, and how many persons it would take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.irt.marginal import calibrate
from assess.psychometrics.irt.models import model_named
from assess.psychometrics.responses import ResponseError, as_categories

# 95 % of difficulties within three logits of the population's mean: weak, but an item everybody but one solved stays finite
PRIOR = (0.0, 1.5)
# an interval of a logit and a half, the least that tells an easy item from a hard one
WANTED = 0.35


@dataclass(frozen=True, kw_only=True, eq=False)
class SmallSample:
    """A calibration of few persons.

    Attributes
    ----------
    calibration
        Items on one scale: the first sitting's mean ability is 0; the other sittings have means of their own.
    prior
        Mean and standard deviation of the normal prior on the step difficulties, in logits.
    needed
        For each item, how many answers would bring its least certain threshold to a standard error of `wanted`; 0 for an
        item without an estimate. The prior counts as what it is worth.
    enough
        For each item, whether it has these.
    sentence
        The outcome in words.
    """

    calibration: Calibration
    prior: tuple[float, float]
    wanted: float
    needed: IntArray
    enough: npt.NDArray[np.bool_]
    sentence: str


def small_sample(
    sittings: Mapping[str, npt.ArrayLike],
    model: str = "Rasch",
    *,
    names: Sequence[str] | None = None,
    prior: tuple[float, float] = PRIOR,
    wanted: float = WANTED,
) -> SmallSample:
    r"""Calibrate one version from all its sittings by a model with one slope and a prior on the difficulties.

    Parameters
    ----------
    sittings
        Responses (persons × the same items) of each sitting, by its name.
    model
        "Rasch", "PCM" or "RSM"; more would ask for slopes that few persons cannot tell.
    prior
        Mean and standard deviation of a normal prior on the step difficulties.
    wanted
        The standard error asked for, in logits.

    Raises
    ------
    ResponseError
        `no_sittings`; `items_do_not_fit` when the sittings differ in their number of items; `not_a_model`; `not_a_target`; as
        `calibrate`.

    Notes
    -----
    Every sitting's mean ability is estimated, one standard deviation for all, so that an able sitting does not make items look
    easy (Babcock & Hodge 2020, Educational and Psychological Measurement 80, 499–521, pool sittings under the Rasch model).
    Persons needed: with n answers and prior precision p, information (1/SE² − p)/n per answer.

    Examples
    --------
    >>> from assess.psychometrics import simulate
    >>> ability = np.random.default_rng(1).normal(size=42)
    >>> answers = simulate.rasch_responses(ability, [-1.0, 0.0, 0.5, 1.0], seed=2)
    >>> found = small_sample({"May": answers[:14], "June": answers[14:28], "July": answers[28:]})
    >>> found.calibration.groups, found.enough.tolist(), int(found.needed.max())
    (('May', 'July', 'June'), [False, False, False, False], 96)
    """
    specification = model_named(model)
    if not specification.fixed_slope:
        raise ResponseError("not_a_model", f"the {model} asks for slopes; few persons: Rasch, PCM or RSM")
    if not sittings:
        raise ResponseError("no_sittings", "there is no sitting; give the responses of each by its name")
    if not (np.isfinite(wanted) and wanted > 0):
        raise ResponseError("not_a_target", f"the standard error wanted is {wanted:g}; it is greater than 0")
    tables = {name: as_categories(table, name=f"responses of {name}") for name, table in sittings.items()}
    widths = {table.shape[1] for table in tables.values()}
    if len(widths) > 1:
        raise ResponseError(
            "items_do_not_fit", f"the sittings have {sorted(widths)} items; they need to be one version"
        )
    labels = np.repeat(list(tables), [len(table) for table in tables.values()])
    found = calibrate(
        np.vstack(list(tables.values())),
        model,
        names=names,
        groups=labels,
        reference=next((name for name, table in tables.items() if len(table)), None),
        equal_spread=True,
        difficulty_prior=prior,
    )
    errors = found.standard_errors["difficulty"].reshape(len(found.names), -1)
    known: npt.NDArray[np.bool_] = np.asarray(np.isfinite(errors).any(axis=1))
    worst = np.where(np.isfinite(errors), errors, 0.0).max(axis=1, initial=0.0)
    held = 1 / prior[1] ** 2
    each = np.divide(1 / np.maximum(worst, 1e-9) ** 2 - held, np.maximum(found.answered, 1))
    needed = np.where(known, np.ceil(np.maximum(1 / wanted**2 - held, 0.0) / np.maximum(each, 1e-9)), 0).astype(
        np.int64
    )
    enough: npt.NDArray[np.bool_] = np.asarray(known & (worst <= wanted))
    return SmallSample(
        calibration=found,
        prior=prior,
        wanted=wanted,
        needed=needed,
        enough=enough,
        sentence=_sentence(found, len(tables), known, enough, needed, wanted),
    )


def _sentence(
    found: Calibration,
    sittings: int,
    known: npt.NDArray[np.bool_],
    enough: npt.NDArray[np.bool_],
    needed: IntArray,
    wanted: float,
) -> str:
    start = f"{found.persons} persons in {sittings} sitting{'s' * (sittings != 1)}"
    if not found.converged:
        return f"{start}: not enough evidence: {found.reason}"
    told = (
        f"{start}; {int(known.sum())} of {len(known)} items have an estimate, {int(enough.sum())} of them with a standard error "
        f"of at most {wanted:g}"
    )
    if enough.all() or not known.any():
        return told
    return f"{told}; {int(needed.max())} answers would be needed for the least certain item"
