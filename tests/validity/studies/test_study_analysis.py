"""The document of a study: canonical, the same for the same data, honest about small numbers."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.awards.decision import CutScore, Decision, DecisionRule, MustPass, PartScore, decide
from assess.ledger.canonical import canonical
from assess.psychometrics.irt import calibrate_rasch, eap
from assess.psychometrics.responses import ResponseError
from assess.validity.studies.analysis import GlobalRatings, PartScores, Ratings, Responses, analyse
from assess.validity.studies.precision import calibrated_form, marginal_reliability

ESTIMATE_KEYS = {"value", "se", "interval", "level", "n", "method", "source", "sufficient", "reason", "words"}
Array = npt.NDArray[np.float64]


def rasch_answers(persons: int, difficulties: Array, seed: int, spread: float = 1.0) -> Array:
    rng = np.random.default_rng(seed)
    ability = rng.normal(0, spread, size=(persons, 1))
    return (rng.random((persons, len(difficulties))) < 1 / (1 + np.exp(difficulties - ability))).astype(float)


def online(persons: int = 90, items: int = 12, seed: int = 3) -> Responses:
    matrix = rasch_answers(persons, np.linspace(-1.5, 1.5, items), seed)
    names = tuple(f"item {number}" for number in range(items))
    return Responses(matrix=matrix, items=names, maxima=np.ones(items), part="online")


def random_forms(persons: int, items: int, length: int, seed: int) -> Responses:
    rng = np.random.default_rng(seed)
    matrix = rasch_answers(persons, np.linspace(-1.5, 1.5, items), seed)
    for row in matrix:
        row[rng.permutation(items)[length:]] = np.nan
    return Responses(matrix=matrix, items=tuple(str(i) for i in range(items)), maxima=np.ones(items), part="online")


def double_marked(persons: int, seed: int = 1, raters: int = 4) -> Ratings:
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(persons):
        ability = rng.normal()
        for rater in rng.choice(raters, 2, replace=False):
            for task in ("T1", "T2"):
                for criterion in ("c1", "c2", "c3"):
                    mark = float(np.clip(np.round(1.5 + ability + 0.4 * (rater == 0) + rng.normal(0, 0.6)), 0, 3))
                    rows.append((f"P{person}", f"R{rater}", criterion, task, mark))
    people, by, criteria, tasks, values = zip(*rows, strict=True)
    return Ratings(
        persons=people,
        raters=by,
        criteria=criteria,
        tasks=tasks,
        values=np.array(values),
        maxima=np.full(len(rows), 3.0),
    )


def parts_of(persons: int, seed: int = 5) -> PartScores:
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=persons)
    components = {}
    columns = []
    for name in ("online", "bench"):
        matrix = np.clip(np.round(2 + ability[:, None] + rng.normal(0, 1, size=(persons, 8))), 0, 4)
        components[name] = Responses(matrix=matrix, items=tuple("abcdefgh"), maxima=np.full(8, 4.0), part=name)
        columns.append(components[name].percent)
    return PartScores(
        matrix=np.column_stack(columns),
        parts=("online", "bench"),
        components=components,
        must_pass=(rng.random(persons) < 0.9).astype(float),
        weights={"online": 0.5, "bench": 0.5},
    )


CUTS: dict[str, tuple[float | Decimal, float | None]] = {
    "online": (50, 2),
    "bench": (Decimal("48.5"), None),
    "overall": (50, 1.5),
}


@cache
def whole_study(persons: int = 90) -> dict[str, Any]:
    rng = np.random.default_rng(2)
    rating = rng.integers(1, 6, size=persons).astype(float)
    return analyse(
        title="All at once",
        simulated="Drawn from a Rasch model",
        responses=online(persons),
        ratings=double_marked(persons),
        parts=parts_of(persons),
        global_ratings=GlobalRatings(
            tasks=("T1",) * persons,
            percent=np.clip(15 * rating + rng.normal(0, 8, size=persons), 0, 100),
            ratings=rating,
            borderline=3,
        ),
        cuts=CUTS,
        seed=4,
    )


def estimates(document: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(document, Mapping):
        if "words" in document and "sufficient" in document:
            yield document
        for value in document.values():
            yield from estimates(value)
    elif isinstance(document, list):
        for value in document:
            yield from estimates(value)


@pytest.mark.slow
def test_the_document_is_canonical_and_the_same_for_the_same_data() -> None:
    assert canonical(whole_study.__wrapped__()) == canonical(whole_study())


@pytest.mark.slow
def test_the_order_of_persons_changes_nothing_about_items_and_raters() -> None:
    responses, ratings = online(), double_marked(40)
    rng = np.random.default_rng(0)
    mixed, rows = rng.permutation(len(responses.matrix)), rng.permutation(len(ratings.values))
    shuffled = Responses(
        matrix=responses.matrix[mixed], items=responses.items, maxima=responses.maxima, part=responses.part
    )
    assert ratings.maxima is not None
    reordered = Ratings(
        persons=tuple(ratings.persons[row] for row in rows),
        raters=tuple(ratings.raters[row] for row in rows),
        criteria=tuple(ratings.criteria[row] for row in rows),
        tasks=tuple(ratings.tasks[row] for row in rows),
        values=ratings.values[rows],
        maxima=ratings.maxima[rows],
    )
    first = analyse(title="", responses=responses, ratings=ratings)
    assert canonical(analyse(title="", responses=shuffled, ratings=reordered)) == canonical(first)


@pytest.mark.slow
def test_every_estimate_carries_what_one_needs_to_judge_it() -> None:
    found = list(estimates(whole_study()))
    assert len(found) > 100
    for one in found:
        assert set(one) == ESTIMATE_KEYS
        assert one["reason"] or one["sufficient"]
        assert one["method"]


@pytest.mark.slow
def test_with_few_persons_no_statistic_is_sufficient_and_words_say_so() -> None:
    document = whole_study(persons=8)
    for one in estimates(document):
        assert not one["sufficient"], one
        assert one["words"].startswith("not enough evidence: "), one


def test_nothing_at_all_is_not_an_error() -> None:
    nobody = Responses(matrix=np.empty((0, 2)), items=("a", "b"), maxima=np.ones(2))
    no_parts = PartScores(matrix=np.empty((0, 1)), parts=("online",))
    no_marks = Ratings(persons=(), raters=(), criteria=(), tasks=(), values=np.empty(0))
    document = analyse(title="", responses=nobody, ratings=no_marks, parts=no_parts, cuts={"online": (50, 1)})
    assert canonical(document)
    assert document["ratings"]["connectedness"]["words"] == "There are no marks to compare anyone by."
    assert all(one["words"].startswith("not enough evidence") for one in estimates(document))


@pytest.mark.slow
def test_conditional_errors_in_logits_and_in_points_are_each_others_inverse_for_rasch_items() -> None:
    """SEM(raw) = √I and SEM(θ) = 1/√I for right-or-wrong Rasch items (Lord 1980, ch. 5)."""
    document = analyse(title="", responses=online(items=12), cuts={"online": (60, 2)})
    for at in document["responses"]["rasch"]["precision"]["at"]:
        points = float(at["sem_percent"]["value"]) * 12 / 100
        assert points * float(at["sem_logits"]["value"]) == pytest.approx(1, abs=2e-4)


@pytest.mark.slow
def test_the_cut_in_logits_is_where_the_expected_score_is_the_cut() -> None:
    document = analyse(title="", responses=online(items=12), cuts={"online": (60, 2)})
    rasch = document["responses"]["rasch"]
    at_cut = rasch["precision"]["at"][0]
    difficulties = np.array([float(item["difficulty"]["value"]) for item in rasch["items"]])
    expected = (1 / (1 + np.exp(difficulties - float(at_cut["theta"]["value"])))).mean()
    assert at_cut["where"] == "cut score"
    assert expected == pytest.approx(0.6, abs=1e-4)


def test_marginal_reliability_is_the_squared_correlation_of_measure_and_truth() -> None:
    """Definition of reliability, by simulation from the calibrated model itself."""
    rng = np.random.default_rng(11)
    difficulties = np.linspace(-1.5, 1.5, 25)
    calibration = calibrate_rasch(rasch_answers(3000, difficulties, seed=12), centred=True)
    form = calibrated_form(calibration, [np.arange(2.0)] * 25, possible=25, share=1)
    assert form is not None and calibration.population_sd.value is not None
    truth = rng.normal(calibration.population_mean, calibration.population_sd.value, size=20_000)
    fresh = (rng.random((20_000, 25)) < 1 / (1 + np.exp(form.steps - truth[:, None]))).astype(float)
    squared = np.corrcoef(eap(fresh, calibration).theta, truth)[0, 1] ** 2
    assert marginal_reliability(form, calibration).value == pytest.approx(squared, abs=0.015)


@pytest.mark.slow
def test_with_forms_of_their_own_the_reliability_is_that_of_one_form_not_of_the_bank() -> None:
    bank, form = online(persons=600, items=30, seed=8), random_forms(600, 30, 15, seed=8)
    of_bank = analyse(title="", responses=bank)["responses"]
    of_form = analyse(title="", responses=form)["responses"]
    assert of_bank["reliability_of_form"] is None
    assert of_form["items_per_person"] == "15.00"
    alpha_of_bank = float(of_bank["alpha"]["value"])
    projected = 0.5 * alpha_of_bank / (1 - 0.5 * alpha_of_bank)  # Spearman–Brown at half the length
    assert float(of_form["reliability_of_form"]["value"]) == pytest.approx(projected, abs=0.04)
    low, high = map(float, of_form["rasch"]["reliability"]["interval"])
    assert low < projected < high


@pytest.mark.slow
def test_when_too_few_persons_share_two_items_the_rasch_model_answers_and_the_method_says_so() -> None:
    found = analyse(title="", responses=random_forms(60, 30, 15, seed=9))["responses"]
    assert not found["alpha"]["sufficient"]
    assert found["reliability_of_form"]["method"] == "marginal reliability of an average form (Rasch model)"
    assert found["reliability_of_form"]["n"] == 60


@pytest.mark.slow
def test_an_item_with_gaps_or_fractions_is_recoded_and_named() -> None:
    matrix = np.column_stack([rasch_answers(200, np.linspace(-1, 1, 6), 1), np.zeros((200, 2))])
    rng = np.random.default_rng(3)
    matrix[:, 6] = rng.choice([0, 2, 4], size=200)
    matrix[:, 7] = rng.choice([0, 0.5, 1], size=200)
    maxima = np.array([1.0] * 6 + [4.0, 1.0])
    found = analyse(title="", responses=Responses(matrix=matrix, items=tuple("abcdefgh"), maxima=maxima))
    rasch = found["responses"]["rasch"]
    assert rasch["notes"] == [
        "g: only 0, 2, 4 points occur; the model counts these as neighbouring steps.",
        "h: scores that are not a few whole points; the model counts full marks as right, all else as not.",
    ]
    assert [len(item["steps"]) for item in rasch["items"]] == [0] * 6 + [2, 0]


@pytest.mark.slow
def test_a_reversed_key_and_a_column_that_is_no_item_are_pointed_out() -> None:
    matrix = rasch_answers(300, np.linspace(-1, 1, 8), seed=4, spread=1.5)
    matrix[:, 2] = 1 - matrix[:, 2]
    age = np.random.default_rng(1).integers(18, 60, size=(300, 1)).astype(float)
    names, maxima = (*"abcdefgh", "age"), np.append(np.ones(8), 60.0)
    without = analyse(title="", responses=Responses(matrix=matrix, items=tuple("abcdefgh"), maxima=np.ones(8)))
    remarks = {item["name"]: item["remarks"] for item in without["responses"]["item_analysis"]}
    assert remarks["c"] == ["Works against the other items: look for a wrong key."]
    assert [name for name, told in remarks.items() if told] == ["c"]
    mixed = analyse(title="", responses=Responses(matrix=np.hstack([matrix, age]), items=names, maxima=maxima))
    assert "is this column an item at all?" in mixed["responses"]["item_analysis"][8]["remarks"][0]


def test_a_design_in_two_halves_is_named_with_the_marking_that_would_join_them() -> None:
    rows = [(f"A{i}", rater) for i in range(5) for rater in ("R1", "R2")] + [(f"B{i}", "R3") for i in range(3)]
    ratings = Ratings(
        persons=tuple(person for person, _ in rows),
        raters=tuple(rater for _, rater in rows),
        criteria=("c",) * len(rows),
        tasks=("t",) * len(rows),
        values=np.arange(len(rows), dtype=float) % 3,
    )
    found = analyse(title="", ratings=ratings)["ratings"]["connectedness"]
    assert found["connected"] is False
    assert [(subset["raters"], subset["persons"]) for subset in found["subsets"]] == [(["R1", "R2"], 5), (["R3"], 3)]
    assert len(found["extra_markings"]) == 1
    assert found["links"] == [{"raters": ["R1", "R2"], "persons": 5}]


def test_the_same_two_raters_throughout_are_compared_by_cohens_kappa_and_icc_2() -> None:
    """A rater who marks exactly as the other agrees fully; one who is always one higher is more lenient by one."""
    levels = np.array([0, 1, 2, 1, 0, 2, 1, 2] * 10, dtype=float)
    persons = tuple(f"P{i}" for i in range(80))
    ratings = Ratings(
        persons=persons * 2,
        raters=("R1",) * 80 + ("R2",) * 80,
        criteria=("c",) * 160,
        tasks=("t",) * 160,
        values=np.concatenate([levels, levels + 1]),
    )
    found = analyse(title="", ratings=ratings)["ratings"]
    assert found["agreement"]["criteria"][0]["agreement"]["method"] == "Cohen's kappa with quadratic weights"
    assert found["agreement"]["criteria"][0]["exact"]["value"] == "0.0000"
    severity = {one["rater"]: one["severity"]["value"] for one in found["severity"]}
    assert severity == {"R1": "1.0000", "R2": "-1.0000"}


def test_a_rater_who_left_a_criterion_out_has_no_task_score() -> None:
    ratings = Ratings(
        persons=("Ada",) * 4,
        raters=("R1", "R1", "R2", "R2"),
        criteria=("c1", "c2", "c1", "c2"),
        tasks=("t",) * 4,
        values=np.array([1, 2, 1, np.nan]),
    )
    found = analyse(title="", ratings=ratings)["ratings"]
    assert found["missing"] == 1
    assert found["agreement"]["whole"]["n"] == 0


def test_two_marks_of_one_rater_on_the_same_thing_are_refused() -> None:
    with pytest.raises(ResponseError, match="rater R1 marked person Ada twice on t, c; keep one mark"):
        Ratings(persons=("Ada",) * 2, raters=("R1",) * 2, criteria=("c",) * 2, tasks=("t",) * 2, values=np.ones(2))


@given(
    st.lists(st.tuples(*[st.integers(0, 10_000)] * 2, st.sampled_from([0, 1])), min_size=1, max_size=12),
    st.integers(0, 10_000),
)
def test_the_observed_pass_rate_counts_exactly_those_whom_the_decision_passes(
    people: list[tuple[int, int, int]], overall: int
) -> None:
    cuts = {"online": Decimal("50.00"), "bench": Decimal("48.50"), "overall": Decimal(overall) / 100}
    passed = 0
    for first, second, met in people:
        scores = [
            PartScore(part=part, percent=Decimal(x) / 100)
            for part, x in zip(("online", "bench"), (first, second), strict=True)
        ]
        adopted = [
            CutScore(
                part=part,
                value=value,
                standard_error=None,
                method="m",
                panel="p",
                adopted_by="b",
                adopted_on=date(2026, 1, 1),
                version="1",
            )
            for part, value in cuts.items()
        ]
        found = decide(
            rule=DecisionRule(
                parts=("online", "bench"), overall_weights={"online": Decimal("0.5"), "bench": Decimal("0.5")}
            ),
            scores=scores,
            cuts=adopted,
            must_pass=[MustPass(criterion="c", part="bench", met=bool(met))],
        )
        assert isinstance(found, Decision)
        passed += found.passed
    parts = PartScores(
        matrix=np.array([[float(Decimal(x) / 100) for x in person[:2]] for person in people]),
        parts=("online", "bench"),
        must_pass=np.array([float(person[2]) for person in people]),
        weights={"online": 0.5, "bench": 0.5},
    )
    document = analyse(title="", parts=parts, cuts={part: (value, None) for part, value in cuts.items()})
    rate = document["parts"]["pass_rate"]
    assert rate["n"] == len(people)
    assert round(float(rate["value"]) * len(people)) == passed


def test_without_a_cut_or_a_reliability_the_decision_has_no_figures_but_a_reason() -> None:
    parts = parts_of(60)
    lacking = analyse(title="", parts=parts, cuts={"online": (50, 1)})["parts"]
    assert lacking["decision"]["consistency"]["reason"] == "no cut score for bench, overall"
    assert lacking["pass_rate"]["words"] == "not enough evidence: no cut score for bench, overall"
    bare = PartScores(matrix=parts.matrix, parts=parts.parts)
    found = analyse(title="", parts=bare, cuts={"online": (50, 1), "bench": (50, 1)})["parts"]
    assert "no item or criterion scores of online" in found["decision"]["consistency"]["reason"]


def test_a_cut_for_an_unknown_part_or_beyond_per_cent_is_refused() -> None:
    with pytest.raises(ResponseError, match="a cut for 'bensch', which is not one of the parts online, bench"):
        analyse(title="", parts=parts_of(40), cuts={"bensch": (50, 1)})
    with pytest.raises(ResponseError, match="per cent"):
        analyse(title="", parts=parts_of(40), cuts={"online": (0.5, -1)})


@pytest.mark.parametrize(
    ("matrix", "items", "maxima", "code"),
    [
        ([[1.0]], ("a", "b"), [1.0], "names_do_not_fit"),
        ([[1.0, 1.0]], ("a", "a"), [1.0, 1.0], "duplicate_name"),
        ([[1.0]], ("a",), [0.0], "not_a_maximum"),
        ([[2.0]], ("a",), [1.0], "beyond_the_maximum"),
        ([[np.inf]], ("a",), [1.0], "not_finite"),
    ],
)
def test_responses_that_contradict_themselves_are_refused(
    matrix: list[list[float]], items: tuple[str, ...], maxima: list[float], code: str
) -> None:
    with pytest.raises(ResponseError) as refused:
        Responses(matrix=np.array(matrix), items=items, maxima=np.array(maxima))
    assert refused.value.code == code


@pytest.mark.slow
def test_pairs_of_items_count_only_with_enough_persons_and_beyond_what_chance_does_among_all() -> None:
    drawn = random_forms(80, 30, 20, seed=4)
    found = analyse(title="t", responses=drawn)["responses"]["fit"]["dependence"]
    together = np.isfinite(drawn.matrix).astype(float)
    together = (together.T @ together)[np.tril_indices(30, -1)]
    assert (found["pairs"], found["too_few"]) == ((together >= 30).sum(), (together < 30).sum())
    assert found["above_limit"] == 0 < found["indicated"]
    assert abs(found["indicated"] - float(found["by_chance"])) < 15
    assert all(pair["n"] >= 30 and float(pair["interval"][0]) < 0.2 for pair in found["largest"])


@pytest.mark.slow
def test_a_pair_that_repeats_itself_is_found_among_many() -> None:
    whole = online(persons=300)
    matrix = whole.matrix.copy()
    matrix[:, 1] = np.where(np.random.default_rng(2).random(300) < 0.9, matrix[:, 0], matrix[:, 1])
    copied = Responses(matrix=matrix, items=whole.items, maxima=whole.maxima, part="online")
    found = analyse(title="t", responses=copied)["responses"]["fit"]["dependence"]
    assert (found["above_limit"], found["too_few"]) == (1, 0)
    assert set(found["largest"][0]["items"]) == {"item 0", "item 1"}


@pytest.mark.slow
def test_items_of_drawn_forms_have_their_correlation_with_the_rest_of_the_form() -> None:
    found = analyse(title="t", responses=random_forms(80, 30, 20, seed=4))["responses"]["item_analysis"]
    assert all(item["item_rest"]["sufficient"] for item in found if item["difficulty"]["n"] >= 30)
    assert {item["item_rest"]["n"] for item in found} == {item["difficulty"]["n"] for item in found}
