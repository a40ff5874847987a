"""Every SunSpec model in the reference data through our image and reader, and our server through a foreign client."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import sunspec2.modbus.client as foreign

from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.photovoltaic.image import RegisterImage
from simulator_adapters.photovoltaic.models import ModelBlock, Point, definition, layout


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


def test_every_model_of_the_reference_data_survives_image_and_reader(data_dir: Path) -> None:
    draw = random.Random(1)
    for model in models(data_dir):
        published = json.loads((data_dir / f"simulators/sunspec/model_{model}.json").read_text())["group"]
        assert definition(model)["name"] == published["name"]
        counts = dict.fromkeys(count_names(published), 2)
        counts |= {g["name"]: 2 for g in published.get("groups", []) if g.get("count") == 0}
        points = layout(published, lambda name: counts.get(name, 0))  # noqa: B023  (used up at once)
        values = {
            (p.path, p.index): drawn(p, draw)
            for p in points
            if p.path not in {"ID", "L", *counts} and p.type not in ("pad", "count")
        }
        image = RegisterImage({model: counts}, {model: values})
        start, stop = image.span(model)
        block = ModelBlock.of(model, image.base + start, image.words[start:stop])
        assert {key: block.raw(*key) for key in values} == values
        assert block.raw("ID") == model
        assert block.raw("L") == stop - start - 2


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
