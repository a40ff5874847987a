"""Item-descriptor matching: judges say which level an item asks for; cuts lie where the next level becomes likelier."""

from collections.abc import Sequence

import numpy.typing as npt

from assess.psychometrics.results import LEVEL
from assess.standard_setting.judges import MINIMUM_ITEMS
from assess.standard_setting.level_cuts import LevelCuts, level_cuts
from assess.standard_setting.panel_cut import MINIMUM_JUDGES
from assess.standard_setting.resampling import RESAMPLES

SOURCE = (
    "Ferrara, Perie & Johnson (2008), Matching the judgmental task with standard setting panelist expertise; logistic "
    "regression as in Kingston, Kahl, Sweeney & Bay (2001)"
)


def item_descriptor_matching(
    difficulty: npt.ArrayLike,
    levels: npt.ArrayLike,
    *,
    judges: Sequence[str] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> LevelCuts:
    r"""The cuts between levels on the scale of the items' difficulty.

    Parameters
    ----------
    difficulty
        Of the items, on the reporting scale and rising with difficulty; NaN leaves an item out.
    levels
        judges × items: the level whose description the item matches, from 0; NaN = not matched.

    Raises
    ------
    ResponseError
        `names_do_not_fit`, `not_a_category`.

    Notes
    -----
    logit P(level ≥ k) = a + b·difficulty over all judgements, cut = −a/b; see `level_cuts`. The original draws the cut by
    eye in the region where judgements of the two levels alternate; the curve finds the middle of that region.

    Examples
    --------
    >>> difficulty = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5] * 2
    >>> one, other = [0, 0, 0, 1, 0, 1, 1, 1] * 2, [0, 0, 0, 0, 1, 0, 1, 1] * 2
    >>> round(item_descriptor_matching(difficulty, [one, other] * 4).cuts[0].value, 2)
    0.0
    """
    return level_cuts(
        difficulty,
        levels,
        what="items",
        source=SOURCE,
        judges=judges,
        level=level,
        minimum=minimum,
        minimum_sorted=MINIMUM_ITEMS,
        seed=seed,
        resamples=resamples,
    )
