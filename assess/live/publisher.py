"""Telling sockets what changed, from whichever thread it changed in. One thread a process; what comes in quickly is told once.

A message is one text, encoded once: `{"topic": …, "n": …}`. Should it get lost, the next one or a reconnect makes up for it.
"""

import asyncio
import json
import threading
import time
from collections.abc import Collection, Mapping
from typing import Any

import structlog
from channels.layers import get_channel_layer
from django.db import connection

from assess.live.topics import numbers, with_sittings

PAUSE_S = 0.1
"""Changes that come within this time are told together."""
_log = structlog.get_logger(__name__)


def group_of(topic: str) -> str:
    """The channel layer's name for who follows a topic.

    >>> group_of("attempt:1b2c")
    'live.attempt.1b2c'
    """
    return f"live.{topic.replace(':', '.')}"


def message(topic: str, number: int) -> dict[str, Any]:
    return {"type": "live", "text": json.dumps({"topic": topic, "n": number}, separators=(",", ":"))}


class Publisher:
    """Collects topics and tells their followers. It starts with the first topic."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def publish(self, topics: Collection[str]) -> None:
        with self._lock:
            self._waiting.update(topics)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="live-publisher", daemon=True)
                self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        # A loop of its own for layers that speak to a server; between two tellings it stands still.
        with asyncio.Runner() as runner:
            while True:
                self._wake.wait()
                time.sleep(PAUSE_S)
                self._wake.clear()
                with self._lock:
                    topics, self._waiting = self._waiting, set()
                try:
                    runner.run(_tell(_numbers(topics)))
                except Exception as error:  # a layer's client has errors of its own; pages ask by themselves meanwhile
                    _log.warning("followers were not told; they find out by themselves", error=str(error))


async def _tell(found: Mapping[str, int]) -> None:
    layer = get_channel_layer()
    for topic, number in found.items():
        await layer.group_send(group_of(topic), message(topic, number))


def _numbers(topics: Collection[str]) -> dict[str, int]:
    try:
        return numbers(with_sittings(topics))
    finally:
        connection.close()


publisher = Publisher()
publish = publisher.publish
