"""The load: devices of a benchmark as one bounded process that makes every request ready before the first is sent.

Reads `{"port", "grants", "batch", "requests", "limit_s"}` from stdin; prints what it measured. Each device has a
connection and one request under way at a time; one thread serves them all, so that the client takes little of the machine.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.loopback_device import LoopbackDevice, batch_body  # found once the path is set


@dataclass
class Sender:
    """A device's connection and its requests, in order."""

    requests: list[bytes]
    connection: socket.socket
    sent_at: float = 0
    received: bytearray = field(default_factory=bytearray)

    def send_next(self) -> bool:
        if not self.requests:
            return False
        self.sent_at = time.perf_counter()
        self.connection.sendall(self.requests.pop())
        return True

    def complete(self) -> bool:
        """Whether a whole answer has come."""
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self.received[:end]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r")[0])
        return len(self.received) >= end + 4 + length


def requests_of(grant: dict[str, Any], *, count: int, batch: int) -> list[bytes]:
    """HTTP requests of one device, the last one first."""
    device = LoopbackDevice.of(grant, port=0)
    made = []
    for _ in range(count):
        body = batch_body(device.identity, device.write(batch))
        head = (
            f"POST /journal/entries HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {device.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made[::-1]


def run(order: dict[str, Any]) -> dict[str, Any]:
    share = order["requests"] // len(order["grants"])
    made = [requests_of(grant, count=share, batch=order["batch"]) for grant in order["grants"]]
    waiting = selectors.DefaultSelector()
    senders = []
    for requests in made:
        connection = socket.create_connection(("127.0.0.1", order["port"]), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        senders.append(Sender(requests, connection))
        waiting.register(connection, selectors.EVENT_READ, senders[-1])
    latencies: list[float] = []
    refused = 0
    client_before, began = time.process_time(), time.perf_counter()
    open_senders = sum(sender.send_next() for sender in senders)
    while open_senders and time.perf_counter() - began < order["limit_s"]:
        for key, _ in waiting.select(timeout=1):
            sender: Sender = key.data
            part = sender.connection.recv(65536)
            if not part:
                raise ConnectionError("The server ended a connection in the middle of the measurement.")
            sender.received += part
            if sender.complete():
                latencies.append(time.perf_counter() - sender.sent_at)
                refused += not sender.received.startswith(b"HTTP/1.1 200")
                sender.received.clear()
                open_senders -= not sender.send_next()
    wall = time.perf_counter() - began
    for sender in senders:
        sender.connection.close()
    latencies.sort()
    return {
        "requests": len(latencies),
        "refused": refused,
        "wall_s": wall,
        "client_cpu_s": time.process_time() - client_before,
        "p50_ms": 1000 * latencies[len(latencies) // 2],
        "p99_ms": 1000 * latencies[int(len(latencies) * 0.99)],
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
