"""Shared reads of what a station can be given a plan for: tasks and simulations of a scheme version, and serials to choose from."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion, SimulationVersion
from assess.sittings.agents.models import AgentHealth
from assess.sittings.agents.plan_rows import Row, rows_of
from assess.sittings.instruments.queries import bookings_in, to_choose_from
from assess.sittings.models import Station
from rubrics import queries as rubrics
from simulator_adapters.photovoltaic.settings import SettingsSpec

TASK, SETTINGS, COMPUTED, OTHER = "task", "settings", "computed", "other"


@dataclass(frozen=True)
class Work:
    """A task or simulation. `kind` says who says what is read.

    ``task``: its measurement `rows`, one by one. ``settings``: the simulation itself, by one of its `profiles` where it
    has several. ``computed``: nobody, the server computes it. ``other``: it is not published here.
    """

    identifier: str
    title: str
    kind: str
    rows: tuple[Row, ...] = ()
    profiles: tuple[str, ...] = ()


def works_of(version: SchemeVersion) -> tuple[Work, ...]:
    """The tasks of a scheme version, then its simulations, in the order of its parts."""
    parts = schemes.parts(version)
    names = [name for part in parts for name in (*part.tasks, *part.simulations)]
    found = works_named(names)
    works = [found[name] for name in dict.fromkeys(names)]
    return (*(one for one in works if one.kind == TASK), *(one for one in works if one.kind != TASK))


def works_named(names: Iterable[str]) -> dict[str, Work]:
    """Tasks and simulations by their identifiers, as they are published now."""
    wanted = set(names)
    tasks = rubrics.published_versions(wanted)
    definitions = rubrics.definitions(one.content_hash for one in tasks.values())
    works = {name: Work(name, name, OTHER) for name in wanted}
    works |= {name: _simulation(row) for name, row in schemes.published_simulations(wanted - set(tasks)).items()}
    for name, row in tasks.items():
        task = definitions[row.content_hash]
        works[name] = Work(name, task.title, TASK, rows=rows_of(task))
    return works


def _simulation(row: SimulationVersion) -> Work:
    (simulation,) = schemes.simulations([row.content_hash])
    title = str(simulation.document["title"])
    if row.kind != SimulationVersion.Kind.SETTINGS:
        return Work(row.identifier, title, COMPUTED)
    spec = SettingsSpec.from_document(simulation.document)
    profiles = tuple(spec.profiles) if len(spec.profiles) > 1 else ()
    return Work(row.identifier, title, SETTINGS, profiles=profiles)


@dataclass(frozen=True)
class Serial:
    """An instrument to choose from: its serial, what it is and why it is offered."""

    serial: str
    words: str
    here: bool


def serials_for(station: Station) -> tuple[Serial, ...]:
    """Instruments booked at a station, then devices that its agent looks after, then the others of the centre."""
    booked = [one.instrument for one in bookings_in(station.sitting_id) if one.station_id == station.pk]
    found = [Serial(one.serial, f"{one.kind}, booked here", True) for one in booked]
    said = AgentHealth.objects.filter(agent__agent_posts__station=station).values_list("instruments", flat=True).first()
    found += [Serial(str(one["serial"]), "this station reaches it", True) for one in said or () if one.get("serial")]
    found += [Serial(one.serial, f"{one.kind}, of the centre", False) for one in to_choose_from(station.sitting)]
    seen: dict[str, Serial] = {}
    for one in found:
        seen.setdefault(one.serial, one)
    return tuple(seen.values())


def suggested_serial(serials: Iterable[Serial]) -> str:
    """The one instrument that stands there; nothing where none or several do."""
    here = [one.serial for one in serials if one.here]
    return here[0] if len(here) == 1 else ""


def station_in(organisations: Collection[uuid.UUID], station_id: int) -> Station | None:
    """A station of the sittings of some organisations, with its sitting and scheme version; None for any other."""
    found = Station.objects.select_related("sitting__scheme_version", "agent_post__agent")
    return found.filter(pk=station_id, sitting__organisation__in=organisations).first()
