"""A candidate's own evidence, once their result is released: what they made, and what machines recorded of it, in plain words.

Named fields only, and none that tells a key: no limit, no verdict on a single reading, no right answer.
"""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.attempts.desks import exhibits
from assess.attempts.desks.exhibits import Exhibit
from assess.attempts.machines.readings import Reading
from assess.attempts.machines.runs import Run, Worth
from assess.attempts.models import EngineRun
from assess.awards.queries import result_for
from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.web.access import hidden, page
from assess.web.candidate.exam import own
from assess.web.charts.cases import counted
from assess.web.evidence.words import case_sheets, instant, pictures_of, unit_words, value_words
from simulator_adapters.wiring import Sort


@require_safe
@page("candidate")
def evidence(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    attempt = own(actor, attempt_id)
    if result_for(attempt) is None:
        hidden()
    found = exhibits.exhibits_of(attempt)
    cases = case_sheets(attempt)
    context = {
        "attempt": attempt,
        "title": schemes.definition_of(attempt.registration.scheme_version).title,
        "rows": [_row(one) | {"case": cases.get(one.simulation)} for one in found.simulations],
        "readings": [_reading(one) for one in found.readings],
    }
    return render(request, "assess/candidate/evidence.html", context)


def _row(one: Exhibit) -> dict[str, Any]:
    row: dict[str, Any] = {
        "title": one.title,
        "brief": one.brief,
        "kind": one.kind,
        "name": one.simulation,
        "runs": [_run(run) for run in one.runs if run.worth is Worth.COUNTS],
        "failed": sum(run.worth is Worth.EQUIPMENT for run in one.runs),
    }
    if one.kind == "wiring":
        return row | {
            "wires": one.wires,
            "checks": sum(finding.sort is not Sort.WORKMANSHIP for finding in one.findings),
            "met": sum(finding.passed and finding.sort is not Sort.WORKMANSHIP for finding in one.findings),
            "dangers": [
                f.sentence for f in one.findings if f.hazard is not None and not f.passed and f.sort is Sort.SAFETY
            ],
        }
    if one.kind == "case":
        given = [(line.text, line.given, line.judged.value, unit_words(line.judged.unit)) for line in one.sheet]
        met, of = _counted(one)
        words = f"{met} of the {of} things asked for count."
        return row | {"given": given, "ranking": one.ranking, "counted": counted(met, of, words), "words": words}
    seen = _seen(one)
    counts = one.counts
    pictures = [] if counts is None or counts.record is None else pictures_of(counts.record, one.writes)
    answers = {str(question["id"]): question for question in one.questions}
    return row | {
        "writes": [] if seen is None else seen["writes"],
        "reports": [] if seen is None else _reported(one, seen),
        "answers": [
            (answers[name]["text"], text, answers[name]["unit"])
            for name, text in one.answers.items()
            if name in answers
        ],
        "pictures": pictures,
    }


def _counted(one: Exhibit) -> tuple[int, int]:
    """How many of the numbers and orders asked for count, and of how many; never which."""
    met = sum(line.judged.met for line in one.sheet)
    asks_order = bool(one.ranking_key)
    return met + (asks_order and one.ranking == one.ranking_key), len(one.sheet) + asks_order


def _run(run: Run) -> dict[str, Any]:
    assert run.record is not None
    return {"at": instant(run.moment_us), "serial": run.record.instrument.serial, "device": run.record.instrument.id}


def _seen(one: Exhibit) -> dict[str, Any] | None:
    """What the device answered and reported in the run that counts, as the candidate saw it then."""
    counts = one.counts
    if counts is None:
        return None
    ended = (run for run in one.engine_runs if run.state == EngineRun.State.DONE and run.role == counts.role)
    found = next(ended, None)
    return None if found is None or found.seen is None else dict(found.seen)


def _reported(one: Exhibit, seen: dict[str, Any]) -> list[tuple[str, str]]:
    """The registers that the candidate wrote, as the device reported them in the end."""
    held = {
        (model["model"], register["point"], tuple(register["index"])): register
        for model in seen["models"]
        for register in model["registers"]
    }
    found: dict[str, str] = {}
    for write in one.writes:
        try:
            model, point, index, _ = write
            register = held[model, point, tuple(index)]
        except (KeyError, TypeError, ValueError):
            continue
        place = f"[{', '.join(map(str, index))}]" if index else ""
        found[f"{model}.{point}{place}"] = f"{register['value']} {register['unit']}".strip() + (
            f" ({register['symbol']})" if register["symbol"] else ""
        )
    return list(found.items())


def _reading(one: Reading) -> dict[str, Any]:
    measured = one.measurement
    return {
        "name": one.name,
        "value": "–" if measured is None else value_words(measured.value, measured.unit),
        "device": "" if measured is None else f"{measured.instrument.id}, {measured.instrument.serial}",
        "at": instant(one.moment_us),
        "counts": one.worth is Worth.COUNTS,
    }
