"""What the first page says of groups: chance flags of many comparisons are not named, a real difference is."""

from dataclasses import replace

import numpy as np
import pytest

from assess.validity.datasets.arrays import Groups, Responses
from assess.validity.studies.analysis import analyse
from assess.validity.studies.score_claims import response_statements


def answers(harder: float, seed: int = 11) -> tuple[Responses, list[Groups]]:
    """500 persons, 10 items, five ways of grouping them that mean nothing; the first item is harder for group A of the first."""
    rng = np.random.default_rng(seed)
    labels = [tuple(rng.choice(["A", "B"], 500)) for _ in range(5)]
    logit = rng.normal(size=(500, 1)) - np.linspace(-1.2, 1.2, 10)
    logit[np.array(labels[0]) == "A", 0] -= harder
    matrix = (rng.random((500, 10)) < 1 / (1 + np.exp(-logit))).astype(float)
    responses = Responses(matrix=matrix, items=tuple(f"i{one:02d}" for one in range(10)), maxima=np.ones(10))
    return responses, [Groups(labels=own, column=f"way {one}", focal="A") for one, own in enumerate(labels)]


def said(harder: float) -> list[str]:
    responses, groups = answers(harder)
    found = analyse(title="t", responses=responses, groups=groups)["responses"]
    assert [one["column"] for one in (found["groups"], *found["more_groups"])] == [f"way {one}" for one in range(5)]
    return [one.words for one in response_statements(found)]


@pytest.mark.slow
def test_what_chance_flags_among_many_comparisons_is_not_named() -> None:
    words = said(0.0)
    assert not any("work differently" in one for one in words)
    assert any(one.startswith("No item was found to favour a group (way 0, way 1") for one in words)


@pytest.mark.slow
def test_an_item_that_is_much_harder_for_a_group_is_named() -> None:
    assert "Items that work differently for “A” and others of equal score (way 0): i00." in said(1.6)


@pytest.mark.slow
def test_items_with_half_points_get_mantels_test_whatever_the_other_items_are() -> None:
    responses, groups = answers(0.0)
    halves = responses.matrix.copy()
    halves[:, 9] = np.clip(halves[:, 9] + halves[:, 8], 0, 2) / 2
    double = np.array([1.0] * 9 + [2.0])
    for own in (replace(responses, matrix=halves), replace(responses, matrix=halves * double, maxima=double)):
        found = analyse(title="t", responses=own, groups=groups)["responses"]["groups"]["items"]
        tested = {item["name"]: item["mean_difference"] for item in found if item["mean_difference"] is not None}
        assert list(tested) == ["i09"]
        assert tested["i09"]["n"] > 400


def test_why_no_comparison_gives_a_verdict_is_said_of_the_groups_not_of_an_item() -> None:
    responses, groups = answers(0.0)
    few = [replace(one, labels=one.labels[:90]) for one in groups]
    found = analyse(title="t", responses=replace(responses, matrix=responses.matrix[:90]), groups=few)["responses"]
    reason = found["dif"]["reason"]
    assert reason.startswith("the smaller group has at most 4") and reason.endswith("at least 200 are needed")
    words = [one.words for one in response_statements(found)]
    assert any(one.endswith(f"is not known: {reason}.") for one in words)
