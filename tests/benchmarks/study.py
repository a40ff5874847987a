#!/usr/bin/env python3
"""A study of many attempts: how long the full report takes, step by step, and how long freezing them takes in a real database.

    python tests/benchmarks/study.py [--quick] [--forms N]

Attempts are made up by a stated model. The whole is: bytes in, document, page, PDF and tables out, each step told as it begins. The
database side writes real rows (attempts with pins, scores with their documents, assignments), reads and freezes them, and keeps the
dataset with its names. Exit status 1 when a goal is missed.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assess.site.settings")
FOLDER = tempfile.mkdtemp(prefix="study-benchmark-")
if __name__ == "__main__":  # and not where the tests read this for its examples: the environment is then theirs
    os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER}/measured.sqlite3"
    os.environ["ASSAYER_DATA_DIR"] = FOLDER

import django  # noqa: E402  # found once the path and the settings are named

django.setup()

from assess.validity.datasets.contents import encode  # noqa: E402
from assess.validity.datasets.gathering import Names  # noqa: E402
from assess.validity.studies.dataset_study import Settings, study_of_bytes  # noqa: E402
from assess.validity.studies.files import study_files  # noqa: E402
from tests.benchmarks._frozen_rows import freeze_rows  # noqa: E402
from tests.validity.datasets.made_up import made_up  # noqa: E402

GOAL_S, FREEZING_GOAL_S = 60.0, 30.0
CUTS = {
    "exam": (Decimal("60.00"), Decimal("1.50")),
    "bays": (Decimal("60.00"), Decimal("2.00")),
    "bench": (Decimal("60.00"), None),
    "overall": (Decimal("60.00"), None),
}


def measure(attempts: int, items: int, forms: int) -> dict[str, Any]:
    """Seconds of everything between the bytes and the files."""
    gathered = made_up(attempts, items, sittings=40, assessors=40, forms=forms)
    body = encode(gathered.contents(Names.drawn(gathered.rows)))
    steps: list[tuple[str, float]] = []
    began, worked = time.perf_counter(), time.process_time()
    document = study_of_bytes(body, Settings(CUTS), lambda step: steps.append((step, time.perf_counter())))
    computed = time.perf_counter()
    files = study_files(document)
    ended = time.perf_counter()
    marks = [*[at for _, at in steps], computed]
    return {
        "attempts": attempts,
        "items_a_form": items,
        "forms": forms,
        "dataset_mb": round(len(body) / 1e6, 1),
        "whole_s": round(ended - began, 2),
        "processor_s": round(time.process_time() - worked, 2),
        "document_s": round(computed - began, 2),
        "files_s": round(ended - computed, 2),
        "reading_s": round(marks[0] - began, 2),
        "steps_s": {step: round(after - at, 2) for (step, at), after in zip(steps, marks[1:], strict=True)},
        "longest_silence_s": round(
            max(after - at for at, after in zip([began, *marks], [*marks, ended], strict=True)), 2
        ),
        "files_kb": {name: round(len(held) / 1e3) for name, held in files.items()},
        "sha256": hashlib.sha256(files["study.json"]).hexdigest()[:16],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the attempts")
    parser.add_argument(
        "--forms", type=int, default=1, help="forms that share twenty items; 1: everybody takes the same"
    )
    given = parser.parse_args()
    attempts = 1_000 if given.quick else 10_000
    found = {
        "study": measure(attempts, 60, given.forms),
        "freezing": freeze_rows(200 if given.quick else 2_000, Path(FOLDER)),
    }
    print(json.dumps(found, indent=1))
    missed = [name for name, seconds, goal in (
        ("study", found["study"]["whole_s"], GOAL_S),
        ("freezing of 10,000, extrapolated", found["freezing"]["of_ten_thousand_s"], FREEZING_GOAL_S),
    ) if seconds > goal]  # fmt: skip
    for name in missed:
        print(f"MISSED: {name}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
