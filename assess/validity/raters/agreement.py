"""How far an assessor's blind marks agree with a panel's reference, and what that comes to.

Marks are given in the form of the journal: {"answer": "yes" | "no" | "not_seen"} of a step, {"level": 0–3 | None} of a
judgement. Rows of measurement are left out: their values are read off an instrument, not judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from assess.psychometrics.agreement import kappa
from assess.psychometrics.proportions import MINIMUM_PERSONS, proportion
from assess.psychometrics.results import Estimate
from assess.validity.report.written import estimate, read_estimate

EXACT = "exact agreement"
ADJACENT = "agreement within one level"
WEIGHTED_KAPPA = "kappa of the judgements, quadratic weights"
STEP_KAPPA = "kappa of the steps"
COEFFICIENTS = (EXACT, ADJACENT, WEIGHTED_KAPPA, STEP_KAPPA)

CHECKLIST, JUDGEMENT = "checklist", "judgement"
KINDS = (CHECKLIST, JUDGEMENT)
LEVELS = (0.0, 1.0, 2.0, 3.0)
NOT_SEEN = -1.0
ROWS = "rows; rows of one exemplar hang together, so the interval is rather too narrow"

MEETS, BELOW, NOT_ENOUGH = "meets the threshold", "below the threshold", "not enough evidence"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One criterion of one exemplar: the assessor's mark and the panel's, as numbers; NOT_SEEN where it was not seen."""

    exemplar: str
    task: str
    criterion: str
    kind: str
    own: float
    panel: float

    @property
    def gap(self) -> int:
        """How far apart: levels of a judgement; 1 for a step seen otherwise; 3 where it was overlooked or imagined."""
        if self.own == self.panel:
            return 0
        if NOT_SEEN in (self.own, self.panel):
            return len(LEVELS) - 1
        return int(abs(self.own - self.panel))

    @property
    def to_discuss(self) -> bool:
        """A judgement more than one level away, or a step seen otherwise."""
        return self.gap > 1 or (self.kind == CHECKLIST and self.gap > 0)


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """What one coefficient must reach, by whose word."""

    coefficient: str
    least: Decimal
    source: str

    def document(self) -> dict[str, str]:
        """As a session keeps it."""
        return {"coefficient": self.coefficient, "least": str(self.least), "source": self.source}

    @classmethod
    def from_document(cls, document: Mapping[str, str]) -> "Threshold":
        """Read one that `document` wrote."""
        return cls(coefficient=document["coefficient"], least=Decimal(document["least"]), source=document["source"])


DEFAULT = (
    Threshold(
        coefficient=EXACT,
        least=Decimal("0.80"),
        source="McHugh (2012), Biochemia Medica 22, 276–282: 80 per cent as the least acceptable share of agreement",
    ),
    Threshold(
        coefficient=ADJACENT,
        least=Decimal("0.95"),
        source="scheme board: pilot threshold; marks further apart are a matter of discussion in every marking of the day",
    ),
)
"""Thresholds of a session whose opener names none."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Every coefficient by name, and the rows behind them."""

    coefficients: Mapping[str, Estimate]
    rows: tuple[Row, ...]

    @property
    def to_discuss(self) -> tuple[Row, ...]:
        """Gaps that are talked over."""
        return tuple(row for row in self.rows if row.to_discuss)


def value_of(kind: str, mark: Mapping[str, Any]) -> float:
    """A mark as a number: a level, or 1 for done and 0 for not done; NOT_SEEN otherwise.

    >>> value_of("judgement", {"level": 2}), value_of("checklist", {"answer": "no"}), value_of("judgement", {"level": None})
    (2.0, 0.0, -1.0)
    """
    if kind == JUDGEMENT:
        return NOT_SEEN if mark["level"] is None else float(mark["level"])
    return {"yes": 1.0, "no": 0.0}.get(mark["answer"], NOT_SEEN)


def said(kind: str, value: float) -> str:
    """A mark in a word.

    >>> said("checklist", 1.0), said("judgement", 2.0), said("judgement", -1.0)
    ('done', '2', 'not seen')
    """
    if value == NOT_SEEN:
        return "not seen"
    if kind == CHECKLIST:
        return "done" if value else "not done"
    return f"{value:.0f}"


def compare(rows: Sequence[Row]) -> Agreement:
    """Share of equal marks, share within one level, and kappa of judgements and of steps.

    Notes
    -----
    What one of the two did not see counts as a disagreement in both shares and is left out of the kappas. A step has no
    neighbouring mark: within one level it agrees when it is equal.

    Examples
    --------
    >>> rows = [Row(exemplar="E", task="T", criterion=str(n), kind="judgement", own=n % 4, panel=3 if n == 2 else n % 4)
    ...         for n in range(40)]
    >>> compare(rows).coefficients["exact agreement"].in_words()
    '0.97 (95 % interval 0.87 to 1.00, n = 40)'
    """
    n = len(rows)
    exact = sum(row.gap == 0 for row in rows)
    near = sum(not row.to_discuss for row in rows)
    return Agreement(
        coefficients={
            EXACT: _share(exact, n, f"share of the panel's marks given exactly ({ROWS})"),
            ADJACENT: _share(near, n, f"share of marks within one level of the panel's ({ROWS})"),
            WEIGHTED_KAPPA: _kappa([row for row in rows if row.kind == JUDGEMENT], "quadratic", LEVELS),
            STEP_KAPPA: _kappa([row for row in rows if row.kind == CHECKLIST], None, (0.0, 1.0)),
        },
        rows=tuple(rows),
    )


def _share(count: int, n: int, method: str) -> Estimate:
    found = proportion(count, n, method=method)
    if found.sufficient or not n:
        return found
    return replace(found, reason=f"{n} rows; at least {MINIMUM_PERSONS} are needed")


def _kappa(rows: Sequence[Row], weights: Any, categories: Sequence[float]) -> Estimate:
    pairs = np.array([(row.own, row.panel) for row in rows], dtype=np.float64).reshape(-1, 2)
    pairs[pairs == NOT_SEEN] = np.nan
    return kappa(pairs[:, 0], pairs[:, 1], weights, categories=categories)


def proposed(agreement: Agreement, thresholds: Sequence[Threshold]) -> str:
    """What the software proposes: it is below as soon as one coefficient surely is, and enough only where all are.

    >>> few = compare([Row(exemplar="E", task="T", criterion="1", kind="checklist", own=1.0, panel=1.0)])
    >>> proposed(few, DEFAULT)
    'not enough evidence'
    """
    found = [(agreement.coefficients[one.coefficient], float(one.least)) for one in thresholds]
    if any(one.sufficient and one.value is not None and one.value < least for one, least in found):
        return BELOW
    if not found or not all(one.sufficient for one, _ in found):
        return NOT_ENOUGH
    return MEETS


def document_of(agreement: Agreement) -> dict[str, Any]:
    """As a training keeps it: every coefficient with all it takes to judge it, and every row."""
    return {
        "coefficients": {name: estimate(found, places=6) for name, found in agreement.coefficients.items()},
        "rows": [
            {
                "exemplar": row.exemplar,
                "task": row.task,
                "criterion": row.criterion,
                "kind": row.kind,
                "own": int(row.own),
                "panel": int(row.panel),
            }
            for row in agreement.rows
        ],
    }


def agreement_from(document: Mapping[str, Any]) -> Agreement:
    """Read what `document_of` wrote."""
    return Agreement(
        coefficients={name: read_estimate(found) for name, found in document["coefficients"].items()},
        rows=tuple(Row(**{**row, "own": float(row["own"]), "panel": float(row["panel"])}) for row in document["rows"]),
    )
