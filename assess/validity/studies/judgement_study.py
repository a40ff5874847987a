"""What a panel of standard setters says: the cut, how far other judges would move it, who stands apart, which items divide them."""

from dataclasses import replace

import numpy as np

from assess.psychometrics.agreement import icc
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate, not_enough
from assess.standard_setting.angoff import angoff
from assess.standard_setting.item_descriptors import item_descriptor_matching
from assess.standard_setting.panel_cut import PanelCut, judges_needed, panel_cut
from assess.validity.datasets.arrays import Judgements
from assess.validity.report.written import Document, estimate, number

SCALES = {
    "proportion": "the chance that a borderline candidate gets the item right",
    "percent": "the chance that a borderline candidate gets the item right",
    "yes/no": "whether a borderline candidate gets the item right",
    "points": "the points a borderline candidate would earn on the item",
    "levels": "the level an item belongs to, on a scale of the judges' own",
}


def judgement_document(judged: Judgements, *, seed: int) -> Document:
    """The panel's cut where the judgements are chances or points; otherwise only what the judges agree on.

    Judgements on a scale of their own (levels, descriptors) do not add up to a cut in points, and the document says so.
    """
    matrix, empirical = judged.matrix, judged.empirical
    if judged.scale == "levels":
        found = panel_cut(
            matrix,
            method="mean judgement of the panel on the judges' own scale",
            source="mean over judges of their means over items; standard errors: Brennan (2001), judges × items design",
            judges=judged.judges,
            empirical=empirical,
            seed=seed,
        )
        maximum, share, unit = None, None, 1 / max(matrix.shape[1], 1)
    else:
        whole = angoff(
            matrix,
            kind="yes/no" if judged.scale == "yes/no" else "probability",
            points=judged.points,
            judges=judged.judges,
            items=judged.items,
            empirical=empirical,
            seed=seed,
        )
        found, maximum, share = whole.rounds[-1], float(judged.points.sum()), whole.cut_share
        unit = 1.0
    described = found.panel
    components = described.components
    scale = 1 if maximum is None else 100 / maximum
    return {
        "scale": judged.scale,
        "scale_words": SCALES[judged.scale],
        "judges": len(judged.judges),
        "items": len(judged.items),
        "judgements": int(np.isfinite(matrix).sum()),
        "missing": int((~np.isfinite(matrix)).sum()),
        "ignored": list(judged.ignored),
        "empirical": judged.empirical_name,
        "lowest": number(float(np.nanmin(matrix)) if np.isfinite(matrix).any() else None, 4),
        "highest": number(float(np.nanmax(matrix)) if np.isfinite(matrix).any() else None, 4),
        "maximum": number(maximum, 2),
        "cut": estimate(_times(found.cut, unit)),
        "cut_percent": None
        if share is None
        else estimate(_times(share, 100, share.method.replace("as a share", "in per cent")), places=2),
        "bootstrap_se": number(None if found.bootstrap_se is None else unit * found.bootstrap_se),
        "se_judges_and_items": number(None if found.se_judges_and_items is None else unit * found.se_judges_and_items),
        "without_outliers": None if found.without_outliers is None else estimate(_times(found.without_outliers, unit)),
        "judges_needed": _needed(found, maximum, len(judged.items)),
        "components": None
        if components is None
        else {
            "judges": number(components.judges, 5),
            "items": number(components.items, 5),
            "residual": number(components.residual, 5),
            "source": "judges × items analysis of variance (Brennan 2001)",
        },
        "consistency": estimate(described.consistency, words=3),
        "one_judge": estimate(_one_judge(matrix), words=3),
        "fit": None if described.fit is None else estimate(described.fit),
        "outliers": [{"judge": apart.name, "kind": apart.kind, "sentence": apart.sentence} for apart in found.outliers],
        "level_cuts": _level_cuts(judged, seed),
        "panel": [
            {
                "judge": judge.name,
                "rated": judge.rated,
                "mean": number(judge.mean),
                "cut": number(None if own is None else unit * own, 4),
                "cut_percent": None if own is None or maximum is None else number(scale * own, 2),
                "severity": estimate(judge.severity),
                "agreement": estimate(judge.agreement),
                "misfit": number(judge.misfit, 3),
                "fit": None if judge.fit is None else estimate(judge.fit),
                "without": number(None if without is None else unit * without, 4),
            }
            for judge, own, without in zip(described.judges, found.judge_cuts, found.leave_one_out, strict=True)
        ],
        "per_item": _items(judged),
    }


def _level_cuts(judged: Judgements, seed: int) -> Document | None:
    """Where on the items' difficulty the next level begins; None unless judges gave levels and difficulties are known."""
    if judged.scale != "levels" or judged.empirical is None or not np.isfinite(judged.matrix).any():
        return None
    lowest = float(np.nanmin(judged.matrix))
    found = item_descriptor_matching(judged.empirical, judged.matrix - lowest, judges=judged.judges, seed=seed)
    return {
        "cuts": [
            {
                "level": number(one.level + lowest, 0),
                "cut": estimate(one.cut),
                "judges": [number(own) for own in one.judge_cuts],
            }
            for one in found.cuts
        ],
        "remarks": list(found.remarks),
    }


def _times(found: Estimate, factor: float, method: str = "") -> Estimate:
    """An estimate in another unit."""
    if found.value is None or found.standard_error is None or found.interval is None:
        return found
    low, high = found.interval
    return replace(
        found,
        value=factor * found.value,
        standard_error=factor * found.standard_error,
        interval=(factor * low, factor * high),
        method=method or found.method,
    )


def _needed(found: PanelCut, maximum: float | None, items: int) -> int | None:
    """Judges for a standard error of 1 % of the points; None when it cannot be told."""
    components = found.panel.components
    if components is None or maximum is None:
        return None
    return judges_needed(components, items, target=maximum / 100)


def _one_judge(matrix: FloatArray) -> Estimate:
    """How far one judge's view of the items is that of any other."""
    rated = matrix[:, np.isfinite(matrix).all(axis=0)].T
    method, source = "intraclass correlation of one judge, absolute agreement (n = items)", "Shrout & Fleiss (1979)"
    if rated.shape[0] < 3 or rated.shape[1] < 2 or float(np.ptp(rated)) == 0:
        return not_enough(
            n=len(rated), method=method, source=source, reason="too few items that all judges rated, or no differences"
        )
    return icc(rated, model="twoway", type="agreement", unit="single")


def _items(judged: Judgements) -> list[Document]:
    found = []
    for column, name in enumerate(judged.items):
        own = judged.matrix[:, column]
        seen = own[np.isfinite(own)]
        several = len(seen) > 1
        found.append(
            {
                "item": name,
                "judges": len(seen),
                "mean": number(float(seen.mean()) if len(seen) else None),
                "sd": number(float(seen.std(ddof=1)) if several else None),
                "lowest": number(float(seen.min()) if len(seen) else None),
                "highest": number(float(seen.max()) if len(seen) else None),
                "empirical": None
                if judged.empirical is None or not np.isfinite(judged.empirical[column])
                else number(float(judged.empirical[column])),
            }
        )
    return found
