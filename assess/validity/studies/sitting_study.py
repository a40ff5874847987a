"""What is pooled, sitting by sitting: scores, pass rate and reliability of each, and whether the sittings differ at all.

A study pools sittings, because one sitting is small. Pooling is fair where sittings are alike; where they differ, this says by how
much, so that nobody reads an average that describes no sitting.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from assess.psychometrics.ctt import mean
from assess.psychometrics.responses import BoolArray, FloatArray
from assess.psychometrics.results import Estimate, not_enough
from assess.validity.datasets.arrays import PartScores, Responses, Sittings
from assess.validity.report.written import Document, estimate, number
from assess.validity.studies.decision_study import Cuts, observed_pass_rate
from assess.validity.studies.response_study import reliability_of_form

WELCH = "Welch (1951), Biometrika 38, 330–336"
FEWEST_IN_A_SITTING = 5


def sitting_document(parts: PartScores, sittings: Sittings, *, responses: Responses | None, cuts: Cuts) -> Document:
    """One column for each sitting, and the test of their equality."""
    labels = np.array(sittings.labels)
    overall = _overall(parts)
    groups = [(name, np.asarray(labels == name)) for name in sittings.names]
    return {
        "pooled": len(sittings.names),
        "about": "overall score" if parts.weights is not None else f"score of {parts.parts[0]}",
        "sittings": [_sitting(name, rows, overall, parts, responses, cuts) for name, rows in groups if rows.any()],
        "difference": _difference([overall[rows & np.isfinite(overall)] for _, rows in groups]),
    }


def _overall(parts: PartScores) -> FloatArray:
    if parts.weights is None:
        return parts.matrix[:, 0]
    return np.asarray(parts.matrix @ np.array([parts.weights[part] for part in parts.parts]))


def _sitting(
    name: str,
    rows: BoolArray,
    overall: FloatArray,
    parts: PartScores,
    responses: Responses | None,
    cuts: Cuts,
) -> Document:
    scores = overall[rows & np.isfinite(overall)]
    own = replace(
        parts,
        matrix=parts.matrix[rows],
        components={},
        must_pass=None if parts.must_pass is None else parts.must_pass[rows],
    )
    return {
        "name": name,
        "persons": int(rows.sum()),
        "mean": estimate(mean(scores, method="mean score in per cent"), places=2),
        "sd": number(float(scores.std(ddof=1)) if len(scores) > 1 else None, 2),
        "pass_rate": estimate(observed_pass_rate(own, cuts)),
        "parts": [
            {
                "part": part,
                "mean": estimate(
                    mean(column[np.isfinite(column)], method=f"mean score of {part} in per cent"), places=2
                ),
            }
            for part, column in zip(own.parts, own.matrix.T, strict=True)
        ],
        "reliability": None if responses is None else estimate(_reliability(responses, rows), words=3),
    }


def _reliability(responses: Responses, rows: BoolArray) -> Estimate:
    """Of the answers of one sitting; coefficient alpha only, since a sitting alone calibrates no items."""
    matrix = responses.matrix[rows]
    taken: BoolArray = np.asarray(np.isfinite(matrix).any(axis=0))
    if int(rows.sum()) < FEWEST_IN_A_SITTING or not taken.any():
        reason = f"{int(rows.sum())} persons in the sitting; at least {FEWEST_IN_A_SITTING} are needed"
        return not_enough(n=int(rows.sum()), method="reliability of the sitting", source="", reason=reason)
    names = tuple(item for item, used in zip(responses.items, taken, strict=True) if used)
    own = Responses(matrix=matrix[:, taken], items=names, maxima=responses.maxima[taken], part=responses.part)
    return reliability_of_form(own, calibrate=False)


def _difference(groups: Sequence[FloatArray]) -> Document:
    r"""Welch's test of equal means with unequal variances, and the share of variance that lies between sittings (η²)."""
    used = [group for group in groups if len(group) > 1 and group.std() > 0]
    left_out = sum(1 for group in groups if len(group)) - len(used)
    nothing: Document = {
        "f": None,
        "df": None,
        "p_value": None,
        "eta_squared": None,
        "left_out": left_out,
        "source": WELCH,
    }
    if len(used) < 2:
        return nothing | {"reason": "there are not two sittings whose scores vary; their means cannot be compared"}
    sizes = np.array([len(group) for group in used], dtype=np.float64)
    means = np.array([group.mean() for group in used])
    weights = sizes / np.array([group.var(ddof=1) for group in used])
    share = weights / weights.sum()
    centre = float(share @ means)
    k = len(used)
    spread = float((1 - share) ** 2 @ (1 / (sizes - 1)))
    f = float(weights @ (means - centre) ** 2) / (k - 1) / (1 + 2 * (k - 2) / (k**2 - 1) * spread)
    df = (k**2 - 1) / (3 * spread)
    everybody = np.concatenate(used)
    between = float(sizes @ (means - everybody.mean()) ** 2)
    return {
        "f": number(f, 3),
        "df": [k - 1, number(df, 1)],
        "p_value": number(float(stats.f.sf(f, k - 1, df))),
        "eta_squared": number(between / float(((everybody - everybody.mean()) ** 2).sum()), 3),
        "left_out": left_out,
        "source": WELCH,
        "reason": "",
    }
