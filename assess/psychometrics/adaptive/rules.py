"""Which item next: the selection rules, each giving every item of the bank a worth for every session.

The names are those of the R package catR, whose documentation gives the definitions (Magis & Barrada 2017, Journal of
Statistical Software 76, Code Snippet 1).
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.evidence import TINY, Evidence, evidence_of, observed_information, tables
from assess.psychometrics.responses import FloatArray

Rule = Literal[
    "MFI", "bOpt", "thOpt", "MLWI", "MPWI", "KL", "KLP", "MEI", "MEPV", "progressive", "proportional", "random"
]
ONLY_RIGHT_OR_WRONG = {"bOpt", "thOpt"}
SOURCES: dict[Rule, str] = {
    "MFI": "Lord (1980), Applications of item response theory to practical testing problems, ch. 10",
    "bOpt": "Urry (1970), doctoral dissertation, Purdue University",
    "thOpt": "Barrada, Mazuela & Olea (2006), Psicothema 18, 156–159; Magis (2013), Applied Psychological Measurement 37, 304–315",
    "MLWI": "Veerkamp & Berger (1997), Journal of Educational and Behavioral Statistics 22, 203–226",
    "MPWI": "van der Linden (1998), Psychometrika 63, 201–216",
    "KL": "Chang & Ying (1996), Applied Psychological Measurement 20, 213–229",
    "KLP": "Chang & Ying (1996), Applied Psychological Measurement 20, 213–229",
    "MEI": "van der Linden (1998), Psychometrika 63, 201–216",
    "MEPV": "Owen (1975), Journal of the American Statistical Association 70, 351–356",
    "progressive": "Revuelta & Ponsoda (1998), Journal of Educational Measurement 35, 311–327",
    "proportional": "Barrada, Olea, Ponsoda & Abad (2008), British Journal of Mathematical and Statistical Psychology 61, 493–513",
    "random": "simple random sampling",
}


def expected_information(evidence: Evidence, theta: FloatArray, *, observed: bool) -> FloatArray:
    r"""MEI: Σ_k P_k(θ̂)·I(θ̂_k), θ̂_k being the ability if the answer were k; I observed (given k) or expected.

    θ̂_k is the MAP estimate, whatever the session's own method (catR's default).
    """
    found = np.empty((len(theta), len(evidence.bank)))
    every = np.arange(len(evidence.bank))
    chance = evidence.bank.curves(theta).probability
    for row in range(len(theta)):
        asked = np.broadcast_to(evidence.items[row], (len(every), evidence.items.shape[1]))
        said = np.broadcast_to(evidence.answers[row], asked.shape)
        total = np.zeros(len(every))
        for k in range(chance.shape[1]):
            answer = np.minimum(k, evidence.bank.categories - 1)
            supposed = evidence_of(
                evidence.bank,
                np.column_stack([asked, every]),
                np.column_stack([said, answer]),
                method="MAP",
                scale=evidence.scale,
            )
            at = evidence.bank.paired(every, supposed.ability()[0])
            worth = observed_information(at)[every, answer, 0] if observed else at.information[:, 0]
            total += chance[:, k, row] * worth
        found[row] = total
    return found


def expected_posterior_variance(evidence: Evidence, theta: FloatArray) -> FloatArray:
    """MEPV, as a negative number: −Σ_k P_k(θ̂)·Var(θ | the answers and k), variances on the points of the scale."""
    posterior = evidence.weights(prior=True)
    table = tables(evidence.bank, evidence.scale)
    node = evidence.scale.theta - evidence.scale.mean
    chance = evidence.bank.curves(theta).probability
    found = np.zeros((len(theta), len(evidence.bank)))
    for k in range(chance.shape[1]):
        likely = table.probability[:, k].T
        total = np.maximum(posterior @ likely, TINY)
        mean = (posterior * node) @ likely / total
        found -= chance[:, k].T * ((posterior * node**2) @ likely / total - mean**2)
    return found


def weighted_information(evidence: Evidence, *, prior: bool) -> FloatArray:
    """MLWI and MPWI: ∫ I(θ)·L(θ) dθ, without or with the prior."""
    return np.asarray(evidence.weights(prior=prior) @ tables(evidence.bank, evidence.scale).information.T)


def divergence(evidence: Evidence, theta: FloatArray, *, prior: bool) -> FloatArray:
    """KL and KLP: ∫ Σ_k P_k(θ̂)·log(P_k(θ̂)/P_k(θ))·L(θ) dθ, without or with the prior."""
    weight = evidence.weights(prior=prior)
    table = tables(evidence.bank, evidence.scale)
    chance = evidence.bank.curves(theta).probability
    own = (chance * np.log(np.maximum(chance, TINY))).sum(axis=1).T
    total = own * weight.sum(axis=1, keepdims=True)
    for k in range(chance.shape[1]):
        total -= chance[:, k].T * (weight @ table.log_probability[:, k].T)
    return np.asarray(total)


def nearest_difficulty(bank: Bank, theta: FloatArray) -> FloatArray:
    """bOpt: −|θ̂ − b|."""
    return np.asarray(-np.abs(theta[:, None] - bank.difficulty))


def nearest_best_ability(bank: Bank, theta: FloatArray) -> FloatArray:
    """thOpt: −|θ̂ − θ*|, θ* being the ability at which the item informs most."""
    return np.asarray(-np.abs(theta[:, None] - most_informative_ability(bank)))


def most_informative_ability(bank: Bank) -> FloatArray:
    r"""Where each right-or-wrong item informs most.

    Notes
    -----
    With x the probability of a right answer, information is highest where 2/(x − c) − 2/(d − x) − 1/x + 1/(1 − x) = 0; the
    left side falls from c to d, and is halved down to the last digit. Without an upper asymptote this is Birnbaum's
    θ* = b + log((1 + √(1 + 8c))/2)/a.

    Examples
    --------
    >>> from assess.psychometrics.adaptive.bank import item_bank
    >>> most_informative_ability(item_bank([1.0, 2.0], [0.0, 0.5], guessing=[0.0, 0.2])).round(4).tolist()
    [0.0, 0.6336]
    """
    c, d = bank.guessing, bank.upper
    low, high = c.copy(), d.copy()
    for _ in range(60):
        x = (low + high) / 2
        # multiplied by everything below the lines, which is positive
        falling = (
            2 * (d - x) * x * (1 - x) - 2 * (x - c) * x * (1 - x) - (x - c) * (d - x) * (1 - x) + (x - c) * (d - x) * x
        )
        low, high = np.where(falling > 0, x, low), np.where(falling > 0, high, x)
    x = (low + high) / 2
    return np.asarray(bank.difficulty + np.log((x - c) / (d - x)) / bank.parameters[:, 0])


def progress(given: int, length: int, acceleration: float) -> float:
    """How far a test of fixed length has gone, from 0 to 1: Σ_{f ≤ given} f^t / Σ_{f < length} f^t.

    Examples
    --------
    >>> progress(0, 20, 1.0), progress(19, 20, 1.0)
    (0.0, 1.0)
    """
    if length < 2:
        return 1.0
    steps = np.arange(1.0, length) ** acceleration
    return float(steps[:given].sum() / steps.sum())


def progress_to_precision(given: int, length: int, acceleration: float, error: FloatArray, target: float) -> FloatArray:
    """The same for a test that stops at a standard error: the larger of information and length, to the power t."""
    share = np.maximum(np.minimum((target / error) ** 2, 1.0), given / max(length - 1, 1))
    return np.asarray(np.minimum(share, 1.0) ** acceleration)


DETERMINED: dict[str, Callable[[Evidence, FloatArray], FloatArray]] = {
    "bOpt": lambda evidence, theta: nearest_difficulty(evidence.bank, theta),
    "thOpt": lambda evidence, theta: nearest_best_ability(evidence.bank, theta),
    "MLWI": lambda evidence, theta: weighted_information(evidence, prior=False),
    "MPWI": lambda evidence, theta: weighted_information(evidence, prior=True),
    "KL": lambda evidence, theta: divergence(evidence, theta, prior=False),
    "KLP": lambda evidence, theta: divergence(evidence, theta, prior=True),
    "MEPV": expected_posterior_variance,
}
