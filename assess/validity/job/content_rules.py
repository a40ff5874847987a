"""What a content panel's ratings mean for each element: accept, revise, reject, or not enough evidence; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from assess.psychometrics import content_validity as statistics
from assess.psychometrics.results import Estimate
from assess.validity.job.frozen import Dataset, FloatArray, panel_tables
from assess.validity.report.written import estimate, number

NECESSITY = ("not necessary", "useful", "essential")
RELEVANCE = ("not relevant", "somewhat relevant", "quite relevant", "highly relevant")
ACCEPT, REVISE, REJECT, UNKNOWN = "accept", "revise", "reject", "not enough evidence"


@dataclass(frozen=True)
class PanelRules:
    """When an element is accepted: enough experts say essential to beat chance, and enough call it relevant.

    Lynn (1986) and Polit, Beck & Owen (2007) ask for an I-CVI of 0.78 from six experts on; `reject_below` is ours.
    """

    least_experts: int = statistics.MINIMUM_EXPERTS
    alpha: Decimal = Decimal("0.05")
    relevance_at_least: Decimal = Decimal("0.78")
    reject_below: Decimal = Decimal("0.50")

    def to_document(self) -> dict[str, Any]:
        """As it stands on a panel."""
        return {
            "least_experts": self.least_experts,
            "alpha": str(self.alpha),
            "relevance_at_least": str(self.relevance_at_least),
            "reject_below": str(self.reject_below),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "PanelRules":
        """Read what `to_document` wrote."""
        return cls(
            int(document["least_experts"]),
            Decimal(document["alpha"]),
            Decimal(document["relevance_at_least"]),
            Decimal(document["reject_below"]),
        )


def panel_result(dataset: Dataset, rules: PanelRules) -> dict[str, Any]:
    """The verdicts and figures of a panel as a document: `elements` in the order of the data set, and the scale's indices."""
    necessity, relevance = panel_tables(dataset)
    least = rules.least_experts
    essential = np.where(np.isfinite(necessity), (necessity == len(NECESSITY)).astype(float), np.nan)
    names = [one["id"] for one in dataset["elements"]]
    ratios = statistics.content_validity_ratio(essential, minimum=least)
    indices = statistics.item_content_validity(relevance, minimum=least)
    kappas = statistics.modified_kappa(relevance, minimum=least)
    aikens = statistics.aiken_v(relevance, minimum=least)
    columns = zip(ratios, indices, kappas, aikens, necessity.T, relevance.T, strict=True)
    return {
        "elements": [
            {"element": name, **_element(*column, rules=rules)} for name, column in zip(names, columns, strict=True)
        ],
        "s_cvi_average": estimate(statistics.scale_content_validity_average(relevance, minimum=least)),
        "s_cvi_universal": estimate(statistics.scale_content_validity_universal(relevance, minimum=least)),
    }


def _element(
    ratio: Estimate,
    index: Estimate,
    kappa: Estimate,
    aiken: Estimate,
    necessity: FloatArray,
    relevance: FloatArray,
    *,
    rules: PanelRules,
) -> dict[str, Any]:
    critical = statistics.critical_ratio(ratio.n, float(rules.alpha))
    verdict, sentence = _verdict(ratio, index, necessity, critical, rules)
    return {
        "cvr": estimate(ratio),
        "critical_cvr": number(critical),
        "i_cvi": estimate(index),
        "kappa": estimate(kappa),
        "aiken_v": estimate(aiken),
        "aiken_p": number(statistics.right_tail(relevance), 6),
        "verdict": verdict,
        "sentence": sentence,
    }


def _verdict(
    ratio: Estimate, index: Estimate, necessity: FloatArray, critical: float | None, rules: PanelRules
) -> tuple[str, str]:
    if ratio.value is None or index.value is None or ratio.n < rules.least_experts or critical is None:
        return UNKNOWN, f"{ratio.n} expert{'s' * (ratio.n != 1)} rated it; {rules.least_experts} are needed."
    essential = int((necessity == len(NECESSITY)).sum())
    unnecessary = int((necessity == 1).sum())
    needed = statistics.critical_count(ratio.n, float(rules.alpha))
    said = f"{essential} of {ratio.n} experts call it essential ({needed} needed), {100 * index.value:.0f} % relevant"
    if index.value < float(rules.reject_below) or unnecessary > ratio.n / 2:
        return REJECT, f"{said}. Take it out, or write it anew."
    if ratio.value >= critical - 1e-12 and index.value >= float(rules.relevance_at_least):
        return ACCEPT, f"{said}."
    return REVISE, f"{said}. Read the experts' comments, revise it and ask again, or take it out."


def counted(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many elements have each verdict."""
    return {word: sum(one["verdict"] == word for one in verdicts) for word in (ACCEPT, REVISE, REJECT, UNKNOWN)}
