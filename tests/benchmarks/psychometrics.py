#!/usr/bin/env python3
"""Psychometrics beside every other package that is installed, on the same arrays: time, memory, likelihood, error.

    python tests/benchmarks/psychometrics.py [--quick] [--peers PYTHON] [--only TEXT]

Everything is measured in processes of its own with one thread (where two are allowed, the row says so), ours and the peers in
turn, three times; the fastest run counts. Peers are found in the interpreter named by --peers, else by ASSAYER_PEERS, else in
this one (`pip install -r tests/benchmarks/peers.txt` in an environment of its own); one that is missing is left out and
named. Likelihoods are computed anew from everybody's parameters. Prints Markdown.

Exit status 1 when ours did not converge, has a worse likelihood (0.05 for 10,000 persons) or a worse error (2 %) than a
peer, or disagrees with one; and, without --quick, when a goal of time, ratio or memory is missed. --quick takes small
tables, each only once, and less than a minute.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)
os.environ.update(ONE_THREAD)  # before numpy is imported, here and in the processes that measure
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # the threads had to be set for what follows

from tests.benchmarks._contests import CONTESTS, Contest, Peer  # noqa: E402  # found once the path is set
from tests.benchmarks._drawn import DRAWS, Arrays  # noqa: E402
from tests.benchmarks._judged import MISSING, Figures, Judged  # noqa: E402

SEED = 20261122
ROUNDS = 3
# short work is repeated in its process
ENOUGH_SECONDS, MOST_CALLS = 0.5, 5
LIMIT_S = 1800
ELSEWHERE = "measured 2026-11-22 on another machine (R 4.2.2, mirt 1.47, TAM 4.4-2, difR 5.1, psych 2.2.9, catR 3.17)"


class Bench:
    """The folder, the interpreters, and how a contestant is sent to measure."""

    def __init__(self, folder: Path, peers: str, *, quick: bool) -> None:
        self.folder, self.quick = folder, quick
        self.python = {"_ours": sys.executable, "_peers": peers}
        self.versions: dict[str, str] = {}

    def draw(self, contest: Contest) -> Arrays:
        """The arrays of a contest, saved for the contestants; a small set beside them to warm up with."""
        made = DRAWS[contest.draw](np.random.default_rng(SEED), **contest.arguments(quick=self.quick))
        np.savez(self._place(contest, "arrays"), **made)  # type: ignore[arg-type]  # its stub knows no ** of arrays
        if not self.quick:
            small = DRAWS[contest.draw](np.random.default_rng(SEED + 1), **{**contest.size, **contest.warm})
            np.savez(self._place(contest, "warm"), **small)  # type: ignore[arg-type]
        return made

    def job(self, contest: Contest, figures: Figures) -> dict[str, Any]:
        peer = figures.peer
        return {
            "room": "_ours" if peer is None else "_peers",
            "entry": contest.ours if peer is None else peer.entry,
            "package": "" if peer is None else peer.package,
            "arrays": str(self._place(contest, "arrays")),
            "warm": "" if self.quick else str(self._place(contest, "warm")),
            "found": str(self._place(contest, figures.label)),
            "seconds": 0 if self.quick else ENOUGH_SECONDS,
            "most": MOST_CALLS,
        }

    def send(self, work: Iterable[tuple[Contest, Figures]]) -> None:
        """Measure in one process, all of one interpreter; what came of it goes into the figures."""
        pairs = list(work)
        order = [self.job(contest, figures) for contest, figures in pairs]
        if not order:
            return
        ran = subprocess.run(
            [self.python[order[0]["room"]], str(Path(__file__).with_name("_alone.py"))],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
        answers = [json.loads(line) for line in ran.stdout.splitlines()]
        answers += [{"failed": f"died: {ran.stderr.strip()[-200:]}"}] * (len(pairs) - len(answers))
        for (_, figures), job, answer in zip(pairs, order, answers, strict=True):
            self._note(figures, job, answer)

    def _note(self, figures: Figures, job: dict[str, Any], answer: dict[str, Any]) -> None:
        if "wall" not in answer:
            figures.without = f"failed ({answer['failed']})" if "failed" in answer else MISSING
            return
        figures.wall += answer["wall"]
        figures.cpu += answer["cpu"]
        figures.before_mb = max(figures.before_mb, answer["before_mb"])
        figures.peak_mb = max(figures.peak_mb, answer["peak_mb"])
        with np.load(job["found"]) as found:
            figures.found = dict(found)
        self.versions[job["package"]] = answer["version"]

    def _place(self, contest: Contest, what: str) -> Path:
        return self.folder / f"{CONTESTS.index(contest)} {what}.npz"


def entered(contest: Contest, *, quick: bool) -> tuple[Figures, list[Figures]]:
    peers: list[Peer] = [peer for peer in contest.peers if not (quick and peer.slow)]
    return Figures(None), [Figures(peer) for peer in peers]


def in_turn(bench: Bench, contests: Iterable[Contest]) -> Iterator[Judged]:
    """Each measurement in a process of its own, ours and the peers in turn."""
    for contest in contests:
        truth = bench.draw(contest)
        ours, peers = entered(contest, quick=False)
        for _ in range(ROUNDS):
            for figures in (ours, *peers):
                if not figures.without:
                    bench.send([(contest, figures)])
        yield Judged(contest, truth, ours, peers)


def at_once(bench: Bench, contests: Iterable[Contest]) -> Iterator[Judged]:
    """All small tables in one process of ours and one of the peers."""
    judged = [Judged(contest, bench.draw(contest), *entered(contest, quick=True), quick=True) for contest in contests]
    bench.send((one.contest, one.ours) for one in judged)
    bench.send((one.contest, peer) for one in judged for peer in one.peers)
    yield from judged


HEAD = (
    "| | | fastest ms | median ms | CPU ms | runs | memory MB (before) | log-likelihood | behind the best | RMSE | times ours |\n"
    "|---|---|---:|---:|---:|---:|---:|---:|---:|---|---:|"
)


def lines(judged: Judged) -> Iterator[str]:
    best = max(judged.objective.values(), default=0.0)
    for figures in judged.everybody:
        objective = judged.objective.get(figures.label)
        errors = ", ".join(f"{what} {value:.4f}" for what, value in judged.errors[figures.label].items())
        claim = " (not converged)" if not figures.found.get("converged", True) else ""
        cells = (
            judged.title if figures.peer is None else "",
            figures.label + claim,
            f"{1000 * figures.seconds:.1f}",
            f"{1000 * figures.median:.1f}",
            f"{1000 * figures.busy:.1f}",
            str(len(figures.wall)),
            f"{figures.peak_mb:.0f} ({figures.before_mb:.0f})",
            "" if objective is None else f"{objective:.3f}",
            "" if objective is None else f"{best - objective:.3f}",
            errors,
            "1" if figures.peer is None else f"{judged.ratio(figures):.1f}",
        )
        yield "| " + " | ".join(cells) + " |"


def goals(judged: Judged) -> Iterator[str]:
    contest, own = judged.contest, judged.ours
    if contest.seconds is not None:
        yield f"| {judged.title} | {own.seconds:.3f} s | ≤ {contest.seconds:g} s | |"
    if contest.memory_mb is not None:
        yield f"| {judged.title} | {own.peak_mb:.0f} MB | ≤ {contest.memory_mb:g} MB | |"
    if contest.ratio is not None:
        aim, fastest = f"{contest.aim:g} ×" if contest.aim else "", judged.fastest
        found = f"{judged.ratio(fastest):.1f} × {fastest.label}" if fastest else "not judged: a peer is not installed"
        yield f"| {judged.title} | {found} | ≥ {contest.ratio:g} × | {aim} |"


def report(everything: list[Judged], *, quick: bool) -> list[str]:
    """Print the tables below the first; what is wrong, as sentences."""
    absent = {(judged, peer) for judged in everything for peer in judged.peers if peer.without}
    left_out = {
        f"{peer.peer.package}, which {MISSING}"
        if peer.without == MISSING and peer.peer
        else f"{peer.label} for {judged.title}, which {peer.without}"
        for judged, peer in absent
    }
    print("".join(f"\nLeft out: {what}." for what in sorted(left_out)))
    wrong = [sentence for judged in everything for sentence in judged.disagreements()]
    if quick:
        return wrong
    print("\n| goal | found | wanted | aim |\n|---|---|---|---|")
    for judged in everything:
        for line in [] if judged.ours.without else goals(judged):
            print(line)
    print(f"\nBeside figures {ELSEWHERE}:\n\n| | there, s | ours here, s | of ours |\n|---|---|---:|---:|")
    for judged in everything:
        for who, seconds in judged.contest.elsewhere.items():
            if not judged.ours.without:
                print(
                    f"| {judged.title} | {who} {seconds:g} | {judged.ours.seconds:.4f} |"
                    f" {seconds / judged.ours.seconds:,.0f} × |"
                )
    return wrong + [sentence for judged in everything for sentence in judged.missed()]


def load() -> str:
    return " ".join(f"{average:.1f}" for average in os.getloadavg())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small tables, once each, and no goals of speed")
    parser.add_argument("--peers", default=os.environ.get("ASSAYER_PEERS") or sys.executable, metavar="PYTHON")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the rows whose name contains this")
    asked = parser.parse_args()
    chosen = [
        contest
        for contest in CONTESTS
        if asked.only in contest.title(quick=False) and not (asked.quick and contest.quick is None)
    ]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    began = load()
    print(f"{datetime.datetime.now(datetime.UTC).date()}, commit {commit}, Python {sys.version.split()[0]},", end=" ")
    print(f"NumPy {np.__version__}, {os.cpu_count()} cores\n\n{HEAD}", flush=True)
    everything = []
    with tempfile.TemporaryDirectory(prefix="assayer-benchmark-") as folder:
        bench = Bench(Path(folder), asked.peers, quick=asked.quick)
        for judged in (at_once if asked.quick else in_turn)(bench, chosen):
            everything.append(judged)
            if not judged.ours.without:
                print("\n".join(lines(judged)), flush=True)
    wrong = report(everything, quick=asked.quick)
    packages = ", ".join(f"{name} {number}" for name, number in sorted(bench.versions.items()) if name)
    print(f"\nPeers: {packages or 'none'}. Load of the machine at the beginning {began}, at the end {load()}.")
    for sentence in wrong:
        print(f"Wrong: {sentence}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
