"""Variance components by restricted maximum likelihood, for any pattern of missing scores."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import linalg, sparse

from assess.psychometrics.gtheory.anova import Layout, Table
from assess.psychometrics.responses import BoolArray, FloatArray

ROUNDS = 200
LARGEST = 5_000
# the residual never falls below this share of the scores' variance; a fit that would is not called converged
LEAST = 1e-7
# a component whose levels carry more than this beside the residual can be divided by without loss
WELL_ABOVE_ZERO = 1e-3


@dataclass(frozen=True, eq=False)
class Restricted:
    """A maximum of the restricted likelihood, every component ≥ 0, in the layout's order (the residual last)."""

    components: FloatArray
    covariance: FloatArray
    log_likelihood: float
    converged: bool
    iterations: int


def fit(layout: Layout, start: FloatArray) -> Restricted:
    r"""Fisher scoring with the exact score and expected information.

    Notes
    -----
    y = μ + Σ Z_γ u_γ + e. With Λ = diag(σ²_γ/σ²) and A = Z′MZ (M removes the mean) all quantities follow from
    G = A(I + ΛA)⁻¹, as large as there are levels, never as many as scores (Searle, Casella & McCulloch 1992, ch. 6).
    The log-likelihood counts the constant, as lme4 does. Convergence is a certificate: at the point returned the score
    in units of its standard error is below 1e-5, or not positive where a component is 0.
    """
    problem = _Problem.of(layout)
    spread = max(float(layout.scores.var(ddof=1)), 1e-300)
    lowest = np.zeros(len(start))
    lowest[-1] = LEAST * spread  # the residual is divided by
    components = np.maximum(start, 1e-3 * spread)
    likelihood, score, information = problem.evaluate(components)
    converged = False
    iteration = 0
    while iteration < ROUNDS:
        iteration += 1
        free = (components > lowest) | (score > 0)
        if _steepness(score, information, free) < 1e-5:
            converged = True
            break
        step = _step(score, information, free, components <= lowest)
        components, likelihood, score, information, moved = problem.climb(components, step, lowest, likelihood)
        if not moved:
            converged = _steepness(score, information, free) < 1e-4  # as far as rounding lets it climb
            break
    return Restricted(
        components=components,
        covariance=np.asarray(np.linalg.pinv(information), dtype=np.float64),
        log_likelihood=likelihood,
        converged=converged and bool(components[-1] > lowest[-1]),
        iterations=iteration,
    )


def balanced(table: Table, components: FloatArray, scores: int) -> Restricted:
    """The maximum for a complete design without negative components: the analysis of variance itself.

    The scores then fall into independent parts of variance E(MS), as many as there are degrees of freedom; a mean square
    has variance 2·MS²/df.
    """
    weights, squares = np.linalg.inv(table.expected), table.mean_squares
    parts = float((table.df * np.log(squares)).sum() + (scores - 1) * (1 + np.log(2 * np.pi)) + np.log(scores))
    return Restricted(
        components=components,
        covariance=np.asarray((weights * (2 * squares**2 / table.df)) @ weights.T),
        log_likelihood=-0.5 * parts,
        converged=True,
        iterations=0,
    )


def _step(score: FloatArray, information: FloatArray, free: BoolArray, lowest: BoolArray) -> FloatArray:
    """The scoring step of the free components; one at its lower limit that would fall further stays where it is."""
    moving = free.copy()
    while True:
        step = np.zeros(len(score))
        step[moving] = np.linalg.lstsq(information[np.ix_(moving, moving)], score[moving], rcond=1e-12)[0]
        blocked = moving & lowest & (step < 0)
        if not blocked.any():
            return step
        moving &= ~blocked


def _steepness(score: FloatArray, information: FloatArray, free: BoolArray) -> float:
    """The largest score among components that may move, in units of its standard error."""
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    return float(np.abs(score / scale)[free].max(initial=0.0))


@dataclass(frozen=True, eq=False)
class _Problem:
    cross: FloatArray  # A = Z'MZ
    with_scores: FloatArray  # Z'My
    squares: float  # y'My
    size: int
    blocks: tuple[slice, ...]

    @classmethod
    def of(cls, layout: Layout) -> "_Problem":
        levels = layout.levels[:-1]
        ends = np.cumsum((0, *levels))
        blocks = tuple(slice(int(a), int(b)) for a, b in pairwise(ends))
        size = len(layout.scores)
        columns = np.concatenate([codes + end for codes, end in zip(layout.groups[:-1], ends[:-1], strict=True)])
        rows = np.tile(np.arange(size), len(levels))
        indicator = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(size, int(ends[-1])))
        counts = np.asarray(indicator.sum(axis=0)).ravel()
        centred = layout.scores - layout.scores.mean()
        return cls(
            cross=(indicator.T @ indicator).toarray() - np.outer(counts, counts) / size,
            with_scores=np.asarray(indicator.T @ centred),
            squares=float(centred @ centred),
            size=size,
            blocks=blocks,
        )

    def evaluate(self, components: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """The restricted log-likelihood, its score and its expected information."""
        residual, df = float(components[-1]), self.size - 1
        root = np.zeros(len(self.cross))
        for block, component in zip(self.blocks, components[:-1], strict=True):
            root[block] = np.sqrt(component / residual)
        inner = np.eye(len(root)) + root[:, None] * self.cross * root
        factor = linalg.cholesky(inner, lower=True, check_finite=False)
        carried, reached, explained = self._carried(root, factor)
        likelihood = -0.5 * (
            df * np.log(2 * np.pi * residual)
            + 2 * float(np.log(np.diag(factor)).sum())
            + np.log(self.size)
            + explained / residual
        )
        count = len(components)
        traces, squares = np.zeros(count), np.zeros(count)
        information = np.zeros((count, count))
        for i, block in enumerate(self.blocks):
            traces[i] = np.trace(carried[block, block]) / residual
            squares[i] = float(reached[block] @ reached[block]) / residual**2
            for j, other in enumerate(self.blocks[: i + 1]):
                common = 0.5 * float((carried[block, other] ** 2).sum()) / residual**2
                information[i, j] = information[j, i] = common
        # P V P = P gives the residual's row without any matrix as large as the scores
        shares = components[:-1]
        information[-1, :-1] = information[:-1, -1] = (0.5 * traces[:-1] - information[:-1, :-1] @ shares) / residual
        traces[-1] = (df - traces[:-1] @ shares) / residual
        information[-1, -1] = (0.5 * traces[-1] - information[-1, :-1] @ shares) / residual
        squares[-1] = (explained / residual - squares[:-1] @ shares) / residual
        return float(likelihood), 0.5 * (squares - traces), information

    def _carried(self, root: FloatArray, factor: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        """G = A(I + ΛA)⁻¹, the same for the scores, and y'My less what the effects explain.

        With R = Λ^½ and K = I + RAR, G = R⁻¹(I − K⁻¹)R⁻¹: one inverse. Where a component is (nearly) 0 that divides by nothing,
        and G = A − AR K⁻¹ RA is taken instead.
        """
        if float((root**2 * np.diag(self.cross)).min(initial=np.inf)) > WELL_ABOVE_ZERO:
            inverse = linalg.lapack.dpotri(factor, lower=1)[0]
            inverse = np.tril(inverse) + np.tril(inverse, -1).T
            with_scores = root * self.with_scores
            solved = inverse @ with_scores
            np.negative(inverse, out=inverse)
            inverse[np.diag_indices_from(inverse)] += 1.0
            return inverse / root / root[:, None], solved / root, self.squares - float(with_scores @ solved)
        half = linalg.solve_triangular(factor, root[:, None] * self.cross, lower=True)
        half_scores = linalg.solve_triangular(factor, root * self.with_scores, lower=True)
        explained = self.squares - float(half_scores @ half_scores)
        return self.cross - half.T @ half, self.with_scores - half.T @ half_scores, explained

    def climb(
        self, components: FloatArray, step: FloatArray, lowest: FloatArray, likelihood: float
    ) -> tuple[FloatArray, float, FloatArray, FloatArray, bool]:
        """The longest of the halved steps that raises the likelihood.

        First with components cut off at their lower limit; should that not climb, along the line up to the first limit.
        """
        down = step < 0
        room = float(np.min((lowest - components)[down] / step[down], initial=1.0))
        for cut in (True, False):
            for halving in range(6 if cut else 40):
                length = 0.5**halving if cut else room * 0.5**halving
                tried = np.maximum(components + length * step, lowest)
                found, score, information = self.evaluate(tried)
                if found > likelihood or (not cut and found >= likelihood - 1e-12 * abs(likelihood)):
                    return tried, found, score, information, bool((tried != components).any())
        return components, likelihood, *self.evaluate(components)[1:], False
