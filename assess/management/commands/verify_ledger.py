"""`verify_ledger`: hold journal, versions, seals, scores, cuts, decisions and awards against the ledger, or check an
export alone."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, ProgrammingError

from assess.attempts.inspection import inspect_journal
from assess.ledger import actions as ledger
from assess.ledger.export_check import verify_export
from assess.ledger.queries import compare


class Command(BaseCommand):
    help = "Compare every record with its leaf in the ledger and name the row that differs; with FILE, check an export alone."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="an export; the database is not looked at")
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._handle(options)
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(f"The database can't be read: {error}. Run `manage.py up` once to make its tables.")
            raise SystemExit(2) from None

    def _handle(self, options: dict[str, Any]) -> None:
        checks = self._export(options["file"]) if options["file"] else self._database()
        valid = all(check["passed"] for check in checks)
        if options["json"]:
            self.stdout.write(json.dumps({"valid": valid, "checks": checks}, ensure_ascii=False))
        else:
            for check in checks:
                self.stdout.write(f"{'ok  ' if check['passed'] else 'FAIL'}  {check['name']}: {check['sentence']}")
        if not valid:
            raise SystemExit(1)

    def _export(self, path: Path) -> list[dict[str, Any]]:
        try:
            found = verify_export(path)
        except (OSError, ValueError) as error:
            self.stderr.write(f"{path} can't be read as a ledger export: {error}")
            raise SystemExit(2) from None
        return [{"name": check.name, "passed": check.passed, "sentence": check.sentence} for check in found]

    def _database(self) -> list[dict[str, Any]]:
        ledger.sequence()
        leaves, differing = compare()
        entries, broken = inspect_journal()
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
        ]
        return checks + [
            {"name": difference.kind, "passed": False, "sentence": difference.sentence}
            for difference in (*differing, *broken)
        ]
