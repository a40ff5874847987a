"""Several at once: one stream opens, one seal is made, one score is kept, and nobody waits for another in a circle."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from assess.attempts.actions import AttemptError
from assess.attempts.journal.append import Acknowledgement, append
from assess.attempts.journal.batches import read_batch
from assess.attempts.models import Attempt, Score, Seal, Stream
from tests.attempts.centre import NOW_US, Centre, build, closed
from tests.snapshots import as_built

AT_ONCE = 6


@pytest.fixture
def centre(transactional_db: None) -> Centre:
    return as_built("centre", build)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do every act in a thread and a transaction of its own; the answer is what came back, or the code of the refusal."""
    start = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        start.wait(30)
        try:
            with transaction.atomic():
                return act()
        except AttemptError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts, timeout=60))


def test_one_of_many_devices_gets_the_role(centre: Centre) -> None:
    def opening(number: int) -> Callable[[], Any]:
        return lambda: centre.open(centre.candidate, "candidate", device=f"seat {number}")

    found = at_once(*(opening(number) for number in range(AT_ONCE)))
    assert Counter(one if isinstance(one, str) else "granted" for one in found) == {
        "granted": 1,
        "held-elsewhere": AT_ONCE - 1,
    }
    assert Stream.objects.filter(subject=centre.attempt.pk).count() == 1


@pytest.mark.slow
def test_one_seal_and_one_score_are_made(centre: Centre) -> None:
    with transaction.atomic():
        closed(centre.open(centre.candidate, "candidate"))
    found = at_once(*[centre.sealed] * AT_ONCE)
    assert Counter(one if isinstance(one, str) else "sealed" for one in found) == {
        "sealed": 1,
        "nothing-new": AT_ONCE - 1,
    }
    scores = at_once(*[centre.scored] * AT_ONCE)
    assert {score.pk for score in scores} == {Score.objects.get().pk}
    assert Seal.objects.count() == 1


@pytest.mark.slow
def test_what_is_acknowledged_while_sealing_is_in_the_seal_or_was_refused(centre: Centre) -> None:
    with transaction.atomic():
        devices = [centre.open(centre.people.assessors[n], f"assessor:{n}", device=f"tablet {n}") for n in (4, 1, 3, 2)]
    for device in devices:
        device.write("close")
    batches = [read_batch(device.batches()[0], role=device.grant.identity.role) for device in devices]
    found = at_once(*[lambda: append(batches, server_us=NOW_US)] * 2, *[centre.sealed] * 4)
    assert {type(one) for outcomes in found[:2] for one in outcomes} == {Acknowledgement}
    assert Counter(found[2:]).keys() <= {
        "streams-open",
        "nothing-new",
        *(seal for seal in found[2:] if isinstance(seal, Seal)),
    }
    if not Seal.objects.exists():
        with transaction.atomic():
            centre.sealed()
    assert [head["sequence"] for head in Seal.objects.get().document["heads"]] == [1, 1, 1, 1]


def test_lock_of_a_sealed_attempt_is_not_forgotten(centre: Centre) -> None:
    with transaction.atomic():
        closed(centre.open(centre.candidate, "candidate"))
    found = at_once(centre.sealed, lambda: centre.open(centre.candidate, "candidate", device="another seat"))
    streams = Stream.objects.filter(subject=centre.attempt.pk).count()
    assert (isinstance(found[0], Seal), found[1] == "sealed", streams) == (streams == 1, streams == 1, streams)
    assert Attempt.objects.get(pk=centre.attempt.pk).state == ("sealed" if streams == 1 else "open")
