from pathlib import Path

import pytest

from assess.site import addresses


@pytest.mark.parametrize(
    ("url", "file"),
    [("sqlite:///var/a.sqlite3", "var/a.sqlite3"), ("sqlite:////srv/my%20exam.sqlite3", "/srv/my exam.sqlite3")],
)
def test_sqlite_address_names_a_file_and_commits_wait_for_the_disk(url: str, file: str) -> None:
    entry = addresses.database(url, max_age=0, test_name="t")
    assert entry["NAME"] == Path(file)
    assert entry["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in entry["OPTIONS"]["init_command"]


def test_postgresql_address_is_taken_apart_and_decoded() -> None:
    entry = addresses.database("postgresql://a%2Fb:p%3Aq@[::1]:6432/exam?sslmode=require", max_age=30, test_name="t")
    assert entry == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "exam",
        "USER": "a/b",
        "PASSWORD": "p:q",
        "HOST": "::1",
        "PORT": "6432",
        "CONN_MAX_AGE": 30,
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize("url", ["mysql://h/exam", "postgres://h/", "sqlite://", ""])
def test_database_address_that_cannot_be_used_names_the_variable(url: str) -> None:
    with pytest.raises(addresses.AddressError, match="DATABASE_URL"):
        addresses.database(url, max_age=0, test_name="t")


def test_channel_layer_is_local_until_redis_is_named() -> None:
    assert addresses.channel_layer("local://") == {"BACKEND": "assess.live.layer.LocalLayer"}
    assert addresses.channel_layer("rediss://h/2")["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"
    with pytest.raises(addresses.AddressError, match="CHANNEL_LAYER_URL"):
        addresses.channel_layer("amqp://h")


def test_folder_broker_reads_what_it_writes_and_others_get_no_folder_options(tmp_path: Path) -> None:
    options = addresses.broker_options("filesystem://", folder=tmp_path)
    assert options["data_folder_in"] == options["data_folder_out"] == str(tmp_path / "queue")
    assert (tmp_path / "queue").is_dir()
    assert (tmp_path / "control").is_dir()
    assert addresses.broker_options("redis://h/0", folder=tmp_path) == {}
    with pytest.raises(addresses.AddressError, match="CELERY_BROKER_URL"):
        addresses.broker_options("sqla+sqlite://", folder=tmp_path)
