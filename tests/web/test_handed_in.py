"""A device that could not send saved a file; a proctor hands it in. Everything comes in by the journal's own door."""

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from assess.attempts import actions
from assess.attempts.journal import grants
from assess.attempts.journal.batches import MAX_ENTRIES
from assess.attempts.journal.chain import DeviceChain
from assess.attempts.journal.handed_in import HandedInError, read_file
from assess.attempts.journal.writer import writer
from assess.attempts.models import Entry, Media, Stream
from tests.snapshots import as_built
from tests.web.sample_centre import Centre, today


@pytest.fixture
def centre(transactional_db: None) -> Iterator[Centre]:
    yield as_built("today", today)
    writer.stop()


class Tablet:
    """A device that writes without a network, as an assessor of the first candidate."""

    def __init__(self, centre: Centre, role: str = "assessor:1") -> None:
        with transaction.atomic():
            self.grant = actions.open_stream(
            actor_id=centre.lives[0].posts[role].pk, subject_kind="attempt", subject_id=centre.attempt.pk,
            role=role, device="tablet 7",
        )  # fmt: skip
        self.chain, self.entries = DeviceChain(self.grant.identity), []

    def write(self, name: str, /, **payload: Any) -> None:
        entry = self.chain.add(name, payload, device_ms=1_800_000_000_000, monotonic_ms=len(self.entries))
        said = {"sequence": entry.sequence, "kind": name, "payload": payload, "device_ms": entry.device_ms,
                "monotonic_ms": entry.monotonic_ms, "digest": entry.digest.hex()}  # fmt: skip
        self.entries.append(said)

    def file(self, *pictures: dict[str, Any]) -> dict[str, Any]:
        batch = {"stream": self.grant.identity.stream, "device": "tablet 7", "entries": self.entries}
        batches = [{"grant": self.grant.token, "batch": batch}] if self.entries else []
        return {"assayer": "unsent entries", "version": 1, "batches": batches, "pictures": list(pictures)}


def hand_in(centre: Centre, file: Any, sitting: Any = None) -> str:
    client = centre.browser(centre.lives[0].posts["proctor:1"])
    body = file if isinstance(file, bytes) else json.dumps(file).encode()
    sent = {"file": SimpleUploadedFile("assayer-unsent.json", body, "application/json")}
    address = f"/proctor/sittings/{sitting or centre.sitting.pk}/handed-in/"
    return client.post(address, sent, follow=True).content.decode()


def texts(centre: Centre) -> list[str]:
    found = Entry.objects.filter(stream__subject=centre.attempt.pk, kind="comment").order_by("sequence")
    return [json.loads(payload)["text"] for payload in found.values_list("payload", flat=True)]


@pytest.mark.slow
def test_what_a_device_could_not_send_comes_in_once(centre: Centre) -> None:
    tablet = Tablet(centre)
    for number in range(3):
        tablet.write("comment", text=f"seen {number}")
    assert "3 entries are new" in hand_in(centre, tablet.file())
    assert "0 entries are new" in hand_in(centre, tablet.file())
    assert texts(centre) == ["seen 0", "seen 1", "seen 2"]


@pytest.mark.slow
def test_more_than_a_batch_is_handed_in_as_several(centre: Centre) -> None:
    tablet = Tablet(centre)
    for number in range(MAX_ENTRIES + 3):
        tablet.write("comment", text=str(number))
    assert [batch.entries for batch in read_file(json.dumps(tablet.file()).encode()).batches] == [MAX_ENTRIES, 3]
    hand_in(centre, tablet.file())
    assert texts(centre) == [str(number) for number in range(MAX_ENTRIES + 3)]


def test_a_changed_entry_is_refused_by_the_chain(centre: Centre) -> None:
    tablet = Tablet(centre)
    tablet.write("comment", text="not done")
    tablet.entries[0]["payload"]["text"] = "done"
    assert "It waits below." in hand_in(centre, tablet.file())
    assert texts(centre) == []


def test_entries_under_a_made_up_grant_are_not_taken(centre: Centre) -> None:
    tablet = Tablet(centre)
    tablet.write("comment", text="made up")
    file = tablet.file()
    file["batches"][0]["grant"] = grants.sign(Stream.objects.get(pk=tablet.grant.identity.stream).pk)[:-6] + "AAAAAA"
    hand_in(centre, file)
    assert texts(centre) == []


def picture(centre: Centre, body: bytes) -> dict[str, Any]:
    return {"subject": str(centre.attempt.pk), "role": "assessor:1", "kind": "photo", "taken_ms": 1_800_000_000_000,
            "sha256": hashlib.sha256(body).hexdigest(), "base64": base64.b64encode(body).decode()}  # fmt: skip


def photo(colour: str) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(drawn, "JPEG")
    return drawn.getvalue()


def test_a_picture_is_kept_in_its_takers_name_where_the_journal_names_it(centre: Centre) -> None:
    tablet, body = Tablet(centre), photo("red")
    tablet.write("picture", kind="photo", sha256=hashlib.sha256(body).hexdigest())
    page = hand_in(centre, tablet.file(picture(centre, body), picture(centre, photo("blue"))))
    assert "Pictures now on the server: 1." in page
    assert "is named in no journal" in page
    kept = Media.objects.get()
    assert (kept.taken_by_id, kept.sent_sha256) == (
        centre.lives[0].posts["assessor:1"].pk,
        hashlib.sha256(body).hexdigest(),
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "can't be read"),
        (b"{", "can't be read"),
        (b"[]", "can't be read"),
        (b'{"assayer": "credential", "version": 1}', "no file of unsent entries"),
        (b'{"assayer": "unsent entries", "version": 1, "batches": [{}]}', "can't be read"),
        (b'{"assayer": "unsent entries", "version": 1, "batches": [], "pictures": [{"base64": "%"}]}', "can't be read"),
        (b"[" * 100_000, "can't be read"),
        (b"\xff\xfe", "can't be read"),
    ],
)
def test_a_file_that_is_none_is_told(sent: bytes, said: str) -> None:
    with pytest.raises(HandedInError, match=said):
        read_file(sent)


def test_a_file_that_holds_nothing_says_that_everything_was_sent(centre: Centre) -> None:
    assert "everything had been sent" in hand_in(centre, Tablet(centre).file())
