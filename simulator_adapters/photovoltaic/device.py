"""A training inverter with battery as a real Modbus TCP server on loopback.

It behaves as the models say: read-only points and the first curve set refuse writes, a curve is adopted by request and
reports its result, the active power limit cuts the output, and after a dip the inverter waits out its enter-service
delay. Its battery fills and empties with sun and house (`plant`). Its time is its own (`advance`), so that a delay of
300 s or a night is played in milliseconds.
"""

import asyncio
import itertools
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from simulator_adapters.photovoltaic.image import Key, RegisterImage
from simulator_adapters.photovoltaic.models import ModelError, Point
from simulator_adapters.photovoltaic.nameplate import COUNTS, factory_values
from simulator_adapters.photovoltaic.plant import Plant

IN_PROGRESS, COMPLETED, FAILED = 0, 1, 2
_WRITE_FUNCTIONS = (6, 16)
_ADOPT_SECONDS = 0.02
_START_SECONDS = 5.0

#: Per model with sets to adopt: request, result, group, number of sets.
_ADOPTION = {705: ("AdptCrvReq", "AdptCrvRslt", "Crv", "NCrv"), 711: ("AdptCtlReq", "AdptCtlRslt", "Ctl", "NCtl")}


class SimulatedInverter:
    """The device; a context manager that serves while it is open.

    Parameters
    ----------
    serial
        Reported in model 1; a client connects only to the serial it booked.
    overrides
        Per model, raw values that differ from the factory's, by path and index.
    port
        0 takes a free one, see `port`.

    Examples
    --------
    >>> with SimulatedInverter(serial="INV-1") as inverter:
    ...     inverter.port > 0
    True
    """

    def __init__(
        self,
        *,
        serial: str = "SIM-0001",
        overrides: Mapping[int, Mapping[Key, int | str]] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        values = factory_values(serial)
        for model, changed in (overrides or {}).items():
            values.setdefault(model, {}).update(changed)
        self.serial = serial
        self.host = host
        self.port = port
        self._image = RegisterImage(COUNTS, values)
        self._lies = [
            (model, point, self._image.span(model)[0] + point.offset)
            for model in self._image.models
            for point in self._image.block(model).points.values()
        ]
        self._plant = Plant(self._image)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: ModbusTcpServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        started: Future[int] = Future()
        self._thread = threading.Thread(target=self._serve, args=(started,), name="simulated-inverter", daemon=True)
        self._thread.start()
        self.port = started.result(timeout=_START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving and wait for it; harmless when called twice."""
        if self._thread is None or self._loop is None or self._server is None:
            return
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop)
        self._thread.join(timeout=_START_SECONDS)
        self._thread = None

    def set_grid_voltage(self, percent: float) -> None:
        """Set the grid voltage in percent of nominal; out of the enter-service range the inverter leaves the grid."""
        self._call(lambda: self._plant.set_grid(percent))

    def set_sun(self, watts: float) -> None:
        """Set what the modules could give, W of direct current."""
        self._call(lambda: self._plant.set_sun(watts))

    def set_load(self, watts: float) -> None:
        """Set what the house asks for, W."""
        self._call(lambda: self._plant.set_load(watts))

    def rest(self) -> None:
        """Grid present, sun and house as at the start; settings, battery and waiting time stay."""
        self._call(self._plant.rest)

    def set_battery_temperature(self, celsius: float) -> None:
        """Set the battery's temperature, °C; cold and heat leave it less power."""
        self._call(lambda: self._plant.set_battery_temperature(celsius))

    def advance(self, seconds: float) -> None:
        """Let the device's own time pass."""
        self._call(lambda: self._plant.advance(seconds))

    def rescale(self, model: int, factor: str, exponent: int) -> None:
        """Change a scale factor at run time, as some makers' devices do: the values that hang on it change with it."""
        self._call(lambda: self._rescale(model, factor, exponent))

    def _call(self, act: Callable[[], None]) -> None:
        async def on_loop() -> None:
            act()

        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(timeout=_START_SECONDS)

    def _serve(self, started: "Future[int]") -> None:
        try:
            asyncio.run(self._serving(started))
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _serving(self, started: "Future[int]") -> None:
        self._loop = asyncio.get_running_loop()
        data = SimData(address=self._image.base, values=self._image.words, datatype=DataType.REGISTERS)
        device = SimDevice(id=1, simdata=[data], action=self._accessed)
        self._server = ModbusTcpServer(device, address=(self.host, self.port))
        await self._server.serve_forever(background=True)
        listening = self._server.transport
        assert isinstance(listening, asyncio.base_events.Server)
        started.set_result(listening.sockets[0].getsockname()[1])
        await self._server.serving

    async def _shut(self) -> None:
        assert self._server is not None
        await self._server.shutdown()  # type: ignore[no-untyped-call]

    async def _accessed(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Called by the server before each access; the image is the truth, the server's registers follow it."""
        if function in _WRITE_FUNCTIONS and values is not None:
            offset = address - self._image.base
            refused = self._refusal(offset, [int(value) for value in values])
            if refused is not None:
                return refused
            self._image.words[offset : offset + len(values)] = [int(value) for value in values]
            self._settle_writes(offset, len(values))
            values[:] = self._image.words[offset : offset + len(values)]  # type: ignore[assignment]
        registers[: len(self._image.words)] = self._image.words
        return None

    def _refusal(self, offset: int, words: list[int]) -> ExcCodes | None:
        end = offset + len(words)
        touched = [(model, point, at) for model, point, at in self._lies if at < end and at + point.size > offset]
        covered = sum(point.size for _, point, _ in touched)
        if covered != len(words) or any(at < offset or at + point.size > end for _, point, at in touched):
            return ExcCodes.ILLEGAL_ADDRESS
        for model, point, at in touched:
            if not point.writable or self._read_only(model, point):
                return ExcCodes.ILLEGAL_ADDRESS
            if self._image.raw(model, point.path, point.index) is None:
                return ExcCodes.ILLEGAL_ADDRESS
            if point.decode(words[at - offset : at - offset + point.size]) is None:
                return ExcCodes.ILLEGAL_VALUE
        return None

    def _read_only(self, model: int, point: Point) -> bool:
        if model not in _ADOPTION or not point.index:
            return False
        group = _ADOPTION[model][2]
        return self._image.raw(model, f"{group}.ReadOnly", point.index[:1]) == 1

    def _settle_writes(self, offset: int, count: int) -> None:
        for model, (request, result, _, _) in _ADOPTION.items():
            point = self._image.block(model).point(request)
            at = self._image.span(model)[0] + point.offset
            if offset <= at < offset + count:
                self._image.put(model, result, (), IN_PROGRESS)
                asyncio.get_running_loop().call_later(_ADOPT_SECONDS, self._adopt, model)
        self._plant.show()

    def _adopt(self, model: int) -> None:
        request, result, group, sets = _ADOPTION[model]
        wanted, available = self._image.raw(model, request), self._image.raw(model, sets)
        usable = isinstance(wanted, int) and isinstance(available, int) and 2 <= wanted <= available
        if usable and isinstance(wanted, int) and self._sound(model, wanted):
            for path, index in list(self._image.block(model).points):
                if index[:1] == (wanted,) and path != f"{group}.ReadOnly":
                    self._image.put(model, path, (1, *index[1:]), self._image.raw(model, path, index))
            self._image.put(model, result, (), COMPLETED)
        else:
            self._image.put(model, result, (), FAILED)

    def _sound(self, model: int, wanted: int) -> bool:
        """A curve needs two points or more, with voltages that rise."""
        if model != 705:
            return True
        active, most = self._image.raw(705, "Crv.ActPt", (wanted,)), self._image.raw(705, "NPt")
        if not isinstance(active, int) or not isinstance(most, int) or not 2 <= active <= most:
            return False
        volts = [self._image.raw(705, "Crv.Pt.V", (wanted, number)) for number in range(1, active + 1)]
        whole = [volt for volt in volts if isinstance(volt, int)]
        return len(whole) == active and all(one < two for one, two in itertools.pairwise(whole))

    def _rescale(self, model: int, factor: str, exponent: int) -> None:
        block = self._image.block(model)
        was = block.raw(factor)
        for (path, index), point in block.points.items():
            raw = block.raw(path, index)
            if point.scale == factor and isinstance(raw, int) and isinstance(was, int):
                low, high = point.range
                value = round(raw * 10.0 ** (was - exponent))
                if not low <= value <= high:
                    raise ModelError(f"{model}.{point.name} does not fit a scale factor of {exponent}.")
                self._image.put(model, path, index, value)
        self._image.put(model, factor, (), exponent)
        self._plant.show()
