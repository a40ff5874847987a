"""Retrofit case sheets: numeric answers inside limits and, where asked, a ranking of measures."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from simulator_adapters.quantities import NumberError, QuantityError, canonical_unit, parse_number, round_to

SCORE_PLACES = 4
PLACES = ("roof", "walls", "windows", "stairs", "heating", "cellar")
"""Where a measure can be in the drawing of a building; `case_pictures.js` draws each."""


class CaseSheetError(ValueError):
    """A case sheet that can't be read: which file, which case, what is wrong and what to write instead."""

    code = "bad_case_sheet"

    def __init__(self, source: str, case: str, problem: str, remedy: str) -> None:
        super().__init__(f"{source}, {case}: {problem} {remedy}")
        self.source, self.case, self.problem, self.remedy = source, case, problem, remedy


@dataclass(frozen=True, kw_only=True)
class Question:
    """One number asked for, with the closed limits an answer must lie in."""

    id: str
    text: str
    unit: str
    expected: Decimal
    low: Decimal
    high: Decimal
    formula: str
    inputs: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class CaseSheet:
    """A case: its facts for the candidate, its questions, and the ranking key where one is asked for.

    Attributes
    ----------
    data
        Series the case gives, such as twelve bills, by name.
    costs
        Cost per measure; the names are those of the ranking.
    labels
        What a name of a fact, series or measure is called on the sheet, with its unit.
    sketch
        Where each measure is in the drawing of the building: a place of `PLACES`. Empty where no building is drawn.
    """

    id: str
    title: str
    facts: Mapping[str, Any]
    questions: tuple[Question, ...]
    data: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    after: Mapping[str, Decimal] = field(default_factory=dict)
    costs: Mapping[str, Decimal] = field(default_factory=dict)
    ranking_key: tuple[str, ...] = ()
    ranking_by: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    sketch: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_document(cls, entry: Mapping[str, Any], *, source: str = "simulations.yaml") -> "CaseSheet":
        """Read one ``retrofit`` entry.

        Raises
        ------
        CaseSheetError
            Names file, case, problem and remedy.
        """
        return _Reader(entry, source).sheet()

    def public_document(self) -> dict[str, Any]:
        """What a candidate may see: facts and questions with their units, no key."""
        return {
            "id": self.id,
            "title": self.title,
            "facts": {name: str(value) for name, value in self.facts.items()},
            "data": {name: [str(value) for value in series] for name, series in self.data.items()},
            "after": {name: str(value) for name, value in self.after.items()},
            "costs": {name: str(value) for name, value in self.costs.items()},
            "questions": [{"id": q.id, "text": q.text, "unit": canonical_unit(q.unit).label} for q in self.questions],
            "labels": dict(self.labels),
            "sketch": dict(self.sketch),
            "ranking": {"by": self.ranking_by, "measures": sorted(self.ranking_key)} if self.ranking_key else None,
        }


@dataclass(frozen=True, kw_only=True)
class AnswerResult:
    """One answer judged; `value` is None when none was given or it is no number."""

    id: str
    met: bool
    value: Decimal | None
    unit: str
    low: Decimal
    high: Decimal
    sentence: str


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """A case sheet judged: the share of questions (and the ranking) met."""

    case: str
    met: int
    total: int
    score: Decimal
    answers: tuple[AnswerResult, ...]
    ranking_met: bool | None


def score_answers(sheet: CaseSheet, answers: Mapping[str, str], *, ranking: Sequence[str] | None = None) -> CaseResult:
    """Judge a candidate's numbers, written as text, and a ranking of the measures, best first.

    An answer that is no number is not met and says why; one to a question the sheet doesn't ask is refused, since it
    would otherwise be lost.

    Raises
    ------
    KeyError
        When an answer belongs to no question.
    """
    if strange := sorted(set(answers) - {question.id for question in sheet.questions}):
        raise KeyError(f"{sheet.id} asks no question {strange[0]!r}.")
    judged = tuple(_judge(question, answers.get(question.id)) for question in sheet.questions)
    ranked = tuple(ranking or ()) == sheet.ranking_key if sheet.ranking_key else None
    met = sum(answer.met for answer in judged) + bool(ranked)
    total = len(judged) + (ranked is not None)
    share = round_to(Decimal(met) / total, SCORE_PLACES)
    return CaseResult(case=sheet.id, met=met, total=total, score=share, answers=judged, ranking_met=ranked)


def _judge(question: Question, answer: str | None) -> AnswerResult:
    value = None
    if answer is None:
        sentence = "No answer was given."
    else:
        try:
            value = parse_number(answer)
            inside = question.low <= value <= question.high
            sentence = f"{value:f} lies {'inside' if inside else 'outside'} the limits."
        except NumberError as problem:
            sentence = problem.sentence
    met = value is not None and question.low <= value <= question.high
    return AnswerResult(
        id=question.id,
        met=met,
        value=value,
        unit=question.unit,
        low=question.low,
        high=question.high,
        sentence=sentence,
    )


class _Reader:
    def __init__(self, entry: Mapping[str, Any], source: str) -> None:
        self.source = source
        if not isinstance(entry, Mapping):
            raise CaseSheetError(source, "retrofit", "The entry is not a mapping.", "Write its fields as key: value.")
        self.entry = entry
        self.id = str(entry.get("id", "(no id)"))

    def sheet(self) -> CaseSheet:
        known = {
            *("id", "kind", "credential", "outcomes", "title", "time_limit_min", "facts", "answers", "costs", "data"),
            *("after", "ranking_key", "ranking_by", "labels", "review_note", "building", "sketch"),
        }
        if unknown := sorted(set(self.entry) - known):
            self._refuse(f"The field {unknown[0]!r} is unknown.", f"Known fields are {', '.join(sorted(known))}.")
        answers = self.entry.get("answers")
        if not isinstance(answers, list) or not answers:
            self._refuse("It has no answers.", "Write at least one.")
        questions = tuple(self._question(raw) for raw in answers)
        ids = [question.id for question in questions]
        if doubled := [name for name in ids if ids.count(name) > 1]:
            self._refuse(f"Two answers are called {doubled[0]}.", "Give each an id of its own.")
        costs = self._numbers(self.entry.get("costs", {}), "costs")
        ranking = tuple(self.entry.get("ranking_key", ()))
        if ranking and sorted(ranking) != sorted(costs):
            self._refuse("ranking_key and costs name different measures.", "Name each measure once in both.")
        return CaseSheet(
            id=self.id,
            title=str(self.entry.get("title", "")),
            facts=dict(self.entry.get("facts", {})),
            questions=questions,
            data={
                name: tuple(self._number(value, f"data.{name}") for value in series)
                for name, series in self.entry.get("data", {}).items()
            },
            after=self._numbers(self.entry.get("after", {}), "after"),
            costs=costs,
            ranking_key=ranking,
            ranking_by=str(self.entry.get("ranking_by", "")),
            labels=self._labels(),
            sketch=self._sketch(costs),
        )

    def _labels(self) -> dict[str, str]:
        labels = self.entry.get("labels", {})
        if not isinstance(labels, Mapping) or not all(isinstance(text, str) for text in labels.values()):
            self._refuse("labels is not a mapping of texts.", "Write name: what it is called, with its unit.")
        named = {name for part in ("facts", "after", "costs", "data") for name in self.entry.get(part, {})}
        if strange := sorted(set(labels) - named):
            self._refuse(f"labels names {strange[0]!r}, which the case does not hold.", "Correct or remove it.")
        return {str(name): text for name, text in labels.items()}

    def _sketch(self, measures: Mapping[str, Decimal]) -> dict[str, str]:
        sketch = self.entry.get("sketch", {})
        if not isinstance(sketch, Mapping) or set(sketch) - set(measures):
            self._refuse("sketch is no mapping of the measures under costs.", "Write measure: place.")
        if strange := sorted(str(place) for place in sketch.values() if place not in PLACES):
            self._refuse(f"sketch knows no place {strange[0]!r}.", f"Use one of {', '.join(PLACES)}.")
        return {str(name): str(place) for name, place in sketch.items()}

    def _refuse(self, problem: str, remedy: str) -> NoReturn:
        raise CaseSheetError(self.source, self.id, problem, remedy)

    def _question(self, raw: Any) -> Question:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("id"), str):
            self._refuse("An answer has no id.", "Write id, text, formula, unit, expected, low and high.")
        place = f"answer {raw['id']}"
        try:
            unit = canonical_unit(str(raw.get("unit", ""))).code
        except QuantityError as problem:
            self._refuse(f"{place}: {problem}", "Use a unit of the unit table.")
        low, expected, high = (self._number(raw.get(name), f"{place}.{name}") for name in ("low", "expected", "high"))
        if any(one > two for one, two in itertools.pairwise((low, expected, high))):
            self._refuse(f"{place}: {expected} does not lie in {low} to {high}.", "Correct expected, low or high.")
        return Question(
            id=raw["id"],
            text=str(raw.get("text", "")),
            unit=unit,
            expected=expected,
            low=low,
            high=high,
            formula=str(raw.get("formula", "")),
            inputs=self._numbers(raw.get("inputs", {}), f"{place}.inputs"),
        )

    def _numbers(self, values: Any, place: str) -> dict[str, Decimal]:
        if not isinstance(values, Mapping):
            self._refuse(f"{place} is not a mapping.", "Write name: number.")
        return {str(name): self._number(value, f"{place}.{name}") for name, value in values.items()}

    def _number(self, value: Any, place: str) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(f"{place}: {value!r} is not a number.", "Write a number.")
        number = Decimal(str(value))
        if not number.is_finite():
            self._refuse(f"{place}: {value!r} is not finite.", "Write a number.")
        return number
