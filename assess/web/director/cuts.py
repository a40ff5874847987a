"""The cut scores of a scheme: meetings, the cut each came to, and what a board decides about it."""

import csv
import io
import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from assess.people.queries import Actor, accounts_by_email
from assess.schemes import queries as schemes
from assess.standard_setting.impact import HAIR
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.cut_scores.adoption import RECOMMENDED, choices
from assess.validity.cut_scores.candidates import scored_attempts, seen_in
from assess.validity.cut_scores.forms import WORDS
from assess.validity.cut_scores.lifecycle import State
from assess.validity.cut_scores.models import CutScore
from assess.web.access import attempted, hidden, page
from assess.web.charts.marks import cut_band
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of
from assess.web.panel.meeting import STATES

LARGEST = 500_000


class TableProblem(ValueError):
    """What is wrong with a table of ratings, naming row and column."""


@dataclass(frozen=True)
class Ratings:
    """An Angoff table: who judged, which items with which maximum, and the ratings by round and judge."""

    judges: tuple[str, ...]
    items: tuple[str, ...]
    points: tuple[Decimal, ...]
    rounds: tuple[tuple[tuple[str, ...], ...], ...]


def read_ratings(text: str) -> Ratings:
    """Read `round,judge,ITEM,ITEM,…`; the second line is `max,,POINTS,POINTS,…`.

    Raises
    ------
    TableProblem
        Naming row and column.

    >>> read_ratings("round,judge,A\\nmax,,1\\n1,x@y.example,0.5\\n").rounds
    ((('0.5',),),)
    """
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    if len(rows) < 3 or [cell.strip() for cell in rows[0][:2]] != ["round", "judge"] or len(rows[0]) < 3:
        raise TableProblem("The first line is round,judge and then one item a column; at least one judge follows.")
    items = tuple(cell.strip() for cell in rows[0][2:])
    if rows[1][0].strip() != "max" or len(rows[1]) != len(rows[0]):
        raise TableProblem("The second line begins with max and holds the points of each item, one a column.")
    points = tuple(_number(cell, 2, place + 3) for place, cell in enumerate(rows[1][2:]))
    if 0 in points:
        raise TableProblem(f"Row 2, column {points.index(Decimal(0)) + 3}: an item is worth more than 0 points.")
    by_round: dict[int, dict[str, tuple[str, ...]]] = {}
    for line, row in enumerate(rows[2:], start=3):
        if len(row) != len(rows[0]):
            raise TableProblem(f"Row {line} has {len(row)} columns; the first has {len(rows[0])}.")
        number, judge = row[0].strip(), row[1].strip().lower()
        if not (number.isascii() and number.isdigit() and 0 < int(number) < 10):
            raise TableProblem(f"Row {line}, column 1: {number!r} is no round. Write 1 or 2.")
        if judge in by_round.setdefault(int(number), {}):
            raise TableProblem(f"Row {line}: {judge} stands twice in round {number}.")
        said = tuple(_number(cell, line, place + 3) for place, cell in enumerate(row[2:]))
        for place, (value, most) in enumerate(zip(said, points, strict=True), start=3):
            if value > most:
                raise TableProblem(f"Row {line}, column {place}: {value} is more than the {most} points of the item.")
        by_round[int(number)][judge] = tuple(str(value) for value in said)
    judges = tuple(by_round[min(by_round)])
    for turn, rated in sorted(by_round.items()):
        if set(rated) != set(judges):
            missing = ", ".join(sorted(set(judges) ^ set(rated)))
            raise TableProblem(f"Round {turn}: each judge rates in every round; look at {missing}.")
    rounds = tuple(tuple(rated[judge] for judge in judges) for _, rated in sorted(by_round.items()))
    return Ratings(judges, items, points, rounds)


def _number(cell: str, row: int, column: int) -> Decimal:
    try:
        # `Decimal` reads digits of every script, and underscores between them.
        value = Decimal(cell.strip()) if cell.isascii() and "_" not in cell else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= 1000:
        raise TableProblem(
            f"Row {row}, column {column}: {cell.strip()!r} is no number of points. Write digits, 0.65 say."
        )
    return value


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def cuts(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    if request.method == "POST":
        _hold(request, version)
        return redirect("director-cuts", version_id=version.pk)
    in_force = {cut.pk for cut in cut_scores.cut_scores_in_force(version.pk) if cut.adopted_at is not None}
    held = [one for one in cut_scores.meetings_of(version.pk) if one.cut_score_id is None]
    context = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "parts": schemes.parts(version),
        "meetings": [{"meeting": one, "state": STATES.get(State(one.state), ("idle", "Draft"))} for one in held],
        "cuts": [
            {
                "cut": cut,
                "band": cut_band(f"Cut score of {cut.part}", cut.value, cut.standard_error),
                "in_force": cut.pk in in_force,
            }
            for cut in cut_scores.cut_scores_of(version.pk)
        ],
        "overall": cut_scores.overall_cut(version.pk),
        "methods": [(method.value, words) for method, words in WORDS.items()],
        "may_hold": "director" in actor.roles,
        "may_adopt": "board" in actor.roles,
        "actor_id": actor.id,
    }
    return render(request, "assess/director/cuts.html", context)


@require_POST
@page("director")
def draft(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    """Draft a meeting; its page says what comes next."""
    version = version_of(version_id)
    years = request.POST.get("years", "0")
    made = attempted(
        request,
        "validity.cut_scores.draft_meeting",
        said="Drafted. Describe the borderline candidate and invite the judges.",
        scheme_version_id=version.pk,
        part=request.POST.get("part", ""),
        method=request.POST.get("method", ""),
        panel=request.POST.get("panel", ""),
        years=int(years) if years.isascii() and years.isdigit() and len(years) < 4 else -1,
        evidence=[request.POST["evidence"]] if request.POST.get("evidence") else [],
    )
    if made:
        return redirect("director-meeting", meeting_id=made.pk)
    return redirect("director-cuts", version_id=version.pk)


def _hold(request: HttpRequest, version: Any) -> None:
    asked = {
        "scheme_version_id": version.pk,
        "part": request.POST.get("part", ""),
        "panel": request.POST.get("panel", "")[:200],
    }
    said = "Recorded. A board adopts it; not the person who held the meeting."
    if request.POST.get("method") == "borderline":
        attempted(request, "validity.cut_scores.hold_borderline_meeting", said=said, **asked)
        return
    sent = request.FILES.get("ratings")
    try:
        if sent is None or (sent.size or 0) > LARGEST:
            raise TableProblem("Choose the file with the ratings (CSV, at most 500 kB).")
        table = read_ratings(sent.read().decode("utf-8-sig"))
        known = accounts_by_email(table.judges)
        unknown = [judge for judge in table.judges if judge not in known]
        if unknown:
            raise TableProblem(
                f"Nobody here has the address {unknown[0]}. Write each judge's address as in their account."
            )
    except (TableProblem, UnicodeDecodeError, csv.Error) as problem:
        words = str(problem) if isinstance(problem, TableProblem) else "The file is no CSV in UTF-8. Save it again."
        messages.error(request, f"{words} Nothing was recorded.")
        return
    attempted(
        request,
        "validity.cut_scores.hold_angoff_meeting",
        said=said,
        judge_ids=[known[judge] for judge in table.judges],
        items=table.items,
        points=table.points,
        rounds=table.rounds,
        **asked,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def adopt(request: HttpRequest, actor: Actor, cut_id: uuid.UUID) -> HttpResponse:
    """All that a board reads before it decides, and what it can decide."""
    cut = cut_scores.cut_score_by_id(cut_id)
    if cut is None or not cut_scores.may_see_meeting(actor, cut.meeting_id):
        hidden()
    if request.method == "POST":
        if "board" not in actor.roles:
            hidden()
        if _decide(request, cut):
            return redirect("director-adopt", cut_id=cut.pk)
    # What was refused stands in the form again: nobody writes a reason twice.
    scores = seen_in(scored_attempts(cut.scheme_version_id), cut.part).scores
    known = scores[np.isfinite(scores)]
    offered = choices(cut.recommended, cut.standard_error, cut.document)
    names = cut_scores.names_in(cut_scores.record_of(cut.meeting, with_ratings=False))
    context = {
        "version": cut.scheme_version,
        "title": schemes.definition_of(cut.scheme_version).title,
        "cut": cut,
        "meeting": cut_scores.summary_of(cut.meeting),
        "band": cut_band(f"Cut score of {cut.part}", cut.value, cut.standard_error),
        "offered": [{"choice": one, "passing": int((known >= float(one.value) - HAIR).sum())} for one in offered],
        "candidates": len(known),
        "previous": cut_scores.previous_of(cut),
        "judges": [{**row, "name": names.get(row["judge"], row["judge"])} for row in cut.document.get("judges", [])],
        "excluded": [names.get(key, key) for key in cut.document.get("ratings", {}).get("excluded", [])],
        "simulated": cut.simulated,
        "today": timezone.now().date(),
        "sent": request.POST,
        "picked": request.POST.get("choice", RECOMMENDED),
        "may_adopt": "board" in actor.roles and cut.adopted_at is None and cut.declined_at is None,
        "own": cut.held_by_id == actor.id,
    }
    return render(request, "assess/director/adopt.html", context)


def _decide(request: HttpRequest, cut: CutScore) -> bool:
    """Whether the door said yes."""
    sent = request.POST
    asked = {"cut_score_id": cut.pk, "board": sent.get("board", "")[:200], "reason": sent.get("reason", "")}
    if sent.get("act") == "decline":
        said = "Not adopted, with the board's reason in the minutes. What was in force stays in force."
        return bool(attempted(request, "validity.cut_scores.decline_cut_score", said=said, **asked))
    try:
        days = {name: date.fromisoformat(sent[name]) if sent.get(name) else None for name in ("from", "to")}
    except ValueError:
        messages.error(request, "A day is written as year, month and day, 2027-03-31 say. Nothing was adopted.")
        return False
    made = attempted(
        request,
        "validity.cut_scores.adopt_cut_score",
        said="Adopted. Decisions from its first day on are made under it.",
        choice=sent.get("choice", RECOMMENDED),
        in_force_from=days["from"],
        in_force_to=days["to"],
        **asked,
    )
    return bool(made)
