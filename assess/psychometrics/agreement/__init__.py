"""How far markers agree: two markers, a complete table of markers, or the sparse design of real double marking."""

from assess.psychometrics.agreement.gwet import brennan_prediger, gwet_ac
from assess.psychometrics.agreement.icc import FORMS, Form, icc, shrout_fleiss
from assess.psychometrics.agreement.kappa import Weights, kappa, share_of_agreement
from assess.psychometrics.agreement.kendall import Concordance, kendall_w
from assess.psychometrics.agreement.krippendorff import Metric, krippendorff_alpha
from assess.psychometrics.agreement.several_raters import (
    CategoryKappa,
    fleiss_kappa,
    fleiss_kappa_by_category,
    light_kappa,
    unanimity,
)
from assess.psychometrics.agreement.sparse import RaterPair, pooled_kappa, pooled_share_of_agreement, rater_pairs
from assess.psychometrics.agreement.sparse_icc import icc_sparse
from assess.psychometrics.agreement.variance_indices import finn, maxwell_re, robinson_a

__all__ = [
    "FORMS",
    "CategoryKappa",
    "Concordance",
    "Form",
    "Metric",
    "RaterPair",
    "Weights",
    "brennan_prediger",
    "finn",
    "fleiss_kappa",
    "fleiss_kappa_by_category",
    "gwet_ac",
    "icc",
    "icc_sparse",
    "kappa",
    "kendall_w",
    "krippendorff_alpha",
    "light_kappa",
    "maxwell_re",
    "pooled_kappa",
    "pooled_share_of_agreement",
    "rater_pairs",
    "robinson_a",
    "share_of_agreement",
    "shrout_fleiss",
    "unanimity",
]
