"""`manage.py selfcheck`: may this installation run as it is set up?"""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assess.site import checks


class Command(BaseCommand):
    help = "Check that this installation is safe to run; exit status 1 names what is not."
    requires_system_checks: list[str] = []  # a broken set-up is what this looks at

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        answers = checks.run(mix=checks.mixture())
        safe = all(answer.passed for answer in answers)
        self.stdout.write(_as_json(safe, answers) if json else _as_text(safe, answers))
        if not safe:
            sys.exit(1)


def _as_json(safe: bool, answers: list[checks.Check]) -> str:
    return json.dumps({"passed": safe, "checks": [answer.as_dict() for answer in answers]}, ensure_ascii=False)


def _as_text(safe: bool, answers: list[checks.Check]) -> str:
    width = max(len(answer.name) for answer in answers)
    lines = [f"{'ok' if answer.passed else 'NO':3}{answer.name:{width}}  {answer.sentence}" for answer in answers]
    lines.append("Safe to run." if safe else "Not safe to run as it is set up.")
    return "\n".join(lines)
