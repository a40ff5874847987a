"""`manage.py dossier SCHEME --output DIR`: the validity dossier as a page, on paper, and for machines."""

import sys
import uuid
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, ProgrammingError

from assess.awards.dossier import dossier_of
from assess.awards.dossier_entries import sealed_entries
from assess.ledger import actions as ledger
from assess.schemes.errors import SchemeError
from assess.schemes.queries import current_version
from assess.validity.datasets.models import Dataset
from assess.validity.datasets.queries import body_of
from assess.validity.dossier.assembled import Dossier
from assess.validity.dossier.files import FILES
from assess.validity.dossier.front import answer

UNREADABLE = 2


class Command(BaseCommand):
    help = (
        "Write the validity dossier of a scheme: dossier.pdf, dossier.html, dossier.json, evidence.jsonl, and the"
        " frozen data."
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
        parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="the folder to write to")

    def handle(self, *args: Any, scheme: str, output: Path, entries: list[uuid.UUID], **options: Any) -> None:
        try:
            version = current_version(scheme)
            ledger.sequence()
            ledger.checkpoint()
            found = dossier_of(version)
            written = {f"entries-{seal}.jsonl": "".join(sealed_entries(seal)).encode() for seal in entries}
        except (SchemeError, LookupError) as error:
            self._refuse(str(error))
        except (OperationalError, ProgrammingError) as error:
            self._refuse(f"The database can't be read: {error}. Run `manage.py up` once to make its tables.")
        self._write(found, output, written)
        for claim in found.claims:
            self.stdout.write(f"{claim.verdict}: {claim.title}")
        self.stdout.write(answer(found))

    def _write(self, found: Dossier, output: Path, written: dict[str, bytes]) -> None:
        made = {name: make(found) for name, make in FILES.items()} | written
        study = found.facts.study
        if study is not None and study.dataset is not None:
            made["dataset.json"] = body_of(Dataset.objects.get(pk=study.dataset.id))
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
