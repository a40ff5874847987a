"""`verify_runs`: compute stored runs of machines again from their raw evidence, and say whether verdicts and values agree."""

import json
import uuid
from argparse import ArgumentParser
from collections import Counter
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.db import OperationalError, ProgrammingError

from assess.attempts.files.verified_runs import VerifiedRun, verified_runs
from assess.attempts.models import Attempt


class Command(BaseCommand):
    help = "Compute stored runs of machines again from their raw evidence and name every verdict or value that differs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("attempts", nargs="*", metavar="ATTEMPT", help="identifiers of attempts; all without any")
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
        parser.add_argument("--all", action="store_true", help="name the runs that agree, too")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._handle(options)
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(f"The database can't be read: {error}. Run `manage.py up` once to make its tables.")
            raise SystemExit(2) from None

    def _handle(self, options: dict[str, Any]) -> None:
        found = list(verified_runs(self._wanted(options["attempts"])))
        count = Counter(one.state for one in found)
        valid = not count["differs"]
        if options["json"]:
            self.stdout.write(
                json.dumps({"valid": valid, "runs": [_document(one) for one in found]}, ensure_ascii=False)
            )
        else:
            for one in found:
                if options["all"] or one.state != "agrees" or one.notes:
                    self._tell(one)
            counted = (
                f"{count['agrees']} agree, {count['differs']} differ, {count['not recomputed']} were not computed again"
            )
            self.stdout.write(f"{'ok  ' if valid else 'FAIL'}  {len(found)} runs: {counted}.")
        if not valid:
            raise SystemExit(1)

    def _wanted(self, names: list[str]) -> list[uuid.UUID] | None:
        if not names:
            return None
        try:
            wanted = {uuid.UUID(name) for name in names}
        except ValueError:
            self._refuse(f"{', '.join(names)}: an attempt is named by its identifier, such as {uuid.UUID(int=0)}.")
        known = set(Attempt.objects.filter(pk__in=wanted).values_list("pk", flat=True))
        if missing := sorted(str(key) for key in wanted - known):
            self._refuse(f"There is no attempt {', '.join(missing)} here.")
        return sorted(known)

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(2)

    def _tell(self, one: VerifiedRun) -> None:
        sign = {"agrees": "ok  ", "differs": "FAIL", "not recomputed": "skip"}[one.state]
        place = f"attempt {one.attempt}, {one.about}, {one.role}/{one.epoch} entry {one.sequence}"
        self.stdout.write(f"{sign}  {place}: {' '.join(one.sentences) or one.state}")
        for note in one.notes:
            self.stdout.write(f"note  {place}: {note}")


def _document(one: VerifiedRun) -> dict[str, Any]:
    return {
        "attempt": str(one.attempt),
        "about": one.about,
        "role": one.role,
        "epoch": one.epoch,
        "sequence": one.sequence,
        "run": one.run,
        "state": one.state,
        "sentences": list(one.sentences),
        "notes": list(one.notes),
    }
