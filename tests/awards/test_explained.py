"""A decision in words: built from the rule's own lines and the versions that an attempt pins."""

from datetime import date
from decimal import Decimal

import pytest

from assess.awards.decision import OVERALL, CutScore, Decision, DecisionRule, MustPass, PartScore, decide
from assess.awards.explained import Explained, explained
from assess.awards.plain import plain
from assess.schemes import queries as schemes
from rubrics import queries as rubrics
from tests.web.sample_centre import Centre, built_centre, centre

__all__ = ["built_centre", "centre"]


def told(centre: Centre, *, practical: int = 90, missed: str = "") -> Explained:
    scheme = schemes.definition_of(centre.version)
    scores = {"online_exam": 60, "practical": practical, "simulator": 70}
    cut = CutScore(
        part="", value=Decimal(55), standard_error=None, method="", panel="", adopted_by="B", adopted_on=date(2026, 1, 1),
        version="1",
    )  # fmt: skip
    tasks = rubrics.definitions([pin["hash"] for pin in centre.attempt.pins["tasks"]]).values()
    practical_part = next(part.identifier for part in scheme.parts if part.kind == "practical")
    steps = [one.identifier for task in tasks for one in task.criteria if one.must_pass]
    found = decide(
        rule=DecisionRule(
            parts=tuple(part.identifier for part in scheme.parts),
            overall_weights={part.identifier: part.weight for part in scheme.parts},
        ),
        scores=[
            PartScore(part=part.identifier, percent=Decimal(scores[part.kind]), standard_error=Decimal(6))
            for part in scheme.parts
        ],
        cuts=[
            CutScore(**{**cut.__dict__, "part": name})
            for name in (*(part.identifier for part in scheme.parts), OVERALL)
        ],
        must_pass=[MustPass(criterion=step, part=practical_part, met=step != missed) for step in steps],
    )
    assert isinstance(found, Decision)
    return explained(centre.attempt, plain(found)["lines"])


def test_every_part_stands_beside_its_cut_and_says_whether_it_is_near(centre: Centre) -> None:
    lines = {line.kind: (line.score, line.cut, line.met, line.near_cut) for line in told(centre).parts}
    assert lines["online_exam"] == (Decimal("60.00"), Decimal("55.00"), True, True)
    assert lines["practical"] == (Decimal("90.00"), Decimal("55.00"), True, False)
    assert lines[OVERALL][2:] == (True, False)


def test_steps_are_told_in_the_words_of_their_sheet_and_by_task(centre: Centre) -> None:
    found = told(centre, missed="PT-ECW-1.02")
    first = found.tasks[0]
    assert (first.title, first.missed) == ("Isolate, wire and prove a two-way lighting and a socket circuit", 1)
    assert [step.words for step in first.steps if not step.met] == [
        "Proves dead by prove-test-prove between all conductor pairs"
    ]
    assert (found.steps, found.missed) == (11, 1)


@pytest.mark.parametrize(
    ("practical", "missed", "again"),
    [(90, "", ()), (40, "", ("practical",)), (90, "PT-ECW-1.02", ("practical",))],
)
def test_only_what_was_not_reached_is_taken_again(
    centre: Centre, practical: int, missed: str, again: tuple[str, ...]
) -> None:
    found = told(centre, practical=practical, missed=missed)
    assert found.again == again
    assert found.resit == "failed component only, within 12 months, other form or other fault set"
