"""Addresses from the environment (`DATABASE_URL` and its kin) turned into what Django, Celery and Channels ask for."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728;"
)
POSTGRESQL_SCHEMES = ("postgres", "postgresql")
REDIS_SCHEMES = ("redis", "rediss", "unix")
BROKER_SCHEMES = ("filesystem", "memory", "amqp", "amqps", "redis", "rediss")


class AddressError(ValueError):
    """An address that cannot be used; the message names the variable and the remedy."""


def database(url: str, *, max_age: int, test_name: str) -> dict[str, Any]:
    """Return the entry of `DATABASES` that `url` asks for.

    Parameters
    ----------
    url
        ``sqlite:///relative.sqlite3``, ``sqlite:////absolute.sqlite3`` or
        ``postgres://user:password@host:port/name?option=value`` (options go to psycopg, ``sslmode`` say).
    max_age
        Seconds a connection is kept between requests; 0 closes it after each.
    test_name
        File in which the tests build their SQLite database.

    Raises
    ------
    AddressError
        For any other scheme, or a missing database name.

    Examples
    --------
    >>> entry = database("postgres://ann:p%40ss@db.example:6543/exam?sslmode=require", max_age=60, test_name="t")
    >>> entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"], entry["OPTIONS"]
    ('ann', 'p@ss', 'db.example', '6543', 'exam', {'sslmode': 'require'})
    """
    parts = urlsplit(url)
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise AddressError(f"DATABASE_URL names no database: write {parts.scheme or 'postgres'}://…/NAME.")
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(name),
            "CONN_MAX_AGE": max_age,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
            "TEST": {"NAME": test_name},
        }
    if parts.scheme in POSTGRESQL_SCHEMES:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": max_age,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise AddressError(f"DATABASE_URL has the scheme {parts.scheme!r}: write sqlite:///FILE or postgres://….")


def channel_layer(url: str) -> dict[str, Any]:
    """Return the entry of `CHANNEL_LAYERS`: Redis when `url` names one, else the layer inside this process.

    Raises
    ------
    AddressError
        When `url` is neither empty, ``local://`` nor a Redis address.

    Examples
    --------
    >>> channel_layer("")["BACKEND"]
    'assess.live.layer.LocalLayer'
    >>> channel_layer("redis://cache.example:6379/1")["CONFIG"]
    {'hosts': ['redis://cache.example:6379/1']}
    """
    scheme = urlsplit(url).scheme
    if scheme in ("", "local"):
        return {"BACKEND": "assess.live.layer.LocalLayer"}
    if scheme in REDIS_SCHEMES:
        # The pubsub layer: the other one of channels_redis closed sockets under a fan-out to a thousand.
        return {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [url]}}
    raise AddressError(f"CHANNEL_LAYER_URL has the scheme {scheme!r}: write redis://HOST:PORT/N, or leave it empty.")


def broker_options(url: str, *, folder: Path) -> dict[str, Any]:
    """Return Celery's transport options for `url`; the filesystem broker keeps its queue in `folder`, made here.

    Raises
    ------
    AddressError
        For a broker this application has not been tried with.
    """
    scheme = urlsplit(url).scheme
    if scheme not in BROKER_SCHEMES:
        raise AddressError(f"CELERY_BROKER_URL has the scheme {scheme!r}: write one of {', '.join(BROKER_SCHEMES)}.")
    if scheme != "filesystem":
        return {}
    queue, control = folder / "queue", folder / "control"
    for needed in (queue, control):
        needed.mkdir(parents=True, exist_ok=True)
    # One folder for in and out: what one process sends, the next one reads.
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "store_processed": False,
        "polling_interval": 0.05,
    }
