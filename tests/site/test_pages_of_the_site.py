"""What the site answers by itself: health, API description, static files, headers, and the journal's own door."""

import asyncio
import json
from io import BytesIO
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import Client
from django.test.client import AsyncClient

from assess.site import asgi, checks, wsgi
from assess.site.headers import CONTENT_SECURITY_POLICY


def test_process_that_runs_is_alive(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert "no-store" in answer["Cache-Control"]
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_readiness_names_each_check_and_turns_to_503_with_the_first_that_fails(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.get("/readyz")
    names = ["database", "migrations", "broker folder", "disk"]
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": dict.fromkeys(names, True)})
    monkeypatch.setattr(checks, "NEEDED_FREE", 1 << 80)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "checks": dict.fromkeys(names, True) | {"disk": False}}


@pytest.mark.slow
def test_api_describes_itself(client: Client) -> None:
    answer = client.get("/api/openapi.json").json()
    assert answer["info"]["title"] == "Assayer"
    assert answer["openapi"].startswith("3.")


@pytest.mark.slow
def test_every_page_forbids_inline_scripts_and_foreign_sources(client: Client) -> None:
    answer = client.get("/api/docs")
    assert answer["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe-inline" not in CONTENT_SECURITY_POLICY
    assert b"http://" not in answer.content.replace(b"http://www.w3.org", b"")
    assert b"https://" not in answer.content


def test_same_headers_come_from_asynchronous_handlers() -> None:
    async def fetch() -> Any:
        return await AsyncClient().get("/healthz")

    assert asyncio.run(fetch())["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_static_file_is_served_whole_in_part_or_not_again(client: Client) -> None:
    path = "/static/ninja/swagger-ui-init.js"
    whole = client.get(path)
    assert whole["Content-Type"].startswith("text/javascript")
    assert int(whole["Content-Length"]) == len(whole.content) > 100
    part = client.get(path, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, whole.content[:10])
    again = client.get(path, headers={"If-None-Match": whole["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_journal_answers_before_django_under_wsgi() -> None:
    started: list[Any] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/journal/entries", "wsgi.input": BytesIO()}
    body = b"".join(wsgi.application(environ, lambda *answer: started.append(answer)))  # type: ignore[arg-type]
    assert started[0][0] == "405 Method Not Allowed"
    assert json.loads(body)["code"] == "method"


def test_journal_answers_before_django_under_asgi() -> None:
    async def fetch() -> list[Any]:
        scope = {"type": "http", "method": "GET", "path": "/journal/entries", "headers": []}
        there = ApplicationCommunicator(asgi.application, scope)
        await there.send_input({"type": "http.request", "body": b"", "more_body": False})
        return [await there.receive_output(), await there.receive_output()]

    start, body = asyncio.run(fetch())
    assert start["status"] == 405
    assert json.loads(body["body"])["code"] == "method"


@pytest.mark.django_db  # Channels looks after connections when it turns somebody away
def test_socket_path_nobody_serves_is_closed_with_a_reason_and_a_foreign_origin_is_turned_away() -> None:
    async def connect(origin: bytes) -> Any:
        scope = {"type": "websocket", "path": "/ws/none/", "headers": [(b"origin", origin)], "query_string": b""}
        there = ApplicationCommunicator(asgi.application, scope)
        await there.send_input({"type": "websocket.connect"})
        return await there.receive_output()

    closed = asyncio.run(connect(b"http://localhost"))
    assert closed == {"type": "websocket.close", "code": 4404, "reason": "No socket at /ws/none/."}
    turned_away = asyncio.run(connect(b"http://elsewhere.example"))
    assert turned_away["type"] == "websocket.close"
    assert turned_away.get("code") != 4404
