"""Do the reliabilities of several parts go with how much the parts correlate?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate

SMALL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Parts whose scores correlate more than their estimated reliabilities allow.

    Attributes
    ----------
    parts
        By column the less reliable part of each pair that clashes (both where they are alike); every part when only all
        together clash.
    raised
        All reliabilities, those of `parts` at the upper end of their intervals.
    resolved
        Whether the correlations are possible then.
    words
        What clashes, with the estimates, as a sentence part.
    """

    parts: tuple[int, ...]
    raised: tuple[float, ...]
    resolved: bool
    words: str

    @property
    def at(self) -> str:
        """The raised reliabilities as a sentence part."""
        return " and ".join(dict.fromkeys(f"{self.raised[part]:.2f}" for part in self.parts))


def possible(covariance: FloatArray, reliabilities: FloatArray) -> bool:
    """Whether true scores with these reliabilities can have the parts' covariances."""
    values = np.linalg.eigvalsh(covariance - np.diag(np.diag(covariance) * (1 - reliabilities)))
    return bool(values.min() >= -SMALL * values.max())


def clash(covariance: FloatArray, reliabilities: Sequence[Estimate], names: Sequence[str]) -> Clash | None:
    r"""Where the estimates cannot all be right; None when they can.

    Notes
    -----
    Two parts correlate at most √(r₁r₂) (Spearman 1904, American Journal of Psychology 15, 72–101). Alpha of few unlike
    tasks is a low guess of their reliability, so of a pair that correlates more the less reliable one is named, and the
    upper end of its interval tried.

    Examples
    --------
    >>> low = Estimate(value=0.1, standard_error=0.2, interval=(-0.3, 0.4), n=80, method="", source="", sufficient=True)
    >>> high = Estimate(value=0.8, standard_error=0.05, interval=(0.7, 0.9), n=80, method="", source="", sufficient=True)
    >>> found = clash(np.array([[1.0, 0.5], [0.5, 1.0]]), [high, low], ["bench", "simulation"])
    >>> found.words, found.at, found.resolved
    ('at the estimated reliability of simulation (0.10; −0.30 to 0.40) the parts correlate more than is possible', '0.40', True)
    """
    known = np.array([one.value or 0.0 for one in reliabilities], dtype=np.float64)
    if possible(covariance, known):
        return None
    deviations = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(deviations, deviations)
    allowed = np.sqrt(np.outer(np.maximum(known, 0.0), np.maximum(known, 0.0)))
    pairs = np.argwhere(np.triu(np.abs(correlations) > allowed, 1)).tolist()
    lower = {part for pair in pairs for part in pair if known[part] == min(known[pair])}
    parts = sorted(lower) or list(range(len(known)))
    raised = known.copy()
    for part in parts:
        raised[part] = max(known[part], min((reliabilities[part].interval or (0.0, known[part]))[1], 1.0))
    told = " and ".join(f"{names[part]} ({_figures(reliabilities[part])})" for part in parts)
    return Clash(
        parts=tuple(parts),
        raised=tuple(float(one) for one in raised),
        resolved=possible(covariance, raised),
        words=f"at the estimated reliability of {told} the parts correlate more than is possible",
    )


def _figures(found: Estimate) -> str:
    figures = f"{found.value or 0.0:.2f}"
    if found.interval is not None:
        figures += f"; {found.interval[0]:.2f} to {found.interval[1]:.2f}"
    return figures.replace("-", "−")
