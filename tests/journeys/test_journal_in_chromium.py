"""journal.js in a real Chromium against the real intake: what the person did and was shown as kept is what the server has."""

import json
import random
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from assess.attempts.journal.chain import DeviceChain, StreamIdentity
from assess.attempts.models import Entry, Quarantine, Stream
from tests.journeys.conftest import SignedIn
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey

OPEN = """async ([subject, person, more]) => {
  const { openJournal } = await import("/static/assess/journal.js");
  globalThis.journal?.release();
  globalThis.journal = await openJournal({ subjectKind: "attempt", subject, role: "candidate", person, ...more })
    .catch((error) => { throw new Error(`${error.code}: ${error.message}`) });
  return journal.identity.epoch;
}"""
WRITE = "async (text) => { await journal.write('remark', { text }); return journal.state.stored }"
FLUSH = "async () => journal.flush({ timeoutMs: 15000 })"


def opened(page: Page, centre: Centre, **more: Any) -> int:
    return int(page.evaluate(OPEN, [str(centre.attempt.pk), str(centre.candidate.pk), more]))


def said(centre: Centre) -> list[str]:
    """What the server has of the candidate's stream, in the order in which it counts."""
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, stream__role="candidate", kind="remark")
    return [json.loads(row.payload)["text"] for row in rows.order_by("stream__epoch", "sequence")]


@pytest.fixture
def page(page_of: SignedIn, centre: Centre) -> Page:
    page = page_of(centre.candidate)
    page.goto("/look/")
    return page


def test_the_chain_of_the_browser_is_that_of_the_server(page: Page) -> None:
    numbers = random.Random(11)

    def value(depth: int = 0) -> Any:
        kinds = [
            lambda: numbers.randint(-(2**53) + 1, 2**53 - 1),
            lambda: "".join(chr(numbers.choice([*range(1, 0xD7FF, 97), 0x1F50C, 0, 8232, 127])) for _ in range(6)),
            lambda: numbers.choice([True, False, None, "", '\\"\n/', 0]),
        ]
        if depth < 3:
            kinds += [lambda: [value(depth + 1) for _ in range(numbers.randint(0, 3))]]
            kinds += [lambda: {f"k{numbers.randint(0, 99)}{c}": value(depth + 1) for c in "zA_b"}]
        return numbers.choice(kinds)()

    identity = StreamIdentity("6b1f", "attempt:1", "candidate", "seat-4 é", 3)
    chain = DeviceChain(identity)
    entries = [chain.add("remark", {"x": value()}, device_ms=n * 7, monotonic_ms=n) for n in range(200)]
    found = page.evaluate(
        """async ([identity, entries]) => {
          const { genesis, entryDigest } = await import("/static/assess/journal/chain.js");
          let head = await genesis(identity);
          const digests = [];
          for (const entry of entries) digests.push(head = await entryDigest(head, entry));
          return digests;
        }""",
        [
            identity.__dict__,
            [
                {
                    "sequence": entry.sequence,
                    "kind": entry.kind,
                    "payload": json.loads(entry.payload),
                    "device_ms": entry.device_ms,
                    "monotonic_ms": entry.monotonic_ms,
                }
                for entry in entries
            ],
        ],
    )
    assert found == [entry.digest.hex() for entry in entries]


@pytest.mark.parametrize("payload", ["{x: 0.5}", "{x: 1e309}", "{x: 2**53}", "{x: NaN}", "{é: 1}", "{x: '\\ud800'}"])
def test_s18_what_cannot_be_kept_exactly_is_an_error_before_it_is_kept(
    page: Page, centre: Centre, payload: str
) -> None:
    opened(page, centre)
    found = page.evaluate(
        f"async () => [await journal.write('remark', {payload}).then(() => 'kept', (e) => e.code), journal.state.stored]"
    )
    assert found == ["not-exact", 0]


def test_f01_hours_without_a_network_lose_nothing(page: Page, centre: Centre) -> None:
    opened(page, centre)
    page.evaluate(WRITE, "before")
    page.context.set_offline(True)
    for number in range(40):
        page.evaluate(WRITE, f"offline {number}")
    state = page.evaluate("journal.state")
    assert (state["stored"], state["online"]) == (41, False)
    page.context.set_offline(False)
    state = page.evaluate(FLUSH)
    assert (state["confirmed"], state["online"]) == (41, True)
    assert said(centre) == ["before", *(f"offline {number}" for number in range(40))]


def test_f03_a_reload_without_a_network_restores_what_was_kept(page: Page, centre: Centre, address: str) -> None:
    opened(page, centre)
    page.evaluate(FLUSH)
    page.route(f"{address}/journal/entries", lambda route: route.abort())
    page.evaluate(WRITE, "kept here only")
    page.reload()
    page.route(f"{address}/api/streams", lambda route: route.abort())
    assert opened(page, centre) == 1
    kept = page.evaluate("async () => (await journal.entries()).map((entry) => entry.payload.text)")
    assert kept == ["kept here only"]
    page.unroute(f"{address}/journal/entries")
    assert page.evaluate(FLUSH)["confirmed"] == 1
    assert said(centre) == ["kept here only"]


def test_f06_an_answer_that_got_lost_makes_no_second_entry(page: Page, centre: Centre, address: str) -> None:
    opened(page, centre)
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        if len(lost) < 3:
            route.abort()
        else:
            route.continue_()

    page.route(f"{address}/journal/entries", lose)
    page.evaluate(WRITE, "once")
    assert page.evaluate(FLUSH)["confirmed"] == 1
    assert lost[:2] == [200, 200]
    assert said(centre) == ["once"]


def test_f05_a_second_tab_waits_or_takes_the_turn(page: Page, centre: Centre) -> None:
    opened(page, centre)
    page.evaluate(WRITE, "first tab")
    second = page.context.new_page()
    second.goto("/look/")
    with pytest.raises(Exception, match="other-tab"):
        opened(second, centre)
    assert opened(second, centre, steal=True) == 1
    second.evaluate(WRITE, "second tab")
    code = page.evaluate("journal.write('remark', {text: 'lost'}).then(() => 'kept', (e) => e.code)")
    assert code == "moved-to-other-tab"
    second.evaluate(FLUSH)
    assert said(centre) == ["first tab", "second tab"]


def test_f04_a_second_device_takes_over_and_nothing_is_overwritten(
    page: Page, page_of: SignedIn, centre: Centre, address: str
) -> None:
    opened(page, centre)
    page.evaluate(WRITE, "on the first")
    page.evaluate(FLUSH)
    page.context.set_offline(True)
    page.evaluate(WRITE, "late on the first")
    other = page_of(centre.candidate, "tablet")
    other.goto("/look/")
    with pytest.raises(Exception, match="held-elsewhere"):
        opened(other, centre)
    assert opened(other, centre, takeover=True) == 2
    stands = other.evaluate("async () => (await journal.entries()).map((entry) => entry.payload.text)")
    assert stands == ["on the first"]
    other.evaluate(WRITE, "on the second")
    other.evaluate(FLUSH)
    page.context.set_offline(False)
    state = page.evaluate(FLUSH)
    assert (state["problem"]["code"], state["superseded"]) == ("superseded", True)
    assert said(centre) == ["on the first", "on the second"]
    waiting = Quarantine.objects.get()
    assert (waiting.code, b"late on the first" in bytes(waiting.body)) == ("superseded", True)


def test_f11_what_is_written_after_the_close_is_refused_where_it_is_written(page: Page, centre: Centre) -> None:
    opened(page, centre)
    page.evaluate(WRITE, "in time")
    assert page.evaluate("journal.close().then((state) => state.confirmed)") == 2
    code = page.evaluate("journal.write('remark', {text: 'late'}).then(() => 'kept', (e) => e.code)")
    assert code == "closed"
    assert Stream.objects.get(subject=centre.attempt.pk, role="candidate").state == "closed"


def test_another_person_on_the_device_sends_what_the_first_left_and_reads_nothing_of_it(
    page: Page, centre: Centre, address: str
) -> None:
    opened(page, centre)
    page.context.set_offline(True)
    page.evaluate(WRITE, "left behind")
    page.evaluate("journal.release()")
    page.context.set_offline(False)
    second = centre.people.candidates[1]
    page.evaluate(
        """async ([subject, person]) => {
          const { openJournal } = await import("/static/assess/journal.js");
          globalThis.refused = await openJournal({ subjectKind: "attempt", subject, role: "candidate", person })
            .then((other) => (globalThis.journal = other).entries(), (error) => error.code);
        }""",
        [str(centre.lives[1].attempt.pk), str(second.pk)],
    )
    assert page.evaluate("refused") in ("no-subject", [])
    page.evaluate("import('/static/assess/journal/sender.js').then((m) => m.sendLeftovers())")
    assert said(centre) == ["left behind"]


class Schedule:
    """One random course of a day: acts, cuts, reloads, crashes, lost answers, repeats, jumps of the clock, takeovers."""

    def __init__(self, seed: int, page: Page, centre: Centre, address: str, new_device: Any) -> None:
        self.random = random.Random(seed)
        self.page, self.centre, self.address, self.new_device = page, centre, address, new_device
        self.kept: list[str] = []
        self.number = 0
        self.lose = False
        self.guard(page)

    def guard(self, page: Page) -> None:
        def intake(route: Route) -> None:
            if not self.lose:
                route.continue_()
            elif self.random.random() < 0.5:
                route.fetch()  # the server has it; the device never hears of it
                route.abort()
            else:
                route.abort()

        page.route(f"{self.address}/journal/entries", intake)

    def act(self) -> None:
        self.number += 1
        text = f"act {self.number}"
        self.page.evaluate(WRITE, text)
        self.kept.append(text)

    def step(self) -> None:
        choice = self.random.random()
        if choice < 0.55:
            self.act()
        elif choice < 0.65:
            self.lose = not self.lose
        elif choice < 0.72:
            self.page.reload()
            opened(self.page, self.centre)
        elif choice < 0.80:  # the tab dies in the middle of a write that nobody was told is kept
            context: BrowserContext = self.page.context
            self.page.evaluate("() => { journal.write('remark', { text: 'never shown as kept' }) }")
            self.page.close()
            self.page = context.new_page()
            self.page.goto(f"{self.address}/look/")
            self.guard(self.page)
            opened(self.page, self.centre)
        elif choice < 0.88:
            by = self.random.choice([-600_000, 600_000, 259_200_000])
            self.page.evaluate(f"() => {{ const now = Date.now; Date.now = () => now() + {by} }}")
        elif choice < 0.94:
            self.page.evaluate("journal.flush({ timeoutMs: 300 })")
        else:
            self.lose = False
            self.page.evaluate(FLUSH)
            self.page = self.new_device()
            self.guard(self.page)
            opened(self.page, self.centre, takeover=True)

    def run(self, steps: int) -> None:
        opened(self.page, self.centre)
        for _ in range(steps):
            self.step()
        self.lose = False
        state = self.page.evaluate(FLUSH)
        assert state["confirmed"] == state["stored"], state


@pytest.mark.parametrize("seed", [*range(5), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(5, 30))])
def test_a_random_day_leaves_on_the_server_what_the_person_was_shown_as_kept(
    page: Page, page_of: SignedIn, centre: Centre, address: str, seed: int
) -> None:
    def new_device() -> Page:
        other = page_of(centre.candidate, "tablet")
        other.goto("/look/")
        return other

    day = Schedule(seed, page, centre, address, new_device)
    day.run(30)
    there = [text for text in said(centre) if text != "never shown as kept"]
    assert there == day.kept
