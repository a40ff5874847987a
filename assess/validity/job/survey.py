"""A survey of practitioners as a file: one row for each respondent and statement. Read dry, with every problem by its row; pure.

A respondent is a label, never a name, and is described by region, years of work and setting only, each from a short list.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from assess.validity.job.definition import LEARNED, POINTS, YEARS, JobDefinition

COLUMNS = ("respondent", "region", "years", "setting", "statement", "done", "importance", "frequency", "harm")
LABEL = re.compile(r"[A-Za-z]{0,3}-?[0-9]{1,6}\Z")
LARGEST = 5_000_000
MOST_PROBLEMS = 200


@dataclass(frozen=True)
class Person:
    """What is known of a respondent beside the ratings."""

    region: str
    years: str
    setting: str

    def known_in(self, job: JobDefinition) -> bool:
        """Whether each is one of the choices."""
        return self.region in job.regions and self.years in YEARS and self.setting in job.settings


@dataclass(frozen=True)
class Rating:
    """What a respondent says about a statement; the points are None where they do not do it."""

    done: bool
    importance: int | None = None
    frequency: int | None = None
    harm: int | None = None
    learned: str = ""


@dataclass(frozen=True)
class SurveyProblem:
    """What is wrong in a file: row (1 is the head), column, and a sentence with the remedy."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        return f"Row {self.row}{f', {self.column}' if self.column else ''}: {self.sentence}"


@dataclass(frozen=True)
class Survey:
    """What a file holds, and everything that is wrong with it. It can be taken when there is no problem.

    `notes` are remarks that stop nothing: statements that a respondent left out.
    """

    people: Mapping[str, Person]
    ratings: Mapping[tuple[str, str], Rating]
    problems: tuple[SurveyProblem, ...]
    notes: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether it can be taken as it is."""
        return not self.problems

    @property
    def sentence(self) -> str:
        """What the file comes to, in one line."""
        people, ratings = len(self.people), len(self.ratings)
        held = f"{people} respondent{'s' * (people != 1)}, {ratings} rating{'s' * (ratings != 1)}"
        if self.sound:
            return f"The file can be taken: {held}."
        count = len(self.problems)
        return f"The file has {count} problem{'s' if count > 1 else ''} ({held} could be read); nothing was taken."


def columns_of(job: JobDefinition) -> tuple[str, ...]:
    """The head of a survey's file."""
    return (*COLUMNS, "learned") if job.asks_when_learned else COLUMNS


def template(job: JobDefinition) -> str:
    """A file to fill in: the head, and every statement once for a first respondent."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns_of(job))
    for one in job.statements:
        writer.writerow(
            ["R01", job.regions[0], YEARS[2], job.settings[0], one.identifier, *[""] * (len(columns_of(job)) - 5)]
        )
    return out.getvalue()


def read_survey(text: str, job: JobDefinition) -> Survey:
    """Read a file; nothing is refused before all of it was looked at.

    Returns
    -------
    Survey
        With a problem for each row that can't be taken: which column, what is wrong, what to write instead.
    """
    problems: list[SurveyProblem] = []
    columns = columns_of(job)
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    except csv.Error as error:
        return Survey({}, {}, (SurveyProblem(1, "", f"The file is no CSV ({error}). Save it as CSV in UTF-8."),), ())
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    if sorted(head) != sorted(columns):
        said = f"The head must name these columns: {','.join(columns)}. It names: {','.join(head) or 'nothing'}."
        return Survey({}, {}, (SurveyProblem(1, "", said),), ())
    people: dict[str, Person] = {}
    ratings: dict[tuple[str, str], Rating] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            said = f"has {len(cells)} columns; the head has {len(head)}. Put a text that holds a comma into quotes."
            problems.append(SurveyProblem(number, "", said))
            continue
        _Row(number, dict(zip(head, (cell.strip() for cell in cells), strict=True)), job, problems).take(
            people, ratings
        )
        if len(problems) >= MOST_PROBLEMS:
            problems.append(SurveyProblem(number, "", "Reading stopped here. Mend these first."))
            break
    if not ratings and not problems:
        problems.append(SurveyProblem(2, "", "The file holds no rating. Add a row for each respondent and statement."))
    return Survey(people, ratings, tuple(problems), _notes(people, ratings, job))


@dataclass(frozen=True)
class _Row:
    number: int
    cells: Mapping[str, str]
    job: JobDefinition
    problems: list[SurveyProblem]

    def take(self, people: dict[str, Person], ratings: dict[tuple[str, str], Rating]) -> None:
        before = len(self.problems)
        label, statement = self._label(), self.statement()
        person = Person(
            self._one_of("region", self.job.regions),
            self._one_of("years", YEARS),
            self._one_of("setting", self.job.settings),
        )
        rating = self.rating()
        if len(self.problems) > before:
            return
        if people.setdefault(label, person) != person:
            self._add("respondent", f"{label} is described otherwise in an earlier row. Write the same in each row.")
        elif (label, statement) in ratings:
            self._add("statement", f"{label} rates {statement} twice. Keep one of the rows.")
        else:
            ratings[label, statement] = rating

    def statement(self) -> str:
        return self._one_of("statement", [one.identifier for one in self.job.statements])

    def rating(self) -> Rating:
        done = self._one_of("done", ("yes", "no"), folded=True)
        points = {name: self._points(name, wanted=done == "yes") for name in ("importance", "frequency", "harm")}
        learned = ""
        if self.job.asks_when_learned and done == "yes":
            learned = self._one_of("learned", LEARNED, folded=True)
        elif self.cells.get("learned"):
            self._add("learned", "stands beside done = no. Leave it empty.")
        return Rating(done == "yes", **points, learned=learned)

    def _label(self) -> str:
        label = self.cells["respondent"]
        if not LABEL.match(label):
            shown = "a name or an address" if "@" in label or " " in label or len(label) > 10 else repr(label)
            self._add("respondent", f"holds {shown}. Write a label such as R07: no name is kept here.")
        return label

    def _one_of(self, column: str, allowed: tuple[str, ...] | list[str], *, folded: bool = False) -> str:
        value = self.cells[column].lower() if folded else self.cells[column]
        if value not in allowed:
            shown = repr(value[:30]) if value else "nothing"
            choices = ", ".join(allowed) if len(allowed) <= 8 else f"{allowed[0]} … {allowed[-1]}"
            self._add(column, f"holds {shown}. Write one of: {choices}.")
        return value

    def _points(self, column: str, *, wanted: bool) -> int | None:
        value = self.cells[column]
        if not wanted:
            if value and self.cells["done"].lower() == "no":
                self._add(column, f"holds {value[:20]!r} beside done = no. Leave it empty, or write done = yes.")
            return None
        if value not in {str(point) for point in POINTS}:
            self._add(column, f"holds {value[:20]!r}. Write a whole number from 1 to 5.")
            return None
        return int(value)

    def _add(self, column: str, sentence: str) -> None:
        self.problems.append(SurveyProblem(self.number, column, sentence))


def _notes(
    people: Mapping[str, Person], ratings: Mapping[tuple[str, str], Rating], job: JobDefinition
) -> tuple[str, ...]:
    asked = len(job.statements)
    notes = []
    for label in people:
        rated = sum(who == label for who, _ in ratings)
        if rated < asked:
            notes.append(f"{label} rated {rated} of {asked} statements; the rest counts as not answered.")
    return tuple(notes)


def read_rating(given: Mapping[str, object], job: JobDefinition) -> tuple[Rating | None, str]:
    """A rating from a form: the rating, or None and a sentence that says what is missing."""
    name = str(given.get("statement", ""))
    cells = {key: str(given.get(key) or "").strip() for key in ("statement", *columns_of(job)[5:])}
    problems: list[SurveyProblem] = []
    row = _Row(0, cells, job, problems)
    row.statement()
    rating = row.rating()
    if not problems:
        return rating, ""
    what = ", ".join(dict.fromkeys(problem.column for problem in problems))
    return None, f"{name[:40] or 'No statement'}: choose {what}."
