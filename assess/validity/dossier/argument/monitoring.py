"""Claim: what was true at the last study is still looked at."""

from collections.abc import Iterator
from datetime import date

from assess.validity.dossier.claims import Bearing, Claim, Evidence, Record
from assess.validity.dossier.facts import Facts, LooksFact
from assess.validity.dossier.weighed import count, nothing_recorded
from assess.validity.report.statements import listed

MONTHS = 12
WARRANT = (
    "Items become known, rigs wear, assessors change. Evidence is of its day; between two studies charts show what"
    " drifts, an alarm is looked at by a named person and closed by another, and nothing grows old unnoticed."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="monitoring",
        title="Monitoring",
        statement="What drifts between studies is noticed and dealt with, and no evidence is used past its time.",
        warrant=WARRANT,
        evidence=tuple(_evidence(facts)),
        limits=("A chart notices a change only after enough cases; a small or sudden one can pass it by.",),
    )


def _evidence(facts: Facts) -> Iterator[Evidence]:
    yield _study(facts)
    yield _looks(facts)
    yield _alarms(facts)


def _study(facts: Facts) -> Evidence:
    study = facts.study
    if study is None:
        return nothing_recorded("study", "a study within the last 12 months", remedy="Run a study.")
    old = study.run_on < a_year_before(facts.on)
    return Evidence(
        key="study",
        sentence=f"The latest study is of {study.run_on:%d %B %Y}, over {count(study.candidates, 'candidate')}.",
        bearing=Bearing.LIMITS if old else Bearing.SUPPORTS,
        rule=f"a study within the last {MONTHS} months (statistics at stated intervals; the interval is a house rule)",
        records=(study.record,),
        weakness="The latest study is more than a year old." if old else "",
        remedy="Run a study over the sittings since." if old else "",
        simulated=study.simulated,
    )


def _looks(facts: Facts) -> Evidence:
    looks = facts.looks
    if looks is None:
        return nothing_recorded(
            "charts",
            "control charts of items, stations, instruments and assessors",
            remedy="Store a base period, and let monitoring look after each sitting.",
        )
    records = tuple(filter(None, (looks.base, looks.latest)))
    if looks.base is None:
        return Evidence(
            key="charts",
            sentence=f"{count(looks.looks, 'look')} at the marks; no base period says yet what is usual.",
            bearing=Bearing.LACKING,
            rule="a base period, and a look after each sitting",
            records=records,
            weakness="Nothing says yet what is usual, so nothing can be seen to drift.",
            remedy="Store a base period once enough attempts are scored.",
        )
    return Evidence(
        key="charts",
        sentence=(
            f"{count(looks.looks, 'look')}; in the latest {count(looks.points, 'point')} on"
            f" {count(looks.charts, 'chart')} carry a value"
            + (f", {looks.empty} rest on too few cases" if looks.empty else "")
            + f"; {count(looks.later, 'sitting')} after those of the base period."
        ),
        bearing=_followed(looks),
        rule="a base period, points against it, and a sitting after the base period's, so that something was followed over time",
        records=records,
        weakness={
            Bearing.LACKING: "No sitting since the base period has put a point on a chart.",
            Bearing.LIMITS: (
                "All that was looked at is of the sittings that say what is usual, so nothing has been followed over time yet."
            ),
        }.get(_followed(looks), ""),
        remedy="" if _followed(looks) is Bearing.SUPPORTS else "Look again after the next sitting.",
        simulated=bool(facts.study and facts.study.simulated),
    )


def _followed(looks: LooksFact) -> Bearing:
    if not looks.points:
        return Bearing.LACKING
    return Bearing.SUPPORTS if looks.later else Bearing.LIMITS


def _alarms(facts: Facts) -> Evidence:
    waiting = [alarm for alarm in facts.alarms if alarm.open]
    unseen = [alarm for alarm in waiting if not alarm.looked_at]
    return Evidence(
        key="alarms",
        sentence=(
            f"{count(len(waiting), 'alarm')} open, {len(unseen)} not looked at by anybody:"
            f" {listed([alarm.what for alarm in waiting], 3)}."
            if waiting
            else "No alarm is open."
        ),
        bearing=Bearing.LIMITS if waiting else Bearing.SUPPORTS,
        rule="no alarm is open",
        needed=False,
        records=(*_look(facts), *(Record(kind="alarm", id=str(one.id), on=one.since.date()) for one in waiting)),
        weakness=f"Drift that is not settled: {listed([alarm.what for alarm in waiting], 2)}." if waiting else "",
        remedy=(
            "Look at the open alarms, do something about them, and have a second person close them." if waiting else ""
        ),
        simulated=any(alarm.simulated for alarm in waiting),
    )


def _look(facts: Facts) -> tuple[Record, ...]:
    return () if facts.looks is None else (facts.looks.latest,)


def a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
