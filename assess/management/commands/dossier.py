"""`manage.py dossier SCHEME --output DIR`: the validity dossier as a page, on paper, and for machines."""

import sys
import uuid
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, ProgrammingError

from assess.awards.dossier import dossier_of
from assess.awards.dossier_entries import duty_documents, files_of, sealed_entries
from assess.ledger import actions as ledger
from assess.schemes.errors import SchemeError
from assess.schemes.queries import current_version
from assess.validity.dossier.front import answer

UNREADABLE = 2


class Command(BaseCommand):
    help = (
        "Write the validity dossier of a scheme: dossier.pdf, dossier.html, dossier.json, evidence.jsonl, the frozen"
        " data, and the ratings of its cut-score meetings."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme", help="the scheme's code, MC-ECW say; its latest published version is taken")
        parser.add_argument(
            "--entries",
            type=uuid.UUID,
            action="append",
            default=[],
            metavar="SEAL",
            help="write the entries under this seal too (they are about a person); may be repeated",
        )
        parser.add_argument(
            "--documents", action="store_true", help="write the documents under the duties too, as they were handed in"
        )
        parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="the folder to write to")

    def handle(
        self, *args: Any, scheme: str, output: Path, entries: list[uuid.UUID], documents: bool = False, **options: Any
    ) -> None:
        try:
            version = current_version(scheme)
            ledger.sequence()
            ledger.checkpoint()
            found = dossier_of(version)
            made = files_of(found)
            made |= {f"entries-{seal}.jsonl": "".join(sealed_entries(seal)).encode() for seal in entries}
            made |= duty_documents(found) if documents else {}
        except (SchemeError, LookupError) as error:
            self._refuse(str(error))
        except (OperationalError, ProgrammingError) as error:
            self._refuse(f"The database can't be read: {error}. Run `manage.py up` once to make its tables.")
        self._write(output, made)
        for claim in found.claims:
            self.stdout.write(f"{claim.verdict}: {claim.title}")
        self.stdout.write(answer(found))

    def _write(self, output: Path, made: dict[str, bytes]) -> None:
        try:
            output.mkdir(parents=True, exist_ok=True)
            for name, held in made.items():
                (output / name).write_bytes(held)
        except OSError as error:
            self._refuse(f"{output} can't be written: {error.strerror}. Name a folder you may write to.")
        for name in made:
            self.stderr.write(f"Wrote {output / name}.")

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)
