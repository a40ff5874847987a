"""Storage commissioned, and the training inverter served, from a terminal."""

import io
import json
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from simulator_adapters.contract import Outcome, from_document
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter
from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.photovoltaic.response import reading
from simulator_adapters.recording import read_trace

BUNDLED = Path(__file__).resolve().parents[2] / "assess" / "content" / "commissioning.yaml"


def ran(command: str, *arguments: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command(command, *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as ended:
        status = int(str(ended.code))
    return status, out.getvalue(), err.getvalue()


@pytest.mark.slow
def test_the_bundled_commissioning_is_carried_out_at_the_training_inverter(tmp_path: Path) -> None:
    trace = tmp_path / "wire.jsonl"
    status, out, err = ran("commission", BUNDLED, "--simulate", "--trace", trace)
    assert (status, err) == (0, "")
    assert "ok    what if night: what if night.802.ChaSt at the end reads 6." in out
    assert out.strip().endswith("PASS: 21 of 21 targets are met.")
    assert read_trace(trace).sealed
    status, _, err = ran("commission", BUNDLED, "--simulate", "--trace", trace)
    assert (status, "Name a file that is not there yet" in err) == (2, True)


def test_at_a_device_without_a_bench_what_ifs_are_left_out_and_that_is_said() -> None:
    with SimulatedInverter(serial="B-7") as inverter:
        at = ("--port", inverter.port, "--serial", "B-7")
        status, out, _ = ran("commission", BUNDLED, "COM-STO-1", *at)
        assert (status, "NOTE  4 what-ifs were not played" in out) == (0, True)
        status, out, _ = ran("commission", BUNDLED, *at, "--json")
        assert (status, from_document(json.loads(out)).outcome) == (0, Outcome.PASS)
        status, _, err = ran("commission", BUNDLED, "--port", inverter.port, "--serial", "OTHER")
        assert (status, "'B-7' answers, 'OTHER' is booked" in err) == (3, True)


def test_what_does_not_hold_is_status_1(tmp_path: Path) -> None:
    text = BUNDLED.read_text(encoding="utf-8").replace("low: 9500, high: 10500", "low: 4000, high: 6000")
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    status, out, _ = ran("commission", tmp_path / "small.yaml", "--simulate")
    assert (status, "FAIL  verify 713.WHRtg: verify 713.WHRtg reads 10000." in out) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((BUNDLED,), "Name the serial that is meant"),
        ((BUNDLED, "COM-STO-9", "--simulate"), "Name one of COM-STO-1"),
        (("nowhere.yaml", "--simulate"), "nowhere.yaml"),
    ],
)
def test_what_can_not_be_read_is_status_2(arguments: tuple[Any, ...], words: str) -> None:
    status, _, err = ran("commission", *arguments)
    assert (status, words in err) == (2, True), err


def test_a_setting_that_nobody_can_write_is_found_before_anything_is_touched(tmp_path: Path) -> None:
    text = BUNDLED.read_text(encoding="utf-8").replace("point: SoCRsvMin", "point: SoCMin")
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    status, out, err = ran("commission", tmp_path / "wrong.yaml", "--simulate")
    assert (status, out, "802.SoCMin is read-only" in err) == (2, "", True)


@pytest.mark.slow
def test_the_inverter_is_served_and_its_time_passes() -> None:
    out = io.StringIO()
    given = {"port": 0, "serial": "T-1", "sun": 0.0, "load": 3600.0, "speed": 3600.0, "seconds": 1.2}
    serving = threading.Thread(target=call_command, args=("inverter",), kwargs={**given, "stdout": out}, daemon=True)
    serving.start()
    until = time.monotonic() + 10
    while (found := re.search(r"at 127.0.0.1:(\d+), unit 1", out.getvalue())) is None:
        assert time.monotonic() < until
        time.sleep(0.02)
    session = SunSpecAdapter().connect({"host": "127.0.0.1", "port": int(found[1]), "serial": "T-1"}, deadline=until)
    try:
        before = reading(session.client.block(713, deadline=until), "SoC")
        while reading(session.client.block(713, deadline=until), "SoC") == before:
            time.sleep(0.05)
        assert reading(session.client.block(802, deadline=until), "SoC") < before
    finally:
        session.close()
        serving.join(timeout=10)
    assert not serving.is_alive()


def test_an_inverter_that_can_not_be_served_says_why() -> None:
    with SimulatedInverter() as other:
        status, _, err = ran("inverter", "--port", other.port, "--seconds", 0)
    assert (status, "Name another port" in err) == (2, True), err
    assert ran("inverter", "--speed", 0)[0] == 2
    status, _, err = ran("inverter", "--port", 0, "--sun", -5, "--seconds", 0)
    assert (status, "The sun is finite and not negative" in err) == (2, True)
