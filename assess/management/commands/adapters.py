"""`adapters`: which adapters are installed, where they come from, and what is wrong with those that can't be used."""

import json as json_
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from simulator_adapters.config_schema import schema_problem
from simulator_adapters.registry import Installed, installed


class Command(BaseCommand):
    help = "List the adapters that are installed. Status 1 when a package announces one that can't be used."
    requires_system_checks: list[str] = []  # it reads no table

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        found = [(one, _problem(one)) for one in installed()]
        if json:
            self.stdout.write(json_.dumps({"adapters": [_document(*one) for one in found]}, ensure_ascii=False))
        else:
            for one, problem in found:
                self.stdout.write(_line(one, problem))
        if any(problem for _, problem in found):
            sys.exit(1)


def _problem(one: Installed) -> str:
    if one.manifest is None:
        return one.problem
    return schema_problem(one.manifest.config_schema) or ""


def _document(one: Installed, problem: str) -> dict[str, Any]:
    about: dict[str, Any] = {"id": one.id, "package": one.package, "problem": problem}
    if one.manifest is None:
        return about
    manifest = one.manifest
    return about | {
        "version": manifest.version,
        "kind": manifest.kind,
        "title": manifest.title,
        "capabilities": list(manifest.capabilities),
        "config_schema": dict(manifest.config_schema),
    }


def _line(one: Installed, problem: str) -> str:
    where = one.package or "built in"
    if problem:
        return f"{one.id} ({where}) can't be used. {problem}"
    assert one.manifest is not None
    return f"{one.id} {one.manifest.version} ({where}): {one.manifest.title}, {one.manifest.kind}"
