"""A Modbus TCP device that lies: registers as given, answers bent as told, bytes as slow as told."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

MARKER = (0x5375, 0x6E53)
BASE = 40000


@dataclass
class Device:
    """Where it listens, and what it was asked: one (address, count) for each read, and how many clients came."""

    port: int
    asked: list[tuple[int, int]] = field(default_factory=list)
    clients: int = 0


def chain(*models: tuple[int, int], end: Sequence[int] = (0xFFFF, 0)) -> dict[int, int]:
    """Registers of a device whose models are these (model, stated length), each laid out as long as it says."""
    words = list(MARKER)
    for model, length in models:
        words += [model, length, *(0,) * min(length, 300)]
    return {BASE + n: word for n, word in enumerate([*words, *end])}


@contextmanager
def device(
    registers: Mapping[int, int] | Callable[[int], int],
    *,
    bend: Callable[[bytes], bytes] = lambda answer: answer,
    pause: float = 0.0,
    refuse: Callable[[int, int], int] = lambda address, count: 0,
) -> Iterator[Device]:
    """Serve registers, as a table (0 elsewhere) or a function of the address.

    Parameters
    ----------
    bend
        Changes a whole answer before it leaves.
    pause
        Seconds between two bytes of an answer.
    refuse
        Exception code for a read, 0 to answer it.
    """
    look = registers if callable(registers) else lambda address: registers.get(address, 0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Device(server.getsockname()[1])
        server.settimeout(0.05)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    peer, _ = server.accept()
                    made.clients += 1
                    with peer:
                        answer(peer)

        def answer(peer: socket.socket) -> None:
            peer.settimeout(0.05)
            while not stop.is_set():
                try:
                    request = peer.recv(300)
                except TimeoutError:
                    continue
                if not request:
                    return
                transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", request[:12])
                made.asked.append((address, count))
                if code := refuse(address, count):
                    body = bytes([unit, function | 0x80, code])
                else:
                    words = [look(address + n) for n in range(count)]
                    body = bytes([unit, function, 2 * count]) + struct.pack(f">{count}H", *words)
                whole = bend(struct.pack(">HHH", transaction, 0, len(body)) + body)
                pieces = [bytes([byte]) for byte in whole] if pause else [whole]
                for piece in pieces:
                    if stop.wait(pause):
                        return
                    peer.sendall(piece)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            stop.set()
            thread.join(timeout=2)


def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def listening_after(seconds: float, port: int) -> threading.Thread:
    """Open a port late, so that a first attempt to connect is refused."""

    def listen() -> None:
        time.sleep(seconds)
        with socket.create_server(("127.0.0.1", port)) as server:
            server.settimeout(2)
            with contextlib.suppress(OSError):
                server.accept()[0].close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    return thread
