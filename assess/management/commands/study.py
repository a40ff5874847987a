"""`manage.py study`: the checks on real CSV data, or on the frozen scores of a scheme; as a document, a page, a PDF and tables.

The form with files needs no database.
"""

import argparse
import json as json_
import sys
import uuid
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, ProgrammingError

from assess import door
from assess.people.actions import service_account
from assess.people.queries import actor
from assess.psychometrics.responses import ResponseError
from assess.schemes import queries as schemes
from assess.schemes.errors import SchemeError
from assess.validity.cut_scores.queries import cuts_of
from assess.validity.datasets import queries as datasets
from assess.validity.errors import ValidityError
from assess.validity.report.written import Document
from assess.validity.studies import queries as studies
from assess.validity.studies.actions import Computed
from assess.validity.studies.analysis import analyse
from assess.validity.studies.asked import Asked
from assess.validity.studies.dataset_study import Settings, study_of_bytes
from assess.validity.studies.files import study_files
from assess.validity.studies.judgement_tables import SCALES
from assess.validity.studies.models import Study
from assess.validity.studies.steps import FREEZING, KEEPING
from assess.validity.studies.study_report import findings
from assess.validity.studies.tables import TableError

DIFFERS, UNREADABLE = 1, 2


class Command(BaseCommand):
    help = (
        "Analyse the frozen scores of SCHEME, or responses, marks or judgements from CSV files; writes study.json, report.html, "
        "report.pdf and tables."
    )
    requires_system_checks: list[str] = []  # with files it needs no database

    def add_arguments(self, parser: CommandParser) -> None:
        option = parser.add_argument
        option(
            "scheme", nargs="?", metavar="SCHEME", help="freeze and study the sealed scores of this scheme, by its code"
        )
        option(
            "--again", type=uuid.UUID, metavar="STUDY", help="compute a stored study again and compare it byte for byte"
        )
        option("--responses", type=Path, metavar="FILE", help="CSV, one row per person, one column per item")
        option("--id", metavar="COLUMN", help="the column of the responses that names the persons")
        option("--group", metavar="COLUMN", help="the column of the responses that names each person's group")
        option("--focal", metavar="VALUE", help="the group to look after; else the smaller of two")
        option(
            "--maximum",
            type=_maximum,
            metavar="POINTS",
            help="highest score of every item, or ITEM=POINTS,ITEM=POINTS; else the highest score that occurs",
        )
        option("--ratings", type=Path, metavar="FILE", help="CSV, one row per person and rater")
        option("--person", metavar="COLUMN", help="the column of the ratings that names the person marked")
        option("--rater", metavar="COLUMN", help="the column of the ratings that names the rater")
        option("--criteria", metavar="COLUMN,COLUMN", help="the columns of the ratings that hold marks")
        option("--judgements", type=Path, metavar="FILE", help="CSV, one row per item, one column per standard setter")
        option("--item", metavar="COLUMN", help="the column of the judgements that names the item")
        option("--ignore", metavar="COLUMN,COLUMN", help="columns of the judgements that are no judges")
        option(
            "--difficulty", metavar="COLUMN", help="the column of the judgements with each item's observed difficulty"
        )
        option(
            "--scale", choices=SCALES, help="how judgements are meant; else only what can be read in one way is read"
        )
        option("--cut", type=_cut, metavar="POINTS[%]", help="the cut score, in points or in per cent of the maximum")
        option("--cut-error", type=_cut, metavar="POINTS[%]", help="the standard error of the cut score")
        option("--output", type=Path, metavar="DIR", help="the folder to write to; needed except with --again")
        option("--title", help="what the report is called; else the names of the files")
        option("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, output: Path | None, json: bool, **options: Any) -> None:
        try:
            document, files = self._asked(options, output)
            written = [] if output is None else _write(output, files)
        except (TableError, ResponseError, ValidityError, SchemeError) as error:
            self._refuse(error.code, str(error), json=json)
        except (OperationalError, ProgrammingError) as error:
            sentence = f"The database can't be read: {error}. Run `manage.py up` once to make its tables."
            self._refuse("database", sentence, json=json)
        for name in written:
            self.stderr.write(f"Wrote {output}/{name}.")
        if json:
            self.stdout.write(json_.dumps(_summary(document, output, written), ensure_ascii=False))
            return
        for sentence in _sentences(document):
            self.stdout.write(sentence)

    def _asked(self, options: dict[str, Any], output: Path | None) -> tuple[Document, dict[str, bytes]]:
        """The document and the files to write."""
        code, again = options["scheme"], options["again"]
        given = [f"--{name.replace('_', '-')}" for name in ONLY_FILES if options[name] is not None]
        if (code or again) and (given or (code and again)):
            stray = given[0] if given else "--again"
            sentence = f"{stray} does not go with {code or '--again'}: a study is of a scheme, of files, or a stored one again."
            raise TableError("stray_option", sentence)
        if again is not None:
            return self._again(again)
        if output is None:
            raise TableError("missing_option", "Say where to write: --output DIR is missing.")
        if code is None:
            document = self._of_files(Asked.of(options), options["title"])
            self._tell("the report")
            return document, study_files(document)
        study = self._of_scheme(code)
        self._tell("the report")
        return study.document, study_files(study.document) | {"dataset.json": datasets.body_of(study.dataset)}

    def _of_files(self, asked: Asked, title: str | None) -> Document:
        given = asked.read()
        return analyse(
            title=title or f"Study of {' and '.join(file.name for file in asked.files)}",
            responses=given.responses,
            groups=given.groups,
            ratings=given.ratings,
            judgements=given.judgements,
            cuts=given.cuts,
            rating_cut=given.rating_cut,
            sources=given.sources,
            report=self._tell,
        )

    def _of_scheme(self, code: str) -> Study:
        """Freeze what is sealed and scored now, compute, and keep both. What has not changed gives the study that is there."""
        version = schemes.current_version(code)
        who = actor(service_account(name="command-line"))
        self._tell(FREEZING)
        prepared = datasets.prepare(version.pk)
        dataset = door.act(who, "validity.datasets.keep_dataset", prepared=prepared)
        settings = Settings(cuts_of(version.pk))
        found = Computed(settings, study_of_bytes(datasets.body_of(dataset), settings, self._tell))
        self._tell(KEEPING)
        study: Study = door.act(who, "validity.studies.keep_study", dataset_id=dataset.pk, found=found)
        return study

    def _again(self, study_id: uuid.UUID) -> tuple[Document, dict[str, bytes]]:
        study = studies.study_by_id(study_id)
        if study is None:
            raise TableError("no_such_study", f"There is no stored study {study_id}.")
        self._tell(f"study {study.number} of {study.scheme_version.scheme.code} again")
        found = studies.again(study)
        if not found.same:
            for place, stored, now in found.differences:
                self.stderr.write(f"{place}: stored {stored}, now {now}")
            self.stderr.write(f"Study {study_id} comes out differently: {found.count} places differ.")
            sys.exit(DIFFERS)
        self.stderr.write(f"The same, byte for byte: SHA-256 {study.document_sha256}.")
        return study.document, {}

    def _tell(self, step: str) -> None:
        """How far it is, on stderr, so that nobody waits in the dark."""
        self.stderr.write(f"Computing {step} …")

    def _refuse(self, code: str, sentence: str, *, json: bool) -> NoReturn:
        if json:
            self.stdout.write(json_.dumps({"done": False, "code": code, "sentence": sentence}, ensure_ascii=False))
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)


ONLY_FILES = (
    "responses",
    "id",
    "group",
    "focal",
    "maximum",
    "ratings",
    "person",
    "rater",
    "criteria",
    "judgements",
    "item",
    "ignore",
    "difficulty",
    "scale",
    "cut",
    "cut_error",
    "title",
)


def _write(output: Path, files: dict[str, bytes]) -> list[str]:
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, held in files.items():
            (output / name).write_bytes(held)
    except OSError as error:
        sentence = f"{output}: the study cannot be written there ({error.strerror}); name a folder you may write to."
        raise TableError("unwritable", sentence) from None
    return list(files)


def _maximum(text: str) -> float | dict[str, float]:
    """POINTS, or ITEM=POINTS,ITEM=POINTS."""
    if "=" not in text:
        return _points(text)
    pairs = [pair.rpartition("=") for pair in text.split(",")]
    return {item.strip(): _points(points) for item, _, points in pairs}


def _points(text: str) -> float:
    try:
        if not text.strip().isascii() or not 0 < float(text) <= 1e6:
            raise ValueError
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of points greater than 0") from None
    return float(text)


def _cut(text: str) -> tuple[float, bool]:
    """POINTS or PER CENT%: the number, and whether it is per cent."""
    percent = text.strip().endswith("%")
    value = _points(text.strip().removesuffix("%"))
    if percent and value > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is more than 100 %")
    return value, percent


def _summary(document: Document, output: Path | None, written: list[str]) -> Document:
    return {
        "done": True,
        "title": document["title"],
        "files": [] if output is None else [str(output / name) for name in written],
        "findings": _sentences(document),
    }


def _sentences(document: Document) -> list[str]:
    return [told for told, _ in findings(document)]
