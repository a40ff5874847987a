"""Forms and sittings in a study: what is equated with what, what is refused, what is pooled."""

import numpy as np
import pytest

from assess.psychometrics.responses import ResponseError
from assess.validity.datasets.arrays import PartScores, Responses, Sittings
from assess.validity.studies.data_sections import form_section, sitting_section
from assess.validity.studies.form_study import form_document
from assess.validity.studies.rasch_study import Scale
from assess.validity.studies.sitting_study import sitting_document

NAN = float("nan")


def two_forms(
    first: int, second: int, *, common: int = 6, own: int = 6, harder: float = 0.0, seed: int = 1
) -> Responses:
    """Two groups of one population on two forms that share their first items; the second form's own items are harder."""
    rng = np.random.default_rng(seed)
    items = common + 2 * own
    difficulty = np.concatenate([np.linspace(-1, 1, common), np.linspace(-1, 1, own), np.linspace(-1, 1, own) + harder])
    matrix = np.full((first + second, items), NAN)
    for row in range(first + second):
        on = [*range(common), *(range(common, common + own) if row < first else range(common + own, items))]
        right = rng.random(len(on)) < 1 / (1 + np.exp(difficulty[on] - rng.normal(0.3, 1)))
        matrix[row, on] = right
    return Responses(matrix=matrix, items=tuple(f"i{one}" for one in range(items)), maxima=np.ones(items), part="exam")


def studied(responses: Responses, cut: float | None = 60.0):  # type: ignore[no-untyped-def]
    given = None if cut is None else (cut, 1.0)
    return form_document(responses, Scale.of(responses), cut=given, seed=3)


def test_everybody_on_the_same_items_is_no_question_of_forms() -> None:
    one = Responses(matrix=np.array([[1.0, 0.0], [0.0, 1.0]]), items=("a", "b"), maxima=np.ones(2))
    assert form_document(one, Scale.of(one), cut=None, seed=0) is None
    assert form_section(None, prefix="") is None


def test_two_forms_of_eighty_are_equated_by_a_circle_arc_and_the_harder_one_has_the_lower_cut() -> None:
    found = studied(two_forms(90, 80, harder=1.2))
    assert found is not None
    assert [(one["name"], one["persons"], one["items"]) for one in found["persons_by_form"]] == [
        ("form 1", 90, 12),
        ("form 2", 80, 12),
    ]
    (link,) = found["links"]
    assert link["method"].startswith("circle-arc") and link["sufficient"]
    assert (link["common_items"], link["concordance"][0]["worth"]) == (6, "0.00")
    assert link["concordance"][-1]["worth"] == "12.00"
    assert float(link["cut"]["percent"]) < 60
    # the Rasch scale says the same: the harder form asks less of somebody at the cut
    assert float(found["drawn"]["lowest"]) < 60 < float(found["drawn"]["highest"])
    words = str(form_section(found, prefix=""))
    assert "Form 2 on the scale of form 1" in words and "is worth" in words


def test_with_a_dozen_on_a_form_the_answer_is_not_to_equate() -> None:
    found = studied(two_forms(30, 12))
    assert found is not None
    (link,) = found["links"]
    assert (link["method"], link["sufficient"], link["concordance"]) == ("", False, [])
    assert link["reason"].startswith("12 persons took the smaller form; circle-arc equating needs 25; do not equate")
    assert "Not equated: 12 persons" in str(form_section(found, prefix=""))


def test_forms_without_a_common_item_are_not_equated() -> None:
    found = studied(two_forms(40, 40, common=0), cut=None)
    assert found is not None and "share no item" in found["links"][0]["reason"]
    assert found["drawn"]["cut"] is None


def test_a_form_of_ones_own_for_everybody_is_told_by_the_scale() -> None:
    rng = np.random.default_rng(5)
    answers = two_forms(150, 0, common=0, own=20).matrix[:, :20]
    for row in answers:
        row[rng.choice(20, 8, replace=False)] = NAN
    drawn = Responses(matrix=answers, items=tuple(f"i{one}" for one in range(20)), maxima=np.ones(20), part="exam")
    found = studied(drawn)
    assert found is not None and found["persons_by_form"] == [] and found["forms"] > 100
    low, high = float(found["drawn"]["lowest"]), float(found["drawn"]["highest"])
    assert low < 60 < high and found["drawn"]["persons"] == 150
    assert "verdicts on this part would change" in str(form_section(found, prefix=""))


def parts_of(groups: list[list[float]]) -> tuple[PartScores, Sittings]:
    scores = np.array([score for group in groups for score in group])
    names = tuple(f"day {place}" for place in range(len(groups)))
    labels = tuple(name for name, group in zip(names, groups, strict=True) for _ in group)
    parts = PartScores(matrix=scores[:, None], parts=("exam",), weights={"exam": 1.0})
    return parts, Sittings(labels=labels, names=names)


def test_sittings_stand_side_by_side_and_their_difference_is_that_of_welch() -> None:
    """F and its degrees of freedom by Welch's formula, computed apart: three groups, unequal variances."""
    groups = [[50, 55, 60, 65, 70], [60, 62, 64, 66, 68], [80, 70, 90, 85, 75]]
    parts, sittings = parts_of([[float(one) for one in group] for group in groups])
    found = sitting_document(parts, sittings, responses=None, cuts={"exam": (60.0, None), "overall": (60.0, None)})
    assert [(one["persons"], one["mean"]["value"]) for one in found["sittings"]] == [
        (5, "60.00"),
        (5, "64.00"),
        (5, "80.00"),
    ]
    assert [one["pass_rate"]["value"] for one in found["sittings"]] == ["0.6000", "1.0000", "1.0000"]
    means, variances = [60.0, 64.0, 80.0], [62.5, 10.0, 62.5]
    weights = [5 / one for one in variances]
    centre = sum(w * m for w, m in zip(weights, means, strict=True)) / sum(weights)
    spread = sum((1 - w / sum(weights)) ** 2 / 4 for w in weights)
    f = sum(w * (m - centre) ** 2 for w, m in zip(weights, means, strict=True)) / 2 / (1 + 2 * 1 / 8 * spread)
    assert float(found["difference"]["f"]) == pytest.approx(f, abs=1e-3)
    assert found["difference"]["df"] == [2, f"{8 / (3 * spread):.1f}"]
    assert "They differ" in str(sitting_section(found, prefix=""))


def test_one_sitting_is_not_pooled() -> None:
    parts, sittings = parts_of([[50.0, 60.0, 70.0]])
    found = sitting_document(parts, sittings, responses=None, cuts={})
    assert found["difference"]["f"] is None and "two sittings" in found["difference"]["reason"]
    assert "nothing is pooled" in str(sitting_section(found, prefix=""))


def test_a_sitting_nobody_has_heard_of_is_refused() -> None:
    with pytest.raises(ResponseError, match="not one of the sittings"):
        Sittings(labels=("a",), names=("b",))
