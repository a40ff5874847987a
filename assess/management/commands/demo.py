"""`manage.py demo`: the whole job on made-up people, from real content to credentials that a stranger verifies.

Without `--once` it stays up with its links; the second time it finds its world and is up in seconds. It has a data
folder of its own, so that a real installation beside it is never touched.
"""

import json
import os
import shutil
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from assess import door, tasks
from assess.attempts.journal.writer import writer
from assess.management.world import cast, day, evidence, incidents, instruments, meetings, output, raters, visitors
from assess.management.world.personas import personas
from assess.schemes import queries as schemes
from assess.schemes.loading import load_content
from assess.site import checks

CONTENT = Path(__file__).resolve().parents[2] / "content"
CANDIDATES = 240
ASSESSORS = 12
JUDGES = 10
TODAY = 6
"""So many more candidates have their sitting today: it is open, and visitors do their part of it."""
LEFT_FOR_VISITORS = 2
"""So many decisions of the first scheme wait for their second name; `visitors` leaves what else they find."""
DATA = "data"
SEEDED = "seeded.json"


class Command(BaseCommand):
    help = "Show the whole job on made-up people; --once writes it to a folder and ends, without a server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="write credentials, dossiers, ledger and summary, then end"
        )
        parser.add_argument("--output", type=Path, help="where to write (with --once)")
        parser.add_argument(
            "--candidates", type=int, default=CANDIDATES, help="size of the cohort (default: %(default)s)"
        )
        parser.add_argument(
            "--port", type=int, default=8000, help="port to listen on without --once (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"] and options["output"] is None:
            raise CommandError("Say where to write: demo --once --output DIR.")
        if not 3 <= options["candidates"] <= 3000:
            raise CommandError("A cohort has between 3 and 3000 candidates.")
        home = (options["output"] if options["once"] else settings.ROOT / "var" / "demo").resolve()
        seeded = home / SEEDED
        if home / DATA != settings.DATA_DIR:
            if options["once"] or not seeded.exists():
                _clear(home)
            self._begin_again_in(home / DATA)
        if not seeded.exists():
            summary = self._seed(home, options["candidates"], left=0 if options["once"] else LEFT_FOR_VISITORS)
            first_today = options["candidates"] + 1
            seeded.write_text(json.dumps(summary | {"first_today": first_today}), encoding="utf-8")
        if options["once"]:
            self._tell(home)
            return
        self._tell(home)
        self._invite(options["port"], first_today=json.loads(seeded.read_text(encoding="utf-8"))["first_today"])
        call_command("up", port=options["port"], stdout=self.stdout, stderr=self.stderr)

    def _begin_again_in(self, folder: Path) -> None:
        """Run the same command with settings of its own: another data folder, SQLite, the file broker."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "CELERY_BROKER_URL", "CHANNEL_LAYER_URL", "ASSAYER_KEYS_DIR")
        }
        environment["ASSAYER_DATA_DIR"] = str(folder)
        self.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)

    def _seed(self, home: Path, candidates: int, *, left: int) -> dict[str, Any]:
        started = time.monotonic()

        def step(sentence: str) -> None:
            self.stderr.write(f"{time.monotonic() - started:5.1f} s  {sentence}")

        call_command("migrate", interactive=False, verbosity=0)
        people = cast.assemble(candidates=candidates + TODAY, assessors=ASSESSORS, judges=JUDGES)
        step(f"{candidates} made-up candidates, {ASSESSORS} assessors, a panel of {JUDGES} judges")
        door.act(
            people.acts_as(people.author),
            "schemes.load_content_plan",
            plan=load_content(CONTENT),
            loaded_by=people.author.pk,
            reviewed_by=people.reviewer.pk,
            reason="A second reader worked every key and solved every net. Draft content: sample credentials only.",
        )
        versions = [schemes.current_version(code) for code in ("MC-ECW", "MC-PVS", "MC-CEE")]
        step("three schemes, their items, tasks and simulations, published by a recorded review")
        refusals: Counter[str] = Counter()
        share = -(-candidates // len(versions))
        for place, version in enumerate(versions):
            group = people.candidates[place * share : min((place + 1) * share, candidates)]
            cast.show_certificates(people, version.scheme.code, group)
            evidence.prepare(people, version)
            step(f"{version.scheme.code}: duties signed, job studied, content judged, assessors trained")
            calibrate = partial(raters.hold_calibration_hour, people, version)
            lived = day.live(people, version, group, first_number=place * share, morning=calibrate)
            refusals.update(reason for _, reason in lived.refusals)
            incidents.notice(people, lived.attempts)
            tasks.work_outbox()
            step(f"{version.scheme.code}: {len(lived.attempts)} attempts, {lived.entries} entries, sealed and scored")
            meetings.hold_meetings(people, version)
            awarded = evidence.award(people, version, lived.attempts, left=0 if place else left)
            refusals.update(awarded.refusals)
            step(f"{version.scheme.code}: cut scores adopted, study run, {len(awarded.credentials)} credentials issued")
        today = people.candidates[candidates:]
        cast.show_certificates(people, versions[0].scheme.code, today)
        title = f"{versions[0].scheme.code}: today's sitting"
        opened = day.open_sitting(people, versions[0], today, first_number=candidates, title=title)
        booked = instruments.equip(people, opened.lives, opened.sitting)
        step(f"{title}, {len(opened.lives)} candidates, open; {booked} instruments at its stations")
        if left:
            visitors.leave_for_visitors(people, versions[0], opened)
            step("a duty, a cut score and an incident wait for visitors")
        summary = output.write(home, versions=versions, refusals=dict(refusals), seconds=time.monotonic() - started)
        step("dossiers, credentials and the ledger written")
        writer.stop()
        failed = [check for check in checks.run(mix=checks.mixture()) if not check.passed]
        if failed:
            raise CommandError(" ".join(check.sentence for check in failed))
        return summary

    def _invite(self, port: int, *, first_today: int) -> None:
        self.stdout.write("Be one of these people. Each link works once; the next start prints new ones.")
        for persona in personas(first_today=first_today):
            self.stdout.write(f"  {persona.words} ({persona.account})\n    http://127.0.0.1:{port}{persona.path}")

    def _tell(self, home: Path) -> None:
        summary = json.loads((home / SEEDED).read_text(encoding="utf-8"))
        self.stdout.write(
            f"{summary['candidates']} made-up candidates, {summary['attempts']} attempts, {summary['journal_entries']} journal"
            f" entries, {summary['awards']} credentials, {summary['ledger_leaves']} ledger leaves."
        )
        for name, what in (("dossier", "validity dossiers"), ("credentials", "credentials"), ("ledger", "the ledger")):
            self.stdout.write(f"  {what:18} {home / name}")
        example = next(iter(sorted((home / "credentials").glob("*.json"))), None)
        if example is not None:
            self.stdout.write(f"Verify one:   python3 manage.py verify_credential {example}")
        self.stdout.write(f"The ledger:   python3 manage.py verify_ledger {home / 'ledger' / 'ledger.jsonl'}")
        self.stdout.write(f"Its database: ASSAYER_DATA_DIR={home / DATA} python3 manage.py verify_ledger")


def _clear(home: Path) -> None:
    """Remove what an earlier run of this command left; a world that was not finished is not a world."""
    for name in (DATA, "credentials", "dossier", "ledger", "status"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / SEEDED).unlink(missing_ok=True)
