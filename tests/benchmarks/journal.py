#!/usr/bin/env python3
"""How fast the journal takes entries, beside what disk and driver could do at most in the same run.

    python tests/benchmarks/journal.py [--quick] [--json FILE]

Starts real servers on loopback with data of their own, and stops them. PostgreSQL is measured when DATABASE_URL names
one (a database of its own is made there, and dropped). Exit status 1 when a goal is missed.
"""

import argparse
import contextlib
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks._ceiling import postgresql_ceiling, sqlite_ceiling  # noqa: E402  # found once the path is set
from tests.faults.installation import (  # noqa: E402
    Installation,
    Mode,
    new_database,
    postgresql_installation,
    sqlite_installation,
)

BATCH_GOAL = 2_000  # entries a second, on either database
SINGLE_GOAL = 1_000  # requests a second and core, on SQLite under WSGI
THREADS = 32


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is sent: by how many devices, how many entries at once, how many requests in all."""

    name: str
    devices: int
    batch: int
    requests: int


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measurement. Rates are per second; CPU is the server's own, user and system, of all its processes."""

    database: str
    server: str
    load: str
    entries_s: float
    requests_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    requests_core_s: float
    ceiling_entries_s: float

    @property
    def ratio(self) -> float:
        return self.entries_s / self.ceiling_entries_s


class LostEntries(Exception):
    """The rows are not what was acknowledged: figures of such a run say nothing."""


def measure(
    installation: Installation, *, database: str, mode: Mode, load: Load, ceiling: float, limit_s: float
) -> Figure:
    grants = installation.open_streams(load.devices)
    server = installation.start(mode, threads=THREADS)
    try:
        warm = installation.open_streams(load.devices)
        _send(server.port, warm, batch=1, requests=load.devices * 8, limit_s=limit_s)
        before = server.cpu_seconds()
        sent = _send(server.port, grants, batch=load.batch, requests=load.requests, limit_s=limit_s)
        cpu = server.cpu_seconds() - before
    finally:
        server.stop()
    if sent["refused"]:
        raise LostEntries(f"{sent['refused']} requests were refused on {database} under {mode}.")
    return Figure(
        database=database,
        server=mode,
        load=load.name,
        entries_s=sent["requests"] * load.batch / sent["wall_s"],
        requests_s=sent["requests"] / sent["wall_s"],
        p50_ms=sent["p50_ms"],
        p99_ms=sent["p99_ms"],
        cpu_ms=1000 * cpu / sent["requests"],
        requests_core_s=sent["requests"] / cpu,
        ceiling_entries_s=ceiling,
    )


def _send(port: int, grants: list[dict[str, object]], *, batch: int, requests: int, limit_s: float) -> dict[str, float]:
    order = {"port": port, "grants": grants, "batch": batch, "requests": requests, "limit_s": limit_s}
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("_load.py"))],
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=limit_s + 60,
    )
    measured: dict[str, float] = json.loads(ran.stdout)
    return measured


@contextlib.contextmanager
def _copy(installation: Installation, database: str, server_url: str) -> Iterator[str]:
    """A copy of the installation's database, streams and all, for the bare driver."""
    if database == "SQLite":
        copy = installation.folder / "ceiling.sqlite3"
        shutil.copy(installation.folder / "assayer.sqlite3", copy)
        yield str(copy)
        return
    name = urlsplit(installation.database_url).path[1:]
    with new_database(server_url, f"{name}_ceiling", template=name) as url:
        yield url


def run(installation: Installation, *, database: str, server_url: str, quick: bool) -> list[Figure]:
    scale, seconds, limit_s = (1, 1.0, 8.0) if quick else (4, 4.0, 30.0)
    loads = (
        Load(name="batches of 50", devices=16, batch=50, requests=16 * 12 * scale),
        Load(name="single entries", devices=32, batch=1, requests=32 * 100 * scale),
    )
    installation.open_streams(max(load.devices for load in loads))
    ceilings = []
    for load in loads:
        with _copy(installation, database, server_url) as place:
            raw = sqlite_ceiling if database == "SQLite" else postgresql_ceiling
            ceilings.append(raw(place, devices=load.devices, batch=load.batch, seconds=seconds))
    figures = []
    modes: tuple[Mode, ...] = ("wsgi", "asgi")
    for mode in modes:
        for load, ceiling in zip(loads, ceilings, strict=True):
            figures.append(
                measure(installation, database=database, mode=mode, load=load, ceiling=ceiling, limit_s=limit_s)
            )
            print(_line(figures[-1]), flush=True)
    read = installation.read()
    if read["differences"]:
        raise LostEntries("\n".join(read["differences"]))
    print(f"{read['inspected']} entries on {database}: every chain and receipt verifies.", flush=True)
    return figures


def _line(figure: Figure) -> str:
    return (
        f"| {figure.database} | {figure.server} | {figure.load} | {figure.entries_s:,.0f} | {figure.requests_s:,.0f}"
        f" | {figure.p50_ms:.1f} | {figure.p99_ms:.1f} | {figure.cpu_ms:.2f} | {figure.requests_core_s:,.0f}"
        f" | {figure.ceiling_entries_s:,.0f} | {figure.ratio:.2f} |"
    )


def missed(figures: list[Figure]) -> list[str]:
    """The goals that were not reached, as sentences."""
    found = []
    for figure in figures:
        if figure.server != "wsgi":
            continue
        if figure.load.startswith("batches") and figure.entries_s < BATCH_GOAL:
            found.append(
                f"{figure.database}: {figure.entries_s:,.0f} entries/s in batches; the goal is {BATCH_GOAL:,}."
            )
        if figure.load.startswith("single") and figure.database == "SQLite" and figure.requests_core_s < SINGLE_GOAL:
            found.append(
                f"SQLite: {figure.requests_core_s:,.0f} requests per core-second; the goal is {SINGLE_GOAL:,}."
            )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer requests: under a minute instead of some")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here as well")
    options = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    where = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
    }
    print(", ".join(f"{name} {value}" for name, value in where.items()))
    print(
        "| database | server | load | entries/s | requests/s | p50 ms | p99 ms | CPU ms | requests/core-s | raw | ratio |"
    )
    print("|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    server_url = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="assayer-benchmark-") as folder:
        figures = run(
            sqlite_installation(Path(folder) / "sqlite"), database="SQLite", server_url="", quick=options.quick
        )
        if urlsplit(server_url).scheme in ("postgres", "postgresql"):
            with postgresql_installation(Path(folder) / "postgresql", server_url) as installation:
                figures += run(installation, database="PostgreSQL", server_url=server_url, quick=options.quick)
        else:
            print("PostgreSQL was not measured: DATABASE_URL names none.")
    goals = missed(figures)
    print("\n".join(goals) or "Every goal is reached.")
    if options.json:
        figures_as_rows = [asdict(figure) | {"ratio": figure.ratio} for figure in figures]
        options.json.write_text(json.dumps(where | {"figures": figures_as_rows, "missed": goals}, indent=2) + "\n")
    return 1 if goals and not options.quick else 0


if __name__ == "__main__":
    sys.exit(main())
