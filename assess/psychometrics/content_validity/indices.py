"""The content validity index of elements and of a whole, and its agreement beyond chance."""

from math import comb

import numpy as np
import numpy.typing as npt

from assess.psychometrics.content_validity.panels import MINIMUM_EXPERTS, on_scale
from assess.psychometrics.proportions import WILSON_SOURCE, proportion
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough, two_sided

SCALE = (1, 4)
RELEVANT = 3
"""Lynn (1986): 3 "quite relevant" and 4 "highly relevant" count, on four points without a middle."""
MINIMUM_ELEMENTS = 10
"""Below ten elements the interval of a share of elements is wider than ±0.25."""
LYNN = f"Lynn (1986), Nursing Research 35, 382–385; interval: {WILSON_SOURCE}"
POLIT = "Polit, Beck & Owen (2007), Research in Nursing & Health 30, 459–467"
AVERAGE_SOURCE = (
    "Polit & Beck (2006), Research in Nursing & Health 29, 489–497; interval: Wilson's with the effective number of "
    "votes of Korn & Graubard (1998), Survey Methodology 24, 193–201"
)
UNIVERSAL_SOURCE = f"Polit & Beck (2006), Research in Nursing & Health 29, 489–497; interval: {WILSON_SOURCE}"


def item_content_validity(
    relevance: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_EXPERTS
) -> tuple[Estimate, ...]:
    """I-CVI of each element: the share of experts who rate its relevance 3 or 4.

    Parameters
    ----------
    relevance
        experts × elements on 1 to 4, NaN = not rated.

    Raises
    ------
    ResponseError
        `not_a_category`.

    Examples
    --------
    >>> panel = [[4, 2], [3, 3], [4, 1], [4, 2], [3, 2], [4, 4], [4, 2], [4, 1]]
    >>> [found.value for found in item_content_validity(panel)]
    [1.0, 0.25]
    """
    method = "item content validity index (experts)"
    answers = []
    for votes in _relevant(relevance).T:
        given = votes[np.isfinite(votes)]
        found = proportion(float(given.sum()), len(given), method=method, level=level, minimum=minimum)
        answers.append(_of_experts(found, LYNN, minimum, level))
    return tuple(answers)


def modified_kappa(
    relevance: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_EXPERTS
) -> tuple[Estimate, ...]:
    r"""I-CVI freed of chance agreement, k* of Polit, Beck and Owen.

    Parameters
    ----------
    relevance
        experts × elements on 1 to 4, NaN = not rated.

    Notes
    -----
    With A of N experts saying relevant, p_c = N!/(A!(N − A)!)·½^N and k* = (I-CVI − p_c)/(1 − p_c). The interval carries
    the limits of the I-CVI over with p_c held at its value. From 0.60 on it is called good, above 0.74 excellent.

    Examples
    --------
    >>> panel = [[4], [3], [4], [4], [3], [2]]
    >>> round(modified_kappa(panel, minimum=3)[0].value, 2)
    0.82
    """
    method = "modified kappa of the item content validity index (experts)"
    source = f"{POLIT}; interval: {WILSON_SOURCE}"
    answers = []
    for votes in _relevant(relevance).T:
        given = votes[np.isfinite(votes)]
        share = proportion(float(given.sum()), len(given), method=method, level=level, minimum=minimum)
        if share.value is None or share.standard_error is None or share.interval is None:
            answers.append(_of_experts(share, source, minimum, level))
            continue
        by_chance = comb(len(given), int(given.sum())) * 0.5 ** len(given)
        if by_chance > 1 - 1e-12:
            reason = "a single vote cannot be told from chance"
            answers.append(not_enough(n=len(given), method=method, source=source, reason=reason, level=level))
            continue
        low, high = share.interval
        answers.append(
            estimated(
                value=(share.value - by_chance) / (1 - by_chance),
                standard_error=share.standard_error / (1 - by_chance),
                interval=((low - by_chance) / (1 - by_chance), (high - by_chance) / (1 - by_chance)),
                n=len(given),
                method=method,
                source=source,
                minimum=minimum,
                level=level,
                cases="experts",
            )
        )
    return tuple(answers)


def scale_content_validity_average(
    relevance: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_EXPERTS
) -> Estimate:
    r"""S-CVI/Ave: the mean of the elements' I-CVI.

    Parameters
    ----------
    relevance
        experts × elements on 1 to 4, NaN = not rated.

    Notes
    -----
    Experts are the sample. The standard error is a delete-one-expert jackknife; the interval is Wilson's for
    m = p(1 − p)/SE² votes, at least as many as there are experts and at most as many as there are ratings, so that experts
    who all agree on everything do not make an interval without width.

    Examples
    --------
    >>> panel = [[4, 2], [3, 3], [4, 1], [4, 3], [3, 4], [4, 4], [4, 3], [4, 3]]
    >>> scale_content_validity_average(panel).in_words()
    '0.88 (95 % interval 0.64 to 0.97, n = 8)'
    """
    method = "scale content validity index, average (experts)"
    votes = _relevant(relevance)
    votes = votes[np.isfinite(votes).any(axis=1)]
    votes = votes[:, np.isfinite(votes).any(axis=0)]
    experts = len(votes)
    if experts < 2 or votes.shape[1] == 0:
        reason = f"{experts} expert(s); an average over experts needs at least 2"
        return not_enough(n=experts, method=method, source=AVERAGE_SOURCE, reason=reason, level=level)
    value = _average(votes)
    without = np.array([_average(np.delete(votes, row, axis=0)) for row in range(experts)])
    error = float(np.sqrt((experts - 1) / experts * ((without - without.mean()) ** 2).sum()))
    effective = value * (1 - value) / error**2 if error > 0 else 0.0
    effective = min(max(effective, experts), float(np.isfinite(votes).sum()))
    z = two_sided(level)
    centre = (value + z**2 / (2 * effective)) / (1 + z**2 / effective)
    reach = z / (1 + z**2 / effective) * float(np.sqrt(value * (1 - value) / effective + z**2 / (4 * effective**2)))
    answer = estimated(
        value=value,
        standard_error=error,
        interval=(max(min(centre - reach, value), 0.0), min(max(centre + reach, value), 1.0)),
        n=experts,
        method=method,
        source=AVERAGE_SOURCE,
        minimum=minimum,
        level=level,
        cases="experts",
    )
    fewest = int(np.isfinite(votes).sum(axis=0).min())
    if fewest >= minimum or not answer.sufficient:
        return answer
    return doubted(answer, f"an element was rated by {fewest} experts; at least {minimum} are needed")


def scale_content_validity_universal(
    relevance: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_EXPERTS, elements: int = MINIMUM_ELEMENTS
) -> Estimate:
    """S-CVI/UA: the share of elements that every expert who rated them calls relevant.

    Parameters
    ----------
    relevance
        experts × elements on 1 to 4, NaN = not rated.
    elements
        So many elements are needed for the share to be enough.

    Notes
    -----
    Elements are the sample (n counts them); the panel is taken as it is. The more experts, the smaller the share: it is
    read beside the average, never for it.

    Examples
    --------
    >>> panel = [[4, 2], [3, 3], [4, 1], [4, 3], [3, 4], [4, 4], [4, 3], [4, 3]]
    >>> scale_content_validity_universal(panel).value
    0.5
    """
    method = "scale content validity index, universal agreement (elements)"
    votes = _relevant(relevance)
    rated = np.isfinite(votes)
    votes, rated = votes[:, rated.any(axis=0)], rated[:, rated.any(axis=0)]
    unanimous = float((np.where(rated, votes, 1.0).min(axis=0) > 0).sum()) if votes.size else 0.0
    found = proportion(unanimous, votes.shape[1], method=method, level=level, minimum=0)
    if found.value is None or found.standard_error is None or found.interval is None:
        return not_enough(n=0, method=method, source=UNIVERSAL_SOURCE, reason="no element was rated", level=level)
    answer = estimated(
        value=found.value,
        standard_error=found.standard_error,
        interval=found.interval,
        n=found.n,
        method=method,
        source=UNIVERSAL_SOURCE,
        minimum=elements,
        level=level,
        cases="elements",
    )
    fewest = int(rated.sum(axis=0).min())
    if fewest >= minimum:
        return answer
    return doubted(answer, f"an element was rated by {fewest} experts; at least {minimum} are needed")


def _relevant(relevance: npt.ArrayLike) -> FloatArray:
    table = on_scale(relevance, *SCALE, name="relevance")
    return np.where(np.isfinite(table), (table >= RELEVANT).astype(float), np.nan)


def _average(votes: FloatArray) -> float:
    """The mean over elements of the share of relevant votes; elements that nobody is left to rate do not count."""
    rated = np.isfinite(votes)
    counts = rated.sum(axis=0)
    return float((np.where(rated, votes, 0.0).sum(axis=0)[counts > 0] / counts[counts > 0]).mean())


def _of_experts(found: Estimate, source: str, minimum: int, level: float) -> Estimate:
    """A share with its words: what counts here are experts."""
    if found.value is None or found.standard_error is None or found.interval is None:
        return not_enough(n=found.n, method=found.method, source=source, reason="no expert rated it", level=level)
    return estimated(
        value=found.value,
        standard_error=found.standard_error,
        interval=found.interval,
        n=found.n,
        method=found.method,
        source=source,
        minimum=minimum,
        level=level,
        cases="experts",
    )
