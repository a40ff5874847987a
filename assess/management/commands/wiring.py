"""`wiring TASK.yaml WIRING.json`: does this wiring do what the task asks, and is it safe? Needs no database."""

import json as json_
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from assess.ledger.strict_json import StrictJSONError, read
from assess.schemes.errors import SchemeError
from assess.schemes.sources import read_yaml
from simulator_adapters import documents
from simulator_adapters.wiring import Finding, Sort, TaskError, Verdict, WiringInputError, WiringTask, evaluate

UNREADABLE = 2
LARGEST_WIRING = 4_000_000
MOST_OUTPUT = 1024 * 1024


class Command(BaseCommand):
    help = "Judge a wiring against a task: behaviour in every state, hazards, injected faults."
    requires_system_checks: list[str] = []  # it reads two files and no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "task", type=Path, metavar="TASK", help="YAML, one entry of a simulations file's wiring list"
        )
        parser.add_argument("wiring", type=Path, metavar="WIRING", help='JSON, {"wires": [["S1.1", "Q1.2"], …]}')
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")

    def handle(self, *args: Any, task: Path, wiring: Path, json: bool, **options: Any) -> None:
        try:
            judged = WiringTask.from_document(_entry(read_yaml(task), task.name), source=task.name)
            (verdict,) = evaluate(judged, [_wiring(wiring)])
            printed = _printed(verdict) if json else "\n".join(_told(verdict))
        except OSError as error:
            self._refuse("unreadable", f"{wiring} can't be read: {error.strerror}.", as_json=json)
        except StrictJSONError as error:
            self._refuse(error.code, f"{wiring.name}: {error}", as_json=json)
        except (SchemeError, TaskError, WiringInputError) as error:
            self._refuse(error.code, str(error), as_json=json)
        self.stdout.write(printed)

    def _refuse(self, code: str, sentence: str, *, as_json: bool) -> NoReturn:
        if as_json:
            self.stdout.write(json_.dumps({"judged": False, "code": code, "sentence": sentence}, ensure_ascii=False))
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)


def _entry(document: Any, name: str) -> Any:
    """One entry; a simulations file with a single one is taken too."""
    listed = document.get("wiring") if isinstance(document, Mapping) else document
    if not isinstance(listed, list):
        return document
    if len(listed) != 1:
        told = f"{len(listed)} entries stand here and one wiring is judged against one."
        raise TaskError(name, "wiring", told, "Leave the one that is meant.")
    return listed[0]


def _wiring(path: Path) -> object:
    with path.open("rb") as file:
        document = read(file.read(LARGEST_WIRING + 1), largest=LARGEST_WIRING)
    if not isinstance(document, dict):
        told = f'{path.name} is no object. Write {{"wires": [["S1.1", "Q1.2"], …]}}.'
        raise WiringInputError([("not_an_object", told)])
    return document


def _told(verdict: Verdict) -> Iterator[str]:
    for finding in verdict.findings:
        mark = "ok  " if finding.passed else "NOTE" if finding.sort is Sort.WORKMANSHIP else "FAIL"
        yield f"{mark}  {finding.name}: {finding.sentence}"
    works = "It does what is asked" if verdict.works else "It does not do all that is asked"
    safe = "safe" if verdict.safe else f"DANGEROUS ({', '.join(verdict.hazards)})"
    yield f"{works} and is {safe}: {verdict.score} of {verdict.max_score}."


def _printed(verdict: Verdict) -> str:
    printed = json_.dumps(
        {
            "works": verdict.works,
            "safe": verdict.safe,
            "hazards": [hazard.value for hazard in verdict.hazards],
            "score": float(verdict.score),
            "max_score": float(verdict.max_score),
            "findings": [_finding(finding) for finding in verdict.findings],
        },
        ensure_ascii=False,
    )
    if len(printed.encode()) > MOST_OUTPUT:
        told = f"The verdict has more than {MOST_OUTPUT} bytes. Split the task into smaller ones."
        raise WiringInputError([("output_too_large", told)])
    return printed


def _finding(finding: Finding) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": finding.name,
        "passed": finding.passed,
        "state": dict(finding.state),
        "sentence": finding.sentence,
    }
    if not finding.passed:
        document["hazard"] = finding.hazard
        document["voltages"] = documents.encode(finding.voltages)
        document["currents"] = documents.encode(finding.currents)
    return document
