"""`manage.py study`: the checks on real CSV data, as a document and a report. Needs no database."""

import argparse
import hashlib
import json as json_
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from assess.ledger.canonical import canonical
from assess.psychometrics.responses import ResponseError
from assess.validity.analysis import analyse
from assess.validity.report import findings, report_html
from assess.validity.tables import TableError, read_ratings, read_responses
from assess.validity.written import Document

UNREADABLE = 2


class Command(BaseCommand):
    help = "Analyse item responses or marks from CSV files; writes study.json and report.html."
    requires_system_checks: list[str] = []  # it reads two files and writes two

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--responses", type=Path, metavar="FILE", help="CSV, one row per person, one column per item"
        )
        parser.add_argument("--id", metavar="COLUMN", help="the column of the responses that names the persons")
        parser.add_argument(
            "--maximum",
            type=_maximum,
            metavar="POINTS",
            help="highest score of every item, or ITEM=POINTS,ITEM=POINTS; else the highest score that occurs",
        )
        parser.add_argument("--ratings", type=Path, metavar="FILE", help="CSV, one row per person and rater")
        parser.add_argument("--person", metavar="COLUMN", help="the column of the ratings that names the person marked")
        parser.add_argument("--rater", metavar="COLUMN", help="the column of the ratings that names the rater")
        parser.add_argument("--criteria", metavar="COLUMN,COLUMN", help="the columns of the ratings that hold marks")
        parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="the folder to write to")
        parser.add_argument("--title", help="what the report is called; else the names of the files")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, output: Path, json: bool, **options: Any) -> None:
        try:
            document = _study(options)
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

    def _refuse(self, code: str, sentence: str, *, json: bool) -> NoReturn:
        if json:
            self.stdout.write(json_.dumps({"done": False, "code": code, "sentence": sentence}, ensure_ascii=False))
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)


def _study(options: Mapping[str, Any]) -> Document:
    responses_file, ratings_file = options["responses"], options["ratings"]
    if responses_file is None and ratings_file is None:
        raise TableError(
            "nothing_to_study", "There is nothing to study: say --responses FILE or --ratings FILE or both."
        )
    _refuse_stray(options)
    responses = ratings = None
    if responses_file is not None:
        responses = read_responses(responses_file, identifier=options["id"], maximum=options["maximum"])
    if ratings_file is not None:
        lacking = [f"--{name}" for name in ("person", "rater", "criteria") if not options[name]]
        if lacking:
            sentence = f"{ratings_file.name}: say which columns to read; {', '.join(lacking)} missing."
            raise TableError("missing_option", sentence)
        criteria = [name.strip() for name in options["criteria"].split(",") if name.strip()]
        ratings = read_ratings(ratings_file, person=options["person"], rater=options["rater"], criteria=criteria)
    files = [file for file in (responses_file, ratings_file) if file is not None]
    return analyse(
        title=options["title"] or f"Study of {' and '.join(file.name for file in files)}",
        responses=responses,
        ratings=ratings,
        sources=[{"name": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()} for file in files],
    )


def _refuse_stray(options: Mapping[str, Any]) -> None:
    """An option that would have no effect is a mistake somebody should hear of."""
    belongs = {
        "id": "responses",
        "maximum": "responses",
        "person": "ratings",
        "rater": "ratings",
        "criteria": "ratings",
    }
    for option, file in belongs.items():
        if options[option] is not None and options[file] is None:
            raise TableError("stray_option", f"--{option} describes the columns of --{file} FILE, and there is none.")


def _write(output: Path, document: Document) -> list[str]:
    content = {"study.json": canonical(document) + b"\n", "report.html": report_html(document).encode()}
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


def _summary(document: Document, output: Path, written: list[str]) -> Document:
    return {
        "done": True,
        "title": document["title"],
        "files": [str(output / name) for name in written],
        "findings": _sentences(document),
    }


def _sentences(document: Document) -> list[str]:
    return [told for told, _ in findings(document)]
