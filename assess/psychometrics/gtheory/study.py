"""G studies: how much of the variance of scores belongs to persons, to tasks, to assessors and to their interactions."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.gtheory import anova, precision, reml
from assess.psychometrics.gtheory.anova import Layout
from assess.psychometrics.gtheory.checks import chosen_effects, lacking_information
from assess.psychometrics.gtheory.components import MINIMUM_LEVELS, MINIMUM_PERSONS, SOURCE, GStudy, Source
from assess.psychometrics.gtheory.design import Design, Effect, Records
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL, doubted, estimated, not_enough

Method = Literal["anova", "reml"]

SOURCES = {
    "anova": f"{SOURCE}, ch. 3–6; interval: Ting, Burdick, Graybill, Jeyaratnam & Lu (1990), "
    "Journal of Statistical Computation and Simulation 35, 135–143",
    "unbalanced": f"Henderson (1953), Biometrics 9, 226–252 (method I); {SOURCE}, ch. 7; "
    "interval: Satterthwaite (1946), Biometrics Bulletin 2, 110–114",
    "reml": "Patterson & Thompson (1971), Biometrika 58, 545–554; Searle, Casella & McCulloch (1992), Variance "
    "components, ch. 6; interval: Satterthwaite (1946), Biometrics Bulletin 2, 110–114",
}


def crossed(
    scores: npt.ArrayLike,
    facets: Sequence[str],
    *,
    method: Method = "anova",
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> GStudy:
    r"""Variance components of a fully crossed design from an array.

    Parameters
    ----------
    scores
        persons × facet × …, one score per cell; NaN = missing (the design is then unbalanced).
    facets
        The names of the second and further axes; persons are "p".
    method
        "anova" (negative components can occur, nothing is clipped) or "reml" (none below 0).

    Returns
    -------
    GStudy
        `components` has "p", every facet, and interactions joined by ":" ("p:j"); the highest one holds the error.

    Raises
    ------
    ResponseError
        `names_do_not_fit` when there is not one name per axis, `not_finite` for an infinity.

    Notes
    -----
    σ² = EMS⁻¹·MS, for instance σ²(p) = (MS_p − MS_pi)/n_i. Standard errors by Var(MS) = 2MS²/(df + 2) (Brennan 2001,
    6.1.1); for unbalanced designs and REML see `study`.

    Examples
    --------
    >>> marks = [[4, 3, 5], [2, 2, 3], [5, 3, 5], [1, 2, 2]]
    >>> {name: round(value, 3) for name, value in crossed(marks, ["j"]).components.items()}
    {'p': 1.5, 'j': 0.278, 'p:j': 0.472}
    """
    array = np.asarray(scores, dtype=np.float64)
    names = (facets,) if isinstance(facets, str) else tuple(facets)
    if array.ndim != len(names) + 1:
        sentence = (
            f"scores has {array.ndim} axes; persons and {len(names)} facet(s) {list(names)} make {len(names) + 1}"
        )
        raise ResponseError("names_do_not_fit", sentence)
    if np.isinf(array).any():
        place = tuple(int(x) for x in np.argwhere(np.isinf(array))[0])
        raise ResponseError("not_finite", f"scores: entry {place} is infinite; use NaN for a missing value")
    design = Design.of(("p", *names))
    return _study(Records.of_array(array, design.facets), design, None, method, level, minimum)


def study(
    scores: npt.ArrayLike,
    facets: Mapping[str, Sequence[Hashable] | npt.NDArray[np.generic]],
    *,
    nested: Mapping[str, str | Sequence[str]] | None = None,
    effects: Sequence[str] | None = None,
    method: Method = "anova",
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> GStudy:
    r"""Variance components from long data: crossed, nested, balanced or not.

    Parameters
    ----------
    scores
        One per row; rows with NaN are left out.
    facets
        Facet → its level in each row; the first facet is the object of measurement.
    nested
        Facet → what contains it: {"r": "t"} says that raters are nested in tasks (p × (r:t)), {"r": "p"} that each
        person has raters of their own. Equal labels in different containers are different levels.
    effects
        The effects to estimate, when not all of the design; everything else goes to "residual".
    method
        "anova": mean squares of a balanced design, otherwise Henderson's method I. "reml": restricted maximum
        likelihood, the choice for sparse designs with several facets.

    Returns
    -------
    GStudy
        Interactions and nested effects are both joined by ":", a nested facet before its container: p × (r:t) has
        "p", "t", "r:t", "p:t", "p:r:t". A cell scored more than once adds a "residual".

    Raises
    ------
    ResponseError
        As `Records.of` and `Design.of`; `names_do_not_fit` when `effects` names an effect the design does not have.

    Notes
    -----
    Unbalanced: T(α) = Σ n_a(ȳ_a − ȳ)² is set equal to its expectation; standard errors from 2 tr(AVBV). REML: standard
    errors from the expected information.

    Examples
    --------
    >>> rows = {"p": list("AAABBBCCCDDD"), "j": list("123" * 4)}
    >>> round(study([4, 3, 5, 2, 2, 3, 5, 3, 5, 1, 2, 2], rows, method="reml").components["p"], 3)
    1.5
    """
    texts = [name for name, labels in facets.items() if isinstance(labels, str)]
    if texts:
        sentence = f"facet {texts[0]!r} must be a list of labels, one per score; this is a text"
        raise ResponseError("names_do_not_fit", sentence)
    if not facets:
        raise ResponseError("names_do_not_fit", "no facets; the first one is the object of measurement")
    design = Design.of(list(facets), nested)
    return _study(Records.of(scores, facets), design, effects, method, level, minimum)


def _study(
    records: Records, design: Design, wanted: Sequence[str] | None, method: Method, level: float, minimum: int
) -> GStudy:
    if method not in ("anova", "reml"):
        raise ValueError(f'method {method!r} is neither "anova" nor "reml"')
    effects = chosen_effects(records, design, wanted)
    layout = Layout.of(records, design, effects)
    lacking = lacking_information(layout)
    if lacking:
        return _nothing(layout, lacking, method, level, minimum)
    balanced = layout.complete
    table = anova.table(layout) if balanced else None
    forms, coefficients = anova.analogous(layout)
    system = (table.expected, table.mean_squares) if table else (coefficients, forms)
    raw: FloatArray = np.linalg.solve(*system).astype(np.float64)
    likelihood, converged, iterations = None, True, 0
    components = raw
    if method == "reml":
        inside = table is not None and bool((raw > 0).all())
        if not inside and sum(layout.levels[:-1]) > reml.LARGEST:
            sentence = (
                f"the design has {sum(layout.levels[:-1])} levels in all and REML here takes up to {reml.LARGEST}; "
                'use method="anova", or a random part of the persons'
            )
            return _nothing(layout, sentence, method, level, minimum)
        found = reml.balanced(table, raw, len(layout.scores)) if table and inside else reml.fit(layout, raw)
        components, covariance, likelihood = found.components, found.covariance, found.log_likelihood
        converged, iterations = found.converged, found.iterations
    elif table:
        covariance = precision.covariance_balanced(table)
    else:
        covariance = precision.covariance_unbalanced(layout, raw, coefficients)
    scale = float(layout.scores.var())
    components = np.where(np.abs(components) < 1e-12 * scale, 0.0, components)
    sources = []
    for i, effect in enumerate(effects):
        value, se = float(components[i]), float(np.sqrt(max(covariance[i, i], 0.0)))
        if table and method == "anova":
            weights = np.linalg.inv(table.expected)[i]
            interval = precision.modified_large_sample(weights, table, level)
        else:
            interval = precision.satterthwaite(value, se, level)
        with_persons = design.object in effect.facets
        estimate = estimated(
            value=value,
            standard_error=se,
            interval=interval,
            n=_persons(layout) if with_persons else layout.levels[i],
            method=_method(effect, design, method, balanced),
            source=SOURCES[method if balanced or method == "reml" else "unbalanced"],
            minimum=minimum if with_persons else MINIMUM_LEVELS,
            level=level,
            cases="persons" if with_persons else f"levels of {effect.name}",
        )
        if value < 0:
            estimate = doubted(estimate, _negative(effect, value))
        elif method == "reml" and value == 0 and i < len(effects) - 1:
            estimate = doubted(estimate, f"the component of {effect.name} lies at its lower limit, 0")
        if not converged:
            sentence = f"not converged: {len(layout.scores)} scores are few for {len(effects)} effects; drop some"
            estimate = doubted(estimate, sentence)
        if _persons(layout) < minimum and not with_persons:
            estimate = doubted(estimate, f"{_persons(layout)} persons; at least {minimum} are needed")
        sources.append(
            Source(
                name=effect.name,
                levels=layout.levels[i],
                estimate=estimate,
                df=float(table.df[i]) if table else None,
                sum_of_squares=float(table.sums[i]) if table else None,
                mean_square=float(table.mean_squares[i]) if table else None,
            )
        )
    shares = [float((count**2).sum()) / len(layout.scores) ** 2 for count in layout.counts]
    return GStudy(
        design=design,
        sources=tuple(sources),
        effects=effects,
        covariance=covariance,
        mean=float(layout.scores.mean()),
        mean_variance=float(np.array(shares) @ components),
        persons=_persons(layout),
        scores=len(layout.scores),
        sizes=_sizes(records, design),
        balanced=balanced,
        converged=converged,
        iterations=iterations,
        log_likelihood=likelihood,
        findings=tuple(_negative(e, v) for e, v in zip(effects, components.tolist(), strict=True) if v < 0),
        level=level,
        minimum=minimum,
    )


def _nothing(layout: Layout, reason: str, method: Method, level: float, minimum: int) -> GStudy:
    persons = _persons(layout)
    sources = [
        Source(
            name=effect.name,
            levels=levels,
            estimate=not_enough(
                n=persons, method=_method(effect, layout.design, method, True), source=SOURCES[method], reason=reason, level=level
            ),
            df=None,
            sum_of_squares=None,
            mean_square=None,
        )
        for effect, levels in zip(layout.effects, layout.levels, strict=True)
    ]  # fmt: skip
    return GStudy(
        design=layout.design,
        sources=tuple(sources),
        effects=layout.effects,
        covariance=np.zeros((len(sources), len(sources))),
        mean=float(layout.scores.mean()) if len(layout.scores) else 0.0,
        mean_variance=0.0,
        persons=persons,
        scores=len(layout.scores),
        sizes=(),
        balanced=False,
        converged=False,
        iterations=0,
        log_likelihood=None,
        findings=(reason,),
        level=level,
        minimum=minimum,
    )


def _persons(layout: Layout) -> int:
    alone = frozenset((layout.design.object,))
    for effect, levels in zip(layout.effects, layout.levels, strict=True):
        if effect.facets == alone:
            return levels
    return 0


def _sizes(records: Records, design: Design) -> tuple[tuple[str, float], ...]:
    """Levels of each facet, of a nested one per level of what contains it (the mean)."""
    found = []
    for facet in design.facets[1:]:
        whole = design.closure(frozenset((facet,)))
        counts = [int(records.groups(part).max()) + 1 if part else 1 for part in (whole, whole - {facet})]
        found.append((facet, counts[0] / counts[1]))
    return tuple(found)


def _method(effect: Effect, design: Design, method: Method, balanced: bool) -> str:
    how = {"anova": "analysis of variance" if balanced else "Henderson's method I", "reml": "REML"}[method]
    return f"variance component of {effect.name} in {design.in_words} ({how})"


def _negative(effect: Effect, value: float) -> str:
    return (
        f"the component of {effect.name} is negative ({value:.4g}): a variance cannot be, so its true value is small and "
        f"these data scatter around it; read it as 0, or gather more levels of {' and '.join(sorted(effect.facets))}"
    )
