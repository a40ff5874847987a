"""`manage.py test`: the tests that fit any machine, or those that are named."""

import os
import subprocess
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

EVERYWHERE = "not conformance and not journey and not slow"
USUAL = (
    *("-m", EVERYWHERE, "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"),
    "--nomigrations",  # tables from the models; `lint` sees to it that the migrations make the same
)
QUICK = (
    *("tests", "-p", "no:doctest", "-o", "addopts=-ra --strict-markers --strict-config"),  # examples: the larger proof
    *("--ignore=tests/conformance", "--ignore=tests/journeys"),  # nothing there runs everywhere, and reading takes time
    "--assert=plain",  # so does rewriting every assertion: what fails is run again with its values
)


class Command(BaseCommand):
    help = "Run the tests with pytest; every argument is passed on to it (`-m ''` lifts the usual selection)."

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand the arguments to pytest as they are; they are not Django's."""
        os.chdir(settings.ROOT)
        # Each worker is a process: threads of their own for arrays of a few hundred numbers only get in each other's way.
        for library in ("OPENBLAS", "OMP", "MKL"):
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")
        # A process of its own: pytest brings its own settings and database up.
        if argv[2:]:
            sys.exit(_pytest(*USUAL, *argv[2:]))
        found = _pytest(*USUAL, *QUICK)
        if found == 1:
            print("\nWhat failed, once more, with the values that its assertions met:", flush=True)
            _pytest("-m", EVERYWHERE, "--last-failed", "--last-failed-no-failures", "none", *QUICK[:-1])
        sys.exit(found)


def _pytest(*arguments: str) -> int:
    sys.stdout.flush()
    return subprocess.call([sys.executable, "-m", "pytest", *arguments])
