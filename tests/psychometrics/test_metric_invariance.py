"""One test for all metrics: order does not matter, an empty row changes nothing, degenerate data raise nothing.

Every public function of the engine that answers with an `Estimate` is registered here; a new one fails
`test_every_public_metric_is_registered` until it is.
"""

import dataclasses
import importlib
import inspect
import math
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import assess.psychometrics
import assess.standard_setting
from assess.psychometrics import (
    agreement,
    classification,
    content_validity,
    ctt,
    dif,
    facets,
    fit,
    forensics,
    gtheory,
    irt,
    reliability,
    simulate,
)
from assess.psychometrics.results import Estimate
from assess.standard_setting import borderline, contrasting
from assess.standard_setting.angoff import angoff
from assess.standard_setting.beuk import beuk
from assess.standard_setting.body_of_work import body_of_work
from assess.standard_setting.booklet import booklet
from assess.standard_setting.bookmark import bookmark
from assess.standard_setting.ebel import ebel
from assess.standard_setting.hofstee import hofstee
from assess.standard_setting.impact import impact
from assess.standard_setting.item_descriptors import item_descriptor_matching
from assess.standard_setting.judges import Judge, Panel, panel
from assess.standard_setting.nedelsky import nedelsky
from assess.standard_setting.panel_cut import panel_cut
from tests.effort import sampled

Matrix = npt.NDArray[np.float64]

ABILITY = np.random.default_rng(71).normal(size=90)
ANSWERS = simulate.rasch_responses(ABILITY, np.linspace(-1.2, 1.2, 6), seed=72)
RATINGS = simulate.partial_credit_responses(np.repeat(ABILITY, 1), [[-1.5, -0.5, 0.5, 1.5]] * 4, seed=73)
# answers of 300 persons and, in the last column, whether they belong to the focal group
GROUPED = np.column_stack(
    [
        simulate.rasch_responses(np.random.default_rng(77).normal(size=300), np.linspace(-1.2, 1.2, 12), seed=78),
        np.arange(300) % 3 == 0,
    ]
)
SUM_SCORED = irt.calibrate(ANSWERS, "Rasch")
SCORES = np.column_stack([ANSWERS.sum(axis=1), RATINGS[:, :3].sum(axis=1)])
JUDGEMENTS = np.clip(
    np.linspace(0.3, 0.9, 20) + np.random.default_rng(74).normal(scale=0.08, size=(10, 20)), 0, 1
).round(2)
RELEVANCE = np.clip(np.random.default_rng(81).normal(3.1, 0.9, size=(12, 14)).round(), 1, 4)
CONTENT_METHODS: dict[str, Callable[[Matrix], Any]] = {
    "content_validity_ratio": lambda x: content_validity.content_validity_ratio(
        np.where(np.isfinite(x), x == 4, np.nan)
    ),
    "item_content_validity": content_validity.item_content_validity,
    "modified_kappa": content_validity.modified_kappa,
    "scale_content_validity_average": content_validity.scale_content_validity_average,
    "scale_content_validity_universal": content_validity.scale_content_validity_universal,
    "aiken_v": content_validity.aiken_v,
}
RELIABLE = Estimate(
    value=0.6, standard_error=0.03, interval=(0.53, 0.66), n=90, method="given", source="", sufficient=True
)


@dataclass(frozen=True)
class Metric:
    """How to call a metric on a two-way table.

    `columns` says what a column is: "exchangeable" (items or raters in any order), or "fixed" (they mean different
    things). A `resampled` metric draws persons by their row number, so only its values are invariant.
    """

    name: str
    call: Callable[[Matrix], Any]
    data: Matrix
    columns: str = "exchangeable"
    resampled: bool = False


def by_group(method: Callable[..., Any], table: Matrix) -> Any:
    return method(table[:, :-1], table[:, -1] > 0)


def by_rater(table: Matrix, **options: Any) -> Any:
    person, rater = (place.ravel() for place in np.indices(table.shape))
    found = facets.calibrate(table.ravel(), person=person, facets={"rater": rater}, **options)
    return found.measures["rater"], found.population_mean, found.population_sd


def pairs_of_raters(table: Matrix) -> Any:
    person, column = (place.ravel() for place in np.indices(table.shape))
    found = facets.calibrate(table.ravel(), person=person, facets={"task": column // 2, "rater": column % 2})
    return facets.interactions(found, "task", "rater")


def rasch_scale(table: Matrix, **options: Any) -> Any:
    """Without the calibration it was read from, whose arrays have NaN where nothing is known."""
    return dataclasses.replace(irt.calibrate_rasch(table, **options), calibration=None)  # type: ignore[arg-type]


DIF_METHODS: dict[str, Callable[..., Any]] = {
    "mantel_haenszel": dif.mantel_haenszel,
    "mantel_haenszel purified": partial(dif.mantel_haenszel, purify=True),
    "logistic": dif.logistic,
    "standardisation": dif.standardisation,
    "mantel": dif.mantel,
    "lord": dif.lord,
    "likelihood_ratio": partial(dif.likelihood_ratio, model="Rasch"),
}
GRID = [[0.9, 0.7], [0.8, 0.5], [0.6, 0.3]]
LIMITS, WISHES = [[2.0, 5.0, 0.1, 0.6]] * 8, [[0.5, 0.6], [1.0, 0.7], [1.5, 0.8], [2.0, 0.9]] * 2


def of_judges(method: Callable[[Matrix], Any], table: Matrix) -> Any:
    """The result with its judges, who are rows, in the order of their means, without those who rated nothing."""
    return in_order(method(table))


def in_order(found: Any) -> Any:
    if isinstance(found, Panel):
        present = [judge for judge in found.judges if judge.rated]
        return dataclasses.replace(found, judges=tuple(sorted(present, key=place)))
    parts = {name: getattr(found, name) for name in ("panel", "implied") if hasattr(found, name)}
    changed = {name: in_order(part) for name, part in parts.items()}
    if hasattr(found, "rounds"):
        changed["rounds"] = tuple(in_order(part) for part in found.rounds)
    return dataclasses.replace(found, **changed)


def place(judge: Judge) -> tuple[float, ...]:
    return tuple(round(number or 0.0, 9) for number in (judge.mean, judge.misfit, judge.agreement.value))


def competent(table: Matrix) -> Matrix:
    return np.where(np.isfinite(table[:, -1]), table[:, -1] >= 2, np.nan)


PANEL_METHODS: dict[str, Callable[[Matrix], Any]] = {
    "panel": panel,
    "panel_cut": partial(panel_cut, method="sum of the items' means", source="here"),
    "angoff": angoff,
    "ebel": lambda x: ebel(np.floor(2.99 * x), np.where(np.isfinite(x), 0, np.nan), GRID),
    "nedelsky": lambda x: nedelsky(np.floor(3.99 * x), [4] * x.shape[1]),
}
SORTING_METHODS: dict[str, Callable[[Matrix], Any]] = {
    "bookmark": lambda x: bookmark(1 + np.floor(30 * x[:, 0]), booklet(np.linspace(-3, 3, 30)), centre="mean"),
    "body_of_work": lambda x: body_of_work(np.arange(x.shape[1]), np.floor(2.99 * x), resamples=50),
    "item_descriptor_matching": lambda x: item_descriptor_matching(np.arange(x.shape[1]), np.floor(2.99 * x), resamples=50),
}  # fmt: skip
EXAMINEE_METHODS: dict[str, Callable[..., Any]] = {
    "regression": lambda x, **o: borderline.regression(x[:, 0], x[:, -1], 2, **o),
    "group": lambda x, **o: borderline.group(x[:, 0], x[:, -1], 2, **o),
    "midpoint": lambda x, **o: contrasting.midpoint(x[:, 0], competent(x), **o),
    "intersection": lambda x, **o: contrasting.intersection(x.sum(axis=1), competent(x), **o),
    "logistic contrasting groups": lambda x, **o: contrasting.logistic(x[:, 0], competent(x), **o),
    "hofstee": lambda x, **o: hofstee(x[:, 0], LIMITS, **o),
    "beuk": lambda x, **o: beuk(x[:, 0], WISHES, **o),
}
METRICS = [
    Metric("item_analysis", ctt.item_analysis, ANSWERS),
    Metric("distractor_analysis", lambda x: ctt.distractor_analysis(x, [1] * x.shape[1]), ANSWERS),
    Metric("score_distribution", ctt.score_distribution, ANSWERS),
    Metric("alpha", reliability.alpha, ANSWERS),
    Metric("alpha listwise", lambda x: reliability.alpha(x, missing="listwise"), ANSWERS),
    Metric("kr20", reliability.kr20, ANSWERS),
    Metric("kr21", reliability.kr21, ANSWERS),
    Metric("omega", reliability.omega, ANSWERS),
    Metric("omega pairwise", lambda x: reliability.omega(x, missing="pairwise"), ANSWERS),
    Metric("split_half", lambda x: reliability.split_half(x, resamples=5), ANSWERS, columns="fixed", resampled=True),
    Metric("guttman", lambda x: reliability.guttman(x, resamples=5), ANSWERS, resampled=True),
    Metric(
        "hierarchical_omega",
        lambda x: reliability.hierarchical_omega(x, factors=1, resamples=3),
        ANSWERS,
        resampled=True,
    ),
    Metric("standard_error_of_measurement", reliability.standard_error_of_measurement, ANSWERS),
    Metric(
        "stratified_alpha",
        lambda x: reliability.stratified_alpha(x, (["a", "b"] * x.shape[1])[: x.shape[1]]),
        ANSWERS,
        columns="fixed",
    ),
    Metric("composite", lambda x: reliability.composite(x, [RELIABLE] * x.shape[1]), SCORES),
    Metric("calibrate", lambda x: irt.calibrate(x, "Rasch").items, ANSWERS),
    Metric("calibrate rating scale", lambda x: irt.calibrate(x, "RSM").items, RATINGS),
    Metric(
        "calibrate groups",
        lambda x: irt.calibrate(x[:, :-1], "Rasch", groups=x[:, -1] > 0).items,
        GROUPED,
        columns="fixed",
    ),
    Metric("joint", lambda x: irt.joint(x).items, ANSWERS),
    Metric("conditional", lambda x: irt.conditional(x).items, ANSWERS),
    Metric("conditional partial credit", lambda x: irt.conditional(x).items, RATINGS),
    Metric("calibrate_rasch", rasch_scale, ANSWERS),
    Metric("calibrate_rasch centred partial credit", partial(rasch_scale, centred=True), RATINGS),
    *(Metric(f"shrout_fleiss {form}", partial(agreement.shrout_fleiss, form=form), RATINGS) for form in agreement.FORMS),
    Metric("icc", agreement.icc, RATINGS),
    Metric("icc_sparse", agreement.icc_sparse, RATINGS),
    Metric("fleiss_kappa", agreement.fleiss_kappa, RATINGS),
    Metric("fleiss_kappa exact", lambda x: agreement.fleiss_kappa(x, exact=True), RATINGS),
    Metric("fleiss_kappa_by_category", agreement.fleiss_kappa_by_category, RATINGS),
    Metric("light_kappa", lambda x: agreement.light_kappa(x, "quadratic"), RATINGS),
    Metric("unanimity", lambda x: agreement.unanimity(x, within=1), RATINGS),
    Metric("gwet_ac", lambda x: agreement.gwet_ac(x, "linear"), RATINGS),
    Metric("brennan_prediger", agreement.brennan_prediger, RATINGS),
    Metric("kendall_w", lambda x: agreement.kendall_w(x, resamples=20), RATINGS, resampled=True),
    Metric("finn", lambda x: agreement.finn(x, categories=5), RATINGS),
    Metric("robinson_a", agreement.robinson_a, RATINGS),
    Metric("maxwell_re", lambda x: agreement.maxwell_re(x[:, 0], x[:, -1]), np.minimum(RATINGS[:, :2], 1.0)),
    Metric("share_of_agreement", lambda x: agreement.share_of_agreement(x[:, 0], x[:, -1]), RATINGS[:, :2]),
    Metric("kappa", lambda x: agreement.kappa(x[:, 0], x[:, -1]), RATINGS[:, :2]),
    Metric("kappa quadratic", lambda x: agreement.kappa(x[:, 0], x[:, -1], weights="quadratic"), RATINGS[:, :2]),
    Metric("pooled_kappa", lambda x: agreement.pooled_kappa(x, weights="linear"), RATINGS),
    Metric("pooled_share_of_agreement", agreement.pooled_share_of_agreement, RATINGS),
    Metric("krippendorff_alpha", agreement.krippendorff_alpha, RATINGS),
    Metric("krippendorff_alpha ordinal", lambda x: agreement.krippendorff_alpha(x, metric="ordinal"), RATINGS),
    Metric("rater_pairs", agreement.rater_pairs, RATINGS, columns="fixed"),
    Metric("rater_severity", facets.rater_severity, RATINGS),
    Metric("calibrate raters", lambda x: by_rater(x), RATINGS),
    Metric("calibrate raters jointly", lambda x: by_rater(x, method="JML", steps="rater"), RATINGS),
    Metric("interactions", lambda x: pairs_of_raters(x), RATINGS, columns="fixed"),
    Metric("crossed", lambda x: gtheory.crossed(x, ["j"]), RATINGS),
    Metric("crossed reml", lambda x: gtheory.crossed(x, ["j"], method="reml"), RATINGS),
    Metric(
        "study",
        lambda x: gtheory.study(x.ravel(), {"p": np.indices(x.shape)[0].ravel(), "j": np.indices(x.shape)[1].ravel()}),
        RATINGS,
    ),
    Metric("m2", lambda x: fit.m2(x, irt.calibrate(x, "Rasch"), minimum=50), ANSWERS),
    Metric(
        "essential_unidimensionality",
        lambda x: fit.essential_unidimensionality(x, correlation="pearson", minimum=50),
        ANSWERS,
        resampled=True,
    ),
    Metric("decide", lambda x: gtheory.decide(gtheory.crossed(x, ["j"]), {"j": 2}, cut=2), RATINGS),
    *(
        Metric(name, partial(by_group, partial(method, needed=(50, 100))), GROUPED, columns="fixed")
        for name, method in DIF_METHODS.items()
    ),
    Metric("shrunken", lambda x: dif.shrunken(by_group(dif.mantel_haenszel, x)), GROUPED, columns="fixed"),
    Metric(
        "livingston_lewis",
        lambda x: classification.livingston_lewis(x[:, 0], RELIABLE, 3, 0, 6),
        SCORES,
        columns="fixed",
        resampled=True,
    ),
    Metric(
        "hanson_brennan",
        lambda x: classification.hanson_brennan(x[:, 0], RELIABLE, 3, 6),
        SCORES,
        columns="fixed",
        resampled=True,
    ),
    Metric(
        "lee",
        lambda x: classification.lee(x[:, 0] / 3 - 1, SUM_SCORED, 3),
        SCORES,
        columns="fixed",
        resampled=True,
    ),
    Metric(
        "rudner",
        lambda x: classification.rudner(x[:, 0], x[:, 0] * 0 + 0.5, cut=3.2),
        SCORES,
        columns="fixed",
        resampled=True,
    ),
    Metric(
        "conjunctive",
        lambda x: classification.conjunctive(
            x,
            [classification.Part(name=str(j), cut=3.0, reliability=RELIABLE) for j in range(x.shape[1])],
            draws=500,
            resamples=20,
        ),
        SCORES,
        columns="fixed",
        resampled=True,
    ),
    *(Metric(name, partial(of_judges, call), JUDGEMENTS) for name, call in PANEL_METHODS.items()),
    *(Metric(name, call, JUDGEMENTS, columns="fixed") for name, call in SORTING_METHODS.items()),
    *(
        Metric(name, partial(call, resamples=50), RATINGS, columns="fixed", resampled=True)
        for name, call in EXAMINEE_METHODS.items()
    ),
    Metric("impact", lambda x: impact(x[:, 0], RELIABLE), SCORES, columns="fixed"),
    *(Metric(name, call, RELEVANCE) for name, call in CONTENT_METHODS.items()),
]  # fmt: skip
METRICS += [
    Metric(
        "fit_times",
        lambda x: [forensics.fit_times(x).item(j) for j in range(x.shape[1])],
        np.exp(np.random.default_rng(79).normal(size=(120, 1)) + np.random.default_rng(80).normal(size=(120, 6))),
    )
]
HERE = sampled(METRICS)
IDS = [metric.name for metric in HERE]

DEGENERATE: dict[str, Callable[[Matrix], Matrix]] = {
    "no persons": lambda x: x[:0],
    "one person": lambda x: x[:1],
    "two persons": lambda x: x[:2],
    "everything missing": lambda x: np.full_like(x, np.nan),
    "all alike": lambda x: np.full_like(x, 1.0 if x.max() > 1 else 0.0),
    "one column": lambda x: x[:12, :1],
    "columns that never met": lambda x: np.where((np.arange(len(x))[:, None] + np.arange(x.shape[1])) % 2, x, np.nan)[
        :8
    ],
}
SOME_JUDGES = ("two persons", "one column", "columns that never met")
# metrics whose columns are parts with a meaning, for which some of the above are ordinary data
ORDINARY = {
    ("score_distribution", "one column"),
    ("item_analysis", "all alike"),
    ("score_distribution", "all alike"),
    ("distractor_analysis", "all alike"),
    ("distractor_analysis", "one column"),
    ("share_of_agreement", "all alike"),
    ("rater_pairs", "all alike"),
    ("unanimity", "all alike"),
    ("maxwell_re", "all alike"),
    ("rater_severity", "all alike"),
    ("pooled_share_of_agreement", "all alike"),
    ("rudner", "all alike"),
    ("lee", "all alike"),
    ("panel", "all alike"),
    ("impact", "all alike"),
    ("item_analysis", "one column"),
    # two judges over twenty items have a consistency; the cut itself is not sufficient (test_angoff.py)
    ("panel", "two persons"),
    *((name, case) for name in ("angoff", "panel_cut", "ebel", "nedelsky") for case in SOME_JUDGES),
    ("bookmark", "one column"),
    ("body_of_work", "columns that never met"),
    ("item_descriptor_matching", "columns that never met"),
    # twelve experts who all say the same of an element, or who were asked about one, have said it
    *((name, "all alike") for name in CONTENT_METHODS),
    *((name, "one column") for name in CONTENT_METHODS),
}


def estimates(result: Any) -> Iterator[Estimate]:
    """Every estimate anywhere in a result."""
    if isinstance(result, Estimate):
        yield result
    elif dataclasses.is_dataclass(result) and not isinstance(result, type):
        for field in dataclasses.fields(result):
            yield from estimates(getattr(result, field.name))
    elif isinstance(result, tuple | list):
        for part in result:
            yield from estimates(part)


def bare_numbers(result: Any) -> Iterator[float]:
    """Every float anywhere in a result."""
    if isinstance(result, float | np.floating):
        yield float(result)
    elif isinstance(result, np.ndarray):
        yield from (float(value) for value in result.ravel())
    elif dataclasses.is_dataclass(result) and not isinstance(result, type):
        for field in dataclasses.fields(result):
            yield from bare_numbers(getattr(result, field.name))
    elif isinstance(result, tuple | list):
        for part in result:
            yield from bare_numbers(part)


def summary(result: Any, *, resampled: bool) -> list[Any]:
    """What must not change, each estimate as one row."""
    rows = []
    for estimate in estimates(result):
        numbers: list[float | None] = [] if estimate.value is None else [estimate.value]
        if not resampled and estimate.value is not None:
            numbers += [estimate.standard_error, *(estimate.interval or ())]
        rows.append(
            (estimate.n, estimate.sufficient, estimate.reason, [round(x, 7) + 0.0 for x in numbers if x is not None])
        )
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("metric", HERE, ids=IDS)
def test_metric_gives_a_sufficient_answer_on_good_data(metric: Metric) -> None:
    found = list(estimates(metric.call(metric.data)))
    assert found
    assert any(estimate.sufficient for estimate in found)
    assert all(estimate.method and estimate.source for estimate in found)


@pytest.mark.slow
@pytest.mark.parametrize("metric", HERE, ids=IDS)
def test_metric_does_not_depend_on_the_order_of_rows(metric: Metric) -> None:
    order = np.random.default_rng(75).permutation(len(metric.data))
    straight = summary(metric.call(metric.data), resampled=metric.resampled)
    shuffled = summary(metric.call(metric.data[order]), resampled=metric.resampled)
    assert same(straight, shuffled, ordered=True)


@pytest.mark.parametrize("metric", [m for m in HERE if m.columns == "exchangeable"], ids=lambda m: m.name)
def test_metric_does_not_depend_on_the_order_of_columns(metric: Metric) -> None:
    order = np.random.default_rng(76).permutation(metric.data.shape[1])
    straight = summary(metric.call(metric.data), resampled=metric.resampled)
    shuffled = summary(metric.call(metric.data[:, order]), resampled=metric.resampled)
    assert same(straight, shuffled, ordered=False)


@pytest.mark.slow
@pytest.mark.parametrize("metric", HERE, ids=IDS)
def test_rows_without_any_value_change_nothing(metric: Metric) -> None:
    padded = np.vstack([metric.data, np.full((3, metric.data.shape[1]), np.nan)])
    straight = summary(metric.call(metric.data), resampled=False)
    assert same(straight, summary(metric.call(padded), resampled=False), ordered=True)


@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize("metric", HERE, ids=IDS)
def test_degenerate_data_are_not_enough_evidence_and_never_an_exception(metric: Metric, case: str) -> None:
    result = metric.call(DEGENERATE[case](metric.data))
    assert all(math.isfinite(number) for number in bare_numbers(result))
    if (metric.name, case) not in ORDINARY:
        assert not any(estimate.sufficient for estimate in estimates(result))
    assert all(estimate.reason for estimate in estimates(result) if not estimate.sufficient)


def same(one: list[Any], other: list[Any], *, ordered: bool) -> bool:
    if not ordered:
        one, other = (sorted(rows, key=lambda row: (row[3], row[0], row[2])) for rows in (one, other))
    assert [row[:3] for row in one] == [row[:3] for row in other]
    for mine, theirs in zip(one, other, strict=True):
        assert mine[3] == pytest.approx(theirs[3], abs=1e-6)
    return True


def test_every_public_metric_is_registered() -> None:
    registered = {metric.name.split()[0] for metric in METRICS}
    answering: set[str] = set()
    for package in (assess.psychometrics, assess.standard_setting):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            module = importlib.import_module(found.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ == found.name and not name.startswith("_") and _answers(function):
                    answering.add(name)
    # building blocks: they take numbers already computed, not data
    blocks = {"not_enough", "estimated", "doubted", "proportion", "correlation", "mean", "alpha_of", "spearman_brown"}
    blocks |= {
        "bootstrapped",
        "no_quality",
        "alpha_from",
        "biserial",
        "known_reliability",
        "on_log_scale",
        "jackknifed",
        "share_of",
        "level_cuts",
        "compared",
    }
    blocks |= {"ability"}  # of one history with a bank that is known: no persons to put in another order
    blocks |= {"known"}  # given parameters: nobody answered
    blocks |= {"without_population"}  # a calibration in another dress
    assert answering - blocks == registered


def _answers(function: Callable[..., Any]) -> bool:
    returned = inspect.signature(function, eval_str=True).return_annotation
    names = str(returned)
    answers = [
        "Estimate",
        "ItemAnalysis",
        "ScoreDistribution",
        "Calibration",
        "RaschCalibration",
        "JointCalibration",
        "Lord",
        "LikelihoodRatio",
        "ConditionalCalibration",
        "RaterPair",
        "RaterSummary",
    ]
    answers += ["DecisionQuality", "Panel", "Angoff", "BorderlineRegression", "BorderlineGroup", "Hofstee"]
    answers += ["PanelCut", "Ebel", "Bookmark", "LevelCuts", "ContrastingGroups", "Beuk", "Impact"]
    answers += ["ItemOptions", "SplitHalf", "GuttmanBounds", "HierarchicalOmega", "Concordance", "CategoryKappa"]
    answers += ["GStudy", "DStudy", "MantelHaenszel", "Logistic", "Standardisation", "Polytomous", "Shrunken"]
    answers += ["ResponseTimes"]
    answers += ["FacetCalibration", "Interactions"]
    answers += ["LimitedInformation", "Dimensionality"]
    return any(f".{name}'" in names or f".{name}," in names or f".{name}]" in names for name in answers)
