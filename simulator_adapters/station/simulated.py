"""Devices of a training bench, as real servers on loopback: an inverter (Modbus TCP, SunSpec) and a meter (SCPI)."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping

from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.station.bookings import Device

INVERTER_SERIAL, METER_SERIAL = "SIM-0001", "SIM-M001"
READINGS = {
    "MEAS:VOLT:AC?": "+2.301E+02",
    "MEAS:FREQ?": "+5.001E+01",
    "MEAS:CURR:AC?": "+1.87E+00",
    "MEAS:RES?": "+3.2E-01",
    "MEAS:VOLT:DC?": "+3.921E+02",
}
"""What the training meter answers: a socket outlet under load, a bonding conductor, a string of ten modules."""
LONGEST_LINE = 256


class SimulatedMeter:
    """A bench multimeter that answers SCPI on a port of this machine; a context manager that serves while it is open.

    >>> with SimulatedMeter() as meter:
    ...     meter.port > 0
    True
    """

    def __init__(self, *, serial: str = METER_SERIAL, port: int = 0, readings: Mapping[str, str] = READINGS) -> None:
        self._answers = {**readings, "*IDN?": f"ASSAYER,TRAINING METER,{serial},1.0"}
        self.serial, self.host, self.port = serial, "127.0.0.1", port
        self._listening: socket.socket | None = None

    def __enter__(self) -> "SimulatedMeter":
        self._listening = socket.create_server((self.host, self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, args=(self._listening,), name="simulated-meter", daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._listening is not None:
            with contextlib.suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            self._listening.close()

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                wire, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(wire,), daemon=True).start()

    def _talk(self, wire: socket.socket) -> None:
        with wire, contextlib.suppress(OSError), wire.makefile("rb") as lines:
            while line := lines.readline(LONGEST_LINE):
                question = line.decode("ascii", errors="replace").strip()
                wire.sendall((self._answers.get(question, "ERROR") + "\n").encode())


@contextlib.contextmanager
def simulated(names: list[str]) -> Iterator[tuple[Device, ...]]:
    """Serve the named devices (`inverter`, `meter`) while the context lasts."""
    with contextlib.ExitStack() as stack:
        devices = []
        for name in names:
            if name == "inverter":
                inverter = stack.enter_context(SimulatedInverter(serial=INVERTER_SERIAL))
                where = {"host": inverter.host, "port": inverter.port}
                devices.append(Device(adapter="sunspec", serial=INVERTER_SERIAL, config=where))
            else:
                meter = stack.enter_context(SimulatedMeter())
                where = {"host": meter.host, "port": meter.port}
                devices.append(Device(adapter="scpi", serial=METER_SERIAL, config=where))
        yield tuple(devices)
