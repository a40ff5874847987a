"""SCPI through VISA (the extra `[visa]`): GPIB, USB and whatever else PyVISA reaches, as one more kind of wire.

With the pure-Python back end (`@py`) nothing else has to be installed; `@sim` plays a description of a device and never is late.
"""

from importlib import import_module
from importlib.util import find_spec
from time import monotonic
from typing import Any

from simulator_adapters.contract import AdapterError, Deadline, DeadlineExceeded, LinkLost
from simulator_adapters.wire import Opener, Wire

LEAST_MS = 1


def available() -> bool:
    """Whether PyVISA is installed (the extra `[visa]`)."""
    return find_spec("pyvisa") is not None


def visa_opener(resource: str, *, library: str = "@py") -> Opener:
    """An opener of one VISA resource, whatever host and port it is asked for.

    Parameters
    ----------
    resource
        Its VISA name, such as ``TCPIP0::bench1::5025::SOCKET`` or ``USB0::0x2A8D::0x0101::MY1::INSTR``.
    library
        PyVISA's back end.

    Raises
    ------
    AdapterError
        When PyVISA is not installed.
    """
    if not available():
        raise AdapterError("PyVISA is not installed. Install the extra: pip install 'assayer[visa]'.")
    pyvisa = import_module("pyvisa")
    manager = pyvisa.ResourceManager(library)

    def opened(host: str, port: int, *, deadline: Deadline) -> Wire:
        try:
            held = manager.open_resource(
                resource, open_timeout=_left(deadline), read_termination="\n", write_termination="\n"
            )
        except (pyvisa.errors.VisaIOError, OSError, ValueError) as error:
            raise LinkLost(f"{resource} can't be opened: {error}. Check cable, address and power.") from error
        return _VisaWire(held, pyvisa.errors.VisaIOError)

    return opened


def _left(deadline: Deadline) -> int:
    left = int((deadline - monotonic()) * 1000)
    if left <= 0:
        raise DeadlineExceeded("Time ran out before the next request.")
    return max(left, LEAST_MS)


class _VisaWire:
    def __init__(self, held: Any, failure: type[Exception]) -> None:
        self._held, self._failure = held, failure

    def send(self, data: bytes, *, deadline: Deadline) -> None:
        self._held.timeout = _left(deadline)
        try:
            self._held.write_raw(data)
        except self._failure as error:
            raise LinkLost(f"The connection broke while sending: {error}") from error

    def receive(self, count: int, *, deadline: Deadline) -> bytes:
        self._held.timeout = _left(deadline)
        try:
            return bytes(self._held.read_bytes(count))
        except self._failure as error:
            raise DeadlineExceeded(f"The device did not answer: {error}") from error

    def receive_line(self, most: int, *, deadline: Deadline) -> bytes:
        # VISA tells a lost link and a late answer apart by nothing, so both are "not in time": identity decides afterwards.
        self._held.timeout = _left(deadline)
        try:
            line = bytes(self._held.read_raw(most))
        except self._failure as error:
            raise DeadlineExceeded(f"The device did not answer in time: {error}") from error
        if not line.endswith(b"\n"):
            raise LinkLost(f"The device sent {len(line)} bytes without an end of line.")
        return line

    def close(self) -> None:
        self._held.close()
