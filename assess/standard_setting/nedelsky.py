"""The Nedelsky method, for multiple choice: judges say which wrong options a borderline candidate would rule out."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import ResponseError, as_matrix, as_vector, item_names
from assess.psychometrics.results import LEVEL
from assess.standard_setting.judges import judge_names
from assess.standard_setting.panel_cut import MINIMUM_JUDGES, PanelCut, panel_cut
from assess.standard_setting.panel_cut import SOURCE as ERRORS
from assess.standard_setting.resampling import RESAMPLES

SOURCE = f"Nedelsky (1954), Educational and Psychological Measurement 14, 3–19; standard errors: {ERRORS}"


def nedelsky(
    eliminated: npt.ArrayLike,
    options: npt.ArrayLike,
    *,
    judges: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    empirical: npt.ArrayLike | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> PanelCut:
    r"""The cut score of a Nedelsky panel.

    Parameters
    ----------
    eliminated
        judges × items: how many wrong options a borderline candidate would rule out; NaN = not rated.
    options
        Number of options of each item, the right one included.

    Raises
    ------
    ResponseError
        `not_a_count` names judge and item where the number is not a whole one from 0 to options − 1.

    Notes
    -----
    The candidate guesses among what is left: expected points 1/(options − eliminated). The original adds k·SD of the
    judges' cuts; here k = 0, since the board sees the standard error.

    Examples
    --------
    >>> round(nedelsky([[3, 1], [2, 2], [2, 1]], [4, 4]).value, 3)
    1.056
    """
    ruled_out = as_matrix(eliminated, name="eliminated")
    number = as_vector(options, name="options")
    if len(number) != ruled_out.shape[1]:
        raise ResponseError("names_do_not_fit", f"{len(number)} numbers of options for {ruled_out.shape[1]} items")
    names, labels = judge_names(len(ruled_out), judges), item_names(ruled_out.shape[1], items)
    rated = np.isfinite(ruled_out)
    wrong = rated & ~((ruled_out >= 0) & (ruled_out <= number - 1) & (ruled_out == np.round(ruled_out)))
    if wrong.any():
        judge, item = np.argwhere(wrong)[0]
        sentence = (
            f"{names[judge]}, {labels[item]}: {ruled_out[judge, item]:g} options ruled out of {number[item]:g}; a whole "
            f"number from 0 to {number[item] - 1:g} is possible, the right option stays"
        )
        raise ResponseError("not_a_count", sentence)
    left = np.where(rated, number - ruled_out, np.nan)
    return panel_cut(
        1 / left,
        method="Nedelsky cut in raw points",
        source=SOURCE,
        judges=names,
        empirical=empirical,
        level=level,
        minimum=minimum,
        seed=seed,
        resamples=resamples,
    )
