"""Cases and tallies by hand: what counts as one case, and that neither partners nor stations rub off."""

from typing import Any

import numpy as np
import pytest

from assess.validity.monitoring.measures import (
    Reading,
    Run,
    Watched,
    added,
    correlation,
    mean_and_variance,
    tallies,
    usual_severities,
)
from assess.validity.monitoring.watching import Usual, points
from tests.effort import examples


def sheet(role: str, *levels: int | None, points: str = "30", state: str = "scored") -> dict[str, Any]:
    rows = {f"T.{n:02d}": {"points": "1", "state": state, "level": level} for n, level in enumerate(levels, start=1)}
    return {"role": role, "points": points, "global_rating": 3, "criteria": rows}


def watched(*sheets: dict[str, Any], items: Any = (), **more: Any) -> Watched:
    task = {"task": "T", "points": "30", "maximum": "40", "sheets": list(sheets)}
    document = {"items": list(items), "tasks": [task], "simulations": more.pop("simulations", [])}
    asked: dict[str, Any] = {
        "assessors": {"assessor:1": "A", "assessor:2": "B", "assessor:3": "C"}, "stations": {"T": "bay 1"}, "runs": (),
        "readings": (),
    }  # fmt: skip
    return Watched(attempt="x", document=document, **{**asked, **more})


def item(name: str, points: str, verdict: str = "right") -> dict[str, Any]:
    return {"item": name, "scored": True, "points": points, "maximum": "1", "verdict": verdict}


def test_a_candidate_is_one_case_of_each_assessor_whatever_the_rows() -> None:
    found = tallies([watched(sheet("assessor:1", 3, 3, 1), sheet("assessor:2", 2, 1, 1))], per="block")
    assert found["assessor/severity/A"] == (1.0, -1.0, 1.0)
    assert found["assessor/severity/B"] == (1.0, 1.0, 1.0)
    assert found["day/double-mark gap/all"] == (1.0, 0.0, 0.0)


def test_what_the_partner_usually_is_is_added_back() -> None:
    one = watched(sheet("assessor:1", 2, 2), sheet("assessor:2", 1, 1))
    found = tallies([one], per="block", severities={"A": 0.0, "B": 1.0})
    assert found["assessor/severity/A"][1] == 0.0
    assert found["assessor/severity/B"][1] == 1.0


@pytest.mark.slow
def test_usual_severities_are_found_whoever_met_whom() -> None:
    true, rng = {"A": -0.5, "B": 0.0, "C": 0.5}, np.random.default_rng(3)
    names = {"A": "assessor:1", "B": "assessor:2", "C": "assessor:3"}
    days = []
    for _ in range(400):
        pair = rng.choice(list(true), 2, replace=False)
        level = rng.integers(1, 3)
        days.append(watched(*(sheet(names[p], round(float(level - true[p] + rng.normal(0, 0.4)))) for p in pair)))
    found = usual_severities(days)
    assert found == pytest.approx(true, abs=0.12)
    assert sum(found.values()) == pytest.approx(0, abs=1e-9)
    assert usual_severities([]) == {}


def test_a_station_is_beside_the_exam_and_other_work_stands_in_where_there_is_none() -> None:
    exam = [item("I1", "1"), item("I2", "0", "unanswered")]
    assert tallies([watched(items=exam)], per="block")["station/score/bay 1"] == (
        1.0,
        75.0,
        75.0**2,
        50.0,
        2500.0,
        3750.0,
    )
    simulations = [{"simulation": "S", "share": "0.5"}]
    run = Run(rig="rig 4", simulation="S", fault=False)
    found = tallies([watched(simulations=simulations, runs=(run,))], per="block")
    assert found["rig/score/rig 4"] == (1.0, 50.0, 2500.0, 75.0, 75.0**2, 3750.0)
    assert found["rig/faults/rig 4"] == (1.0, 0.0, 0.0)
    assert "station/score/bay 1" in found
    assert "station/score/bay 1" not in tallies([watched()], per="block")


def test_readings_of_one_candidate_are_one_case_in_parts_of_what_is_allowed() -> None:
    readings = (
        Reading(serial="SN", value=10.4, reference=10.0, scale=0.8),
        Reading(serial="SN", value=9.6, reference=10.0, scale=0.4),
    )
    n, total, _ = tallies([watched(readings=readings)], per="block")["instrument/deviation/SN"]
    assert (n, total) == (1.0, pytest.approx((0.5 - 1.0) / 2))


def test_items_are_counted_over_a_pool_and_exposure_over_its_forms() -> None:
    forms = [
        watched(items=[item("I1", "1"), item("I2", "0")]),
        watched(items=[item("I1", "0"), item("I2", "0")]),
        watched(items=[item("I2", "1"), item("I3", "1")]),
    ]
    found = tallies(forms, per="pool")
    assert found["item/difficulty/I1"] == (2.0, 1.0, 1.0)
    assert found["item/exposure/I1"] == (3.0, 2.0, 2.0)
    assert found["item/discrimination/I1"][:2] == (2.0, 1.0)
    assert "item/difficulty/I1" not in tallies(forms, per="block")


def test_rows_nobody_marked_or_saw_are_counted_by_the_sheet() -> None:
    found = tallies([watched(sheet("assessor:1", 3, state="not_seen"), sheet("assessor:2", 3))], per="block")
    assert found["day/missing marks/all"] == (2.0, 100.0, 10_000.0)
    assert found["assessor/not seen/A"][1] == 100.0
    assert found["assessor/not seen/B"][1] == 0.0


def test_tallies_add_up_to_what_the_cases_give_at_once() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=30), rng.normal(size=30)
    whole = (30.0, x.sum(), (x**2).sum(), y.sum(), (y**2).sum(), (x * y).sum())
    parts = [
        (float(len(a)), a.sum(), (a**2).sum(), b.sum(), (b**2).sum(), (a * b).sum())
        for a, b in ((x[:10], y[:10]), (x[10:], y[10:]))
    ]
    assert added(*parts) == pytest.approx(whole)
    assert mean_and_variance(whole) == pytest.approx((x.mean(), x.var(ddof=1)))
    assert correlation(whole) == pytest.approx(np.corrcoef(x, y)[0, 1])


def a_day(rng: np.random.Generator, count: int, severity: np.ndarray) -> list[Watched]:
    """Candidates whom pairs of many assessors judge in turn, on three tasks."""
    found = []
    for place in range(count):
        ability = 0.8 * rng.normal(1.0, 0.9) + rng.normal(0.2, 0.45)
        tasks, assessors = [], {}
        for task, rows in enumerate((3, 2, 2)):
            first = (place + 2 * task) % len(severity)
            pair = (first, (first + 1 + place // len(severity) % (len(severity) - 2)) % len(severity))
            logits = ability + rng.normal(0, 0.35) + rng.normal(0, 0.4, rows)
            sheets = []
            for side, person in enumerate(pair):
                role = f"assessor:{2 * task + side + 1}"
                assessors[role] = f"P{person:02d}"
                felt = logits - severity[person] + rng.normal(0, 0.35, rows)
                sheets.append(sheet(role, *(int(sum(one > step for step in (-1.6, -0.3, 1.3))) for one in felt)))
            tasks.append({"task": f"T{task}", "points": "30", "maximum": "40", "sheets": sheets})
        document = {"items": [], "tasks": tasks, "simulations": []}
        found.append(
            Watched(attempt=str(place), document=document, assessors=assessors, stations={}, runs=(), readings=())
        )
    return found


@pytest.mark.slow
def test_assessors_who_did_not_change_spread_nearly_as_stated() -> None:
    """What the explanation page says of it: 1.11 over 60 worlds."""
    z = []
    for world in range(examples(60)):
        rng = np.random.default_rng(world)
        days = a_day(rng, 80, rng.normal(0, 0.3, 12))
        usual_s = usual_severities(days[:40])
        base = [tallies(part, per="block", severities=usual_s) for part in (days[:20], days[20:40])]
        usual = Usual.of(base, usual_s)
        for part in (days[40:60], days[60:]):
            found = points(usual, tallies(part, per="block", severities=usual_s))
            z += [one.z for key, one in found.items() if key.startswith("assessor/severity") and one.z is not None]
    assert np.mean(z) == pytest.approx(0, abs=0.1)
    assert np.std(z) == pytest.approx(1.11, abs=0.08)
