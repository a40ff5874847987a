"""Nobody sits for a scheme whose own checks do not hold, unless it is a sample, which says so on everything it awards."""

import pytest

from assess import door
from assess.attempts.conditions import AttemptError
from assess.awards.queries import not_open
from assess.management.world import releases
from assess.management.world.duties import record_duties
from assess.people.queries import actor
from assess.schemes.models import SchemeVersion
from tests.awards.decided import Decided


def open_one_more(decided: Decided) -> None:
    """Ask for another attempt. An attempt of the candidate that is not sealed is refused later than a scheme that is not open."""
    attempt = decided.decisions[0].attempt
    arguments = {"registration_id": attempt.registration_id, "sitting_id": attempt.sitting_id}
    door.act(actor(decided.people.director), "attempts.open_attempt", **arguments)


@pytest.mark.slow
def test_a_sample_is_sat_for_while_its_evidence_is_still_missing(decided: Decided) -> None:
    assert decided.version.sample
    assert not_open(decided.decisions[0].attempt.registration_id) is None

    open_one_more(decided)


@pytest.mark.slow
def test_a_real_scheme_is_opened_by_what_was_signed_and_released(decided: Decided) -> None:
    SchemeVersion.objects.filter(pk=decided.version.pk).update(sample=False)
    with pytest.raises(door.Forbidden) as refused:
        open_one_more(decided)
    assert "is not open yet. Not signed by two people with a document" in str(refused.value)
    assert "Nobody has reviewed the content for bias and sensitivity." in str(refused.value)
    assert "cut score" not in str(refused.value), "a cut may come from the first sitting"
    assert "training" not in str(refused.value), "an assessor is assigned when there is a sitting"

    record_duties(decided.people, decided.version)
    decided.version.refresh_from_db()
    releases.release(decided.people, decided.version)
    open_one_more(decided)
    with pytest.raises(AttemptError, match="not sealed yet"):
        open_one_more(decided)
