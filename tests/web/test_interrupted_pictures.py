"""F08: a picture whose sending was cut off, or whose server was killed, is not there at all; sent again it is whole."""

import hashlib
import io
import os
import signal
from typing import Any

import pytest

from assess.attempts import actions
from assess.attempts.files import shelf
from assess.attempts.models import Media
from tests.web.sample_centre import Centre
from tests.web.test_pictures_api import assessor, folder, photo, send


def send_part(centre: Centre, body: bytes, stated: int) -> tuple[int, dict[str, Any]]:
    """A request that states its length, and whose connection ends before so much has come."""
    response = centre.browser(assessor(centre)).post(
        f"/api/attempts/{centre.attempt.pk}/media?role=assessor:1&kind=photo&taken_ms=1795341600000",
        content_type="image/jpeg",
        CONTENT_LENGTH=str(stated),
        **{"wsgi.input": io.BytesIO(body)},  # type: ignore[arg-type]
    )
    return response.status_code, response.json()


def files(centre: Centre) -> list[str]:
    return sorted(path.name for path in folder(centre).iterdir()) if folder(centre).is_dir() else []


def sent_again(centre: Centre) -> None:
    status, answer = send(centre.browser(assessor(centre)), centre)
    media = Media.objects.get()
    assert (status, answer["sent_sha256"]) == (200, hashlib.sha256(photo()).hexdigest())
    assert hashlib.sha256(shelf.get(media.attempt_id, media.file_name)).hexdigest() == media.sha256
    assert files(centre) == [media.file_name]


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.7, 0.999])
def test_f08_a_picture_cut_off_on_its_way_leaves_nothing_and_is_whole_when_sent_again(
    centre: Centre, kept: float
) -> None:
    whole = photo()
    status, answer = send_part(centre, whole[: int(len(whole) * kept)], len(whole))
    assert (status, answer["code"]) == (400, "length")
    assert (Media.objects.count(), files(centre)) == (0, [])
    sent_again(centre)


def half_written(centre: Centre) -> None:
    """A server's process is killed while it writes a picture: before the file has its name."""
    child = os.fork()
    if child == 0:
        try:
            os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
            shelf.put(centre.attempt.pk, "a.jpg", photo())
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    (left,) = files(centre)
    assert left.endswith(".part")


def test_f08_a_server_killed_while_it_writes_a_picture_leaves_nothing_that_stays(centre: Centre) -> None:
    half_written(centre)
    assert not Media.objects.exists()
    sent_again(centre)


def test_f08_what_a_killed_server_left_goes_when_pictures_are_erased(centre: Centre) -> None:
    sent_again(centre)
    (folder(centre) / "b.jpg.part").write_bytes(photo())
    actions.erase_media(media_ids=[Media.objects.get().pk], because="over")
    assert files(centre) == []
