"""The server is killed at random moments under autosave load; what it acknowledged is there, once, in order.

SIGKILL takes the process, not the machine: that a commit reaches the disk itself is what `synchronous=FULL` is for.
"""

import os
import random
import threading
import time

import pytest

from tests.faults.installation import Installation, free_port
from tests.faults.loopback_device import LoopbackDevice
from tests.faults.promises import assert_kept

DEVICES = 8
KILLS = int(os.environ.get("ASSAYER_KILLS") or ("200" if os.environ.get("ASSAYER_FULL_COUNTS") else "20"))


def promised(devices: list[LoopbackDevice]) -> int:
    return sum(len(device.acknowledged) for device in devices)


@pytest.mark.slow
def test_f06_f07_killed_server_keeps_what_it_acknowledged(installation: Installation) -> None:
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}, {KILLS} kills")
    randomness = random.Random(seed)
    port = free_port()
    devices = [LoopbackDevice.of(grant, port=port) for grant in installation.open_streams(DEVICES)]
    stop = threading.Event()
    load = [
        threading.Thread(target=device.autosave, args=(stop, random.Random(seed + number)))
        for number, device in enumerate(devices)
    ]
    for thread in load:
        thread.start()
    try:
        for number in range(KILLS):
            promised_before = promised(devices)
            server = installation.start("asgi" if number % 2 else "wsgi", port=port)
            try:
                # Every fifth may die before its first promise; the others at a random moment after it.
                while number % 5 != 4 and promised(devices) == promised_before:
                    assert server.process.poll() is None, "the server ended by itself"
                    assert all(thread.is_alive() for thread in load), "a device met an answer it can't explain"
                    time.sleep(0.001)
                time.sleep(randomness.expovariate(1 / 0.15))
            finally:
                server.kill()
    finally:
        stop.set()
        for thread in load:
            thread.join()
    server = installation.start("wsgi", port=port)
    try:
        for device in devices:
            device.flush()
    finally:
        server.stop()
    read = installation.read()
    print(f"{read['inspected']} entries through {KILLS} kills")
    assert_kept(read, devices)
    assert read["heads"] == {device.identity.stream: device.chain.sequence for device in devices}
    assert read["quarantined"] == []
    assert {status for device in devices for status, _ in device.answers} == {200}
