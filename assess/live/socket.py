"""The socket of pages, at `/live/`.

The page says `{"follow": {"attempt:…": n}}`; for each topic that the person may follow it hears `{"topic", "n"}` at once where
something happened since, and whenever something happens. A topic that is not for them is like one at which nothing ever happens.
Who may still follow is looked up again every half minute: a session that ended or a role that was withdrawn closes the socket. Then
the page hears `{"topic": "", "n": 0}`, which says that the socket lives: a network that is gone closes none for a long time.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils.crypto import constant_time_compare

from assess.live.publisher import group_of, message
from assess.live.topics import may_follow, numbers
from assess.people.models import Account
from assess.people.queries import Actor, actor

CHECK_S = 30.0
MOST_TOPICS = 50
LONGEST = 8_192
MOST_MESSAGES = 60
ALIVE = message("", 0)
SIGNED_OUT, TOO_MUCH, NOT_UNDERSTOOD = 4401, 4429, 4400

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def who(session_key: str | None) -> Actor | None:
    """The actor of a session as it stands now; None for a session that ended, or an account that is no longer active."""
    if not session_key:
        return None
    try:
        session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
        account = Account.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
        if account is None:
            return None
        known = session.get(HASH_SESSION_KEY) or ""
        return actor(account) if constant_time_compare(known, account.get_session_auth_hash()) else None
    finally:
        connection.close()


def permitted(session_key: str | None, topics: dict[str, int]) -> dict[str, int] | None:
    """Which of these topics the session may follow, with their numbers now; None when it has ended."""
    asker = who(session_key)
    if asker is None:
        return None
    try:
        return numbers([topic for topic in topics if may_follow(asker, topic)])
    finally:
        connection.close()


class _Closed(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Socket:
    """One page's socket: what it follows, and where its messages come from."""

    def __init__(self, session_key: str | None, send: Send) -> None:
        self.session_key, self.send = session_key, send
        self.layer = get_channel_layer()
        self.channel = ""
        self.following: dict[str, int] = {}
        self.messages = 0

    async def follow(self, wanted: dict[str, int]) -> None:
        found = await asyncio.to_thread(permitted, self.session_key, wanted)
        if found is None:
            raise _Closed(SIGNED_OUT)
        for topic in wanted.keys() - found.keys():
            if self.following.pop(topic, None) is not None:
                await self.layer.group_discard(group_of(topic), self.channel)
        for topic, number in found.items():
            if topic not in self.following:
                await self.layer.group_add(group_of(topic), self.channel)
            self.following[topic] = wanted[topic]
            # Joined first and asked then: whatever happens in between is told by one of both.
            if number > wanted[topic]:
                await self.tell(message(topic, number))

    async def tell(self, said: dict[str, Any]) -> None:
        await self.send({"type": "websocket.send", "text": said["text"]})

    async def hear(self, event: dict[str, Any]) -> None:
        """What the page says."""
        self.messages += 1
        text = event.get("text") or ""
        if len(text) > LONGEST or self.messages > MOST_MESSAGES:
            raise _Closed(TOO_MUCH)
        try:
            wanted = json.loads(text)["follow"]
            topics = {str(topic): int(number) for topic, number in wanted.items()}
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            raise _Closed(NOT_UNDERSTOOD) from None
        if len(topics) > MOST_TOPICS:
            raise _Closed(TOO_MUCH)
        await self.follow(topics)

    async def check_again(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            self.messages = 0
            await self.follow(dict(self.following))
            await self.tell(ALIVE)

    async def pass_on(self) -> None:
        while True:
            await self.tell(await self.layer.receive(self.channel))

    async def listen(self, receive: Receive) -> None:
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            if event["type"] == "websocket.receive":
                await self.hear(event)


async def live(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application behind `/live/`."""
    await receive()  # websocket.connect
    session_key = scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME)
    if await asyncio.to_thread(who, session_key) is None:
        await send({"type": "websocket.close", "code": SIGNED_OUT})
        return
    await send({"type": "websocket.accept"})
    socket = Socket(session_key, send)
    socket.channel = await socket.layer.new_channel("live")
    tasks = [asyncio.ensure_future(work) for work in (socket.listen(receive), socket.pass_on(), socket.check_again())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except _Closed as closed:
        await send({"type": "websocket.close", "code": closed.code})
    finally:
        for task in tasks:
            task.cancel()
        for topic in socket.following:
            await socket.layer.group_discard(group_of(topic), socket.channel)
