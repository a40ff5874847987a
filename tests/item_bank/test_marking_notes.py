"""What markers are given of the items that come with the project."""

import pytest

from item_bank.marking_notes import notes_for
from item_bank.qti.content import ShortText
from tests.item_bank.bundled_items import ENTRIES

CONTENTS = {name: entry.content for name, entry in ENTRIES.items()}
TEXTS = sorted(name for name, content in CONTENTS.items() if isinstance(content, ShortText))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_comes_with_its_marking_points_its_limit_and_a_model_answer(name: str) -> None:
    notes, content = notes_for(CONTENTS[name]), CONTENTS[name]
    assert isinstance(content, ShortText)
    assert [one["point"] for one in notes["marking_points"]] == [one.point for one in content.marking_points]
    assert (notes["max_words"], notes["model_answer"]) == (content.max_words, content.model_answer)
    assert (notes["points"][0], notes["points"][-1], notes["right"]) == ("0", str(int(content.scoring.maximum)), [])


def test_everything_else_says_what_is_right_and_has_no_marking_points() -> None:
    others = [notes_for(content) for name, content in CONTENTS.items() if name not in TEXTS]
    assert all(notes["right"] and all(notes["right"]) for notes in others)
    assert {(len(notes["marking_points"]), notes["max_words"], notes["model_answer"]) for notes in others} == {
        (0, None, "")
    }


@pytest.mark.parametrize(
    ("name", "right"),
    [("ECW-007", ["32.2 A, within 0.15"]), ("CEE-006", ["0.64, within 0.01"])],
)
def test_a_number_is_said_with_its_unit_and_tolerance(name: str, right: list[str]) -> None:
    assert notes_for(CONTENTS[name])["right"] == right
