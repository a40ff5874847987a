"""Bytes to and from a device: the level at which adapters are recorded and replayed."""

import contextlib
import select
import socket
import time
from typing import Protocol

from simulator_adapters.contract import Deadline, DeadlineExceeded, LinkLost


class Wire(Protocol):
    """A connection that sends bytes and receives an exact number of them, or a line."""

    def send(self, data: bytes, *, deadline: Deadline) -> None:
        """Send all bytes."""
        ...

    def receive(self, count: int, *, deadline: Deadline) -> bytes:
        """Receive exactly `count` bytes; raises `DeadlineExceeded` or `LinkLost`."""
        ...

    def receive_line(self, most: int, *, deadline: Deadline) -> bytes:
        """Receive up to and with the next newline; raises as `receive`, and `LinkLost` beyond `most` bytes."""
        ...

    def close(self) -> None:
        """Close; harmless when called twice."""
        ...


class Opener(Protocol):
    """Opens a wire to an address."""

    def __call__(self, host: str, port: int, *, deadline: Deadline) -> Wire:
        """Connect before the deadline."""
        ...


class TcpWire:
    """A TCP connection under a total deadline."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._held = bytearray()

    def send(self, data: bytes, *, deadline: Deadline) -> None:
        """Send all bytes."""
        waiting = memoryview(data)
        while waiting:
            self._wait(deadline, writing=True)
            try:
                waiting = waiting[self._socket.send(waiting) :]
            except OSError as error:
                raise LinkLost(f"The connection broke while sending: {error.strerror}.") from error

    def receive(self, count: int, *, deadline: Deadline) -> bytes:
        """Receive exactly `count` bytes."""
        while len(self._held) < count:
            self._more(count - len(self._held), deadline)
        return self._taken(count)

    def receive_line(self, most: int, *, deadline: Deadline) -> bytes:
        """Receive up to and with the next newline."""
        while (end := self._held.find(b"\n") + 1) == 0:
            if len(self._held) >= most:
                raise LinkLost(f"The device sent {len(self._held)} bytes without an end of line.")
            self._more(most - len(self._held), deadline)
        return self._taken(end)

    def _more(self, most: int, deadline: Deadline) -> None:
        self._wait(deadline, writing=False)
        try:
            chunk = self._socket.recv(most)
        except OSError as error:
            raise LinkLost(f"The connection broke while receiving: {error.strerror}.") from error
        if not chunk:
            raise LinkLost(f"The device closed the connection after {len(self._held)} bytes of an answer.")
        self._held += chunk

    def _taken(self, count: int) -> bytes:
        found = bytes(self._held[:count])
        del self._held[:count]
        return found

    def close(self) -> None:
        """Close the socket; a thread that waits at it wakes up with `LinkLost`."""
        with contextlib.suppress(OSError):  # it may be closed already, at either end
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _wait(self, deadline: Deadline, *, writing: bool) -> None:
        if self._socket.fileno() < 0:
            raise LinkLost("The connection was closed after an earlier failure. Connect again.")
        left = deadline - time.monotonic()
        watched = [self._socket]
        try:
            if left <= 0 or not any(select.select([] if writing else watched, watched if writing else [], [], left)):
                raise DeadlineExceeded("The device did not answer in time.")
        except (OSError, ValueError) as error:  # another thread closed it between two lines of this one
            raise LinkLost("The connection was closed while an answer was awaited.") from error


def open_tcp(host: str, port: int, *, deadline: Deadline) -> Wire:
    """Connect to a TCP address before the deadline."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise DeadlineExceeded(f"No time was left to connect to {host}:{port}.")
    try:
        return TcpWire(socket.create_connection((host, port), timeout=left))
    except TimeoutError as error:
        raise DeadlineExceeded(f"{host}:{port} did not accept a connection in time.") from error
    except OSError as error:
        raise LinkLost(f"{host}:{port} can't be reached: {error.strerror}. Check cable, address and power.") from error
