"""`verify_credential FILE`: is this credential valid, and if not, why. It needs no account and looks nothing up
about the holder."""

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from assess.awards.models import Credential
from assess.awards.queries import issuing_key, status_lists
from assess.awards.verification import LARGEST, TrustedIssuer, Verdict, verify
from assess.ledger.strict_json import StrictJSONError, read


class Command(BaseCommand):
    help = "Verify a credential file: proof, dates, status, and what it announces about itself."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
        parser.add_argument(
            "--status",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a status list credential, given as a file",
        )
        parser.add_argument("--issuer", action="append", default=[], metavar="DID", help="an issuer you trust")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = options["file"].read_bytes()
            lists = [read(path.read_bytes(), largest=LARGEST) for path in options["status"]]
        except OSError as error:
            self.stderr.write(f"{error.filename} can't be read: {error.strerror}.")
            raise SystemExit(2) from None
        except StrictJSONError as error:
            self.stderr.write(f"A status list can't be read: {error}")
            raise SystemExit(2) from None
        now = timezone.now()
        brought = {str(one.get("id")): one for one in lists if isinstance(one, dict)}
        own = _own_lists(data, now)
        trusted = {did: TrustedIssuer(name=did) for did in options["issuer"]} or (own and _own_issuers()) or None
        verdict = verify(data, now=now, status_lists=brought or own, trusted_issuers=trusted)
        self._report(verdict, as_json=options["json"])
        if not verdict.valid:
            raise SystemExit(2 if [check.name for check in verdict.checks] == ["readable"] else 1)

    def _report(self, verdict: Verdict, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(verdict.document(), ensure_ascii=False))
            return
        for sentence in verdict.announcements:
            self.stdout.write(f"NOTE  {sentence}")
        for check in verdict.checks:
            self.stdout.write(f"{'ok  ' if check.passed else 'FAIL'}  {check.name}: {check.sentence}")
        self.stdout.write("VALID" if verdict.valid else "NOT VALID")


def _own_lists(data: bytes, now: datetime) -> dict[str, dict[str, object]] | None:
    """The status lists of this installation, where it issued the credential itself; a stranger's machine has none."""
    try:
        identifier = read(data, largest=LARGEST)
        key = UUID(str(identifier.get("id")).removeprefix("urn:uuid:")) if isinstance(identifier, dict) else None
        if key is None or not Credential.objects.filter(pk=key).exists():
            return None
        return status_lists(now)
    except (StrictJSONError, ValueError, DatabaseError):
        return None


def _own_issuers() -> dict[str, TrustedIssuer]:
    keys = {demonstration: issuing_key(demonstration=demonstration) for demonstration in (False, True)}
    return {
        key.public.did: TrustedIssuer(name="this installation", demonstration=demonstration)
        for demonstration, key in keys.items()
    }
