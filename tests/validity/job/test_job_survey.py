"""A survey's file: what it must hold, and how each mistake is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.management.world.job import survey_text
from assess.validity.job.definition import JobDefinition, read_jobs
from assess.validity.job.frozen import Table, sha256_of, survey_dataset
from assess.validity.job.survey import Person, Rating, columns_of, read_rating, read_survey, template
from tests.validity.job.job_scene import JOBS

JOB: JobDefinition = read_jobs(JOBS)["MC-ECW"]
HEAD = ",".join(columns_of(JOB))
GOOD = "R01,North,3-5,own firm,ECW-J01,yes,5,4,5,before"


def problems(*rows: str) -> list[str]:
    return [str(one) for one in read_survey("\n".join((HEAD, *rows)), JOB).problems]


def test_a_survey_is_read_with_people_and_ratings() -> None:
    found = read_survey("\n".join((HEAD, GOOD, "R01,North,3-5,own firm,ECW-J17,no,,,,")), JOB)
    assert found.sound
    assert found.people == {"R01": Person("North", "3-5", "own firm")}
    assert found.ratings["R01", "ECW-J01"] == Rating(True, 5, 4, 5, "before")
    assert found.ratings["R01", "ECW-J17"] == Rating(False)
    assert found.notes == ("R01 rated 2 of 22 statements; the rest counts as not answered.",)
    assert found.sentence == "The file can be taken: 1 respondent, 2 ratings."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("R01", "Anna Maier", "Row 2, respondent: holds a name or an address. Write a label such as R07"),
        ("R01", "a@b.example", "Row 2, respondent: holds a name or an address."),
        ("North", "Northwest", "Row 2, region: holds 'Northwest'. Write one of: North, East, South, West."),
        ("3-5", "4", "Row 2, years: holds '4'. Write one of: 0-2, 3-5"),
        ("own firm", "", "Row 2, setting: holds nothing."),
        ("ECW-J01", "ECW-J99", "Row 2, statement: holds 'ECW-J99'."),
        ("yes", "maybe", "Row 2, done: holds 'maybe'. Write one of: yes, no."),
        ("yes,5", "yes,6", "Row 2, importance: holds '6'. Write a whole number from 1 to 5."),
        ("yes,5", "no,5", "Row 2, importance: holds '5' beside done = no."),
        ("4,5,before", "4,5,never", "Row 2, learned: holds 'never'."),
        (",5,before", ",,before", "Row 2, harm: holds ''."),
    ],
)
def test_a_mistake_is_named_by_row_and_column_with_its_remedy(old: str, new: str, said: str) -> None:
    assert problems(GOOD.replace(old, new, 1))[0].startswith(said)


def test_a_respondent_who_changes_and_a_statement_twice_are_named() -> None:
    other = GOOD.replace("North", "South").replace("ECW-J01", "ECW-J02")
    assert problems(GOOD, other, GOOD) == [
        "Row 3, respondent: R01 is described otherwise in an earlier row. Write the same in each row.",
        "Row 4, statement: R01 rates ECW-J01 twice. Keep one of the rows.",
    ]


def test_a_head_that_lacks_a_column_is_told_which_are_wanted() -> None:
    said = str(read_survey("respondent,done\nR01,yes", JOB).problems[0])
    assert said == f"Row 1: The head must name these columns: {HEAD}. It names: respondent,done."


def test_columns_may_stand_in_any_order_and_an_empty_file_is_no_survey() -> None:
    head = ",".join(reversed(HEAD.split(",")))
    row = ",".join(reversed(GOOD.split(",")))
    assert read_survey(f"{head}\n{row}", JOB).sound
    assert problems() == ["Row 2: The file holds no rating. Add a row for each respondent and statement."]


def test_the_template_asks_for_what_is_missing_only() -> None:
    found = read_survey(template(JOB), JOB)
    assert {one.column for one in found.problems} == {"done"}
    assert len(found.problems) == len(JOB.statements)


def test_a_file_without_the_question_of_learning_has_no_such_column() -> None:
    job = replace(JOB, asks_when_learned=False)
    assert "learned" not in columns_of(job)
    assert read_survey(f"{','.join(columns_of(job))}\n{GOOD.removesuffix(',before')}", job).sound


def test_a_form_names_what_is_missing() -> None:
    given_ = {
        "statement": "ECW-J01",
        "done": "yes",
        "importance": "5",
        "frequency": "",
        "harm": "9",
        "learned": "later",
    }
    assert read_rating(given_, JOB) == (None, "ECW-J01: choose frequency, harm.")
    whole = given_ | {"frequency": "1", "harm": "2"}
    assert read_rating(whole, JOB) == (Rating(True, 5, 1, 2, "later"), "")


@given(text=st.text(max_size=80))
def test_any_text_is_read_or_refused_and_never_an_exception(text: str) -> None:
    for whole in (text, f"{HEAD}\n{text}"):
        found = read_survey(whole, JOB)
        assert found.sound == (not found.problems)


def test_the_same_ratings_in_any_order_are_the_same_bytes() -> None:
    found = read_survey(survey_text(JOB, 6), JOB)
    statements = [one.identifier for one in JOB.statements]
    straight = survey_dataset(statements, found.people, found.ratings)
    turned = survey_dataset(
        statements, dict(reversed(found.people.items())), dict(reversed(list(found.ratings.items())))
    )
    assert sha256_of(straight) == sha256_of(turned)
    table = Table(straight)
    assert table.done.shape == (6, 22)
    assert table.importance[0, 0] == found.ratings["R01", "ECW-J01"].importance
