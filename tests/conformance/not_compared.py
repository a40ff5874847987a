"""Stored numbers that nothing is compared with: by case, places (as patterns) and the reason.

Nothing stands here because it differs: where a figure of another program does, the comparison says by how much. What is here
was asked and not answered, is drawn at random, or is something that Assayer does not compute.
"""

ASKED = "what was asked, not an answer"
FIXED = "a constant of the model"
OWN_SEARCH = "how long the other program's search took"
MARK = "mirt's mark of a fixed parameter, ±999"
ERROR_OF_ALPHA = (
    "an asymptotic standard error of alpha that we do not give: ours is that of Feldt's F, as is the interval"
)
OVERLAP = (
    "correlation corrected for item overlap by squared multiple correlations: not computed here; see the item–rest one"
)
NULL_TEST = "a test that kappa is 0: not given here; the interval says more"
WITHOUT_COVARIANCES = (
    "TAM's standard errors suppose that all other parameters are known; ours are from the whole information"
)
OF_DRAWN = "follows from mean squares that TAM draws without a seed, heavy tails included"
NO_COVARIANCES = "rests on the covariances of the items' estimates, which are not among the data"

# no answers: left out even where the same number happens to be compared elsewhere
NO_ANSWERS = (ASKED, FIXED, OWN_SEARCH, MARK)

NOT_COMPARED: dict[str, dict[str, str]] = {
    "*": {
        "iterations": OWN_SEARCH,
        "SE.*.par.logit(?)": MARK,
        "*.par.MEAN_1": FIXED,
        "*.ak?": FIXED,
        "*.d0": FIXED,
        "items.*.u": FIXED,
        "patterns.*": ASKED,
        "total.ase": ERROR_OF_ALPHA,
        "*.total.ase": ERROR_OF_ALPHA,
        "drop.alpha se": ERROR_OF_ALPHA,
        "item.r.cor": OVERLAP,
        "*.item.r.cor": OVERLAP,
    },
    "cat_catR_tcals": {"items": ASKED, "x": ASKED},
    "ctt_ability_missing": {
        "pairwise.total.mean": "of each person's mean over the items answered; our distribution of scores is of complete persons",
        "pairwise.total.sd": "of each person's mean over the items answered; our distribution of scores is of complete persons",
    },
    "equate_irt_kb04": {"TSE.theta": "the full score, which no ability reaches: plink's search ends at 114"},
    "equate_rg_actmath": {"?.kurt": "kurtosis is not reported here"},
    "equate_se_actmath": {"se": "scores 1 to 3, of one or two persons each: 100 bootstrap samples say nothing there"},
    "gtheory_brennan32": {"*.n": ASKED},
    "gtheory_rajaratnam": {"*.n": ASKED},
    "hanson_brennan": {
        "parameters.*": "inside the method here: the law of true scores, which every figure compared rests on",
        "modelfit.*": "a chi-square test of that law's fit to the scores: not computed here",
    },
    "irt_rasch_cml_lsat6": {
        "raw_to_theta.x": ASKED,
        "raw_to_theta.y": "no and all right, to which eRm carries its curve on by a spline",
    },
    "irt_rasch_cml_raschdat1": {"score_theta.x": ASKED},
    "kappa_ci_anxiety": {
        "confid.weighted kappa.*": "limits −1 and 1, from the variance below",
        "varw": "psych's variance of weighted kappa, .46, is not Fleiss, Cohen & Everitt's formula; ours agrees with the jackknife",
    },
    "kappa_diagnoses": {"*.z": NULL_TEST, "*.p": NULL_TEST, "*.p.value": NULL_TEST},
    "linking_equateIRT_2pl": {"*.varAB.*": NO_COVARIANCES},
    "mfrm_sirt_ratings1": {"*.a": FIXED, "*.a.cent": FIXED},
    "mfrm_tam_sim_step": {"*.se.xsi": WITHOUT_COVARIANCES},
    "tam_gpcm": {"xsi.se.xsi": WITHOUT_COVARIANCES},
    "tam_jml": {"item.B.Cat1.Dim1": FIXED},
    "tam_rasch": {
        "fit.*_t": OF_DRAWN,
        "fit.*_p": OF_DRAWN,
        "fit.*_pholm": OF_DRAWN,
        "msq.X100.MADCOV": "mean absolute residual covariance: not computed here; see SRMSR",
        "msq.SRMR": "mean absolute residual correlation: not computed here; see SRMSR",
    },
    "testinfo_2pl_lsat7": {"theta": ASKED},
}
