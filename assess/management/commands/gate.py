"""`manage.py gate ATTEMPT`: what stands between an attempt and its award, check by check, on all three levels."""

import argparse
import json as json_
import sys
import uuid
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from assess.attempts.models import Attempt
from assess.awards.checks import Level
from assess.awards.gate import GateCheck, GateResult
from assess.awards.gathering import gate_of_attempt
from assess.awards.models import Decision

UNREADABLE = 2
HEADINGS = {
    Level.SCHEME: "The scheme, before anybody sits down",
    Level.WINDOW: "The window: all sittings together",
    Level.CANDIDATE: "The candidate",
}


class Command(BaseCommand):
    help = "Put every check of the gate to an attempt: the scheme's, the window's and the candidate's. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("attempt", type=_identifier, metavar="ATTEMPT", help="the identifier of the attempt")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, attempt: uuid.UUID, json: bool, **options: Any) -> None:
        found = Attempt.objects.filter(pk=attempt).select_related(
            "registration__candidate", "registration__scheme_version__scheme"
        )
        row = found.first()
        if row is None:
            self._refuse(f"There is no attempt {attempt} here. The page of its decision names it.", json=json)
        decided = Decision.objects.filter(attempt=row).select_related("score__seal", "attempt__registration")
        result = gate_of_attempt(row, decided.order_by("-number").first())
        if json:
            self.stdout.write(json_.dumps(_document(result), ensure_ascii=False))
            return
        for line in _lines(result):
            self.stdout.write(line)

    def _refuse(self, sentence: str, *, json: bool) -> NoReturn:
        if json:
            self.stdout.write(json_.dumps({"awardable": False, "code": "no-such-attempt", "sentence": sentence}))
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)


def _identifier(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no identifier of an attempt") from None


def _document(result: GateResult) -> dict[str, Any]:
    return {"awardable": result.open, "checks": [_check(check) for check in result.checks]}


def _check(check: GateCheck) -> dict[str, str]:
    return {
        "name": check.name,
        "level": check.level.value,
        "verdict": check.status.value,
        "value": check.value,
        "threshold": check.threshold,
        "sentence": check.words,
    }


def _lines(result: GateResult) -> list[str]:
    lines = ["The gate is open." if result.open else f"The gate is shut by: {', '.join(result.blocking)}."]
    for level, heading in HEADINGS.items():
        lines += ["", heading]
        lines += [f"  {check.status.value:<20} {check.name}: {check.words}" for check in result.of(level)]
    return lines + ([""] if result.refused else []) + list(result.refused)
