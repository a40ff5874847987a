"""Body of work: judges sort whole works of candidates into levels; a cut is where the next level becomes likelier than not."""

from collections.abc import Sequence

import numpy.typing as npt

from assess.psychometrics.results import LEVEL
from assess.standard_setting.level_cuts import LevelCuts, level_cuts
from assess.standard_setting.panel_cut import MINIMUM_JUDGES
from assess.standard_setting.resampling import RESAMPLES

MINIMUM_WORKS = 20
SOURCE = "Kingston, Kahl, Sweeney & Bay (2001), in Cizek (ed.), Setting Performance Standards, 219–248"


def body_of_work(
    scores: npt.ArrayLike,
    levels: npt.ArrayLike,
    *,
    judges: Sequence[str] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> LevelCuts:
    r"""The cuts of a body-of-work panel, one per level but the lowest.

    Parameters
    ----------
    scores
        Of the works, which the judges did not see; NaN leaves a work out.
    levels
        judges × works: the level each judge sorted it into, from 0; NaN = not sorted.

    Raises
    ------
    ResponseError
        `names_do_not_fit`, `not_a_category`.

    Notes
    -----
    logit P(level ≥ k) = a + b·score over all judgements, cut = −a/b; see `level_cuts`.

    Examples
    --------
    >>> scores = [10, 12, 14, 16, 18, 20, 22, 24] * 3
    >>> one, other = [0, 0, 0, 1, 0, 1, 1, 1] * 3, [0, 0, 0, 0, 1, 0, 1, 1] * 3
    >>> found = body_of_work(scores, [one, other] * 4).cuts[0]
    >>> found.level, round(found.value, 2), found.n, found.sufficient
    (1, 18.02, 8, True)
    """
    return level_cuts(
        scores,
        levels,
        what="works",
        source=SOURCE,
        judges=judges,
        level=level,
        minimum=minimum,
        minimum_sorted=MINIMUM_WORKS,
        seed=seed,
        resamples=resamples,
    )
