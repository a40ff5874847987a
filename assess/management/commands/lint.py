"""`manage.py lint`: everything that can be said about the code without running its tests."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from assess.management import steps

ROOMS = ("assess", "item_bank", "rubrics", "simulator_adapters")
CONTRACTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
STEPS = (
    steps.Step(name="lint", arguments=("-m", "ruff", "check", ".")),
    steps.Step(name="format", arguments=("-m", "ruff", "format", "--check", ".")),
    steps.Step(name="types", arguments=("-m", "mypy", *ROOMS)),
    steps.Step(name="import contracts", arguments=("-c", CONTRACTS, "--no-logo")),
    steps.Step(name="migrations", arguments=("manage.py", "makemigrations", "--check", "--dry-run")),
)


class Command(BaseCommand):
    help = "Lint, format, types, import contracts, and whether every model has its migration."
    requires_system_checks: list[str] = []  # each tool reports for itself

    def handle(self, *args: Any, **options: Any) -> None:
        if not steps.run(STEPS):
            sys.exit(1)
