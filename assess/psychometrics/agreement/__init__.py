"""How far markers agree: two markers, a complete table of markers, or the sparse design of real double marking."""

from assess.psychometrics.agreement.icc import FORMS, Form, icc, icc_sparse
from assess.psychometrics.agreement.kappa import Weights, kappa, share_of_agreement
from assess.psychometrics.agreement.sparse import (
    RaterPair,
    krippendorff_alpha,
    pooled_kappa,
    pooled_share_of_agreement,
    rater_pairs,
)

__all__ = [
    "FORMS",
    "Form",
    "RaterPair",
    "Weights",
    "icc",
    "icc_sparse",
    "kappa",
    "krippendorff_alpha",
    "pooled_kappa",
    "pooled_share_of_agreement",
    "rater_pairs",
    "share_of_agreement",
]
