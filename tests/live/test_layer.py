import asyncio
import threading
import time
from typing import Any

import pytest

from assess.live.layer import LocalLayer

CHANGED = {"type": "changed", "text": '{"id": "bay-3", "n": 41}'}


async def members(layer: LocalLayer, group: str, count: int) -> list[str]:
    names = [await layer.new_channel() for _ in range(count)]
    for name in names:
        await layer.group_add(group, name)
    return names


def test_group_message_reaches_its_members_and_nobody_else() -> None:
    async def scene() -> None:
        layer = LocalLayer()
        first, second = await members(layer, "bay", 2)
        (other,) = await members(layer, "hall", 1)
        await layer.group_send("bay", CHANGED)
        assert await layer.receive(first) == CHANGED
        assert await layer.receive(second) == CHANGED
        await layer.send(other, {"type": "only-you"})
        assert await layer.receive(other) == {"type": "only-you"}

    asyncio.run(scene())


def test_member_that_left_receives_no_more() -> None:
    async def scene() -> None:
        layer = LocalLayer()
        first, second = await members(layer, "bay", 2)
        await layer.group_discard("bay", first)
        await layer.group_send("bay", CHANGED)
        assert await layer.receive(second) == CHANGED
        await layer.send(first, {"type": "end"})
        assert await layer.receive(first) == {"type": "end"}

    asyncio.run(scene())


def test_message_published_from_a_thread_wakes_its_receiver_at_once() -> None:
    async def scene() -> float:
        layer = LocalLayer()
        (name,) = await members(layer, "bay", 1)
        waiting = asyncio.ensure_future(layer.receive(name))
        await asyncio.sleep(0.05)  # the receiver sleeps in the loop's selector now
        began = time.monotonic()
        threading.Thread(target=layer.publish, args=("bay", CHANGED)).start()
        assert await waiting == CHANGED
        return time.monotonic() - began

    # A layer that puts into the queue from the other thread wakes nobody: this one would wait for the timeout.
    assert asyncio.run(asyncio.wait_for(scene(), 5)) < 0.5


def test_receivers_in_two_loops_are_both_reached() -> None:
    layer = LocalLayer()
    got: list[Any] = []
    joined = threading.Barrier(3)

    def listen() -> None:
        async def scene() -> None:
            (name,) = await members(layer, "bay", 1)
            joined.wait()
            got.append(await asyncio.wait_for(layer.receive(name), 5))

        asyncio.run(scene())

    threads = [threading.Thread(target=listen) for _ in range(2)]
    for thread in threads:
        thread.start()
    joined.wait()
    layer.publish("bay", CHANGED)
    for thread in threads:
        thread.join()
    assert got == [CHANGED, CHANGED]


def test_receiver_that_does_not_read_keeps_the_first_messages_and_stops_nobody() -> None:
    async def scene() -> None:
        layer = LocalLayer(capacity=3)
        slow, quick = await members(layer, "bay", 2)
        for number in range(5):
            await layer.group_send("bay", {"type": "changed", "n": number})
            assert (await layer.receive(quick))["n"] == number
        assert [(await layer.receive(slow))["n"] for _ in range(3)] == [0, 1, 2]

    asyncio.run(scene())


def test_consumer_that_ended_while_waiting_leaves_nothing_behind() -> None:
    async def scene() -> None:
        layer = LocalLayer()
        (name,) = await members(layer, "bay", 1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(layer.receive(name), 0.01)
        assert (layer._mailboxes, dict(layer._groups)) == ({}, {})
        await layer.group_send("bay", CHANGED)

    asyncio.run(scene())


def test_publishing_to_receivers_whose_loop_is_gone_does_no_harm() -> None:
    layer = LocalLayer()
    asyncio.run(members(layer, "bay", 2))
    layer.publish("bay", CHANGED)
    asyncio.run(layer.flush())
    assert (layer._mailboxes, dict(layer._groups)) == ({}, {})


def fan_out_seconds(count: int) -> float:
    """CPU seconds for one message to `count` waiting receivers; the best of five."""

    async def scene() -> float:
        layer = LocalLayer()
        names = await members(layer, "wall", count)
        spent = []
        for _ in range(5):
            waiting = [asyncio.ensure_future(layer.receive(name)) for name in names]
            await asyncio.sleep(0)
            began = time.process_time()
            await layer.group_send("wall", CHANGED)
            assert await asyncio.gather(*waiting) == [CHANGED] * count
            spent.append(time.process_time() - began)
        return min(spent)

    return asyncio.run(scene())


@pytest.mark.slow
def test_fan_out_to_a_thousand_grows_with_the_receivers_not_with_their_square() -> None:
    fan_out_seconds(50)
    few, many = fan_out_seconds(250), fan_out_seconds(2000)
    assert many / few < 24  # 8 times the receivers: linear is 8, quadratic would be 64
    assert fan_out_seconds(1000) < 0.4  # seconds; the goal for one process
