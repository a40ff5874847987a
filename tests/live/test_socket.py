"""The socket: who may follow what, hearing at once and later, and closing when the session has ended."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import override_settings
from django.utils import timezone

from assess.attempts.desks.standing import standing_of
from assess.live import socket
from assess.live.publisher import PAUSE_S
from assess.live.topics import may_follow, numbers
from assess.people.actions import withdraw_role
from assess.people.models import Account
from assess.people.queries import actor
from assess.site.asgi import application
from tests.snapshots import as_built
from tests.web.board import agree, at_the_board
from tests.web.sample_centre import Centre, today

HOST = "http://localhost"
PATIENCE_S = 5


@pytest.fixture
def centre(transactional_db: None) -> Any:
    with override_settings(LIVE_PUBLISHER="assess.live.publisher.publish"):
        yield as_built("today", today)


def session_of(account: Account) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return str(session.session_key)


class Page(ApplicationCommunicator):
    """A page's end of a socket."""

    async def connect(self) -> bool:
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(PATIENCE_S))["type"] == "websocket.accept")

    async def send_to(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(PATIENCE_S)


def socket_of(key: str | None, origin: str | None = HOST) -> Page:
    headers = [(b"host", b"localhost")]
    headers += [(b"origin", origin.encode())] if origin else []
    headers += [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode())] if key else []
    return Page(application, {"type": "websocket", "path": "/live/", "headers": headers, "query_string": b""})


async def opened(account: Account) -> Page:
    made = socket_of(await database_sync_to_async(session_of)(account))
    assert await made.connect()
    return made


async def heard(made: Page) -> Any:
    return json.loads((await made.receive_output(PATIENCE_S))["text"])


async def heard_after(made: Page, number: int) -> int:
    """The first number beyond this one; until then a page may be told again what it knows, and nothing older."""
    while (told := (await heard(made))["n"]) == number:
        continue
    assert told > number
    return int(told)


async def closed_with(made: Page) -> int:
    event = await made.receive_output(PATIENCE_S)
    assert event["type"] == "websocket.close"
    return int(event["code"])


@pytest.mark.parametrize("origin", [None, "http://elsewhere.example", "null"])
def test_w01_a_foreign_or_missing_origin_is_refused(centre: Centre, origin: str | None) -> None:
    async def run() -> bool:
        made = socket_of(await database_sync_to_async(session_of)(centre.candidate), origin)
        return await made.connect()

    assert asyncio.run(run()) is False


def test_w01_a_stranger_is_refused(centre: Centre) -> None:
    async def run() -> tuple[bool, bool]:
        return await socket_of(None).connect(), await socket_of("nonsense").connect()

    assert asyncio.run(run()) == (False, False)


@pytest.mark.slow
def test_a_page_hears_of_an_act_and_of_an_entry_and_numbers_only_grow(centre: Centre) -> None:
    topic = f"attempt:{centre.attempt.pk}"

    async def run() -> list[int]:
        made = await opened(centre.candidate)
        await made.send_to(json.dumps({"follow": {topic: 0}}))
        found = [(await heard(made))["n"]]
        for act, more in (("begin", {}), ("pause", {"reason": "x"}), ("resume", {})):
            await database_sync_to_async(at_the_board)(centre, act, **more)
            found.append(await heard_after(made, found[-1]))
        await made.disconnect()
        return found

    found = asyncio.run(run())
    assert found[-1] == numbers([topic])[topic]


def test_f16_whoever_was_away_learns_from_the_number_that_something_happened(centre: Centre) -> None:
    topic = f"attempt:{centre.attempt.pk}"

    async def run() -> Any:
        first = await opened(centre.candidate)
        await first.send_to(json.dumps({"follow": {topic: 0}}))
        known = (await heard(first))["n"]
        await first.disconnect()
        await database_sync_to_async(at_the_board)(centre, "begin")
        second = await opened(centre.candidate)
        await second.send_to(json.dumps({"follow": {topic: known}}))
        return known < await heard_after(second, known)

    assert asyncio.run(run()) is True


class LayerGone:
    """A channel layer whose server went away: whatever is asked of it fails with an error of its client's own."""

    def __init__(self, **config: Any) -> None: ...

    def __getattr__(self, name: str) -> Any:
        raise ServerWentAway(name)


class ServerWentAway(Exception): ...


def test_f16_a_layer_that_is_gone_loses_nothing_and_is_used_again_when_it_is_back(centre: Centre) -> None:
    topic = f"attempt:{centre.attempt.pk}"
    gone = {"default": {"BACKEND": f"{__name__}.{LayerGone.__name__}"}}

    async def run() -> tuple[int, int, int]:
        first = await opened(centre.candidate)
        await first.send_to(json.dumps({"follow": {topic: 0}}))
        known = (await heard(first))["n"]
        await first.disconnect()
        with override_settings(CHANNEL_LAYERS=gone):
            await database_sync_to_async(at_the_board)(centre, "begin")
            await database_sync_to_async(at_the_board)(centre, "message", text="said while it was gone")
            await asyncio.sleep(3 * PAUSE_S)
        second = await opened(centre.candidate)
        await second.send_to(json.dumps({"follow": {topic: known}}))
        missed = await heard_after(second, known)
        await database_sync_to_async(at_the_board)(centre, "message", text="and after")
        return known, missed, await heard_after(second, missed)

    known, missed, later = asyncio.run(run())
    assert known < missed < later
    assert [word.payload.get("text") for _, word in standing_of(centre.attempt).told] == [
        None,
        "said while it was gone",
        "and after",
    ]


def test_s01_what_is_not_for_somebody_is_like_a_topic_at_which_nothing_happens(centre: Centre) -> None:
    other = f"attempt:{centre.lives[1].attempt.pk}"
    sitting = f"sitting:{centre.sitting.pk}"

    async def run() -> bool:
        made = await opened(centre.candidate)
        await made.send_to(json.dumps({"follow": {other: 0, sitting: 0, "attempt:nothing": 0, "x": 0}}))
        await database_sync_to_async(at_the_board)(centre, "message", text="hello")
        return await made.receive_nothing(0.5)

    assert asyncio.run(run()) is True
    assert not may_follow(actor(centre.candidate), other)


@pytest.mark.slow
def test_the_board_hears_of_what_happens_in_an_attempt(centre: Centre) -> None:
    async def run() -> Any:
        made = await opened(centre.lives[0].posts["proctor:1"])
        await made.send_to(json.dumps({"follow": {f"sitting:{centre.sitting.pk}": 0}}))
        first = (await heard(made))["n"]
        await database_sync_to_async(agree)(centre)
        return await heard_after(made, first) > first

    assert asyncio.run(run()) is True


def test_s12_a_withdrawn_role_ends_what_an_open_socket_hears(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the role goes; the posts of the day still name the person."""
    monkeypatch.setattr(socket, "CHECK_S", 0.1)
    proctor = centre.lives[0].posts["proctor:1"]
    topics = {f"sitting:{centre.sitting.pk}": 10**9, f"attempt:{centre.attempt.pk}": 10**9}

    async def run() -> set[str]:
        made = await opened(proctor)
        await made.send_to(json.dumps({"follow": topics}))
        await database_sync_to_async(withdraw_role)(
            account_id=proctor.pk, organisation_id=centre.people.organisation.pk, role="proctor"
        )
        await asyncio.sleep(0.3)
        await database_sync_to_async(agree)(centre)
        await asyncio.sleep(0.3)
        return {(await heard(made))["topic"] for _ in range(4)}

    assert asyncio.run(run()) == {""}, "only that the socket lives"


def test_a_socket_at_which_nothing_happens_says_that_it_lives(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "CHECK_S", 0.1)

    async def run() -> list[Any]:
        made = await opened(centre.candidate)
        await made.send_to(json.dumps({"follow": {f"attempt:{centre.attempt.pk}": 10**9}}))
        return [await heard(made) for _ in range(2)]

    assert asyncio.run(run()) == [{"topic": "", "n": 0}] * 2


def ended(key: str, how: str) -> None:
    """A session ends: the person signed out, its time was over, the password was changed, the account was closed."""
    kept = Session.objects.filter(pk=key)
    account = Account.objects.filter(pk=kept.get().get_decoded()[SESSION_KEY])
    if how == "signed out":
        kept.delete()
    elif how == "expired":
        kept.update(expire_date=timezone.now())
    elif how == "password changed":
        account.update(password="another")
    else:
        account.update(is_active=False)


@pytest.mark.parametrize("how", ["signed out", "expired", "password changed", "account closed"])
def test_w03_a_session_that_ends_closes_its_open_socket(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    assert socket.CHECK_S <= 30, "looked at twice a minute, it is closed within sixty seconds"
    monkeypatch.setattr(socket, "CHECK_S", 0.1)

    async def run() -> int:
        key = await database_sync_to_async(session_of)(centre.candidate)
        made = socket_of(key)
        await made.connect()
        await database_sync_to_async(ended)(key, how)
        return await closed_with(made)

    assert asyncio.run(run()) == socket.SIGNED_OUT


@pytest.mark.parametrize("text", ["", "{", "[]", '{"follow": 3}', '{"follow": {"a": "x"}}', '{"follow": {"a": 1e400}}'])
def test_w01_what_is_not_understood_closes_the_socket(centre: Centre, text: str) -> None:
    async def run() -> int:
        made = await opened(centre.candidate)
        await made.send_to(text)
        return await closed_with(made)

    assert asyncio.run(run()) == socket.NOT_UNDERSTOOD


@pytest.mark.parametrize("said", [{"follow": {f"a{n}": 0 for n in range(51)}}, {"follow": {"x" * 9000: 0}}])
def test_w01_too_much_closes_the_socket(centre: Centre, said: Any) -> None:
    async def run() -> int:
        made = await opened(centre.candidate)
        await made.send_to(json.dumps(said))
        return await closed_with(made)

    assert asyncio.run(run()) == socket.TOO_MUCH


def test_w01_a_page_that_never_stops_asking_is_closed(centre: Centre) -> None:
    async def run() -> int:
        made = await opened(centre.candidate)
        for _ in range(socket.MOST_MESSAGES + 1):
            await made.send_to('{"follow": {}}')
        return await closed_with(made)

    assert asyncio.run(run()) == socket.TOO_MUCH
