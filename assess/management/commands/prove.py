"""`manage.py prove`: the full counts, on this machine."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from assess.management import steps


class Command(BaseCommand):
    help = "Run the slow and conformance tests and every benchmark at full count; hours, not minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        os.environ["ASSAYER_FULL_COUNTS"] = "1"  # the tests and benchmarks that sample otherwise read it
        os.environ["ASSAYER_TESTS"] = "full"
        tests = steps.Step(name="slow and conformance tests", arguments=("-m", "pytest", "-m", "slow or conformance"))
        if not steps.run([tests, *steps.scripts(settings.ROOT / "tests" / "benchmarks")]):
            sys.exit(1)
