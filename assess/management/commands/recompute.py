"""`manage.py recompute CASE`: the key of a retrofit case computed again, on EnergyPlus where it is installed; kept as a record."""

import json as json_
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from assess import door
from assess.people.actions import service_account
from assess.people.queries import actor
from assess.schemes.computations import queries as computations
from assess.schemes.computations.actions import Computed
from simulator_adapters.energy.building import BuildingError
from simulator_adapters.energy.case_sheet import CaseSheetError
from simulator_adapters.energy.energyplus import EngineError
from simulator_adapters.energy.key_check import check_key, disagreements
from simulator_adapters.energy.weather import WeatherError

UNREADABLE = 2


class Command(BaseCommand):
    help = "Compute the key of a published retrofit case again and keep what came out; the key itself is never changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", metavar="CASE", help="the identifier of a published case, such as SIM-RET-1")
        parser.add_argument(
            "--hourly-only", action="store_true", help="leave EnergyPlus out, for a quick look with bounds"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, case: str, hourly_only: bool, json: bool, **options: Any) -> None:
        version = computations.case_called(case)
        if version is None:
            known = ", ".join(one.identifier for one in computations.cases()) or "none; load the content first"
            self._refuse(
                "no_such_case", f"There is no published case {case[:80]!r}. Published are: {known}.", json=json
            )
        try:
            document = check_key(
                computations.document_of(version),
                folders=computations.weather_folders(),
                tell=self._tell,
                engine=not hourly_only,
            )
        except (BuildingError, CaseSheetError, EngineError, WeatherError) as error:
            self._refuse(error.code, str(error), json=json)
        who = actor(service_account(name="command-line"))
        kept = door.act(
            who, "schemes.computations.keep_computation", simulation_id=version.pk, found=Computed(document)
        )
        differ = disagreements(document)
        if json:
            told = {"case": case, "computation": kept.number, "engine": kept.engine, "sha256": kept.document_sha256}
            self.stdout.write(json_.dumps(told | {"agrees": not differ, "disagreements": differ, "document": document}))
            return
        for sentence in _sentences(document, differ):
            self.stdout.write(sentence)
        self.stdout.write(f"Kept as computation {kept.number} of {version}.")

    def _tell(self, step: str, done: int, of: int) -> None:
        """How far it is, on stderr, so that nobody waits in the dark."""
        self.stderr.write(f"{done + 1} of {of}: {step} …")

    def _refuse(self, code: str, sentence: str, *, json: bool) -> NoReturn:
        if json:
            self.stdout.write(json_.dumps({"done": False, "code": code, "sentence": sentence}, ensure_ascii=False))
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)


def _sentences(document: dict[str, Any], differ: list[str]) -> list[str]:
    told = [f"{len(document['keys'])} answers worked out again from formulas and bills."]
    for one in (document["building"] or {}).get("measures", ()):
        engine = "" if one["engine"] is None else f", EnergyPlus {one['engine']} % ({one['points']} points apart)"
        bounds = f"{one['low']} to {one['high']} %"
        told.append(f"{one['name']}: the hourly model saves {one['hourly']} % of the heating ({bounds}){engine}.")
    told += [f"Not computed: {what}: {why}" for what, why in document["not_computed"]]
    return [*told, *(differ or ["Nothing that was computed disagrees with the key."])]
