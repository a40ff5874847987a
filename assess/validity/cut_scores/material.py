"""What a meeting is about: the elements that its judges rate, with the content they look at, keys included."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from assess.schemes import queries as schemes
from assess.schemes.definition import Part
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.candidates import ENOUGH, Scored, part_percent, scored_attempts
from assess.validity.cut_scores.forms import FROM_SCORES, LEVELS, LIMITS, SHOWN, Element, Method, grid_elements
from assess.validity.cut_scores.judged_cuts import booklet_of_items
from assess.validity.errors import ValidityError
from item_bank import queries as bank
from item_bank.models import ItemStatistics
from rubrics import queries as rubrics

PRACTICE_ELEMENTS = 3
MOST_WORKS = 24
SEED = b"a cut-score meeting"

Document = dict[str, Any]


def plan_for(version: SchemeVersion, part: Part, method: Method) -> Document:
    """The plan of a meeting: its elements, which of them are practised on, the outcomes to describe.

    Raises
    ------
    ValidityError
        `not-for-this-part` where the method has nothing to judge here.
    """
    base = judged_things(version, part)
    outcomes = {outcome.identifier: outcome.statement for outcome in schemes.definition_of(version).outcomes}
    wanted = sorted({one["outcome"] for one in base if one["outcome"]})
    elements = _elements(version, part, method, base)
    return {
        "elements": elements,
        "practice": _practised(elements),
        "outcomes": [{"id": name, "statement": outcomes.get(name, name)} for name in wanted],
    }


def judged_things(version: SchemeVersion, part: Part) -> list[Document]:
    """What a part is made of, one row for each thing that earns points: items, criteria of tasks, or simulations."""
    if part.kind == "online_exam":
        items = bank.pool(version.scheme.code)
        hashes = {found.pk: found.content_hash for found in bank.versions([one.id for one in items]).values()}
        return [
            _thing(one.identifier, one.maximum, "item", hashes[one.id], one.outcome, difficulty=one.difficulty)
            for one in items
        ]
    if part.kind == "simulator":
        found = schemes.published_simulations(part.simulations)
        return [
            _thing(
                name,
                Decimal(1),
                "simulation",
                found[name].content_hash,
                next(iter(found[name].document["outcomes"]), ""),
            )
            for name in part.simulations
            if name in found
        ]
    tasks = rubrics.published_versions(part.tasks)
    return [
        _thing(row.identifier, row.points, "criterion", tasks[name].content_hash, row.outcome, task=name)
        for name in part.tasks
        if name in tasks
        for row in rubrics.definition_of(tasks[name]).criteria
    ]


def _thing(identifier: str, maximum: Decimal, source: str, version: str, outcome: str, **more: Any) -> Document:
    return {"id": identifier, "maximum": str(maximum), "source": source, "version": version, "outcome": outcome, **more}


def _elements(version: SchemeVersion, part: Part, method: Method, base: Sequence[Document]) -> list[Document]:
    match method:
        case Method.ANGOFF:
            return [{**one, "kind": "points"} for one in base]
        case Method.YES_NO:
            return [{**one, "kind": "yes/no"} for one in base]
        case Method.EBEL:
            return [{**one, "kind": "cell"} for one in base] + [{**one, "source": "grid"} for one in grid_elements()]
        case Method.HOFSTEE | Method.BEUK:
            limits = LIMITS[method].items()
            return [
                {"id": name, "kind": "percent", "maximum": "100", "source": "limit", "words": words}
                for name, words in limits
            ]
        case Method.BOOKMARK:
            return _ordered(base)
        case Method.BODY_OF_WORK:
            return _works(version, part)
        case _ if method in FROM_SCORES and part.kind == "practical":
            return []
        case _:
            raise ValidityError(
                "not-for-this-part", f"{method.value.capitalize()} needs overall impressions, which only tasks have."
            )


def _ordered(base: Sequence[Document]) -> list[Document]:
    hard = {one["id"]: one["difficulty"] for one in base if one.get("difficulty") is not None}
    shown = [{**one, "kind": SHOWN} for one in base if one["id"] in hard]
    if not shown:
        raise ValidityError(
            "not-for-this-part", "A bookmark needs items with a difficulty, and nothing of this part has one."
        )
    pages = booklet_of_items([Element.of(one) for one in shown], hard).entries
    mark = {
        "id": "bookmark",
        "kind": "page",
        "maximum": str(len(pages) + 1),
        "source": "booklet",
        "pages": [{"item": page.name, "points": page.category} for page in pages],
    }
    return [*shown, mark]


def _works(version: SchemeVersion, part: Part) -> list[Document]:
    if part.kind != "practical":
        raise ValidityError("not-for-this-part", "A body of work is what candidates did at tasks; this part has none.")
    scored = sorted(
        (one for one in scored_attempts(version.pk) if part_percent(one.document, part.identifier) >= 0),
        key=lambda one: (part_percent(one.document, part.identifier), str(one.attempt_id)),
    )
    if len(scored) < 2:
        raise ValidityError("not-for-this-part", "There are no scored works of candidates to sort yet.")
    step = max(1.0, (len(scored) - 1) / (MOST_WORKS - 1))
    chosen = [scored[round(place * step)] for place in range(min(MOST_WORKS, len(scored)))]
    # in an order that says nothing about the score
    mixed = sorted(chosen, key=lambda one: hashlib.sha256(SEED + one.attempt_id.bytes).digest())
    return [_work(number, one, part) for number, one in enumerate(mixed, 1)]


def _work(number: int, one: Scored, part: Part) -> Document:
    tasks = [task for task in one.document["tasks"] if task["task"] in part.tasks]
    return {
        "id": f"work {number}",
        "kind": "level",
        "maximum": str(len(LEVELS) - 1),
        "source": "work",
        "attempt": str(one.attempt_id),
        "percent": str(part_percent(one.document, part.identifier)),
        "tasks": [{"task": task["task"], "criteria": dict(_seen_at(task))} for task in tasks],
    }


def _seen_at(task: Mapping[str, Any]) -> Any:
    """What the first assessor recorded at each criterion: done or not, the level of a judgement, the reading."""
    for criterion, said in next(iter(task["sheets"]), {"criteria": {}})["criteria"].items():
        yield criterion, {name: said[name] for name in ("state", "level") if said.get(name) is not None}


def _practised(elements: Sequence[Document]) -> list[str]:
    """A few elements from all over the list, and whatever a form can't do without."""
    rated = [one["id"] for one in elements if one["kind"] not in (SHOWN, "share")]
    step = max(1, len(rated) // PRACTICE_ELEMENTS)
    return rated[::step][:PRACTICE_ELEMENTS] + [one["id"] for one in elements if one["kind"] == "share"]


def shown_to_judges(elements: Sequence[Document]) -> dict[str, Document]:
    """Element → what its judge looks at. Scores of works and difficulties of items stay here."""
    items = [one["version"] for one in elements if one.get("source") == "item" and one.get("version")]
    questions = dict(zip(items, bank.presented(items, SEED), strict=True))
    notes = bank.for_markers(items)
    criteria = {
        row.identifier: (task, row)
        for task in rubrics.definitions(
            {one["version"] for one in elements if one.get("source") == "criterion"}
        ).values()
        for row in task.criteria
    }
    simulated = [one["version"] for one in elements if one.get("source") == "simulation"]
    runs = {one.identifier: schemes.presented(one) for one in schemes.simulations(simulated)}
    shown: dict[str, Document] = {}
    for one in elements:
        match one.get("source"):
            case "item":
                shown[one["id"]] = _item(questions[one["version"]], notes[one["version"]])
            case "criterion":
                task, row = criteria[one["id"]]
                shown[one["id"]] = {
                    "title": task.title,
                    "text": row.text,
                    "observe": row.observe,
                    "must_pass": row.must_pass,
                }
            case "simulation":
                run = runs[one["id"]]
                shown[one["id"]] = {"title": run["title"], "text": run["brief"]}
            case "work":
                shown[one["id"]] = {"tasks": one["tasks"]}
            case _:
                shown[one["id"]] = {"text": one.get("words", one["id"])}
    return shown


def _item(question: Mapping[str, Any], notes: Mapping[str, Any]) -> Document:
    return {
        "text": question["stem"],
        "language": question["language"],
        "options": [
            one.get("text") or one.get("label")
            for name in ("options", "elements", "regions", "left", "right")
            for one in question.get(name, [])
        ],
        "right": notes["right"],
        "looked_for": [one["point"] for one in notes["marking_points"]],
    }


def facilities(item_identifiers: Sequence[str]) -> dict[str, float]:
    """Item → share of its points that candidates earned in the latest study that says so."""
    rows = (
        ItemStatistics.objects.filter(
            version__item__identifier__in=item_identifiers, facility__isnull=False, candidates__gte=ENOUGH
        )
        .order_by("at")
        .values_list("version__item__identifier", "facility")
    )
    return {identifier: float(facility) for identifier, facility in rows if facility is not None}
