"""D studies: how dependable would scores be with so many stations and so many assessors?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.gtheory.components import MINIMUM_LEVELS, SOURCE, GStudy
from assess.psychometrics.gtheory.design import Design
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError
from assess.psychometrics.results import Estimate, doubted, estimated, not_enough, two_sided

G_SOURCE = f"{SOURCE}, 4.1.3 (Cronbach, Gleser, Nanda & Rajaratnam 1972); standard error: delta method"
PHI_SOURCE = "Brennan & Kane (1977), Psychometrika 42, 609–625; standard error: delta method"
LAMBDA_SOURCE = "Brennan & Kane (1977), Journal of Educational Measurement 14, 277–289; standard error: delta method"


@dataclass(frozen=True, slots=True, kw_only=True)
class DStudy:
    """What mean scores over the given numbers of conditions are worth.

    Attributes
    ----------
    sizes
        (facet, number of conditions); of a nested facet within one level of its container.
    fixed
        Facets whose levels are all that matter.
    universe, relative_error, absolute_error
        Variances: of persons' universe scores, σ²(δ) and σ²(Δ).
    g
        Generalizability coefficient Eρ² = σ²(τ)/(σ²(τ) + σ²(δ)): for ranking persons.
    phi
        Index of dependability Φ = σ²(τ)/(σ²(τ) + σ²(Δ)): for a person's own level.
    phi_lambda
        Φ(λ): for decisions at the cut λ; None when no cut was given.
    findings
        Components below 0 that were counted as 0.
    """

    sizes: tuple[tuple[str, int], ...]
    fixed: tuple[str, ...]
    universe: Estimate
    relative_error: Estimate
    absolute_error: Estimate
    g: Estimate
    phi: Estimate
    phi_lambda: Estimate | None
    findings: tuple[str, ...]


def decide(
    study: GStudy,
    sizes: Mapping[str, int],
    *,
    fixed: Sequence[str] = (),
    nested: Mapping[str, str | Sequence[str]] | None = None,
    cut: float | None = None,
) -> DStudy:
    r"""A D study from the components of a G study.

    Parameters
    ----------
    study
        From `crossed` or `study`.
    sizes
        Facet → number of conditions, for every facet but persons.
    fixed
        Facets that are not a sample: interactions of persons with them only belong to the universe score.
    nested
        The nesting of the D study when it is not that of the G study. A crossed facet may become nested, never the
        other way round.
    cut
        λ, on the scale of the scores; adds Φ(λ).

    Raises
    ------
    ResponseError
        `names_do_not_fit` when sizes or fixed name other facets than the study has, or nesting is undone;
        `not_a_length` when a size is not a whole number above 0.

    Notes
    -----
    An effect's variance is divided by the numbers of conditions of its facets and of all that contain them.
    σ²(τ): effects of persons and fixed facets only; σ²(δ): effects with persons and a random facet; σ²(Δ): all effects
    with a random facet (Brennan 2001, rules 4.3.1–4.3.3). Negative components count as 0.
    Φ(λ) = [σ²(τ) + (μ − λ)²]/[σ²(τ) + (μ − λ)² + σ²(Δ)], (μ − λ)² estimated by (X̄ − λ)² − σ²(X̄) with the G study's own
    grand mean and its sampling variance.

    Examples
    --------
    >>> from assess.psychometrics.gtheory.study import crossed
    >>> marks = [[4, 3, 5], [2, 2, 3], [5, 3, 5], [1, 2, 2]] * 10
    >>> result = decide(crossed(marks, ["j"]), {"j": 2}, cut=2)
    >>> round(result.g.value, 2), round(result.phi.value, 2), round(result.phi_lambda.value, 2)
    (0.86, 0.75, 0.85)
    """
    design = study.design if nested is None else renested(study.design, nested)
    numbers, unchanging = conditions(design, sizes), unchanging_facets(design, fixed)
    universe, relative, absolute = entering(study, design, numbers, unchanging)
    negative = tuple(s.name for s in study.sources if s.estimate.value is not None and s.estimate.value < 0)
    findings = tuple(f"{name} is negative and counts as 0" for name in negative)
    label = ", ".join(f"{size} {facet}" for facet, size in numbers)
    few = few_levels(study, unchanging)
    shared = _Parts(study=study, label=label, reasons=doubts(study))
    return DStudy(
        sizes=numbers,
        fixed=tuple(f for f in design.facets if f in unchanging),
        universe=shared.variance(universe, "universe score variance"),
        relative_error=shared.variance(relative, "relative error variance"),
        absolute_error=shared.variance(absolute, "absolute error variance", few),
        g=shared.ratio(universe, relative, "generalizability coefficient", G_SOURCE),
        phi=shared.ratio(universe, absolute, "index of dependability Φ", PHI_SOURCE, few),
        phi_lambda=None if cut is None else shared.at_cut(universe, absolute, cut, few),
        findings=findings,
    )


@dataclass(frozen=True, eq=False)
class _Parts:
    """Sums of components and their ratios, each as an estimate."""

    study: GStudy
    label: str
    reasons: tuple[str, ...]

    @property
    def components(self) -> FloatArray:
        values = [source.estimate.value for source in self.study.sources]
        return np.array([max(value, 0.0) if value is not None else np.nan for value in values])

    def variance(self, weights: FloatArray, what: str, further: tuple[str, ...] = ()) -> Estimate:
        value = float(weights @ self.components)
        se = float(np.sqrt(np.maximum(weights @ self.study.covariance @ weights, 0.0)))
        reach = two_sided(self.study.level) * se
        return self._estimate(value, se, (max(value - reach, 0.0), value + reach), what, SOURCE, further)

    def ratio(
        self, signal: FloatArray, error: FloatArray, what: str, source: str, further: tuple[str, ...] = ()
    ) -> Estimate:
        s, e = float(signal @ self.components), float(error @ self.components)
        if not s > 0:
            return self._refused(
                what, source, "persons' universe scores do not vary here, so nothing can be dependable"
            )
        value = s / (s + e)
        gradient = (e * signal - s * error) / (s + e) ** 2
        se = float(np.sqrt(np.maximum(gradient @ self.study.covariance @ gradient, 0.0)))
        return self._estimate(value, se, _logarithmic(value, se, self.study.level), what, source, further)

    def at_cut(self, signal: FloatArray, error: FloatArray, cut: float, further: tuple[str, ...]) -> Estimate:
        what = f"Φ(λ) at λ = {cut:g}"
        distance = (self.study.mean - cut) ** 2
        s = float(signal @ self.components) + distance - self.study.mean_variance
        e = float(error @ self.components)
        if not s > 0:
            return self._refused(what, LAMBDA_SOURCE, "persons do not differ, and their mean lies at the cut")
        value = s / (s + e)
        gradient = (e * signal - s * error) / (s + e) ** 2
        by_mean = e / (s + e) ** 2
        mean = self.study.mean_variance
        variance = float(gradient @ self.study.covariance @ gradient) + by_mean**2 * (4 * distance * mean + 2 * mean**2)
        se = float(np.sqrt(max(variance, 0.0)))
        return self._estimate(value, se, _logarithmic(value, se, self.study.level), what, LAMBDA_SOURCE, further)

    def _estimate(
        self, value: float, se: float, interval: tuple[float, float], what: str, source: str, further: tuple[str, ...]
    ) -> Estimate:
        if self.study.findings and not np.isfinite(value):
            return self._refused(what, source, self.study.findings[0])
        estimate = estimated(
            value=value,
            standard_error=se,
            interval=interval,
            n=self.study.persons,
            method=f"{what} ({self.label})",
            source=source,
            minimum=self.study.minimum,
            level=self.study.level,
        )
        for reason in (*self.reasons, *further):
            estimate = doubted(estimate, reason)
        return estimate

    def _refused(self, what: str, source: str, reason: str) -> Estimate:
        if np.isnan(self.components).any() and self.study.findings:
            reason = self.study.findings[0]
        return not_enough(
            n=self.study.persons, method=f"{what} ({self.label})", source=source, reason=reason, level=self.study.level
        )


def entering(
    study: GStudy, design: Design, numbers: tuple[tuple[str, int], ...], fixed: frozenset[str]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """By which factor each component enters universe score, relative and absolute error."""
    size = dict(numbers)
    reached = [design.closure(effect.facets) for effect in study.effects]
    share = np.array([1 / np.prod([size[f] for f in sorted(facets) if f in size]) for facets in reached])
    persons: BoolArray = np.array([design.object in facets for facets in reached])
    chance: BoolArray = np.array([bool(facets - fixed - {design.object}) for facets in reached])
    return share * (persons & ~chance), share * (persons & chance), share * chance


def conditions(design: Design, sizes: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    needed = design.facets[1:]
    if set(sizes) != set(needed):
        raise ResponseError("names_do_not_fit", f"sizes for {sorted(sizes)}; needed for {sorted(needed)}")
    wrong = [facet for facet in needed if sizes[facet] != int(sizes[facet]) or sizes[facet] < 1]
    if wrong:
        sentence = f"{sizes[wrong[0]]} conditions of {wrong[0]!r}; a number of conditions is 1, 2, 3, …"
        raise ResponseError("not_a_length", sentence)
    return tuple((facet, int(sizes[facet])) for facet in needed)


def unchanging_facets(design: Design, fixed: Sequence[str]) -> frozenset[str]:
    names = frozenset((fixed,) if isinstance(fixed, str) else fixed)
    unknown = sorted(names - set(design.facets[1:]))
    if unknown:
        raise ResponseError("names_do_not_fit", f"{unknown[0]!r} is not one of the facets {list(design.facets[1:])}")
    if names and names == set(design.facets[1:]):
        raise ResponseError("names_do_not_fit", "every facet is fixed, so there is no error; leave one random")
    return names


def renested(design: Design, nested: Mapping[str, str | Sequence[str]]) -> Design:
    new = Design.of(design.facets, nested)
    undone = [facet for facet, outer in design.nested if not set(outer) <= set(dict(new.nested).get(facet, ()))]
    if undone:
        sentence = f"{undone[0]!r} was nested in the study, so its effects crossed with others are not known"
        raise ResponseError("names_do_not_fit", sentence)
    return new


def few_levels(study: GStudy, unchanging: frozenset[str]) -> tuple[str, ...]:
    """Random facets seen at so few levels that the variance between these rests on chance."""
    return tuple(
        f"{source.levels} levels of {source.name}; at least {MINIMUM_LEVELS} are needed"
        for source in study.sources
        if source.name in study.design.facets[1:] and source.name not in unchanging and source.levels < MINIMUM_LEVELS
    )


def doubts(study: GStudy) -> tuple[str, ...]:
    found = []
    if not study.converged:
        found.append("the components did not converge")
    if study.persons < study.minimum:
        found.append(f"{study.persons} persons; at least {study.minimum} are needed")
    return tuple(found)


def _logarithmic(value: float, se: float, level: float) -> tuple[float, float]:
    """Symmetric in log(1 − coefficient), cut off at 0: a share of variance lies between 0 and 1."""
    reach = two_sided(level) * se / (1 - value) if value < 1 else 0.0
    far = float(np.exp(-min(reach, 700.0)))  # a larger one would leave the range of floating point
    return max(1 - (1 - value) / far, 0.0), 1 - (1 - value) * far
