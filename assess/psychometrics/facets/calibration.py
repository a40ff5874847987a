"""What a many-facet calibration answers with: every element's measure, how sure it is, and whether to act on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import numpy as np

from assess.psychometrics.facets.anchors import write_anchors
from assess.psychometrics.facets.averages import fair_averages, observed_averages
from assess.psychometrics.facets.connectivity import Connectivity
from assess.psychometrics.facets.elements import Element, elements
from assess.psychometrics.facets.eligibility import End
from assess.psychometrics.facets.fit import (
    MeanSquares,
    Scatter,
    UnexpectedRating,
    displacements,
    mean_squares,
    scatter_at_measures,
    unexpected_ratings,
)
from assess.psychometrics.facets.fitted import Fitted
from assess.psychometrics.facets.records import PERSON, Ratings
from assess.psychometrics.facets.separation import Separation, separation
from assess.psychometrics.facets.uncertainty import POSTERIOR, Errors
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError
from assess.psychometrics.results import Estimate, doubted, estimated, normal_interval, not_enough

Method = Literal["MML", "JML"]
Persons = Literal["posterior", "measure"]
IN_WORDS = {"MML": "marginal maximum likelihood", "JML": "joint maximum likelihood"}
SOURCE = "Linacre (1989), Many-facet Rasch measurement; "
SOURCES = {
    "MML": SOURCE + "Bock & Aitkin (1981), Psychometrika 46, 443–459",
    "JML": SOURCE + "Wright & Masters (1982), Rating scale analysis, ch. 4",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class FacetCalibration:
    """Persons and facets on one logit scale: log P_k/P_{k−1} = person − Σ facets − τ_k.

    Attributes
    ----------
    method
        "MML" or "JML".
    facets
        Names of the facets, without the persons.
    elements
        For "person" and each facet the names of its elements, in the order of all arrays.
    measure
        For "person" and each facet the measures (logits); NaN for an element without one.
    steps, step_groups, thresholds
        The facets whose elements have steps of their own, the names of the groups that share steps, and
        groups × (categories − 1) thresholds τ, which sum to 0 in each group; NaN beside a category that was never used.
    log_likelihood, n_parameters
        Marginal (MML) or joint (JML) log-likelihood at the maximum; number of free parameters.
    converged, iterations, steepness, points
        Whether the gradient vanished, after how many steps of Newton's method, the largest gradient left, in standard
        errors; quadrature points (0 for JML).
    connectivity
        Which persons can be compared by the design alone, and what would connect the others.
    reason
        Why there is no calibration, or why it is not to be relied on; empty otherwise.
    remarks
        Sentences on unused categories, extreme elements, absent anchors and what was left out.
    ratings, missing
        Ratings given, and rows without one.
    """

    method: Method
    facets: tuple[str, ...]
    elements: Mapping[str, tuple[str, ...]]
    measure: Mapping[str, FloatArray]
    steps: tuple[str, ...]
    step_groups: tuple[str, ...]
    thresholds: FloatArray
    mean: float | None
    sd: float | None
    log_likelihood: float
    n_parameters: int
    converged: bool
    iterations: int
    steepness: float
    points: int
    connectivity: Connectivity
    reason: str
    remarks: tuple[str, ...]
    doubt: str
    missing: int
    level: float
    minimum: int
    data: Ratings
    fitted: Fitted | None
    anchored: Mapping[str, BoolArray]
    extreme: Mapping[str, Mapping[int, End]]
    placed_errors: tuple[FloatArray, ...]
    find_errors: Callable[[], Errors] | None
    find_scatter: Callable[[], Scatter] | None
    of_persons: str

    @property
    def ratings(self) -> int:
        """Ratings given."""
        return len(self.data.value)

    @property
    def persons(self) -> int:
        """Persons with a rating."""
        return len(self.data.labels[0])

    @property
    def difficulty(self) -> Mapping[str, FloatArray]:
        """The measures of the facets without the persons: difficulty of tasks, severity of raters."""
        return MappingProxyType({name: self.measure[name] for name in self.facets})

    @property
    def ability(self) -> FloatArray:
        """Measures of persons, in the order of `elements["person"]`."""
        return self.measure[PERSON]

    @property
    def source(self) -> str:
        """What defines the model and the method."""
        return SOURCES[self.method]

    @cached_property
    def standard_errors(self) -> Mapping[str, FloatArray]:
        """Of `measure`, in its shapes, and of "thresholds", "mean" and "log sd"; computed when first read.

        0 for anchored elements, NaN for those without a measure.
        """
        found = {name: np.full(len(self.measure[name]), np.nan) for name in self.data.facets}
        errors = self._errors
        for f, name in enumerate(found):
            if errors is not None:
                found[name] = np.where(self.anchored[name], 0.0, errors.blocks[f])
            placed = np.isfinite(self.placed_errors[f])
            found[name][placed] = self.placed_errors[f][placed]
            found[name][~np.isfinite(self.measure[name])] = np.nan
        found["thresholds"] = np.full(self.thresholds.shape, np.nan) if errors is None else errors.thresholds
        found["mean"] = np.array(np.nan if errors is None else errors.mean)
        found["log sd"] = np.array(np.nan if errors is None else errors.log_sd)
        return MappingProxyType(found)

    @property
    def standard_error(self) -> Mapping[str, FloatArray]:
        """The same as `standard_errors`."""
        return self.standard_errors

    @cached_property
    def measures(self) -> Mapping[str, tuple[Element, ...]]:
        """Every element of "person" and of each facet, with all figures."""
        return MappingProxyType({name: self._elements(f) for f, name in enumerate(self.data.facets)})

    @property
    def population_mean(self) -> Estimate | None:
        """Mean ability (MML), 0 by definition when another facet floats; None for JML."""
        if self.mean is None:
            return None
        return self._estimate(
            self.mean, float(self.standard_errors["mean"]), self.persons, "mean ability", cases="persons"
        )

    @property
    def population_sd(self) -> Estimate | None:
        """Standard deviation of ability (MML), its interval on the logarithmic scale; None for JML."""
        if self.sd is None:
            return None
        error = float(self.standard_errors["log sd"])
        return self._estimate(
            self.sd, self.sd * error, self.persons, "standard deviation of ability", cases="persons", logarithmic=error
        )

    def fit(self, facet: str, persons: Persons | None = None) -> MeanSquares:
        """Infit and outfit of a facet's elements as arrays.

        Parameters
        ----------
        persons
            "posterior" (the default with MML): averaged over each person's posterior. "measure" (the default with JML):
            persons at their reported measures, which with few ratings makes mean squares too small.

        Raises
        ------
        ResponseError
            `unknown_facet`, `not_calibrated`, `unknown_method` (a posterior is asked for and there is none).
        """
        f = self._place(facet)
        if self.fitted is None:
            raise ResponseError("not_calibrated", f"there is no calibration to compare with: {self.reason}")
        chosen = persons or ("posterior" if self.method == "MML" else "measure")
        if chosen == "posterior":
            if self.find_scatter is None:
                raise ResponseError("unknown_method", "joint estimation knows no posterior: use persons='measure'")
            return mean_squares(
                self.data.codes[f], self.data.sizes[f], self._scatter, "averaged over persons' posteriors"
            )
        scatter = scatter_at_measures(self.fitted)
        return mean_squares(self.data.codes[f], self.data.sizes[f], scatter, f"persons at {self.of_persons}")

    @cached_property
    def _scatter(self) -> Scatter:
        assert self.find_scatter is not None
        return self.find_scatter()

    def separation(self, facet: str) -> Separation:
        """Separation, strata, reliability and fixed chi-square of a facet's elements.

        Raises
        ------
        ResponseError
            `unknown_facet`.
        """
        f = self._place(facet)
        own = ~self.anchored[facet] & self._own(f, facet)
        return separation(facet, self.measure[facet][own], self.standard_errors[facet][own])

    def unexpected(self, *, beyond: float = 3.0, most: int = 100) -> tuple[UnexpectedRating, ...]:
        """Ratings whose standardised residual exceeds `beyond`, the farthest first."""
        return () if self.fitted is None else unexpected_ratings(self.fitted, self.data, beyond=beyond, most=most)

    def anchor_table(self, *facets: str) -> str:
        """The measures as a table with the columns facet, element, measure; of all facets but the persons unless named.

        `read_anchors` reads it, and `calibrate(…, anchors=…)` keeps these values in a later calibration.
        """
        table: dict[str, dict[str, float]] = {}
        for name in facets or self.facets:
            f = self._place(name)
            own = self._own(f, name)
            table[name] = {self.elements[name][e]: float(self.measure[name][e]) for e in np.flatnonzero(own)}
        return write_anchors(table)

    @cached_property
    def observed_average(self) -> Mapping[str, FloatArray]:
        """Mean rating of every element."""
        found = observed_averages(self.data.codes, self.data.sizes, self.data.value)
        return MappingProxyType(dict(zip(self.data.facets, found, strict=True)))

    @cached_property
    def fair_average(self) -> Mapping[str, FloatArray]:
        """Expected rating of every element where all others are at the mean measure of their facet: `fair_averages`."""
        if self.fitted is None:
            return MappingProxyType({name: np.full(len(self.measure[name]), np.nan) for name in self.measure})
        steps = self.data.facets.index(self.steps[0]) if len(self.steps) == 1 else None
        own = [self._own(f, name) for f, name in enumerate(self.data.facets)]
        return MappingProxyType(dict(zip(self.data.facets, fair_averages(self.fitted, own, steps), strict=True)))

    def _own(self, f: int, name: str) -> BoolArray:
        """The elements with a measure that is not that of an extreme score."""
        return np.isfinite(self.measure[name]) & ~np.isfinite(self.placed_errors[f])

    def _place(self, facet: str) -> int:
        names = self.data.facets
        if facet not in names:
            raise ResponseError("unknown_facet", f"{facet!r} is not one of {', '.join(names)}")
        return names.index(facet)

    @cached_property
    def _errors(self) -> Errors | None:
        return None if self.find_errors is None else self.find_errors()

    def _estimate(
        self,
        value: float,
        error: float,
        n: int,
        what: str,
        *,
        cases: str,
        logarithmic: float | None = None,
        minimum: int | None = None,
    ) -> Estimate:
        how = self._errors.method if self._errors is not None else ""
        method = f"{what}, many-facet Rasch by {IN_WORDS[self.method]}; standard error: {how}"
        if not (np.isfinite(value) and np.isfinite(error)):
            reason = self.reason or "the data do not determine it"
            return not_enough(n=n, method=method, source=self.source, reason=reason, level=self.level)
        interval = normal_interval(value, error, self.level)
        if logarithmic is not None:
            low, high = normal_interval(0.0, logarithmic, self.level)
            interval = (value * float(np.exp(low)), value * float(np.exp(high)))
        found = estimated(
            value=value,
            standard_error=error,
            interval=interval,
            n=n,
            method=method,
            source=self.source,
            minimum=self.minimum if minimum is None else minimum,
            level=self.level,
            cases=cases,
        )
        doubt = self.reason or self.doubt
        return doubted(found, doubt) if doubt else found

    def _elements(self, f: int) -> tuple[Element, ...]:
        name = self.data.facets[f]
        n = np.bincount(self.data.codes[f], minlength=self.data.sizes[f]).tolist()
        displaced = self._displacements(f) if self.anchored[name].any() and self.fitted is not None else {}
        return elements(
            name,
            self.elements[name],
            measures=[self._measure(name, f, e, count) for e, count in enumerate(n)],
            observed=self.observed_average[name],
            fair=self.fair_average[name],
            squares=None if self.fitted is None else self.fit(name),
            extreme=self.extreme[name],
            displaced=displaced,
        )

    def _measure(self, name: str, f: int, e: int, n: int) -> Estimate:
        value, error = float(self.measure[name][e]), float(self.standard_errors[name][e])
        what = f"measure of {name} {self.elements[name][e]}"
        if self.anchored[name][e]:
            return Estimate(
                value=value,
                standard_error=0.0,
                interval=(value, value),
                level=self.level,
                n=n,
                method=f"{what}: anchored",
                source="given",
                sufficient=True,
            )
        if name == PERSON and self.method == "MML":
            what += f" (EAP; {POSTERIOR})"
        found = self._estimate(value, error, n, what, cases="ratings", minimum=1 if name == PERSON else None)
        end = self.extreme[name].get(e)
        if end and found.value is not None:
            return doubted(
                found,
                f"every rating that is left is in the {end} category; this is the measure of a score 0.3 points inside",
            )
        if self.fitted is not None and found.value is None:
            return not_enough(
                n=n,
                method=found.method,
                source=found.source,
                level=self.level,
                reason="all its ratings are with elements that have no measure",
            )
        return found

    def _displacements(self, f: int) -> dict[int, Estimate]:
        assert self.fitted is not None
        name = self.data.facets[f]
        n = np.bincount(self.data.codes[f], minlength=self.data.sizes[f])
        moves, errors = displacements(self.fitted, f)
        return {
            int(e): self._estimate(
                float(moves[e]),
                float(errors[e]),
                int(n[e]),
                f"displacement of {name} {self.elements[name][e]} from its anchor",
                cases="ratings",
            )
            for e in np.flatnonzero(self.anchored[name])
        }
