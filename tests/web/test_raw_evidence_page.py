"""Raw evidence on the page of an attempt's evidence: told with its proof, taken away byte for byte, gone when it is erased."""

import hashlib

import pytest

from assess.attempts.actions import erase_evidence, keep_evidence
from tests.web.sample_centre import Centre

RAW = b'{"t":1}\n'
DIGEST = hashlib.sha256(RAW).hexdigest()


@pytest.mark.slow
def test_raw_evidence_is_listed_taken_away_and_erased(centre: Centre) -> None:
    row = keep_evidence(
        actor_id=centre.people.station.pk,
        attempt_id=centre.attempt.pk,
        role="adapter:1",
        name="trace-r1.jsonl",
        media_type="application/jsonl",
        sha256=DIGEST,
        data=RAW,
    )
    office, stranger = centre.browser(centre.people.director), centre.browser(centre.candidate)
    address = f"/evidence/{centre.attempt.pk}/raw/{DIGEST}"
    page = office.get(f"/evidence/{centre.attempt.pk}/").content.decode()
    assert "trace-r1.jsonl" in page
    assert f"SHA-256 {DIGEST}" in page
    answer = office.get(address)
    assert answer.content == RAW
    assert answer["Content-Disposition"] == 'attachment; filename="trace-r1.jsonl"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert stranger.get(address).status_code == 404
    assert office.get(address[:-1] + "0").status_code == 404
    erase_evidence(evidence_ids=[row.pk], because="The retention is over.")
    assert office.get(address).status_code == 404
    assert "The retention is over." in office.get(f"/evidence/{centre.attempt.pk}/").content.decode()
