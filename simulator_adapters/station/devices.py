"""The devices that a station can reach: from `station.toml` in its folder, or from the command line."""

import re
import tomllib
from pathlib import Path
from typing import Any

from simulator_adapters.config_schema import config_problem
from simulator_adapters.registry import BrokenAdapter, UnknownAdapter, adapter
from simulator_adapters.station.bookings import Device
from simulator_adapters.station.errors import StationError

NAME = "station.toml"
ON_THE_LINE = re.compile(
    r"(?P<adapter>[a-z0-9_-]+)=(?P<serial>[^@]{1,80})@(?P<host>\[[0-9a-fA-F:]+\]|[^:@]+):(?P<port>\d{1,5})"
)


def devices_in(folder: Path) -> tuple[Device, ...]:
    """The `[[device]]` entries of a station's file: adapter, serial, and whatever its adapter takes. None where there is no file.

    Raises
    ------
    StationError
        `devices`: names the entry and what is wrong with it.
    """
    path = folder / NAME
    if not path.exists():
        return ()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StationError("devices", f"{path} can't be read: {error}.") from error
    entries = document.get("device", [])
    if set(document) - {"device"} or not isinstance(entries, list):
        raise StationError("devices", f"{path}: write devices as [[device]] with adapter, serial, host and port.")
    return tuple(_device(entry, f"{NAME}, device {number}") for number, entry in enumerate(entries, start=1))


def device_on_the_line(text: str) -> Device:
    """A device as it is written after `--adapter`.

    >>> device_on_the_line("scpi=SN0042@10.0.0.12:5025").config
    {'host': '10.0.0.12', 'port': 5025}
    """
    found = ON_THE_LINE.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 65_536:
        raise StationError(
            "devices", f"--adapter {text!r}: write ADAPTER=SERIAL@HOST:PORT, scpi=SN0042@10.0.0.12:5025 say."
        )
    where = {"host": found["host"].strip("[]"), "port": int(found["port"])}
    return _checked(Device(adapter=found["adapter"], serial=found["serial"], config=where), f"--adapter {text!r}")


def _device(entry: Any, place: str) -> Device:
    if not isinstance(entry, dict) or not all(
        isinstance(entry.get(name), str) and entry[name] for name in ("adapter", "serial")
    ):
        raise StationError("devices", f"{place}: it needs adapter and serial, as texts.")
    config = {name: value for name, value in entry.items() if name not in ("adapter", "serial")}
    return _checked(Device(adapter=entry["adapter"], serial=entry["serial"], config=config), place)


def _checked(device: Device, place: str) -> Device:
    """A device whose configuration its adapter takes: a slip of the pen shows at the start, and not when the bench is needed."""
    try:
        schema = adapter(device.adapter).manifest.config_schema
    except (UnknownAdapter, BrokenAdapter) as error:
        raise StationError("devices", f"{place}: {error}") from error
    of_the_adapter = {name: value for name, value in device.config.items() if name != "seconds"}
    problem = config_problem(schema, of_the_adapter | {"serial": device.serial})
    if problem is not None:
        raise StationError("devices", f"{place}: {problem}")
    return device
