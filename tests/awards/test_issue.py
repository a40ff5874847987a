"""Issuing: from the latest decision on the latest score, once for an attempt."""

from typing import Any

import pytest
from django.utils import timezone

from assess.attempts.models import Score
from assess.awards.errors import AwardError
from assess.awards.models import Credential, Decision
from assess.management.world import releases
from tests.awards.decided import Decided


@pytest.fixture
def ready(decided: Decided) -> Decided:
    releases.release(decided.people, decided.version)
    decided.approve(decided.passed[0])
    return decided


def later(row: Decision, **changes: Any) -> Decision:
    """A decision after this one, as another score would give."""
    return Decision.objects.create(
        attempt=row.attempt, score=row.score, number=row.number + 1, outcome="not passed",
        document=row.document, digest=bytes(32), decided_at=timezone.now(), **changes,
    )  # fmt: skip


def code_of(decided: Decided) -> str:
    with pytest.raises(AwardError) as refused:
        decided.issue(decided.passed[0])
    return refused.value.code


@pytest.mark.slow
def test_a_decision_is_issued_once_and_keeps_its_gate(ready: Decided) -> None:
    row = ready.passed[0]

    credential = ready.issue(row)

    assert ready.issue(row) == credential
    assert credential.gate["open"] is True
    assert Credential.objects.count() == 1


@pytest.mark.slow
def test_an_earlier_decision_is_not_issued_after_a_later_one(ready: Decided) -> None:
    later(ready.passed[0])

    assert code_of(ready) == "superseded"


@pytest.mark.slow
def test_a_decision_on_an_earlier_score_is_not_issued_after_a_later_score(ready: Decided) -> None:
    held = ready.passed[0].score
    Score.objects.create(
        attempt=held.attempt, seal=held.seal, number=held.number + 1, document=held.document, digest=bytes(32),
        scored_at=timezone.now(),
    )  # fmt: skip

    assert code_of(ready) == "superseded"


@pytest.mark.slow
def test_an_attempt_has_one_credential(ready: Decided) -> None:
    row = ready.passed[0]
    ready.issue(row)
    second = later(row)
    Decision.objects.filter(pk=second.pk).update(outcome="passed", digest=row.digest)
    second.refresh_from_db()
    ready.approve(second)

    with pytest.raises(AwardError, match="has its credential already") as refused:
        ready.issue(second)
    assert refused.value.code == "issued"
