"""Elementary symmetric functions: how likely each sum score is, whatever the ability, and what it says about the items."""

from collections.abc import Iterator

import numpy as np

from assess.psychometrics.responses import FloatArray

Polynomials = list[FloatArray]


def product_of(polynomials: Polynomials) -> FloatArray:
    """γ_0, γ_1, …: coefficients of Π_j Σ_x ε_jx t^x, by multiplying one item after another (no differences, so no
    cancellation).

    Examples
    --------
    >>> product_of([np.array([1.0, 2.0]), np.array([1.0, 3.0])]).tolist()
    [1.0, 5.0, 6.0]
    """
    total = np.ones(1)
    for polynomial in polynomials:
        total = np.convolve(total, polynomial)
    return total


def without_each(polynomials: Polynomials) -> Iterator[FloatArray]:
    """The product without the first polynomial, without the second, …

    Examples
    --------
    >>> [p.tolist() for p in without_each([np.array([1.0, 2.0]), np.array([1.0, 3.0])])]
    [[1.0, 3.0], [1.0, 2.0]]
    """
    later = [np.ones(1)]
    for polynomial in reversed(polynomials[1:]):
        later.append(np.convolve(later[-1], polynomial))
    earlier = np.ones(1)
    for polynomial, rest in zip(polynomials, reversed(later), strict=True):
        yield np.convolve(earlier, rest)
        earlier = np.convolve(earlier, polynomial)


def reached_given_score(polynomials: Polynomials) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What the sum score r says about the categories x ≥ 1 of all items, which lie one after another.

    Returns
    -------
    log γ, by score; P(X_j = x | r), scores × categories; P(X_i = x, X_j = y | r), scores × categories × categories.
    """
    gamma = product_of(polynomials)
    scores = len(gamma)
    first = np.cumsum([0, *(len(polynomial) - 1 for polynomial in polynomials)])
    single, pair = np.zeros((scores, first[-1])), np.zeros((scores, first[-1], first[-1]))
    for i, others in enumerate(without_each(polynomials)):
        for x in range(1, len(polynomials[i])):
            here = first[i] + x - 1
            single[x : x + len(others), here] = polynomials[i][x] * others
            pair[:, here, here] = single[:, here]
        rest = [polynomial for j, polynomial in enumerate(polynomials) if j != i]
        indices = [j for j in range(len(polynomials)) if j != i]
        for j, without_both in zip(indices, without_each(rest), strict=True):
            if j < i:
                continue
            for x in range(1, len(polynomials[i])):
                for y in range(1, len(polynomials[j])):
                    a, b = first[i] + x - 1, first[j] + y - 1
                    both = polynomials[i][x] * polynomials[j][y] * without_both
                    pair[x + y : x + y + len(without_both), a, b] = both
                    pair[:, b, a] = pair[:, a, b]
    return np.log(gamma), single / gamma[:, None], pair / gamma[:, None, None]
