"""The plan of one sitting: its stations, who is entered, who holds which post.

Posts are filled by the rotation that links everybody's marks (`sittings.rotation`), and each can go to another person by hand.
What is planned is written into the journal of the day, like a coordinator's word on a tablet.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess import door
from assess.attempts.models import Attempt
from assess.attempts.queries import registrations_to_enter
from assess.awards.gathering import shared_by
from assess.people.models import Account
from assess.people.queries import Actor, accommodations_among, conflicts_among, staff_of
from assess.proctoring import queries as proctoring
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.instruments.queries import bookings_in
from assess.sittings.models import Assignment, Booking, Sitting, Station
from assess.sittings.queries import posts_in, stations_of
from assess.sittings.rotation import FEWEST, NoRotation, Posted, posts
from assess.validity.raters.queries import training_of
from assess.web.access import attempted, hidden, page
from assess.web.director.plan import add_stations, identifier
from rubrics import queries as rubrics


@require_http_methods(["GET", "HEAD", "POST"])
@page("director")
def sitting(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID) -> HttpResponse:
    """One sitting's plan: its stations, its candidates, their posts."""
    found = proctoring.sitting_of(actor, sitting_id)
    if found is None:
        hidden()
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            hidden()
        act(request, actor, found)
        return redirect("director-sitting", sitting_id=found.pk)
    attempts = list(
        Attempt.objects.filter(sitting=found).select_related("registration__candidate").order_by("created_at", "pk")
    )
    stations = list(stations_of(found.pk))
    held = list(posts_in(found.pk))
    assessors, proctors, technicians = (
        list(staff_of(found.organisation_id, role)) for role in ("assessor", "proctor", "technician")
    )
    context = {
        "sitting": found,
        "version": found.scheme_version,
        "title": schemes.definition_of(found.scheme_version).title,
        "stations": _rooms(found, stations, attempts, _booked(bookings_in(found.pk))),
        "lacking": _lacking(found.scheme_version, stations),
        "tasks": _tasks(found.scheme_version),
        "candidates": _candidates(attempts, held),
        "waiting": registrations_to_enter(found.scheme_version_id)[:300],
        "assessors": _trained(found.scheme_version_id, assessors),
        "opens": shared_by(found.scheme_version).scheme,
        "proctors": proctors,
        "technicians": technicians,
        "opened": _opened(found.scheme_version),
        "people": {one.pk: one for one in (*assessors, *proctors, *technicians)}.values(),
        "roles": sorted({one.role for one in held}),
        "fewest": FEWEST,
        "filled": bool(held),
    }
    return render(request, "assess/director/sitting.html", context)


def _tasks(version: SchemeVersion) -> list[str]:
    return sorted(task for part in schemes.parts(version) for task in part.tasks)


def _opened(version: SchemeVersion) -> list[str]:
    """Tasks of the scheme whose bay a technician opens for each candidate."""
    published = rubrics.published_versions(_tasks(version))
    return sorted(task for task, one in published.items() if rubrics.definition_of(one).bay_record)


def _booked(held: Sequence[Booking]) -> dict[int, list[Booking]]:
    """What is booked, by station."""
    found: dict[int, list[Booking]] = {}
    for one in held:
        found.setdefault(one.station_id, []).append(one)
    return found


def _lacking(version: SchemeVersion, stations: Sequence[Station]) -> list[str]:
    """Tasks of the scheme for which no station is in use."""
    in_use = {one.task for one in stations if one.out_of_use_since is None}
    return [task for task in _tasks(version) if task not in in_use]


def _rooms(
    found: Sitting, stations: Sequence[Station], attempts: Sequence[Attempt], booked: Mapping[int, Sequence[Booking]]
) -> list[dict[str, Any]]:
    """Stations, what is booked there, and whether the sitting is long enough for everybody to be at each."""
    there = Counter(one.task for one in stations if one.out_of_use_since is None)
    lasts = (found.ends_at - found.starts_at).total_seconds() / 60
    rows = []
    for one in stations:
        share = -(-len(attempts) // there[one.task]) if there[one.task] else 0
        rows.append(
            {
                "station": one,
                "needed": share * one.minutes,
                "too_long": share * one.minutes > lasts,
                "booked": booked.get(one.pk, ()),
            }
        )
    return rows


def _trained(version_id: uuid.UUID, assessors: Sequence[Account]) -> list[dict[str, Any]]:
    """Assessors, and whether a training of this scheme is in force for them; those without are not chosen unless somebody does."""
    known = {one.assessor: one for one in training_of(version_id).assessors}
    anybody = any(one.in_force for one in known.values())
    return [
        {
            "person": one,
            "trained": one.pk in known and known[one.pk].in_force,
            "words": known[one.pk].sentence if one.pk in known else "No training of this scheme is on record.",
            "chosen": not anybody or (one.pk in known and known[one.pk].in_force),
        }
        for one in assessors
    ]


def _candidates(attempts: Sequence[Attempt], held: Sequence[Assignment]) -> list[dict[str, Any]]:
    """Who is entered, what was agreed for them, and who holds their posts, by family of post."""
    by_candidate: dict[uuid.UUID, list[Assignment]] = {}
    for post in held:
        by_candidate.setdefault(post.candidate_id, []).append(post)
    agreed = accommodations_among([one.registration.candidate_id for one in attempts])
    return [
        {
            "attempt": one,
            "name": str(one.registration.candidate),
            "agreed": agreed.get(one.registration.candidate_id, ()),
            "posts": _grouped(by_candidate.get(one.registration.candidate_id, ())),
        }
        for one in attempts
    ]


def _grouped(held: Sequence[Assignment]) -> list[tuple[str, list[Assignment]]]:
    """A candidate's posts by the work they are about."""
    groups: dict[str, list[Assignment]] = {}
    for post in held:
        groups.setdefault(post.work, []).append(post)
    return sorted(groups.items())


def _stations(request: HttpRequest, actor: Actor, found: Sitting) -> None:
    add_stations(request, found, found.scheme_version, held={one.name for one in stations_of(found.pk)})


def _station(request: HttpRequest, actor: Actor, found: Sitting) -> None:
    name, task = request.POST.get("name", "").strip(), request.POST.get("task", "")
    minutes = request.POST.get("minutes", "")
    if not name or task not in _tasks(found.scheme_version) or not (minutes.isascii() and minutes.isdigit()):
        messages.error(
            request, "A station has a name, a task of the scheme and a number of minutes. Nothing was added."
        )
        return
    if any(one.name == name[:40] for one in stations_of(found.pk)):
        messages.error(request, f"There is a station {name[:40]} already. Give it another name.")
        return
    attempted(
        request, "sittings.add_station", said=f"{name[:40]} is there.", sitting_id=found.pk, name=name[:40], task=task,
        room=request.POST.get("room", "").strip()[:80], minutes=min(int(minutes[:4]), 1000),
    )  # fmt: skip


def _out(request: HttpRequest, actor: Actor, found: Sitting) -> None:
    wanted = next((one for one in stations_of(found.pk) if str(one.pk) == request.POST.get("station")), None)
    if wanted is None:
        hidden()
    attempted(request, "sittings.take_station_out", said=f"{wanted} is out of use.", station_id=wanted.pk)


def _enter(request: HttpRequest, actor: Actor, found: Sitting) -> None:
    """Open an attempt for each registered candidate who was chosen."""
    chosen = set(request.POST.getlist("registration"))
    waiting = [one for one in registrations_to_enter(found.scheme_version_id) if str(one.pk) in chosen]
    if not waiting:
        messages.error(request, "Nobody was chosen.")
        return
    wanted = [{"registration_id": one.pk, "sitting_id": found.pk} for one in waiting]
    if _all_or_none(request, actor, "attempts.open_attempt", wanted) is not None:
        messages.success(request, f"{len(waiting)} entered. Their forms are drawn; their posts are still to be filled.")


def _fill(request: HttpRequest, actor: Actor, found: Sitting) -> None:
    """Fill every post by the rotation, from the people who were chosen."""
    assessors = _chosen(request, "assessor", found.organisation_id)
    proctors = _chosen(request, "proctor", found.organisation_id)
    technicians = _chosen(request, "technician", found.organisation_id)
    attempts = list(
        Attempt.objects.filter(sitting=found).select_related("registration__candidate").order_by("created_at", "pk")
    )
    stations = [one for one in stations_of(found.pk) if one.out_of_use_since is None]
    declared = conflicts_among({one.pk for one in (*assessors, *proctors, *technicians)})
    tasks = _tasks(found.scheme_version)
    wanted: list[tuple[uuid.UUID, Posted[uuid.UUID]]] = []
    try:
        for place, attempt in enumerate(attempts):
            wanted += _posts_of(place, attempt, tasks, stations, (assessors, proctors, technicians), declared)
    except NoRotation as lacking:
        messages.error(request, f"{lacking} No post was filled.")
        return
    said = f"{len(wanted)} posts of {len(attempts)} candidates are filled."
    attempted(request, "proctoring.plan_posts", said=said, sitting_id=found.pk, posts=wanted)


def _posts_of(
    place: int,
    attempt: Attempt,
    tasks: Sequence[str],
    stations: Sequence[Station],
    staff: tuple[Sequence[Account], Sequence[Account], Sequence[Account]],
    declared: set[tuple[uuid.UUID, uuid.UUID]],
) -> list[tuple[uuid.UUID, Posted[uuid.UUID]]]:
    """The posts of one candidate; where several stations have the same task, candidates are spread over them.

    Parameters
    ----------
    staff
        Assessors, proctors, technicians.
    """
    assessors, proctors, technicians = staff
    candidate = attempt.registration.candidate
    here = {task: [one.name for one in stations if one.task == task] for task in tasks}
    found = posts(
        place=place,
        tasks=tasks,
        stations={task: rooms[place % len(rooms)] for task, rooms in here.items() if rooms},
        assessors=[one.pk for one in assessors],
        proctors=[one.pk for one in proctors],
        technicians=[one.pk for one in technicians],
        too_close={person for person, other in declared if other == candidate.pk} | {candidate.pk},
        name=str(candidate),
    )
    return [(candidate.pk, post) for post in found]


def _chosen(request: HttpRequest, role: str, organisation_id: uuid.UUID) -> list[Account]:
    wanted = set(request.POST.getlist(role))
    return [one for one in staff_of(organisation_id, role) if str(one.pk) in wanted]


def _post(request: HttpRequest, actor: Actor, found: Sitting) -> None:
    """Give one post to another person."""
    role, candidate = request.POST.get("role", ""), identifier(request.POST.get("candidate", ""))
    held = posts_in(found.pk).filter(role=role, candidate=candidate).first()
    if held is None:
        messages.error(request, "There is no such post in this sitting. Fill the posts first.")
        return
    station = "" if held.station is None else held.station.name
    post = Posted(held.role, identifier(request.POST.get("person", "")), held.work, station)
    said = f"{held.candidate}: the post changed hands."
    attempted(request, "proctoring.plan_posts", said=said, sitting_id=found.pk, posts=[(candidate, post)])


ACTS = {"stations": _stations, "station": _station, "out": _out, "enter": _enter, "fill": _fill, "post": _post}
"""What a form of a sitting's page can ask for."""


def _all_or_none(request: HttpRequest, actor: Actor, act: str, every: Sequence[dict[str, Any]]) -> list[Any] | None:
    try:
        return door.act_on_all(actor, act, every)
    except door.REFUSALS as refused:
        messages.error(request, str(refused))
    return None
