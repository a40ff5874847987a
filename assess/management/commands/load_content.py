"""`load_content DIR`: check the five content files of a folder as a whole, and load and publish what is new in them."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from assess import door
from assess.people.actions import service_account
from assess.people.models import Account
from assess.people.queries import actor
from assess.schemes.errors import SchemeError
from assess.schemes.loading import load_content
from assess.site import checks

UNREVIEWED = "Sample content, taken as its authors delivered it. No reviewer of this installation has been named."


class Command(BaseCommand):
    help = (
        "Check the content files in DIR against each other, then load and publish what is new. Twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--check", action="store_true", help="check only; write nothing")
        parser.add_argument("--author", metavar="EMAIL", help="the account that brings the content in")
        parser.add_argument("--reviewer", metavar="EMAIL", help="the account that has reviewed it and answers for it")
        parser.add_argument("--reason", default="", help="what was reviewed and how; it stands on every version")
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plan = load_content(options["folder"])
        except (SchemeError, OSError) as error:
            self._refuse(error, as_json=options["json"])
        drafts = {scheme.identifier for scheme in plan.schemes} <= plan.sample
        if options["check"]:
            self._tell({"checked": True, "schemes": len(plan.schemes), "items": len(plan.items)}, options["json"])
            return
        if options["reviewer"] is None and not drafts:
            self.stderr.write(
                "This content is no draft: name who brings it in (--author) and who reviewed it (--reviewer)."
            )
            raise SystemExit(2)
        if not checks.migrations().passed:
            call_command("migrate", interactive=False, verbosity=0)
        author = self._account(options["author"]) if options["author"] else service_account(name="content")
        reviewer = (
            self._account(options["reviewer"]) if options["reviewer"] else service_account(name="content-as-delivered")
        )
        report = door.act(
            actor(author),
            "schemes.load_content_plan",
            plan=plan,
            loaded_by=author.pk,
            reviewed_by=reviewer.pk,
            reason=options["reason"] or UNREVIEWED,
        )
        self._tell({"created": dict(report.created), "unchanged": dict(report.unchanged)}, options["json"])

    def _account(self, email: str) -> Account:
        account = Account.objects.filter(email=email).first()
        if account is None:
            self.stderr.write(f"There is no account for {email}. Open it first, or check the spelling.")
            raise SystemExit(2)
        return account

    def _refuse(self, error: Exception, *, as_json: bool) -> None:
        problems = [str(problem) for problem in getattr(error, "problems", ())] or [str(error)]
        if as_json:
            self.stdout.write(json.dumps({"loaded": False, "problems": problems}, ensure_ascii=False))
        for problem in problems:
            self.stderr.write(problem)
        raise SystemExit(2)

    def _tell(self, report: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"loaded": "created" in report, **report}, ensure_ascii=False))
            return
        for word, counted in report.items():
            self.stdout.write(f"{word}: {counted}")
