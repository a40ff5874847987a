"""Is this installation safe to run as it is set up? One function a question, each answered with a sentence.

The questions that read nothing but settings take them as a :class:`Mixture`, so that every unsafe mixture can be tried;
the others look at the database, the disk and the interpreter.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

OLDEST_PYTHON = (3, 11)
NEEDED_FREE = 512 * 1024**2  # bytes: a day of sittings and the room SQLite needs to fold its journal
SHORTEST_SECRET = 32
EARLIEST_NOW = 1_767_225_600  # 2026-01-01: before this release was made, so a clock that says less is wrong


@dataclass(frozen=True, kw_only=True)
class Check:
    """A question's name, its verdict, and the sentence that says why and what to do."""

    name: str
    passed: bool
    sentence: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """What the settings say about how this installation is put together."""

    database: str  # sqlite | postgresql
    broker: str  # the scheme of CELERY_BROKER_URL
    local_layer: bool  # the channel layer lives in one process
    web_processes: int
    machines: int
    debug: bool
    hosts: tuple[str, ...]
    secret: str


def mixture() -> Mixture:
    """Read the mixture from the settings."""
    return Mixture(
        database=connection.vendor,
        broker=urlsplit(settings.CELERY_BROKER_URL).scheme,
        local_layer=settings.CHANNEL_LAYERS["default"]["BACKEND"] == "assess.live.layer.LocalLayer",
        web_processes=settings.WEB_PROCESSES,
        machines=settings.MACHINES,
        debug=settings.DEBUG,
        hosts=tuple(settings.ALLOWED_HOSTS),
        secret=settings.SECRET_KEY,
    )


def _loopback(host: str) -> bool:
    bare = host.strip("[]")
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost" or bare.endswith(".localhost")


def channel_layer(mix: Mixture) -> Check:
    alone = mix.web_processes == 1 and mix.machines == 1
    return Check(
        name="channel layer",
        passed=alone or not mix.local_layer,
        sentence=(
            "Live messages reach every web process."
            if alone or not mix.local_layer
            else f"{mix.web_processes} web processes on {mix.machines} machines can't share the channel layer inside "
            "one process: set CHANNEL_LAYER_URL to a Redis address."
        ),
    )


def broker(mix: Mixture) -> Check:
    if mix.broker == "memory":
        return Check(
            name="broker",
            passed=False,
            sentence="The memory:// broker forgets every task when the process ends: leave CELERY_BROKER_URL empty for "
            "a folder, or name RabbitMQ or Redis.",
        )
    if mix.broker == "filesystem" and mix.machines > 1:
        return Check(
            name="broker",
            passed=False,
            sentence=f"{mix.machines} machines can't share the folder broker of one: set CELERY_BROKER_URL to RabbitMQ "
            "or Redis.",
        )
    if mix.broker == "filesystem" and mix.database == "postgresql" and mix.web_processes > 1:
        return Check(
            name="broker",
            passed=False,
            sentence=f"{mix.web_processes} web processes on PostgreSQL need a broker made for several: set "
            "CELERY_BROKER_URL to RabbitMQ or Redis.",
        )
    return Check(name="broker", passed=True, sentence=f"Tasks travel by {mix.broker}, which fits this set-up.")


def shared_database(mix: Mixture) -> Check:
    split = mix.database == "sqlite" and mix.machines > 1
    return Check(
        name="database of several machines",
        passed=not split,
        sentence=(
            f"{mix.machines} machines can't share one SQLite file: set DATABASE_URL to PostgreSQL."
            if split
            else f"The database ({mix.database}) can be reached by every machine named ({mix.machines})."
        ),
    )


def debug(mix: Mixture) -> Check:
    exposed = [host for host in mix.hosts if not _loopback(host)]
    return Check(
        name="debug",
        passed=not (mix.debug and exposed),
        sentence=(
            f"ASSAYER_DEBUG is on and {', '.join(exposed)} can be reached by others, who would read settings and "
            "source on every error page: turn it off."
            if mix.debug and exposed
            else "No one from outside sees debugging pages."
        ),
    )


def secret(mix: Mixture) -> Check:
    weak = len(mix.secret) < SHORTEST_SECRET or len(set(mix.secret)) < 8 or mix.secret.startswith("django-insecure-")
    return Check(
        name="secret key",
        passed=not weak,
        sentence=(
            f"The secret key is short or guessable: leave ASSAYER_SECRET_KEY empty to have one made, or set "
            f"{SHORTEST_SECRET} random characters."
            if weak
            else "The secret key is long and this installation's own."
        ),
    )


def python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info[:2] >= OLDEST_PYTHON
    needed = ".".join(map(str, OLDEST_PYTHON))
    return Check(
        name="python",
        passed=good,
        sentence=f"Python {found} runs this." if good else f"Python {found} is too old: use {needed} or newer.",
    )


def clock() -> Check:
    good = time.time() >= EARLIEST_NOW and settings.TIME_ZONE == "UTC" and settings.USE_TZ
    return Check(
        name="clock",
        passed=good,
        sentence=(
            "The clock is plausible and times are kept in UTC."
            if good
            else f"The clock says {time.strftime('%Y-%m-%d', time.gmtime())} and the time zone is {settings.TIME_ZONE}"
            ": deadlines need a right clock and UTC; set the machine's time (chrony or systemd-timesyncd)."
        ),
    )


def disk() -> Check:
    free = shutil.disk_usage(settings.DATA_DIR).free
    return Check(
        name="disk",
        passed=free >= NEEDED_FREE,
        sentence=f"{free // 1024**2} MiB are free in {settings.DATA_DIR}"
        + ("." if free >= NEEDED_FREE else f", {NEEDED_FREE // 1024**2} are needed: make room."),
    )


def broker_folder() -> Check:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    if "data_folder_in" not in options:
        return Check(name="broker folder", passed=True, sentence="Tasks are not kept in a folder here.")
    folder = Path(options["data_folder_in"])
    good = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return Check(
        name="broker folder",
        passed=good,
        sentence=f"Tasks are kept in {folder}." if good else f"Tasks can't be written to {folder}: make it writable.",
    )


def database() -> Check:
    """Does the database answer, and does a commit wait for the disk?"""
    try:
        found, wanted = _durability()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return Check(
            name="database",
            passed=False,
            sentence=f"The database does not answer ({reason}): start it, or correct DATABASE_URL.",
        )
    wrong = [f"{name} is {value}" for name, value in found.items() if value not in wanted[name]]
    remedies = " and ".join(f"{name}={wanted[name][0]}" for name, value in found.items() if value not in wanted[name])
    return Check(
        name="database",
        passed=not wrong,
        sentence=(
            f"{'; '.join(wrong)}: a power cut would lose what was acknowledged; set {remedies}."
            if wrong
            else f"The database ({connection.vendor}) answers, and a commit waits for the disk."
        ),
    )


def _durability() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    with connection.cursor() as cursor:

        def ask(question: str) -> str:
            cursor.execute(question)
            row = cursor.fetchone()
            assert row is not None
            return str(row[0])

        if connection.vendor == "sqlite":
            names = {"0": "OFF", "1": "NORMAL", "2": "FULL", "3": "EXTRA"}
            found = {
                "journal_mode": ask("PRAGMA journal_mode").upper(),
                "synchronous": names[ask("PRAGMA synchronous")],
            }
            return found, {"journal_mode": ("WAL",), "synchronous": ("FULL", "EXTRA")}
        found = {name: ask(f"SHOW {name}") for name in ("synchronous_commit", "fsync", "full_page_writes")}
        return found, {
            "synchronous_commit": ("on", "remote_apply", "remote_write", "local"),
            "fsync": ("on",),
            "full_page_writes": ("on",),
        }


def migrations() -> Check:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return Check(name="migrations", passed=False, sentence="The database could not be asked for its tables.")
    return Check(
        name="migrations",
        passed=not missing,
        sentence=(
            f"{len(missing)} migrations are not applied: run `python3 manage.py migrate`."
            if missing
            else "Every table is as this version needs it."
        ),
    )


OF_THE_MIXTURE: tuple[Callable[[Mixture], Check], ...] = (channel_layer, broker, shared_database, debug, secret)
OF_THE_MACHINE: tuple[Callable[[], Check], ...] = (python, clock, disk, broker_folder, database)
FOR_READINESS: tuple[Callable[[], Check], ...] = (database, migrations, broker_folder, disk)


def run(*, mix: Mixture, with_migrations: bool = True) -> list[Check]:
    """Ask everything; `up` asks without the migrations, since it applies them."""
    answers = [ask(mix) for ask in OF_THE_MIXTURE] + [look() for look in OF_THE_MACHINE]
    return [*answers, migrations()] if with_migrations else answers
