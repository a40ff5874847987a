"""Our credentials and status lists read by an implementation that is not ours: openvc-core."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from award_example import CREDENTIAL_KEY, FACTS
from openvc import OpenvcError, VerificationPolicy, verify_credential
from openvc.proof.errors import SignatureInvalid
from openvc.status.status_list import CredentialRevoked, CredentialSuspended

from assess.awards import builders, status_list

NOW = datetime(2026, 4, 1, tzinfo=UTC)
CREATED = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
POLICY = VerificationPolicy(now=NOW, expected_types=("OpenBadgeCredential",))


@pytest.fixture
def credential() -> dict[str, object]:
    return builders.issue(FACTS, key=CREDENTIAL_KEY, created=CREATED)


@pytest.fixture
def resolver() -> Callable[..., Callable[[str], dict[str, object]]]:
    def make(**set_for: bool) -> Callable[[str], dict[str, object]]:
        made = {
            entry.list_url: status_list.build(
                list_url=entry.list_url,
                purpose=entry.purpose,
                indices=[entry.index] if set_for.get(entry.purpose) else [],
                key=CREDENTIAL_KEY,
                valid_from=NOW - timedelta(hours=1),
                valid_until=NOW + timedelta(hours=1),
            )
            for entry in FACTS.status
        }
        return made.__getitem__

    return make


def test_it_verifies_with_its_status(
    credential: dict[str, object], resolver: Callable[..., Callable[[str], object]]
) -> None:
    result = verify_credential(credential, policy=POLICY, resolve_status_list=resolver())

    assert result.issuer == CREDENTIAL_KEY.public.did
    assert result.format == "data-integrity:eddsa-jcs-2022"


def test_half_credits_verify_elsewhere_too() -> None:
    half = replace(FACTS, ects=Decimal("2.5"), workload_hours=Decimal("62.5"), status=FACTS.status)
    document = json.loads(json.dumps(builders.issue(half, key=CREDENTIAL_KEY, created=CREATED)))

    result = verify_credential(document, policy=replace(POLICY, require_status=False))

    assert result.issuer == CREDENTIAL_KEY.public.did


def test_a_tampered_one_does_not(credential: dict[str, object]) -> None:
    tampered = copy.deepcopy(credential)
    tampered["credentialSubject"]["result"][0]["value"] = "98.25"  # type: ignore[index]

    with pytest.raises(SignatureInvalid):
        verify_credential(tampered, policy=replace(POLICY, require_status=False))


@pytest.mark.parametrize(
    ("set_for", "error"),
    [({"revocation": True}, CredentialRevoked), ({"suspension": True}, CredentialSuspended)],
)
def test_revoked_and_suspended_are_seen_elsewhere(
    credential: dict[str, object],
    resolver: Callable[..., Callable[[str], object]],
    set_for: dict[str, bool],
    error: type[OpenvcError],
) -> None:
    with pytest.raises(error):
        verify_credential(credential, policy=POLICY, resolve_status_list=resolver(**set_for))


def test_an_expired_one_is_refused_elsewhere(credential: dict[str, object]) -> None:
    with pytest.raises(OpenvcError, match="expired"):
        verify_credential(
            credential, policy=replace(POLICY, now=datetime(2031, 3, 2, tzinfo=UTC), require_status=False)
        )


def test_the_status_list_itself_verifies_elsewhere(resolver: Callable[..., Callable[[str], object]]) -> None:
    document = resolver()("https://awards.example.org/status/revocation/1")

    assert verify_credential(document, policy=VerificationPolicy(now=NOW)).format == "data-integrity:eddsa-jcs-2022"
