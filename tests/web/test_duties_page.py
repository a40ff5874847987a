"""The page of frame and duties: what it refuses, who sees what, and how a document leaves."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assess.schemes import queries as schemes
from assess.schemes.models import DutyRecord
from tests.web.sample_centre import Centre

CHARTER = b"%PDF-1.7 the charter"
UNTIL = (timezone.now().date() + timedelta(days=400)).isoformat()


def sent(**changes: object) -> dict[str, object]:
    return {
        "duty": "ownership",
        "statement": "Holders keep the file.",
        "valid_until": UNTIL,
        "document": SimpleUploadedFile("../terms.html", CHARTER),
        **changes,
    }


def address_of(centre: Centre) -> str:
    return f"/director/schemes/{centre.version.pk}/duties/"


@pytest.mark.slow
def test_a_record_is_proposed_signed_and_its_document_kept_back_from_the_browser(centre: Centre) -> None:
    director, approver = centre.browser(centre.people.director), centre.browser(centre.people.approvers[0])
    told = director.post(address_of(centre), sent(), follow=True).content.decode()
    assert "Recorded. It counts once another person has signed it." in told
    record = DutyRecord.objects.get()
    refused = director.post(f"/director/duties/{record.pk}/sign/", follow=True).content.decode()
    assert "Who proposed a record does not sign it. Another person does." in refused
    approver.post(f"/director/duties/{record.pk}/sign/", {"comment": "read"})
    assert [duty.code for duty in schemes.duties_of(centre.version.pk) if duty.met] == ["ownership"]
    assert "Withdraw it" not in approver.get(address_of(centre)).content.decode()
    document = approver.get(f"/director/duties/{record.pk}/document")
    assert (document.content, document["Content-Type"]) == (CHARTER, "application/pdf")
    assert document["Content-Disposition"] == 'attachment; filename="duty.pdf"'
    assert document["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in document["Content-Security-Policy"]
    assert "terms.pdf" in approver.get(address_of(centre)).content.decode()

    withdrawn = director.post(f"/director/duties/{record.pk}/withdraw/", {"reason": "It was repealed."}, follow=True)
    assert "Withdrawn by" in withdrawn.content.decode()
    assert not any(duty.met for duty in schemes.duties_of(centre.version.pk))


@pytest.mark.slow
def test_what_is_missing_or_makes_no_sense_is_told_and_nothing_is_recorded(centre: Centre) -> None:
    director = centre.browser(centre.people.director)
    for changes, said in (
        ({"document": ""}, "Choose the document that shows it."),
        ({"document": SimpleUploadedFile("a.exe", b"MZ\x90\x00\x03")}, "This is none of the kinds of document"),
        ({"statement": " "}, "The record states nothing."),
        ({"valid_until": "soon"}, "Give the last day on which it holds"),
        ({"duty": "learning_event"}, "is no duty of a scheme of the kind EU micro-credential"),
    ):
        assert said in director.post(address_of(centre), sent(**changes), follow=True).content.decode()
    assert DutyRecord.objects.count() == 0


@pytest.mark.slow
def test_only_a_director_proposes_and_others_of_the_desk_read(centre: Centre) -> None:
    board = centre.browser(centre.people.board)
    page = board.get(address_of(centre)).content.decode()
    assert "Propose a record" not in page
    assert "Micro-credential or open badge?" in page
    board.post(address_of(centre), sent())
    assert DutyRecord.objects.count() == 0
    assert centre.browser(centre.people.assessors[0]).get(address_of(centre)).status_code == 404
