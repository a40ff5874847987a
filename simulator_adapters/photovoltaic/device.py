"""A training inverter with battery as a real Modbus TCP server on loopback.

It behaves as the models say: read-only points and the first curve set refuse writes, a curve is adopted by request and
reports its result, the active power limit cuts the output, and after a dip the inverter waits out its enter-service
delay. Its time is its own (`advance`), so that a delay of 300 s is played in milliseconds.
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
from simulator_adapters.photovoltaic.models import Point
from simulator_adapters.photovoltaic.nameplate import COUNTS, factory_values

IN_PROGRESS, COMPLETED, FAILED = 0, 1, 2
_WRITE_FUNCTIONS = (6, 16)
_ADOPT_SECONDS = 0.02
_AVAILABLE_WATTS = 4200
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
        self._grid_percent = 100.0
        self._waits = 0.0
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
        """Set the grid voltage in percent of nominal; out of the enter-service range the inverter stops."""
        self._call(lambda: self._grid(percent))

    def advance(self, seconds: float) -> None:
        """Let the device's own time pass."""
        self._call(lambda: self._pass(seconds))

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
        self._limit_output()

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

    def _value(self, model: int, path: str) -> float:
        block = self._image.block(model)
        raw = block.raw(path)
        return float(raw) * 10.0 ** (block.scale(block.point(path)) or 0) if isinstance(raw, int) else 0.0

    def _limit_output(self) -> None:
        limit = self._value(702, "WMax")
        if self._value(704, "WMaxLimPctEna") == 1:
            limit *= self._value(704, "WMaxLimPct") / 100
        feeding = self._waits <= 0 and self._in_range()
        self._image.put(701, "W", (), round(min(_AVAILABLE_WATTS, limit)) if feeding else 0)
        self._image.put(701, "ConnSt", (), int(feeding))
        self._image.put(703, "ESDlyRemTms", (), max(0, round(self._waits)))

    def _in_range(self) -> bool:
        if self._value(703, "ES") != 1:
            return self._grid_percent >= 80
        return self._value(703, "ESVLo") <= self._grid_percent <= self._value(703, "ESVHi")

    def _grid(self, percent: float) -> None:
        self._grid_percent = percent
        self._image.put(701, "LNV", (), round(2300 * percent / 100))
        if not self._in_range():
            self._waits = self._value(703, "ESDlyTms")
        self._limit_output()

    def _pass(self, seconds: float) -> None:
        if self._in_range():
            self._waits = max(0.0, self._waits - seconds)
        self._limit_output()
