"""Devices that write to real streams."""

import time
import uuid
from typing import Any

import pytest

from assess.attempts.journal import grants
from assess.attempts.journal.chain import DeviceChain
from assess.attempts.journal.writer import writer
from assess.attempts.models import Stream
from tests.devices import Device


@pytest.fixture
def device(transactional_db: None) -> Any:
    """Makes devices, each with a new stream. The journal's writer has a thread and a connection of its own."""

    def make(role: str = "candidate", name: str = "seat-4", subject: uuid.UUID | None = None, epoch: int = 1) -> Device:
        stream = Stream(
            subject_kind="attempt",
            subject=subject or uuid.uuid4(),
            role=role,
            device=name,
            epoch=epoch,
            opened_us=time.time_ns() // 1000,
        )
        genesis = grants.identity_of(stream).genesis()
        stream.head_digest = stream.head_receipt = genesis
        stream.save()
        return Device(stream, DeviceChain(grants.identity_of(stream)), grants.sign(stream.pk))

    yield make
    writer.stop()
