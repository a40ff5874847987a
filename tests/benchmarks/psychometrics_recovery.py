#!/usr/bin/env python3
"""Does a calibration find what was simulated, and do its intervals hold it as often as they say?

    python tests/benchmarks/psychometrics_recovery.py [--quick] [--share 0.1] [--output FILE]

Every model of `irt` at 30, 100, 1,000 and 10,000 persons. Exit status 1 when the coverage of a model's intervals is outside
93–97 % from 1,000 persons on, or below 93 % with fewer, by more than twice its standard error. Guessing of the 3PL and joint
maximum likelihood are reported only. --quick runs every model on a thirtieth of the samples up to 1,000 persons: too few to judge
coverage by, which tests/psychometrics/test_recovery.py does on samples of its own. --output writes the page
docs/evidence/psychometrics-recovery.md.
"""

import argparse
import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks._recovered import JOINT, MODELS, SAMPLES, SMALL, SMALL_PRIOR, Recovery, recover  # noqa: E402

LOWEST, HIGHEST, LARGE = 0.93, 0.97, 1_000
SEED = 20261126


def missed(row: Recovery) -> bool:
    """Whether the coverage is outside of what is promised, beyond twice its standard error."""
    if row.coverage is None or row.model in JOINT or row.parameter == "guessing":
        return False
    doubt = 2 * (row.coverage_error or 0.0)
    too_high = row.persons >= LARGE and row.coverage - doubt > HIGHEST
    return row.coverage + doubt < LOWEST or too_high


def table(rows: list[Recovery]) -> str:
    """Markdown."""
    lines = [
        "| model | persons | parameter | samples | estimates | refused | bias | RMSE | coverage % | |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        figures = ["", "", ""]
        if row.bias is not None and row.rmse is not None and row.coverage is not None:
            doubt = "" if row.coverage_error is None else f" ± {100 * row.coverage_error:.1f}"
            figures = [f"{row.bias:+.3f}", f"{row.rmse:.3f}", f"{100 * row.coverage:.1f}{doubt}"]
        verdict = "refused" if row.coverage is None else "MISSED" if missed(row) else ""
        lines.append(
            f"| {row.model} | {row.persons:,} | {row.parameter} | {row.samples} | {row.estimates:,} | {row.refused:,} | "
            f"{' | '.join(figures)} | {verdict} |"
        )
    return "\n".join(lines)


def page(rows: list[Recovery], seconds: float) -> str:
    """The evidence page."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return f"""# Recovery of simulated items, measured

Measured on {datetime.date.today()} at commit {commit.stdout.strip()} with Python {sys.version.split()[0]}, one thread of
{os.cpu_count()} cores that did other work at the same time; {seconds:.0f} s of processor time, seed {SEED}. Again:
`python tests/benchmarks/psychometrics_recovery.py --output docs/evidence/psychometrics-recovery.md`, or `make prove`.

Each sample: 20 items drawn anew (slopes lognormal(0.1, 0.25); difficulties N(0, 1) within ±2; four categories with thresholds
about 0.9 apart; logit of guessing N(−1.7, 0.5), which is also the 3PL's prior), ability N(0, 1). *Estimates* are those that are
called sufficient, *refused* all others: "not enough evidence". Bias, root mean square error and coverage of 95 % intervals are of
the sufficient ones; ± is one standard error over samples.

Up to {SMALL} persons the models with one slope have a normal prior N({SMALL_PRIOR[0]:g}, {SMALL_PRIOR[1]:g}²) on step difficulties;
models with free slopes are refused there. Promised: coverage of 93–97 % from {LARGE:,} persons on, 93 % or more with fewer, both
within twice the standard error; guessing of the 3PL and joint maximum likelihood are only reported. Joint estimates take abilities
as known, so their intervals are too narrow, and their bias does not vanish with more persons.

{table(rows)}
"""


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="see that every model runs; judge nothing")
    parser.add_argument("--share", type=float, default=1.0, help="share of the samples")
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    began = time.process_time()
    share = 1 / 30 if asked.quick else asked.share
    sizes = {persons: n for persons, n in SAMPLES.items() if persons <= LARGE or not asked.quick}
    rows: list[Recovery] = []
    for model in MODELS:
        for persons, samples in sizes.items():
            found = recover(model, persons, max(2, round(share * samples)), SEED)
            print("\n".join(table(found).splitlines()[2:]), flush=True)
            rows += found
    if asked.output:
        asked.output.write_text(page(rows, time.process_time() - began), encoding="utf-8")
    wrong = [] if asked.quick else [row for row in rows if missed(row)]
    for row in wrong:
        print(f"MISSED: {row}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
