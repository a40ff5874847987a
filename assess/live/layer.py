"""The channel layer of one process: any thread may publish, each receiver is woken in the loop that owns it.

Channels' own in-memory layer is not safe across threads (our worker and our web server are threads of one process) and
looks through all channels at every receive. This one touches only the members of the group it publishes to. A message
is handed to every receiver as it is: encode once, treat it as frozen.
"""

import asyncio
import threading
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from channels.layers import BaseChannelLayer

Message = dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Mailbox:
    """What waits for one receiver, and the loop in which it waits."""

    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[Message]
    groups: set[str] = field(default_factory=set)


class LocalLayer(BaseChannelLayer):  # type: ignore[misc]  # channels is untyped
    """Channels' layer interface with groups, for one process.

    Parameters
    ----------
    capacity
        Messages kept for a receiver that does not read; further ones are dropped, as any layer may: a message only says
        "this changed, number n", and the next one or a reconnect catches up.
    """

    extensions = ["groups", "flush"]  # the interface's attribute

    def __init__(self, *, capacity: int = 100) -> None:
        super().__init__(capacity=capacity)
        self._lock = threading.Lock()
        self._mailboxes: dict[str, Mailbox] = {}
        self._groups: defaultdict[str, set[str]] = defaultdict(set)

    def publish(self, group: str, message: Message) -> None:
        """Hand `message` to every member of `group`; to be called from any thread."""
        with self._lock:
            receivers = [self._mailboxes[name] for name in self._groups.get(group, ())]
        self._deliver(receivers, message)

    async def group_send(self, group: str, message: Message) -> None:
        self.publish(group, message)

    async def send(self, channel: str, message: Message) -> None:
        with self._lock:
            mailbox = self._mailboxes.get(channel)
        if mailbox is not None:
            self._deliver([mailbox], message)

    async def new_channel(self, prefix: str = "local") -> str:
        name = f"{prefix}.{uuid.uuid4().hex}"
        self._open(name)
        return name

    async def receive(self, channel: str) -> Message:
        """Wait for the next message; being cancelled while waiting closes the channel and its memberships."""
        mailbox = self._open(channel)
        try:
            return await mailbox.queue.get()
        except asyncio.CancelledError:
            self._close(channel)
            raise

    async def group_add(self, group: str, channel: str) -> None:
        mailbox = self._open(channel)
        with self._lock:
            mailbox.groups.add(group)
            self._groups[group].add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        with self._lock:
            if channel in self._mailboxes:
                self._mailboxes[channel].groups.discard(group)
            self._leave(group, channel)

    async def flush(self) -> None:
        with self._lock:
            self._mailboxes.clear()
            self._groups.clear()

    def _open(self, name: str) -> Mailbox:
        with self._lock:
            if name not in self._mailboxes:
                queue: asyncio.Queue[Message] = asyncio.Queue(self.capacity)
                self._mailboxes[name] = Mailbox(loop=asyncio.get_running_loop(), queue=queue)
            return self._mailboxes[name]

    def _close(self, name: str) -> None:
        with self._lock:
            mailbox = self._mailboxes.pop(name, None)
            for group in mailbox.groups if mailbox else ():
                self._leave(group, name)

    def _leave(self, group: str, name: str) -> None:
        members = self._groups.get(group, set())
        members.discard(name)
        if not members:
            self._groups.pop(group, None)

    def _deliver(self, receivers: list[Mailbox], message: Message) -> None:
        # One wake-up a loop, however many receivers wait in it.
        by_loop: defaultdict[asyncio.AbstractEventLoop, list[Mailbox]] = defaultdict(list)
        for mailbox in receivers:
            by_loop[mailbox.loop].append(mailbox)
        for loop, mailboxes in by_loop.items():
            # A loop that ended took its receivers with it.
            if not loop.is_closed():
                loop.call_soon_threadsafe(_put, mailboxes, message)


def _put(mailboxes: list[Mailbox], message: Message) -> None:
    for mailbox in mailboxes:
        if not mailbox.queue.full():
            mailbox.queue.put_nowait(message)
