#!/usr/bin/env python3
"""A thousand open sockets: how long until all of them heard of a change, and what each costs in memory.

    python tests/benchmarks/live.py [--quick]

In one process (LocalLayer) and, where CHANNEL_LAYER_URL names a Redis, through it; beside Channels' own in-memory layer with a
plain consumer, in the same run. The peer's figures are the ratios' denominator. Exit status 1 when a goal is missed.
"""

import argparse
import asyncio
import json
import os
import resource
import socket as system
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assess.site.settings")

import django  # noqa: E402  # found once the path and the settings are named
import uvicorn  # noqa: E402
from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.layers import InMemoryChannelLayer, channel_layers  # noqa: E402
from channels_redis.pubsub import RedisPubSubChannelLayer  # noqa: E402
from websockets.asyncio.client import connect  # noqa: E402

django.setup()

from assess.live import publisher, socket  # noqa: E402  # know our tables
from assess.live.layer import LocalLayer  # noqa: E402

GOALS_MS = {"local": 200.0, "redis": 450.0}
TOPIC = "attempt:00000000-0000-0000-0000-000000000001"


def serve(kind: str, ready: Any) -> None:
    """One server process: our socket on a layer, or the peer. Every socket follows the same topic; sessions are not asked here."""
    layer: Any = {"local": LocalLayer, "stock": InMemoryChannelLayer}.get(kind)
    if layer is None:
        made: Any = RedisPubSubChannelLayer(hosts=[os.environ["CHANNEL_LAYER_URL"]])
    else:
        made = layer()
    channel_layers.set("default", made)
    socket.who = lambda session_key: True  # type: ignore[assignment,return-value]
    socket.permitted = lambda session_key, topics: dict.fromkeys(topics, 0)  # type: ignore[assignment]

    class Plain(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
        async def connect(self) -> None:
            await self.accept()
            await self.channel_layer.group_add(publisher.group_of(TOPIC), self.channel_name)

        async def live(self, event: dict[str, Any]) -> None:
            await self.send_json(json.loads(event["text"]))

    peer = Plain.as_asgi()
    count = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal count
        if scope["type"] == "websocket":
            await (peer if kind == "stock" else socket.live)(scope | {"cookies": {}}, receive, send)
        elif scope["type"] == "http":
            count += 1
            await made.group_send(publisher.group_of(TOPIC), publisher.message(TOPIC, count))
            body = str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss).encode()
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"content-length", str(len(body)).encode())],
                }
            )
            await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(app, host="127.0.0.1", port=int(ready), log_level="error", lifespan="off", ws="websockets-sansio",
                            ws_per_message_deflate=False)  # fmt: skip
    uvicorn.Server(config).run()


async def measure(port: int, sockets: int, rounds: int) -> dict[str, float]:
    async def publish() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return int(answer.rpartition(b"\r\n\r\n")[2])

    before = await publish()
    began = time.perf_counter()
    opened = []
    for _ in range(sockets):
        one = await connect(f"ws://127.0.0.1:{port}/live/", compression=None, ping_interval=None)
        await one.send(json.dumps({"follow": {TOPIC: 0}}))
        opened.append(one)
    opening = time.perf_counter() - began
    await asyncio.sleep(1)
    times = []
    for _ in range(rounds):
        heard = [asyncio.ensure_future(one.recv()) for one in opened]
        await asyncio.sleep(0)
        began = time.perf_counter()
        await publish()
        await asyncio.gather(*heard)
        times.append(1000 * (time.perf_counter() - began))
    after = await publish()
    for one in opened:
        one.transport.abort()
    return {
        "fan_out_ms": statistics.median(times),
        "worst_ms": max(times),
        "open_s": opening,
        "kib_a_socket": (after - before) / sockets,
    }


def run(kind: str, sockets: int, rounds: int) -> dict[str, float]:
    with system.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, __file__, "--serve", kind, "--port", str(port)])
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                system.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        return asyncio.run(measure(port, sockets, rounds))
    finally:
        server.kill()
        server.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="300 sockets, 5 rounds, and no goals")
    parser.add_argument("--serve")
    parser.add_argument("--port")
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.port)
        return 0
    sockets, rounds = (300, 5) if asked.quick else (1000, 20)
    kinds = ["local", "stock"] + (["redis"] if os.environ.get("CHANNEL_LAYER_URL", "").startswith("redis") else [])
    found = {kind: run(kind, sockets, rounds) for kind in kinds}
    print(f"{sockets} sockets, {rounds} changes, client and server on {os.cpu_count()} cores")
    for kind, figures in found.items():
        ratio = figures["fan_out_ms"] / found["stock"]["fan_out_ms"]
        print(
            f"{kind:6} fan-out {figures['fan_out_ms']:7.1f} ms (worst {figures['worst_ms']:.1f}), {ratio:.2f} of the peer;"
            f" opened in {figures['open_s']:.1f} s; {figures['kib_a_socket']:.0f} KiB a socket"
        )
    missed = [kind for kind, goal in GOALS_MS.items() if kind in found and found[kind]["fan_out_ms"] >= goal]
    if missed and not asked.quick:
        print(f"Goal missed: {', '.join(missed)}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
