"""The page of a study's data: who is left out and why, leaving an attempt out by name and taking it in again."""

from collections.abc import Iterator

import pytest
from django.test import Client

from assess.attempts.journal.writer import writer
from assess.attempts.models import Attempt
from assess.validity.datasets.models import Exclusion
from tests.snapshots import as_built
from tests.web.lived_centre import Lived, live_a_sitting

pytestmark = pytest.mark.slow


@pytest.fixture
def centre(transactional_db: None) -> Iterator[Lived]:
    yield as_built("lived", live_a_sitting)
    writer.stop()


def test_an_attempt_is_left_out_by_name_and_taken_in_again(centre: Lived) -> None:
    director, board = Client(), Client()
    director.force_login(centre.people.director)
    board.force_login(centre.people.board)
    path = f"/director/schemes/{centre.version.pk}/data/"
    attempt = Attempt.objects.select_related("registration__candidate").get(pk=centre.attempts[0].pk)
    candidate = attempt.registration.candidate
    page = director.get(path, {"name": candidate.family_name}).content.decode()
    assert "8 sealed attempts" in page and str(attempt.pk) in page
    assert "No attempt is left out." in page

    said = {"attempt": str(attempt.pk), "reason": "technical", "words": "The bench lost its power."}
    assert board.post(path, said).status_code == 404
    assert not Exclusion.objects.exists()
    page = director.post(path, said, follow=True).content.decode()
    assert "Left out from the next study on, under your name." in page
    assert "The bench lost its power." in page and "7 sealed attempts" in page
    assert "Take in again" not in board.get(path).content.decode()
    assert director.post(path, said).status_code == 404

    exclusion = Exclusion.objects.get()
    page = director.post(path, {"lift": str(exclusion.pk)}, follow=True).content.decode()
    assert "Taken in again, from the next study on." in page and "8 sealed attempts" in page
