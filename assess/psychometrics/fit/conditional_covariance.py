"""DETECT: do items of a cluster go together more than the rest of the test explains?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from assess.psychometrics.irt.table import small_categories
from assess.psychometrics.responses import FloatArray, ResponseError

DETECT_SOURCE = (
    "Zhang & Stout (1999), Psychometrika 64, 213–249; bounds: Zhang (2007), Psychometrika 72, 69–91, and Jang & Roussos "
    "(2007), Journal of Educational Measurement 44, 1–21"
)
FEWEST = 400
MOST_CLUSTERS = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Detect:
    """How far the test is from one dimension; the numbers are None exactly where `reason` says there are none.

    Attributes
    ----------
    detect
        DETECT × 100: below 0.2 essentially one dimension, to 0.4 weak, to 1 moderate, above 1 strong multidimensionality.
    assi
        Share of pairs whose sign agrees with the clusters less the share that does not; below 0.25 essentially one dimension.
    ratio
        DETECT over the largest value the clusters could give; below 0.36 essentially one dimension.
    clusters
        Of each item.
    n
        Persons the index rests on: half of those who answered everything when the other half was used to find clusters.
    """

    detect: float | None
    assi: float | None
    ratio: float | None
    clusters: tuple[int, ...]
    n: int
    method: str
    source: str
    sufficient: bool
    reason: str

    @property
    def in_words(self) -> str:
        """The index as a sentence."""
        if self.detect is None:
            return f"not enough evidence: {self.reason}"
        words = ["essentially one dimension", "weak", "moderate", "strong"][
            int(np.searchsorted([0.2, 0.4, 1.0], self.detect))
        ]
        return f"DETECT {self.detect:.2f}: {words}" + ("" if words.startswith("ess") else " multidimensionality")


def detect(
    responses: npt.ArrayLike, clusters: Sequence[int] | None = None, *, seed: int = 0, minimum: int = FEWEST
) -> Detect:
    r"""DETECT, ASSI and RATIO from conditional covariances.

    Parameters
    ----------
    responses
        persons × items, categories from 0. Only persons who answered every item count.
    clusters
        The cluster of each item, where a theory names them. Without it they are looked for in one half of the persons
        and judged in the other, since the same persons would flatter them.
    seed
        Of the halves.
    minimum
        Persons for a positive verdict.

    Raises
    ------
    ResponseError
        `clusters_do_not_fit`, and as malformed responses anywhere.

    Notes
    -----
    The covariance of two items given the ability is estimated by the mean of that given the total score (biased down)
    and that given the sum of the other items (biased up). DETECT = 100·mean of δ_ij·Ĉ_ij, δ = 1 within and −1 between
    clusters; ASSI takes the sign of Ĉ, RATIO divides by the mean |Ĉ|. Clusters: average linkage of Ĉ, the number of them
    (up to 8) that gives the largest DETECT.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ability = rng.normal(size=(2000, 2)) @ np.repeat(np.eye(2), 6, axis=1)
    >>> answers = (ability > rng.logistic(size=(2000, 12)) * 0.6).astype(float)
    >>> detect(answers).clusters, detect(answers).in_words
    ((1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2), 'DETECT 4.44: strong multidimensionality')
    """
    answers = small_categories(responses)
    items = answers.shape[1]
    if clusters is not None and len(clusters) != items:
        raise ResponseError("clusters_do_not_fit", f"{len(clusters)} clusters for {items} items")
    complete = answers[(answers >= 0).all(axis=1)].astype(np.float64)
    n = len(complete)
    if items < 4 or n < 20:
        needed = f"{items} items and {n} complete persons; at least 4 items and {minimum} persons are needed"
        return _reported(None, None, None, tuple(clusters or ()), n, needed)
    judged = complete
    if clusters is None:
        half = np.random.default_rng(seed).permutation(n) < n // 2
        judged = complete[~half]
        clusters = _found(conditional_covariances(complete[half]))
    covariances = conditional_covariances(judged)
    pairs = np.triu_indices(items, 1)
    delta = np.where(np.equal.outer(clusters, clusters)[pairs], 1.0, -1.0)
    values = covariances[pairs]
    size = float(np.abs(values).mean())
    if size < 1e-12:
        return _reported(None, None, None, tuple(clusters), len(judged), "no two items go together, whatever the score")
    reason = "" if len(judged) >= minimum else f"{len(judged)} persons; at least {minimum} are needed"
    if not reason and len(set(clusters)) == 1:
        reason = "all items are in one cluster, so there is nothing between clusters to compare with"
    return _reported(
        100 * float((delta * values).mean()),
        float((delta * np.sign(values)).mean()),
        float((delta * values).mean()) / size,
        tuple(int(cluster) for cluster in clusters),
        len(judged),
        reason,
    )


def conditional_covariances(answers: FloatArray) -> FloatArray:
    """Mean of the covariances given the total score and given the sum of the other items, items × items.

    Parameters
    ----------
    answers
        persons × items without missing answers.
    """
    n, items = answers.shape
    total = np.rint(answers.sum(axis=1)).astype(np.int64)
    highest = int(answers.max(initial=0))
    most = int(total.max(initial=0))
    given_total = np.zeros((items, items))
    # by the sum of the other items: persons, sums of each item, sums of products
    persons, first, products = (np.zeros((most + 1, items, items)) for _ in range(3))
    for score in np.unique(total):
        rows = answers[total == score]
        centred = rows - rows.mean(axis=0)
        given_total += centred.T @ centred
        chosen = [(rows == k).astype(np.float64) for k in range(highest + 1)]
        for a, one in enumerate(chosen):
            for b, other in enumerate(chosen):
                rest = score - a - b
                if rest < 0:
                    continue
                together = one.T @ other
                persons[rest] += together
                first[rest] += a * together
                products[rest] += a * b * together
    within = products - first * first.swapaxes(1, 2) / np.maximum(persons, 1.0)
    return np.asarray((given_total + within.sum(axis=0)) / (2 * n))


def _found(covariances: FloatArray) -> tuple[int, ...]:
    """The clusters of average linkage with the largest DETECT."""
    items = len(covariances)
    distance = covariances.max() - covariances
    distance[np.diag_indices(items)] = 0.0
    tree = hierarchy.average(squareform((distance + distance.T) / 2, checks=False))
    pairs = np.triu_indices(items, 1)
    best, most = np.ones(items, dtype=np.int64), -np.inf
    for number in range(1, min(MOST_CLUSTERS, items // 2) + 1):
        clusters = hierarchy.fcluster(tree, number, criterion="maxclust")
        value = (np.where(np.equal.outer(clusters, clusters)[pairs], 1.0, -1.0) * covariances[pairs]).sum()
        if value > most:
            best, most = clusters, value
    order = {cluster: place + 1 for place, cluster in enumerate(dict.fromkeys(best.tolist()))}
    return tuple(order[cluster] for cluster in best.tolist())


def _reported(
    value: float | None, assi: float | None, ratio: float | None, clusters: tuple[int, ...], n: int, reason: str
) -> Detect:
    return Detect(
        detect=value,
        assi=assi,
        ratio=ratio,
        clusters=clusters,
        n=n,
        method="DETECT from conditional covariances",
        source=DETECT_SOURCE,
        sufficient=not reason,
        reason=reason,
    )
