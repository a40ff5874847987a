"""Every SunSpec model in the reference data through our image and reader, and our server through a foreign client."""

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
import sunspec2.modbus.client as foreign
from sunspec2.modbus.modbus import ModbusClientException

from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.photovoltaic.image import RegisterImage
from simulator_adapters.photovoltaic.models import ModelBlock, Point, catalogue, definition, layout


def models(data_dir: Path) -> list[int]:
    return sorted(int(path.stem.removeprefix("model_")) for path in (data_dir / "simulators/sunspec").glob("model_*"))


def count_names(group: dict[str, Any]) -> set[str]:
    own = {g["count"] for g in group.get("groups", []) if isinstance(g.get("count"), str)}
    return own.union(*(count_names(g) for g in group.get("groups", [])))


def drawn(point: Point, draw: random.Random) -> int | str:
    if point.type == "string":
        return "x" * draw.randint(1, 2 * point.size)
    if not point.numeric:
        return f"{draw.randint(1, 2**15):0{4 * point.size}x}"
    if point.type == "sunssf":
        return draw.randint(-10, 10)
    bits = 16 * point.size
    return draw.randint(-(2 ** (bits - 2)), -1) if point.type.startswith("int") else draw.randint(1, 2 ** (bits - 1))


def survives(model: int, published: dict[str, Any], draw: random.Random) -> None:
    """An image of a model with every point drawn, then with every point left out, read back as it was built."""
    counts = dict.fromkeys(count_names(published), 2)
    counts |= {g["name"]: 2 for g in published.get("groups", []) if g.get("count") == 0}
    points = [
        p
        for p in layout(published, lambda name: counts.get(name, 0))
        if p.path not in {"ID", "L", *counts} and p.type not in ("pad", "count")
    ]
    values = {(p.path, p.index): drawn(p, draw) for p in points}
    nothing: dict[tuple[str, tuple[int, ...]], int | str] = {}
    for given in (values, nothing):
        image = RegisterImage({model: counts}, {model: given})
        start, stop = image.span(model)
        block = ModelBlock.of(model, image.base + start, image.words[start:stop])
        assert {key: block.raw(*key) for key in values} == (given or dict.fromkeys(values)), model
        assert (block.raw("ID"), block.raw("L")) == (model, stop - start - 2)
        for point in points:
            assert block.scale(point) in (range(-10, 11) if given or not isinstance(point.scale, str) else (None,))


def test_every_model_of_the_reference_data_survives_image_and_reader(data_dir: Path) -> None:
    draw = random.Random(1)
    found = models(data_dir)
    assert len(found) == 29
    for model in found:
        published = json.loads((data_dir / f"simulators/sunspec/model_{model}.json").read_text())["group"]
        assert definition(model)["name"] == published["name"]
        survives(model, published, draw)


def test_every_model_of_the_whole_catalogue_survives_image_and_reader() -> None:
    draw = random.Random(2)
    found = sorted(int(path.stem.removeprefix("model_")) for path in catalogue().glob("model_*.json"))
    assert len(found) == 112
    for model in found:
        survives(model, dict(definition(model)), draw)


def test_a_foreign_client_reads_our_server_as_we_meant_it() -> None:
    with SimulatedInverter(serial="INV-9") as inverter:
        device = foreign.SunSpecModbusClientDeviceTCP(slave_id=1, ipaddr="127.0.0.1", ipport=inverter.port, timeout=2)
        try:
            device.scan()
            assert [m for m in device.models if isinstance(m, int)] == [1, 701, 702, 703, 704, 705, 711, 713, 714, 802]
            assert device.common[0].SN.value == "INV-9"
            assert device.DERCapacity[0].WMaxRtg.cvalue == 5000
            assert device.DERVoltVar[0].Crv[0].Pt[3].V.cvalue == pytest.approx(110.0)
            control = device.DERCtlAC[0]
            control.WMaxLimPct.cvalue = 60
            control.WMaxLimPct.write()
            control.read()
            assert control.WMaxLimPct.value == 600
        finally:
            device.close()


def test_a_foreign_tool_commissions_the_battery_and_watches_it() -> None:
    """pysunspec2 scans, writes the reserve and a curve, and sees charging, the reserve and an adopted curve."""
    with SimulatedInverter(serial="INV-9") as inverter:
        device = foreign.SunSpecModbusClientDeviceTCP(slave_id=1, ipaddr="127.0.0.1", ipport=inverter.port, timeout=2)
        try:
            device.scan()
            battery, storage = device.battery[0], device.DERStorageCapacity[0]
            assert (storage.WHRtg.cvalue, storage.SoC.cvalue, battery.SoCRsvMin.cvalue) == (10_000, 65, 10)
            battery.SoCRsvMin.cvalue = 40
            battery.SoCRsvMin.write()
            inverter.set_sun(0)
            inverter.advance(12 * 3600)
            storage.read()
            battery.read()
            assert (storage.SoC.cvalue, battery.SoCRsvMin.cvalue, battery.ChaSt.value, battery.W.value) == (
                40,
                40,
                6,
                0,
            )
            inverter.set_sun(5000)
            inverter.set_load(0)
            ports = device.DERMeasureDC[0]
            ports.read()
            assert [port.DCW.cvalue for port in ports.Prt] == [5000, -5000]
            curves = device.DERVoltVar[0]
            curves.Crv[1].Pt[0].Var.cvalue = 30
            curves.write()
            curves.AdptCrvReq.value = 2
            curves.AdptCrvReq.write()
            time.sleep(0.1)
            curves.read()
            assert (curves.AdptCrvRslt.value, curves.Crv[0].Pt[0].Var.cvalue) == (1, 30)
            curves.Crv[0].Pt[0].Var.cvalue = 10
            with pytest.raises(ModbusClientException):
                curves.write()
        finally:
            device.close()
