"""A real Chromium against the whole application. Each journey gets a centre whose sitting is today and has not begun."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from assess.people.models import Account
from tests.journeys.server import serving
from tests.snapshots import as_built
from tests.web.sample_centre import Centre, open_centre

# Playwright's synchronous calls run a loop in this thread; Django's tables are asked from the same thread, on purpose.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

LIVE = "assess.live.publisher.publish"
TOO_WIDE = """document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 120)).slice(-3)"""
WENT_AWAY = ("context was destroyed", "axe is not defined", "frame was detached")
WIDTHS = {"phone": (360, 740), "tablet": (820, 1180), "desk": (1280, 800)}
SLOW = pytest.mark.slow
AT_A_DESK = ["phone", pytest.param("tablet", marks=SLOW), "desk"]
IN_HAND = ["phone", "tablet", pytest.param("desk", marks=SLOW)]
"""The widths that `.ci/run` drives, by where the people of a page are; `manage.py prove` drives the third as well."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str:
    """Where the browser is: as the environment says, or as the system has it."""
    found = os.environ.get("ASSAYER_CHROMIUM") or next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        pytest.fail("Journeys need Chromium: install it, or name it in ASSAYER_CHROMIUM.")
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Any) -> Iterator[Browser]:
    with playwright.chromium.launch(executable_path=chromium(), args=FLAGS) as launched:
        yield launched


@pytest.fixture
def centre(transactional_db: None) -> Centre:
    return as_built("today", open_centre)


@pytest.fixture
def address(centre: Centre) -> Iterator[str]:
    """Where the application answers."""
    with serving() as url, override_settings(PUBLIC_URL=url, CSRF_TRUSTED_ORIGINS=[url], LIVE_PUBLISHER=LIVE):
        yield url


def sign_in(context: BrowserContext, account: Account, address: str) -> None:
    """Give a browser the session that this account's sign-in would have made."""
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": address}])


SignedIn = Callable[..., Page]


@pytest.fixture
def page_of(browser: Browser, address: str) -> Iterator[SignedIn]:
    """Makes pages: each in a context of its own (a device), signed in as an account. Errors in a page fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(account: Account | None, device: str = "desk", **options: Any) -> Page:
        width, height = WIDTHS[device]
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=device != "desk", base_url=address, **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if account is not None:
            sign_in(context, account, address)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def axe_finds_nothing(page: Page) -> None:
    """Nothing that keeps people out, by axe-core's rules for WCAG 2.2 AA and best practice, and nothing to scroll sideways.

    A press that leads elsewhere can still be on its way: a page that goes away under the rules is looked at again when it is there.
    """
    for _ in range(5):
        page.wait_for_load_state()
        try:
            results = Axe().run(page)
        except Error as gone:
            if not any(words in gone.message for words in WENT_AWAY):
                raise
            continue
        assert results.violations_count == 0, results.generate_report()
        wide = page.evaluate(TOO_WIDE)
        assert wide == [], f"{page.url} scrolls sideways: {wide}"
        return
    pytest.fail(f"{page.url} never came to rest.")


def press_by_keyboard(page: Page, words: str) -> None:
    """Go on by the Tab key until what has the focus is called exactly this, and press it."""
    here = "document.activeElement === document.body ? '' : document.activeElement.textContent.trim()"
    for _ in range(120):
        if page.evaluate(here) == words:
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{words!r} is never reached by Tab")


def eventually(page: Page, question: str, *, timeout_s: float = 20) -> None:
    """Ask a page again and again until it says yes.

    Playwright's own `wait_for_function` compiles its words in the page, which our content policy forbids.
    """
    deadline = time.monotonic() + timeout_s
    while not page.evaluate(question):
        assert time.monotonic() < deadline, f"Never true within {timeout_s} s: {question}"
        page.wait_for_timeout(100)


def kept_for_offline(page: Page, folder: str, ending: str) -> None:
    """Wait until the service worker of a folder has kept an address."""
    keys = f"caches.open('assayer-kept:{folder}').then((kept) => kept.keys())"
    eventually(page, f"{keys}.then((found) => found.some((one) => one.url.endsWith('{ending}')))")


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keeps pictures of pages in the folder that ASSAYER_SCREENSHOTS names, in light and dark; does nothing without it."""
    folder = os.environ.get("ASSAYER_SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=str(Path(folder) / f"{name}-{scheme}.png"), full_page=True)
        page.emulate_media(color_scheme="light")

    return take
