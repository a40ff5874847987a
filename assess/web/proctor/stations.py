"""The stations of a sitting on the board: how each says it is, who is at its bay, what is booked there."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from assess.attempts.desks.at_the_bay import states_among
from assess.attempts.folding.bay import BayStanding
from assess.attempts.models import Attempt
from assess.sittings.instruments.queries import bookings_in
from assess.sittings.models import Assignment, Sitting, StationHealth
from assess.sittings.queries import SILENT, health_in, stations_of

HEALTH = {
    StationHealth.State.READY: "ok",
    StationHealth.State.BUSY: "info",
    StationHealth.State.ATTENTION: "warn",
    StationHealth.State.DOWN: "bad",
}
BAYS = {
    "not_opened": ("idle", "is being prepared"),
    "locked": ("info", "supply locked off"),
    "energised": ("warn", "may energise"),
    "void": ("bad", "equipment void"),
}
"""How a bay stands: sign and words that go on from the candidate's name."""


def stations_on_the_board(sitting: Sitting, attempts: Sequence[Attempt]) -> list[dict[str, Any]]:
    """One row for each station, in a handful of queries however many there are."""
    health, at_bays = health_in(sitting.pk), _at_bays(sitting, attempts)
    booked: dict[int, list[tuple[str, str]]] = {}
    for one in bookings_in(sitting.pk):
        said = health.get(one.station_id)
        booked.setdefault(one.station_id, []).append((str(one.instrument), _answers(one.instrument_id, said)))
    return [
        {
            "station": one,
            "health": _health(health.get(one.pk)),
            "bays": at_bays.get(one.pk, ()),
            "booked": booked.get(one.pk, ()),
        }
        for one in stations_of(sitting.pk)
    ]


def _health(said: StationHealth | None) -> tuple[str, str] | None:
    if said is None:
        return None
    if timezone.now() - said.at > SILENT:
        return "warn", "Silent"
    return HEALTH[StationHealth.State(said.state)], said.sentence


def _answers(serial: str, said: StationHealth | None) -> str:
    """Whether an instrument answers at its station; empty where the station does not say, as one without adapters."""
    if said is None or timezone.now() - said.at > SILENT or not said.serials:
        return ""
    return "answers" if serial in said.serials else "does not answer"


def _at_bays(sitting: Sitting, attempts: Sequence[Attempt]) -> dict[int, list[dict[str, Any]]]:
    """Who is at the bay of each station, as the technicians' records say."""
    open_now = {one.pk: one for one in attempts if one.state != Attempt.State.SEALED}
    stands = states_among(list(open_now))
    if not stands:
        return {}
    posts = Assignment.objects.filter(sitting=sitting, role__startswith="technician:", station__isnull=False)
    stations: Mapping[tuple[uuid.UUID, str], int] = {
        (candidate, work): station
        for candidate, work, station in posts.values_list("candidate_id", "work", "station_id")
        if station is not None
    }
    found: dict[int, list[dict[str, Any]]] = {}
    for key, tasks in stands.items():
        candidate = open_now[key].registration.candidate
        for task, standing in tasks.items():
            station = stations.get((candidate.pk, task))
            if station is not None:
                found.setdefault(station, []).append(_words(str(candidate), standing))
    return found


def _words(name: str, standing: BayStanding) -> dict[str, Any]:
    sign, words = BAYS[standing.state]
    reason = standing.since.payload["reason"] if standing.state == "void" and standing.since is not None else ""
    return {"sign": sign, "words": f"{name}: {words}", "reason": reason}
