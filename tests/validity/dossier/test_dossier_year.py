"""The year's monitoring: what was looked at within it, what falls due, the urgent first."""

from dataclasses import replace
from datetime import date

from assess.validity.dossier.argument.monitoring import a_year_before
from assess.validity.dossier.claims import Record
from assess.validity.dossier.facts import ExceptionFact
from assess.validity.dossier.year import NEVER, the_year
from tests.validity.dossier.dossier_facts import ON, bare, full


def exception(*, expires_on: date, waits: bool = False) -> ExceptionFact:
    return ExceptionFact(
        record=Record(kind="release", id="r"),
        what="Release rule",
        check="reliability",
        reason="Pilot.",
        roles=("director",),
        granted_on=ON,
        expires_on=expires_on,
        waits=waits,
    )


def test_where_nothing_is_recorded_the_first_things_are_due_now() -> None:
    year = the_year(bare())
    assert year.looked == ()
    assert [(one.by, one.what) for one in year.due] == [(NEVER, "First study"), (NEVER, "Job-task analysis")]


def test_what_was_looked_at_stands_with_its_record_the_latest_first() -> None:
    looked = the_year(full()).looked
    assert [one.on for one in looked] == sorted((one.on for one in looked), reverse=True)
    assert looked[0].what.startswith("Monitoring") and looked[1].what.startswith("Study 3")
    assert all(one.records for one in looked)
    assert looked[0].on <= ON and looked[-1].on >= date(2025, 11, 26)


def test_an_exception_that_ends_soon_is_due_and_one_that_waits_has_no_date() -> None:
    soon, waiting = exception(expires_on=date(2026, 12, 24)), exception(expires_on=date(2027, 1, 1), waits=True)
    year = the_year(replace(full(), exceptions=(soon, waiting)))
    assert year.due[0].by == date(2026, 12, 24)
    assert year.due[-1].undated and "second name" in year.due[-1].what


def test_exceptions_that_end_on_one_day_stand_in_one_line_with_every_reason() -> None:
    first = exception(expires_on=date(2026, 12, 24))
    second = replace(first, check="decision consistency", reason="Too few yet.")
    due = the_year(replace(full(), exceptions=(first, second))).due[0]
    assert due.what == "The exceptions to “reliability” and “decision consistency” end"
    assert due.why == "reliability: Pilot. decision consistency: Too few yet."


def test_a_study_of_long_ago_is_overdue() -> None:
    given = full()
    assert given.study is not None
    old = replace(given, study=replace(given.study, run_on=date(2025, 3, 31)))
    (late,) = the_year(old).overdue(ON)
    assert (late.by, late.what) == (date(2026, 3, 31), "Next study")


def test_a_year_before_a_leap_day_is_the_day_before() -> None:
    assert a_year_before(date(2028, 2, 29)) == date(2027, 2, 28)
