"""Reading and writing a SunSpec device: one block read per model, raw registers kept, writes read back."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from simulator_adapters.contract import Deadline, Instrument, LinkLost
from simulator_adapters.instruments.modbus import ModbusClient, ModbusRefusal
from simulator_adapters.photovoltaic.image import BASE, END, MARKER
from simulator_adapters.photovoltaic.models import ModelBlock, ModelError, Point

MOST_MODELS = 64
MOST_LENGTH = 4096

_ADOPTION = {"AdptCrvReq": "AdptCrvRslt", "AdptCtlReq": "AdptCtlRslt"}
_IN_PROGRESS, _COMPLETED = 0, 1
_POLL_SECONDS = 0.005


@dataclass(frozen=True)
class WriteResult:
    """What became of one write: the candidate's own doing, so a refusal is a result and not an error."""

    name: str
    accepted: bool
    sentence: str


class SunSpecClient:
    """A scanned device. `models` maps each model to its address and its length after ID and L."""

    def __init__(self, modbus: ModbusClient, *, deadline: Deadline, base: int = BASE) -> None:
        self._modbus = modbus
        self.models: Mapping[int, tuple[int, int]] = MappingProxyType(_scan(modbus, base, deadline))

    def block(self, model: int, *, deadline: Deadline) -> ModelBlock:
        """Read one model with its scale factors in one sample.

        Raises
        ------
        ModelError
            When the device has no such model or its registers don't fit it.
        """
        address, length = self._place(model)
        return ModelBlock.of(model, address, self._modbus.read(address, length + 2, deadline=deadline))

    def identity(self, *, deadline: Deadline) -> Instrument:
        """Maker, model, serial and version as model 1 states them; `LinkLost` where no such model can be read."""
        try:
            common = self.block(1, deadline=deadline)
        except ModelError as problem:
            raise LinkLost(f"The device does not say who it is: {problem}") from problem
        text = {path: str(common.raw(path) or "") for path in ("Mn", "Md", "SN", "Vr")}
        return Instrument(id=f"{text['Mn']} {text['Md']}".strip(), serial=text["SN"], firmware=text["Vr"])

    def write(
        self, model: int, path: str, index: tuple[int, ...], value: Decimal, *, deadline: Deadline
    ) -> WriteResult:
        """Write a value in the point's own unit, and read it back.

        The scale factor is read in the same sample. A value the register can't hold exactly is refused, not rounded.
        """
        name = f"{model}.{path}{list(index) or ''}"
        try:
            block = self.block(model, deadline=deadline)
            point = block.point(path, index)
            raw = _raw(block, point, value)
            words = point.encode(raw)
            self._modbus.write(block.address + point.offset, words, deadline=deadline)
        except (ModelError, ModbusRefusal) as problem:
            return WriteResult(name, False, f"{name}: {problem}")
        back = self.block(model, deadline=deadline).raw(path, index)
        if back != raw:
            return WriteResult(name, False, f"{name}: {raw} was written but {back} is read back.")
        if path in _ADOPTION:
            return self._adopted(model, name, _ADOPTION[path], deadline)
        return WriteResult(name, True, f"{name} now reads {value}.")

    def _adopted(self, model: int, name: str, result: str, deadline: Deadline) -> WriteResult:
        """Wait for the device to say how an adoption request ended."""
        while (state := self.block(model, deadline=deadline).raw(result)) == _IN_PROGRESS:
            time.sleep(_POLL_SECONDS)
        if state != _COMPLETED:
            return WriteResult(name, False, f"{name}: the device could not adopt this set. Check its points.")
        return WriteResult(name, True, f"{name}: the set is adopted.")

    def close(self) -> None:
        """Close the wire."""
        self._modbus.close()

    def _place(self, model: int) -> tuple[int, int]:
        if model not in self.models:
            known = ", ".join(map(str, self.models))
            raise ModelError(f"The device has no model {model}. It has {known}.")
        return self.models[model]


def _raw(block: ModelBlock, point: Point, value: Decimal) -> int:
    scale = block.scale(point)
    if scale is None:
        raise ModelError(f"The scale factor {point.scale} of {point.name} is missing or outside -10 to 10.")
    if not point.numeric:
        raise ModelError(f"{point.name} holds no number.")
    raw = value.scaleb(-scale)
    if raw != raw.to_integral_value():
        raise ModelError(f"{value} can't be held in steps of {Decimal(1).scaleb(scale)}.")
    return int(raw)


def _scan(modbus: ModbusClient, base: int, deadline: Deadline) -> dict[int, tuple[int, int]]:
    if modbus.read(base, 2, deadline=deadline) != MARKER:
        raise LinkLost(f"No SunSpec device answers at register {base}. Check address and unit.")
    models: dict[int, tuple[int, int]] = {}
    address = base + 2
    for _ in range(MOST_MODELS):
        model, length = modbus.read(address, 2, deadline=deadline)
        if model == END[0]:
            return models
        if not 0 < length <= MOST_LENGTH or address + 2 + length > 0xFFFF:
            raise LinkLost(f"Model {model} at register {address} claims {length} registers. The device can't be read.")
        models.setdefault(model, (address, length))
        address += 2 + length
    raise LinkLost(f"The device lists more than {MOST_MODELS} models without an end. It can't be read.")
