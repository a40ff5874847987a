"""`manage.py study`: the checks on real CSV data, as a document, a page and a PDF. Needs no database."""

import argparse
import json as json_
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from assess.ledger.canonical import canonical
from assess.psychometrics.responses import ResponseError
from assess.validity.report.typeset import report_pdf
from assess.validity.report.written import Document
from assess.validity.studies.analysis import analyse
from assess.validity.studies.asked import Asked
from assess.validity.studies.judgement_tables import SCALES
from assess.validity.studies.study_report import findings, report_html
from assess.validity.studies.tables import TableError

UNREADABLE = 2


class Command(BaseCommand):
    help = "Analyse responses, marks or judgements from CSV files; writes study.json, report.html and report.pdf."
    requires_system_checks: list[str] = []  # it reads files and writes files

    def add_arguments(self, parser: CommandParser) -> None:
        option = parser.add_argument
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
        option("--output", type=Path, required=True, metavar="DIR", help="the folder to write to")
        option("--title", help="what the report is called; else the names of the files")
        option("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, output: Path, json: bool, **options: Any) -> None:
        try:
            document = self._study(Asked.of(options), options["title"])
            self._tell("the report")
            written = _write(output, document)
        except (TableError, ResponseError) as error:
            self._refuse(error.code, str(error), json=json)
        for name in written:
            self.stderr.write(f"Wrote {output / name}.")
        if json:
            self.stdout.write(json_.dumps(_summary(document, output, written), ensure_ascii=False))
            return
        for sentence in _sentences(document):
            self.stdout.write(sentence)

    def _study(self, asked: Asked, title: str | None) -> Document:
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

    def _tell(self, step: str) -> None:
        """How far it is, on stderr, so that nobody waits in the dark."""
        self.stderr.write(f"Computing {step} …")

    def _refuse(self, code: str, sentence: str, *, json: bool) -> NoReturn:
        if json:
            self.stdout.write(json_.dumps({"done": False, "code": code, "sentence": sentence}, ensure_ascii=False))
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)


def _write(output: Path, document: Document) -> list[str]:
    page = report_html(document)
    content = {
        "study.json": canonical(document) + b"\n",
        "report.html": page.encode(),
        "report.pdf": report_pdf(page),
    }
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, held in content.items():
            (output / name).write_bytes(held)
    except OSError as error:
        sentence = f"{output}: the study cannot be written there ({error.strerror}); name a folder you may write to."
        raise TableError("unwritable", sentence) from None
    return list(content)


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


def _summary(document: Document, output: Path, written: list[str]) -> Document:
    return {
        "done": True,
        "title": document["title"],
        "files": [str(output / name) for name in written],
        "findings": _sentences(document),
    }


def _sentences(document: Document) -> list[str]:
    return [told for told, _ in findings(document)]
