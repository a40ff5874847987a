"""Do experts say that this is the content? Lawshe's ratio, the content validity index, Aiken's V; experts × elements."""

from assess.psychometrics.content_validity.aiken import aiken_v, right_tail
from assess.psychometrics.content_validity.indices import (
    item_content_validity,
    modified_kappa,
    scale_content_validity_average,
    scale_content_validity_universal,
)
from assess.psychometrics.content_validity.lawshe import content_validity_ratio, critical_count, critical_ratio
from assess.psychometrics.content_validity.panels import MINIMUM_EXPERTS

__all__ = [
    "MINIMUM_EXPERTS",
    "aiken_v",
    "content_validity_ratio",
    "critical_count",
    "critical_ratio",
    "item_content_validity",
    "modified_kappa",
    "right_tail",
    "scale_content_validity_average",
    "scale_content_validity_universal",
]
