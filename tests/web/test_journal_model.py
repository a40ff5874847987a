"""A thousand random days against a model of journal.js: the server's entries equal the person's acts, once, in order.

The real module runs the same kind of day in Chromium (tests/journeys/test_journal_in_chromium.py).
"""

import json
import random

import pytest
from django.db import transaction

from assess.attempts import actions
from assess.attempts.models import Entry, Quarantine
from tests.web.journal_device import Disk, Page, arrive
from tests.web.sample_centre import Centre

START_US = 1_800_000_000_000_000


def disk_of(centre: Centre, device: str, *, takeover: bool = False) -> Disk:
    grant = actions.open_stream(
        actor_id=centre.candidate.pk,
        subject_kind="attempt",
        subject_id=centre.attempt.pk,
        role="candidate",
        device=device,
        takeover=takeover,
    )
    return Disk(grant.identity, grant.head)


def live_a_day(centre: Centre, seed: int, steps: int = 40) -> None:
    """Cuts, reloads, crashes before and after the disk, lost answers, repeats, old batches, clocks that jump, takeovers."""
    chance = random.Random(seed)
    disk = disk_of(centre, "tablet 0")
    page = Page.open(disk)
    shown: list[str] = []  # what the person was shown as kept
    allowed: set[str] = set()  # kept, and the page died before it could say so
    flying: list[bytes] = []  # on the way, to arrive late or twice
    lost: list[str] = []  # on a device that another one took over from
    now_us, wall_ms, monotonic_ms = START_US, START_US // 1000, 0
    devices = 0

    for number in range(steps):
        now_us += chance.randint(1_000, 20_000_000)
        wall_ms += chance.randint(1, 20_000)
        monotonic_ms += chance.randint(1, 20_000)
        what = chance.random()
        if what < 0.45:
            text = f"{seed}.{number}"
            if page.write(text, device_ms=wall_ms, monotonic_ms=monotonic_ms):
                shown.append(text)
        elif what < 0.50:  # the tab dies after the disk had it, before the person was told
            text = f"{seed}.{number}"
            if page.write(text, device_ms=wall_ms, monotonic_ms=monotonic_ms):
                allowed.add(text)
            page, monotonic_ms = Page.open(disk), 0
        elif what < 0.57:
            page, monotonic_ms = Page.open(disk), 0  # a reload, or a crash before the disk had anything
        elif what < 0.62:
            wall_ms += chance.choice([-600_000, 600_000, 259_200_000])
        elif what < 0.66:  # a second tab writes: the first finds the disk elsewhere and gives up
            other, text = Page.open(disk), f"{seed}.{number}"
            assert other.write(text, device_ms=wall_ms, monotonic_ms=0)
            shown.append(text)
            assert not page.write("never", device_ms=wall_ms, monotonic_ms=monotonic_ms)
            page = other
        elif what < 0.90:
            body = page.batch(chance.choice([1, 3, 500]))
            if body is not None:
                fate = chance.random()
                if fate < 0.6:
                    page.hear(arrive(body, server_us=now_us))
                elif fate < 0.8:
                    arrive(body, server_us=now_us)  # the answer is lost
                else:
                    flying.append(body)
        elif what < 0.97:
            if flying:  # something old arrives, perhaps again
                arrive(chance.choice(flying), server_us=now_us)
        else:  # another device takes over; what the first still holds comes too late
            kept = {json.loads(entry.payload)["text"] for entry in disk.entries}
            there = {json.loads(payload)["text"] for payload in stored(centre)}
            lost += [text for text in shown if text in kept - there]
            allowed |= kept - there
            devices += 1
            body = page.batch()
            disk = disk_of(centre, f"tablet {devices}", takeover=True)
            page, monotonic_ms = Page.open(disk), 0
            if body is not None:
                arrive(body, server_us=now_us)
        assert disk.confirmed <= Entry.objects.filter(stream_id=disk.identity.stream).count(), "never more than on disk"

    while (body := page.batch()) is not None:
        page.hear(arrive(body, server_us=now_us))
    there = [json.loads(payload)["text"] for payload in stored(centre)]
    assert len(there) == len(set(there)), "nothing twice"
    late = {text for text in lost if text not in there}
    assert [text for text in there if text not in allowed or text in shown] == [
        text for text in shown if text not in late
    ]
    waiting = b"".join(bytes(one.body) for one in Quarantine.objects.filter(stream__subject=centre.attempt.pk))
    assert all(text.encode() in waiting for text in late), "what came too late waits for people"


def stored(centre: Centre) -> list[str]:
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, stream__role="candidate")
    return list(rows.order_by("stream__epoch", "sequence").values_list("payload", flat=True))


@pytest.mark.parametrize(
    "seeds",
    [range(30), *(pytest.param(range(start, start + 97), marks=pytest.mark.slow) for start in range(30, 1000, 97))],
)
def test_f03_f06_the_servers_entries_equal_the_acts_that_were_shown_as_kept(centre: Centre, seeds: range) -> None:
    for seed in seeds:
        with transaction.atomic():
            live_a_day(centre, seed)
            transaction.set_rollback(True)
