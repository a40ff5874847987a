"""One sitting, lived through: the plan, the morning's items, the bays, the machines, the rulings, the seal."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from assess import door
from assess.attempts import queries as attempts
from assess.attempts.actions import AttemptError
from assess.attempts.models import Attempt
from assess.attempts.pinned import Pinned
from assess.attempts.task_scoring import ScoredTask
from assess.management.world import machines, model
from assess.management.world.cast import Cast
from assess.management.world.devices import Device, send_all
from assess.people.models import Account
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Sitting
from item_bank.qti.content import ItemContent, ShortText
from item_bank.queries import pool
from rubrics.definition import Criterion, TaskDefinition

ADJUDICATORS = ("adjudicator:1", "adjudicator:2")
EXPIRED_SHARE = 0.01
"""So many readings are taken with an instrument out of calibration, so that provisional marks are seen for what they
are."""


@dataclass
class Life:
    """One candidate's attempt while the day runs."""

    place: int
    who: model.Person
    account: Account
    attempt: Attempt
    pinned: Pinned
    posts: dict[str, Account]
    work: dict[str, model.Performance]
    devices: dict[str, Device]

    @property
    def tasks(self) -> list[TaskDefinition]:
        """The practical tasks in the order of their identifiers."""
        return [self.pinned.tasks[name] for name in sorted(self.pinned.tasks)]


@dataclass(frozen=True)
class Day:
    """What the day left: its sitting, the attempts, the candidates refused at registration, entries in the journal."""

    sitting: Sitting
    attempts: tuple[Attempt, ...]
    refusals: tuple[tuple[str, str], ...]
    entries: int


def live(cast: Cast, version: SchemeVersion, candidates: Sequence[Account], *, first_number: int) -> Day:
    """Let the candidates of one scheme live through their sitting."""
    director = cast.acts_as(cast.director)
    now = timezone.now()
    sitting: Sitting = door.act(
        director,
        "sittings.plan_sitting",
        organisation_id=cast.organisation.pk,
        scheme_version_id=version.pk,
        title=f"{schemes.definition_of(version).title}, demonstration sitting",
        site=cast.organisation.name,
        starts_at=now,
        ends_at=now + datetime.timedelta(hours=9),
    )
    stations = {
        station["identifier"]: door.act(
            director,
            "sittings.add_station",
            sitting_id=sitting.pk,
            name=station["identifier"],
            task=station["task"],
            room=station["room"],
            minutes=station["minutes"],
        )
        for station in version.document["stations"]
    }
    lives, refusals = _open_attempts(cast, version, sitting, candidates, first_number)
    entries = _plan_the_day(cast, sitting, lives, {station.task: station.name for station in stations.values()})
    entries += _items(cast, version, lives)
    entries += _bays(cast, lives)
    entries += _simulators(cast, lives)
    entries += _rulings(cast, lives)
    with_seal = [{"attempt_id": life.attempt.pk} for life in lives]
    entries += _close(lives)
    door.act_on_all(director, "attempts.seal_attempt", with_seal)
    return Day(sitting, tuple(life.attempt for life in lives), tuple(refusals), entries)


def _open_attempts(
    cast: Cast, version: SchemeVersion, sitting: Sitting, candidates: Sequence[Account], first_number: int
) -> tuple[list[Life], list[tuple[str, str]]]:
    entered, refusals = [], []
    for place, account in enumerate(candidates):
        asked = {"candidate_id": account.pk, "scheme_version_id": version.pk}
        try:
            entered.append((place, account, door.act(cast.acts_as(account), "attempts.register", **asked)))
        except AttemptError as refused:
            refusals.append((str(account), str(refused)))
    opened = door.act_on_all(
        cast.acts_as(cast.proctors[0]),
        "attempts.open_attempt",
        (
            {"registration_id": registration.pk, "sitting_id": sitting.pk, "seed": _seed(first_number + place)}
            for place, _, registration in entered
        ),
    )
    lives = [
        Life(place, model.person(first_number + place), account, attempt, attempts.pinned(attempt), {}, {}, {})
        for (place, account, _), attempt in zip(entered, opened, strict=True)
    ]
    return lives, refusals


def _seed(number: int) -> bytes:
    return hashlib.sha256(f"demonstration {model.SEED} {number}".encode()).digest()


def _calibrations() -> dict[str, datetime.date]:
    """Until when calibrations hold: of most instruments for months, of one or the other no longer."""
    today = timezone.now().date()
    return {"due": today + datetime.timedelta(days=200), "expired": today - datetime.timedelta(days=12)}


def _plan_the_day(cast: Cast, sitting: Sitting, lives: Sequence[Life], stations: dict[str, str]) -> int:
    """The coordinator writes who holds which role of whose attempt; assessors rotate, so that all are linked."""
    coordinator = cast.acts_as(cast.proctors[0])
    device = Device.of(
        door.act(
            coordinator,
            "attempts.open_stream",
            subject_kind="sitting",
            subject_id=sitting.pk,
            role="coordinator:1",
            device="office desk",
        )
    )
    for life in lives:
        for role, person, work, station in _posts(cast, life, stations):
            life.posts[role] = person
            device.write(
                "assign", candidate=str(life.account.pk), role=role, person=str(person.pk), station=station, work=work
            )
    entries = send_all([device])
    door.act(coordinator, "attempts.apply_plan", sitting_id=sitting.pk)
    return entries


def _posts(cast: Cast, life: Life, stations: dict[str, str]) -> list[tuple[str, Account, str, str]]:
    pool = cast.assessors
    posts = [("proctor:1", cast.proctors[1 + life.place % (len(cast.proctors) - 1)], "supervision", "")]
    tasks = sorted(life.pinned.tasks)
    for index, task in enumerate(tasks):
        first = (life.place + index * 2) % len(pool)
        second = (first + 1 + life.place // len(pool) % (len(pool) - 2)) % len(pool)
        third = next(n for n in range(len(pool)) if n not in (first, second))
        for number, person in ((2 * index + 1, first), (2 * index + 2, second), (2 * len(tasks) + 1 + index, third)):
            posts.append((f"assessor:{number}", pool[person], task, stations.get(task, "")))
    posts += [(f"marker:{n + 1}", pool[(life.place + 3 + n) % len(pool)], "short text", "") for n in range(3)]
    posts += [(f"adjudicator:{n + 1}", pool[(life.place + 6 + n) % len(pool)], "rulings", "") for n in range(2)]
    return posts


def _open(cast: Cast, wanted: Sequence[tuple[Life, str, Account, str]]) -> None:
    """Each person opens the streams of their roles on their devices."""
    by_person: dict[Account, list[tuple[Life, str, str]]] = {}
    for life, role, person, name in wanted:
        by_person.setdefault(person, []).append((life, role, name))
    for person, streams in by_person.items():
        asked = [
            {"subject_kind": "attempt", "subject_id": life.attempt.pk, "role": role, "device": name}
            for life, role, name in streams
        ]
        grants = door.act_on_all(cast.acts_as(person), "attempts.open_stream", asked)
        for (life, role, _), grant in zip(streams, grants, strict=True):
            life.devices[role] = Device.of(grant)


def _items(cast: Cast, version: SchemeVersion, lives: Sequence[Life]) -> int:
    """The morning: identity, begin, the form, short texts to two markers who do not see each other."""
    limit_s = schemes.blueprint_definition(version).time_limit_min * 60
    exam = next(part.identifier for part in schemes.parts(version) if part.kind == "online_exam")
    simulators = {
        part.identifier: sum(60 * one.document["time_limit_min"] for one in machines.simulations_of(part.simulations))
        for part in schemes.parts(version)
        if part.kind == "simulator"
    }
    difficulties = _difficulties(version)
    wanted = [(life, "proctor:1", life.posts["proctor:1"], "proctor desk") for life in lives]
    wanted += [(life, "candidate", life.account, f"seat {life.place + 1}") for life in lives]
    _open(cast, wanted)
    for life in lives:
        proctor = life.posts["proctor:1"]
        device = life.devices["proctor:1"]
        device.write(
            "identity", confirmed=True, how="photo identity document compared with the person", by=str(proctor.pk)
        )
        device.write("begin", part=exam, limit_s=limit_s)
        for part, seconds in simulators.items():
            device.write("begin", part=part, limit_s=seconds)
    entries = send_all(life.devices["proctor:1"] for life in lives)
    texts: list[tuple[Life, ItemContent, str]] = []
    for life in lives:
        texts += _answer(life, exam, difficulties)
    entries += send_all(life.devices["candidate"] for life in lives)
    return entries + _mark_texts(cast, lives, texts)


def _difficulties(version: SchemeVersion) -> dict[str, float]:
    return {item.identifier: item.difficulty for item in pool(version.scheme.code)}


def _answer(life: Life, exam: str, difficulties: dict[str, float]) -> list[tuple[Life, ItemContent, str]]:
    device = life.devices["candidate"]
    texts: list[tuple[Life, ItemContent, str]] = []
    seed = bytes(life.attempt.seed)
    for place, item in enumerate(life.pinned.items):
        random = model.random_for(7, life.who.number, place)
        difficulty = difficulties[item.identifier]
        response = model.response(item.content, seed=seed, difficulty=difficulty, who=life.who, random=random)
        if response is None:
            continue
        device.write("answer", part=exam, item=item.identifier, response=response)
        if isinstance(item.content, ShortText):
            texts.append((life, item.content, response["text"]))
    device.write("finish", part=exam)
    return texts


def _mark_texts(cast: Cast, lives: Sequence[Life], texts: Sequence[tuple[Life, ItemContent, str]]) -> int:
    marked = [(life, content, text) for life, content, text in texts if text.strip()]
    _open(
        cast,
        [(life, f"marker:{n}", life.posts[f"marker:{n}"], f"marker desk {n}") for life, _, _ in marked for n in (1, 2)],
    )
    third = []
    for life, content, text in marked:
        assert isinstance(content, ShortText)
        given = []
        for number in (1, 2):
            random = model.random_for(8, life.who.number, number)
            points = model.text_points(content, text, marker=number, random=random)
            given.append(int(points))
            life.devices[f"marker:{number}"].write("points", item=content.identifier, points=points)
        if abs(given[0] - given[1]) > 1:
            third.append((life, content, text))
    _open(cast, [(life, "marker:3", life.posts["marker:3"], "marker desk 3") for life, _, _ in third])
    for life, content, text in third:
        assert isinstance(content, ShortText)
        points = model.text_points(content, text, marker=3, random=model.random_for(8, life.who.number, 3))
        life.devices["marker:3"].write("points", item=content.identifier, points=points)
    return send_all(d for life in lives for role, d in life.devices.items() if role.startswith("marker:"))


def _bays(cast: Cast, lives: Sequence[Life]) -> int:
    """The bays: two assessors, blind to each other, on every task."""
    calibrations, wanted = _calibrations(), []
    for life in lives:
        for index, task in enumerate(life.tasks):
            life.work[task.identifier] = model.perform(task.criteria, who=life.who, task=index)
            wanted += [
                (life, f"assessor:{n}", life.posts[f"assessor:{n}"], f"tablet {n}")
                for n in (2 * index + 1, 2 * index + 2)
            ]
    _open(cast, wanted)
    for life in lives:
        for index, task in enumerate(life.tasks):
            for number in (2 * index + 1, 2 * index + 2):
                _assess(cast, life, task, number, calibrations)
    return send_all(d for life in lives for role, d in life.devices.items() if role.startswith("assessor:"))


def _assess(
    cast: Cast,
    life: Life,
    task: TaskDefinition,
    number: int,
    calibrations: dict[str, datetime.date],
    only: frozenset[str] | None = None,
) -> None:
    person = life.posts[f"assessor:{number}"]
    assessor = cast.assessors.index(person)
    device, work = life.devices[f"assessor:{number}"], life.work[task.identifier]
    device.write(
        "identity", confirmed=True, how="photo identity document checked again at the station", by=str(person.pk)
    )
    for place, criterion in enumerate(task.criteria):
        by_machine = criterion.measurement is not None and criterion.measurement.instrument.startswith(
            machines.REGISTER
        )
        if not by_machine and (only is None or criterion.identifier in only):
            random = model.random_for(9, life.who.number, assessor, place, number)
            mark = _mark(criterion, work, assessor, random, calibrations)
            device.write("mark", task=task.identifier, criterion=criterion.identifier, mark=mark)
    if only is None and number % 2 == 1 and work.stopped:
        reason = "the assessor stepped in before a conductor not proved dead was touched"
        device.write("safety_stop", task=task.identifier, code="about-to-touch-live", reason=reason)
    device.write("lock", task=task.identifier)
    if only is None:
        rating = model.global_rating(work, assessor=assessor, random=model.random_for(10, life.who.number, number))
        device.write("global_rating", task=task.identifier, rating=rating)


def _mark(
    criterion: Criterion,
    work: model.Performance,
    assessor: int,
    random: model.Random,
    calibrations: dict[str, datetime.date],
) -> dict[str, Any]:
    spec = criterion.measurement
    if spec is None:
        seen = model.mark(criterion, work, assessor=assessor, random=random)
        return {"level": seen} if criterion.kind == "judgement" else {"answer": "yes" if seen else "no"}
    mark: dict[str, Any] = {
        "readings": work.readings[criterion.identifier],
        "unit": spec.reading_unit,
        "measured_on": timezone.now().date().isoformat(),
    }
    if spec.calibrated:
        due = calibrations["expired" if random.random() < EXPIRED_SHARE else "due"]
        name = spec.instrument[:60]
        mark["instrument"] = {"id": name, "serial": f"SN-{hash_of(name)}", "calibration_due": due.isoformat()}
    return mark


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _simulators(cast: Cast, lives: Sequence[Life]) -> int:
    """The simulator part: the candidate works, the machine measures in a stream of its own."""
    worked = machines.simulate_all([(life.who, life.pinned, life.attempt) for life in lives])
    runs = list(zip(lives, worked, strict=True))
    _open(
        cast,
        [
            (life, f"adapter:{n}", cast.station, run.device)
            for life, done in runs
            for n, run in enumerate(done.runs, start=1)
        ],
    )
    for life, done in runs:
        for kind, payload in done.candidate:
            life.devices["candidate"].write(kind, **payload)
        for number, run in enumerate(done.runs, start=1):
            for measured in run.measurements:
                life.devices[f"adapter:{number}"].write("measurement", **measured)
            life.devices[f"adapter:{number}"].write("run", **run.payload)
    return send_all(
        d for life in lives for role, d in life.devices.items() if role == "candidate" or role.startswith("adapter:")
    )


def _rulings(cast: Cast, lives: Sequence[Life]) -> int:
    """What two assessors saw differently goes to a third, and a must-pass step to two named adjudicators."""
    asked = _standing(lives)
    entries = _third_assessors(cast, asked) + _adjudicate(cast, asked)
    # A third assessor's sheet can bring a task to the adjudicators, so those are looked at once more.
    again = [life for life, tasks in asked if any(task.score.status != "settled" for task in tasks)]
    return entries + _adjudicate(cast, _standing(again))


def _standing(lives: Sequence[Life]) -> list[tuple[Life, list[ScoredTask]]]:
    return [(life, attempts.tasks_now(life.attempt, life.tasks)) for life in lives]


def _third_assessors(cast: Cast, asked: Sequence[tuple[Life, list[ScoredTask]]]) -> int:
    calibrations = _calibrations()
    touched = []
    for life, tasks in asked:
        for index, task in enumerate(tasks):
            if task.score.status != "third_assessor_needed":
                continue
            number = 2 * len(life.tasks) + 1 + index
            role = f"assessor:{number}"
            _open(cast, [(life, role, life.posts[role], f"tablet {number}")])
            _assess(cast, life, life.tasks[index], number, calibrations, only=frozenset(task.score.open_criteria))
            touched.append(life.devices[role])
    return send_all(touched)


def _adjudicate(cast: Cast, asked: Sequence[tuple[Life, list[ScoredTask]]]) -> int:
    touched: dict[int, Device] = {}
    for life, tasks in asked:
        for index, task in enumerate(tasks):
            must_pass = {row.identifier for row in life.tasks[index].criteria if row.must_pass}
            unsettled = [name for name in task.score.open_criteria if name in must_pass]
            stopped = any(sheet.safety_stop is not None for sheet in task.sheets.values())
            if task.score.status == "adjudication_needed" and (unsettled or stopped):
                _rule(cast, life, life.tasks[index], unsettled, stopped=stopped)
                touched |= {id(life.devices[role]): life.devices[role] for role in ADJUDICATORS}
    return send_all(touched.values())


def _rule(cast: Cast, life: Life, task: TaskDefinition, unsettled: Sequence[str], *, stopped: bool) -> None:
    """Both adjudicators go through the recording again and say what really was."""
    if ADJUDICATORS[0] not in life.devices:
        _open(cast, [(life, role, life.posts[role], "review room") for role in ADJUDICATORS])
    if stopped:
        reason = "both people who looked at the recording agree with the assessor"
        for role in ADJUDICATORS:
            life.devices[role].write("confirm_stop", task=task.identifier, confirmed=True, reason=reason)
    for name in unsettled:
        for role in ADJUDICATORS:
            life.devices[role].write(
                "settle",
                task=task.identifier,
                criterion=name,
                met=life.work[task.identifier].done[name],
                reason="both sheets and the recording of the bay were gone through again",
            )


def _close(lives: Sequence[Life]) -> int:
    for life in lives:
        for device in life.devices.values():
            device.write("close")
    return send_all(device for life in lives for device in life.devices.values())
