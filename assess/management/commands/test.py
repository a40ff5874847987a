"""`manage.py test`: the tests that fit any machine, or those that are named."""

import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

EVERYWHERE = "not conformance and not journey and not slow"


class Command(BaseCommand):
    help = "Run the tests with pytest; every argument is passed on to it (`-m ''` lifts the usual selection)."

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand the arguments to pytest as they are; they are not Django's."""
        os.chdir(settings.ROOT)
        sys.stdout.flush()
        # A process of its own: pytest brings its own settings and database up.
        os.execv(sys.executable, [sys.executable, "-m", "pytest", "-m", EVERYWHERE, "-n", "auto", *argv[2:]])
