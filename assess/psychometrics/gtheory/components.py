"""What a G study answers with: variance components, each with how sure it is."""

from dataclasses import dataclass

from assess.psychometrics.gtheory.design import Design, Effect
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL, Estimate

MINIMUM_PERSONS = 30
# with fewer levels a variance between them rests on chance (Gelman & Hill 2007, Data analysis using regression, 12.9)
MINIMUM_LEVELS = 5
SOURCE = "Brennan (2001), Generalizability theory, Springer"


class Components(dict[str, float]):
    """Variance components by name; the order of the parts of a name does not matter.

    >>> Components({"p:t": 0.2})["t×p"]
    0.2
    """

    def __missing__(self, name: str) -> float:
        parts = sorted(part.strip() for part in name.replace("×", ":").split(":"))
        for known, value in self.items():
            if sorted(known.split(":")) == parts:
                return value
        raise KeyError(f"{name!r} has no estimate here; estimated: {', '.join(self) or 'nothing'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of variance.

    Attributes
    ----------
    name, levels
        Its effect, such as "p:t", and how many levels of it were seen.
    estimate
        The variance component; negative ones stay as they are.
    df, sum_of_squares, mean_square
        Its row of the analysis of variance; None when the design is not balanced.
    """

    name: str
    levels: int
    estimate: Estimate
    df: float | None
    sum_of_squares: float | None
    mean_square: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class GStudy:
    """The variance components of a study.

    Attributes
    ----------
    design
        Facets and nesting.
    sources
        One per effect, the residual last.
    effects, covariance
        The effects as sets of facets, and the sampling covariances of their estimates (sources × sources).
    mean, mean_variance
        The grand mean of the scores and its sampling variance over persons and conditions.
    persons, scores
        How many there are; persons without a score are not counted.
    sizes
        (facet, levels), a nested facet by its mean number within one level of what contains it.
    balanced, converged, iterations, log_likelihood
        How the estimates came about; the last two are 0 and None for sums of squares.
    findings
        Sentences about negative or absent components.
    """

    design: Design
    sources: tuple[Source, ...]
    effects: tuple[Effect, ...]
    covariance: FloatArray
    mean: float
    mean_variance: float
    persons: int
    scores: int
    sizes: tuple[tuple[str, float], ...]
    balanced: bool
    converged: bool
    iterations: int
    log_likelihood: float | None
    findings: tuple[str, ...]
    level: float = LEVEL
    minimum: int = MINIMUM_PERSONS

    @property
    def components(self) -> Components:
        """Estimates as plain numbers, unclipped."""
        return Components({s.name: s.estimate.value for s in self.sources if s.estimate.value is not None})
