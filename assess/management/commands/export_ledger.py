"""`export_ledger FILE`: the whole ledger as JSON lines that a verifier without this application can check."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, ProgrammingError

from assess.ledger import actions as ledger
from assess.ledger.queries import export_lines


class Command(BaseCommand):
    help = "Write the ledger with its checkpoints and the documents that may still be shown, one JSON object a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--without-documents", action="store_true", help="leaves and checkpoints only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._handle(options)
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(f"The database can't be read: {error}. Run `manage.py up` once to make its tables.")
            raise SystemExit(2) from None

    def _handle(self, options: dict[str, Any]) -> None:
        ledger.sequence()
        ledger.checkpoint()
        try:
            with options["file"].open("w", encoding="utf-8") as file:
                count = 0
                for line in export_lines(documents=not options["without_documents"]):
                    file.write(line)
                    count += 1
        except OSError as error:
            self.stderr.write(f"{options['file']} can't be written: {error.strerror}.")
            raise SystemExit(2) from None
        self.stderr.write(f"{count} lines written to {options['file']}.")
