import threading
from pathlib import Path
from queue import Empty

import kombu
import pytest
from kombu.exceptions import ChannelError

from assess.site import addresses
from assess.site.broker import Transport


def connect(folder: Path) -> kombu.Connection:
    options = addresses.broker_options("filesystem://", folder=folder)
    return kombu.Connection("filesystem://", transport=Transport, transport_options=options)


def test_message_waits_in_the_folder_until_another_connection_takes_it(tmp_path: Path) -> None:
    with connect(tmp_path) as sender:
        sender.SimpleQueue("work").put({"id": 7})
    assert len(list((tmp_path / "queue").glob("*.work.msg"))) == 1
    with connect(tmp_path) as receiver:
        queue = receiver.SimpleQueue("work")
        message = queue.get(timeout=1)
        assert message.payload == {"id": 7}
        message.ack()
        with pytest.raises(Empty):
            queue.get(block=False)
    assert list((tmp_path / "queue").iterdir()) == []


@pytest.mark.slow
def test_reader_never_meets_a_message_that_is_only_half_written(tmp_path: Path) -> None:
    sent, senders = 100, 3
    received: list[int] = []
    filling = "x" * 200_000

    def send(first: int) -> None:
        with connect(tmp_path) as sender:
            queue = sender.SimpleQueue("work")
            for number in range(first, first + sent):
                queue.put({"number": number, "filling": filling})

    threads = [threading.Thread(target=send, args=(first * sent,)) for first in range(senders)]
    for thread in threads:
        thread.start()
    with connect(tmp_path) as receiver:
        queue = receiver.SimpleQueue("work")
        while len(received) < sent * senders:
            message = queue.get(timeout=20)
            assert message.payload["filling"] == filling
            received.append(message.payload["number"])
            message.ack()
    for thread in threads:
        thread.join()
    assert sorted(received) == list(range(sent * senders))


@pytest.mark.slow
def test_queues_bound_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    def bind(name: str) -> None:
        with connect(tmp_path) as connection:
            exchange = kombu.Exchange("events", type="fanout")
            kombu.Queue(name, exchange, channel=connection.default_channel).declare()

    names = [f"q{number}" for number in range(12)]
    threads = [threading.Thread(target=bind, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connect(tmp_path) as connection:
        assert {row.queue for row in connection.default_channel.get_table("events")} == set(names)


def test_folder_that_takes_no_message_is_an_error_with_a_reason_and_leaves_nothing(tmp_path: Path) -> None:
    with connect(tmp_path) as sender:
        queue = sender.SimpleQueue("work")
        (tmp_path / "queue").rmdir()
        with pytest.raises(ChannelError, match="took no file: No such file"):
            queue.put({"id": 1})
