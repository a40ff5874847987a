#!/usr/bin/env python3
"""How many takers a core carries: two hundred exams that start in one second, and everybody saving about every ten seconds.

    python tests/benchmarks/sitting.py [--quick]

A real server (granian with threads) on loopback, on SQLite with data of its own. A start is what the page of a waiting candidate
does when the proctor begins; a save is one answer through the journal. Exit status 1 when a goal is missed: p95 of a start below
2 s, of a save below 300 ms.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.faults.installation import Server, sqlite_installation  # noqa: E402  # found once the path is set
from tests.faults.loopback_device import LoopbackDevice, answer_payload, batch_body  # noqa: E402

START_GOAL_S, SAVE_GOAL_S = 2.0, 0.3
SAVE_EVERY_S = 10.0
AIM = 500
"""Takers a core, each saving every ten seconds."""


async def ask(port: int, head: str, body: bytes = b"") -> tuple[int, float]:
    """One request on a connection of its own; status, and seconds until the whole answer was there."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body)
    status = int((await reader.readline()).split()[1])
    await reader.read()
    writer.close()
    return status, time.perf_counter() - began


async def start(port: int, taker: dict[str, Any], wait: float) -> float:
    """What a page that waits does when the proctor begins: it asks for the form, which comes with how the attempt stands."""
    await asyncio.sleep(wait)
    head = (
        f"GET /candidate/attempts/{taker['attempt']}/form HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: sessionid={taker['session']}\r\nConnection: close\r\n\r\n"
    )
    status, seconds = await ask(port, head)
    assert status == 200, f"the form answered {status}"
    return seconds


async def save(port: int, device: LoopbackDevice, number: int, wait: float) -> float:
    await asyncio.sleep(wait)
    entry = device.chain.add("answer", answer_payload(number), device_ms=number + 1, monotonic_ms=number + 1)
    body = batch_body(device.identity, [entry])
    head = (
        f"POST /journal/entries HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {device.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    status, seconds = await ask(port, head, body)
    assert status == 200, f"a save answered {status}"
    return seconds


async def starts(port: int, takers: list[dict[str, Any]]) -> list[float]:
    chance = random.Random(1)
    return list(await asyncio.gather(*(start(port, taker, chance.random()) for taker in takers)))


async def saves(port: int, devices: list[LoopbackDevice], *, each_s: float, seconds: float) -> list[float]:
    """Every device saves about every `each_s` seconds, one after the other on its own chain."""
    chance = random.Random(2)

    async def one(device: LoopbackDevice) -> list[float]:
        end = time.monotonic() + seconds
        await asyncio.sleep(chance.random() * each_s)
        found = []
        while time.monotonic() < end:
            found.append(await save(port, device, device.chain.sequence, 0))
            await asyncio.sleep(each_s * (0.8 + 0.4 * chance.random()))
        return found

    return [value for values in await asyncio.gather(*(one(device) for device in devices)) for value in values]


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def measure(server: Server, takers: list[dict[str, Any]], *, seconds: float) -> dict[str, float]:
    # A server that has been up: those who wait have asked it before.
    first, takers = takers[0], takers[1:]
    asyncio.run(start(server.port, first, 0))
    before = server.cpu_seconds()
    started = asyncio.run(starts(server.port, takers))
    start_cpu = (server.cpu_seconds() - before) / len(takers)
    devices = [LoopbackDevice.of(taker, port=server.port) for taker in takers]
    # As many saves as AIM takers would make: the takers that there are save more often.
    each_s = SAVE_EVERY_S * len(takers) / AIM
    before = server.cpu_seconds()
    saved = asyncio.run(saves(server.port, devices, each_s=each_s, seconds=seconds))
    cpu = (server.cpu_seconds() - before) / len(saved)
    return {
        "start_p95_s": p95(started),
        "start_cpu_ms": 1000 * start_cpu,
        "save_p95_ms": 1000 * p95(saved),
        "saves_s": len(saved) / seconds,
        "save_cpu_ms": 1000 * cpu,
        "takers_a_core": SAVE_EVERY_S / cpu,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="40 takers for 5 seconds, and no goals")
    asked = parser.parse_args()
    count, seconds = (40, 5.0) if asked.quick else (200, 30.0)
    with tempfile.TemporaryDirectory() as folder:
        installation = sqlite_installation(Path(folder))
        takers = json.loads(installation.run("-m", "tests.benchmarks._takers", str(count + 1)).splitlines()[-1])
        # Threads that stay keep their connection: docs/how-to/run-on-postgresql.md.
        server = installation.start("wsgi", wrapper=("env", "ASSAYER_DATABASE_MAX_AGE=600"))
        try:
            found = measure(server, takers, seconds=seconds)
        finally:
            server.stop()
    print(
        f"{count} exams started in one second: p95 {found['start_p95_s']:.2f} s, {found['start_cpu_ms']:.1f} ms of CPU each"
    )
    print(
        f"{found['saves_s']:.0f} saves a second, as {AIM} takers make: p95 {found['save_p95_ms']:.0f} ms,"
        f" {found['save_cpu_ms']:.2f} ms of CPU each: {found['takers_a_core']:.0f} takers a core by CPU (aim {AIM})"
    )
    missed = found["start_p95_s"] >= START_GOAL_S or found["save_p95_ms"] >= 1000 * SAVE_GOAL_S
    if missed and not asked.quick:
        print("Goal missed.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
