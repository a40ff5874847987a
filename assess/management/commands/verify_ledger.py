"""`verify_ledger`: hold journal, versions, seals, scores, cuts, decisions and awards against the ledger, or check an
export alone."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, ProgrammingError

from assess.attempts.journal.inspection import inspect_journal
from assess.ledger.export_check import verify_export
from assess.ledger.queries import Difference, compare, waiting
from assess.ledger.reading import ERRORS, told


class Command(BaseCommand):
    help = "Compare every record with its leaf in the ledger and name the row that differs; with FILE, check an export alone."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="an export; the database is not looked at")
        parser.add_argument(
            "--key", action="append", help="with FILE: a did:key you trust; may be given more than once"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._handle(options)
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(f"The database can't be read: {error}. Run `manage.py up` once to make its tables.")
            raise SystemExit(2) from None

    def _handle(self, options: dict[str, Any]) -> None:
        if options["key"] and not options["file"]:
            self.stderr.write("--key goes with FILE: the database is read with the key of this installation.")
            raise SystemExit(2)
        checks = self._export(options["file"], options["key"]) if options["file"] else self._database()
        valid = all(check["passed"] for check in checks)
        if options["json"]:
            self.stdout.write(json.dumps({"valid": valid, "checks": checks}, ensure_ascii=False))
        else:
            if options["file"] and not options["key"]:
                self.stdout.write(
                    "note  key: the export vouches for its own key; give --key to compare it with the published one."
                )
            for check in checks:
                self.stdout.write(f"{'ok  ' if check['passed'] else 'FAIL'}  {check['name']}: {check['sentence']}")
        if not valid:
            raise SystemExit(1)

    def _export(self, path: Path, keys: list[str] | None) -> list[dict[str, Any]]:
        try:
            found = verify_export(path, trusted_keys=keys)
        except (OSError, ValueError) as error:
            self.stderr.write(f"{path} can't be read as a ledger export: {error}")
            raise SystemExit(2) from None
        return [{"name": check.name, "passed": check.passed, "sentence": check.sentence} for check in found]

    def _database(self) -> list[dict[str, Any]]:
        """Nothing is written here: the ledger that is audited does not grow by being looked at."""
        left = waiting()
        leaves, differing = compare()
        try:
            entries, broken = inspect_journal()
        except ERRORS as error:
            entries, broken = 0, [Difference("entry", "*", f"The journal can't be read: {told(error)}.")]
        checks = [
            {
                "name": "ledger",
                "passed": not differing,
                "sentence": f"{leaves} leaves were compared with their rows and checkpoints; {len(differing)} differ.",
            },
            {
                "name": "journal",
                "passed": not broken,
                "sentence": f"{entries} entries were held against their chains and seals; {len(broken)} differ.",
            },
            {
                "name": "waiting",
                "passed": True,
                "sentence": f"{left} records wait for the sequencer; they were compared as they wait.",
            },
        ]
        return checks + [
            {"name": difference.kind, "passed": False, "sentence": difference.sentence}
            for difference in (*differing, *broken)
        ]
