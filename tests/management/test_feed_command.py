"""`feed` and `adapters` on a terminal."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from assess.attempts.feeds.models import Feed, FeedKey
from assess.attempts.feeds.queries import keys_in_force
from simulator_adapters.feeds.webhooks import key_of
from tests.web.sample_centre import Centre, built_centre, centre

__all__ = ["built_centre", "centre"]


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out, stderr=StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def refused(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(*arguments, "--json", stdout=out, stderr=StringIO())
    return int(str(ended.value.code)), json.loads(out.getvalue())["code"]


def test_a_director_makes_a_feed_renews_and_revokes_its_key(centre: Centre, tmp_path: Path) -> None:
    rows = tmp_path / "rows.json"
    rows.write_text('{"bonding": "PT-ECW-1.08"}')
    by = ("--by", centre.people.director.email)
    made = run("feed", "make", *by, "--name", "Loop", "--serial", "7", "--rows", str(rows))
    feed = Feed.objects.get()
    assert (made["address"], feed.rows) == (f"/api/feeds/{feed.pk}", {"bonding": "PT-ECW-1.08"})
    renewed = run("feed", "renew", str(feed.pk), *by, "--hours", "1")
    assert keys_in_force(feed.pk) == [key_of(made["secret"]), key_of(renewed["secret"])]
    run("feed", "revoke", made["key"], *by, "--reason", "seen by others")
    assert keys_in_force(feed.pk) == [key_of(renewed["secret"])]
    rows.write_text("{}")
    assert run("feed", "rows", str(feed.pk), *by, "--rows", str(rows))["feeds"][0]["rows"] == {}
    listed = run("feed", "list", *by)
    assert "secret" not in listed
    assert [key["revoked"] for key in listed["feeds"][0]["keys"]] == ["seen by others", ""]


def test_what_can_not_be_done_is_refused_with_a_code(centre: Centre, tmp_path: Path) -> None:
    by, broken = ("--by", centre.people.director.email), tmp_path / "rows.json"
    broken.write_text('{"a": 1, "a": 2}')
    make = ("feed", "make", "--name", "Loop", "--serial", "7")
    assert refused(*make, "--by", "nobody@nowhere.invalid") == (2, "no-such-account")
    assert refused(*make, "--by", centre.people.assessors[0].email) == (2, "centre")
    assert refused(*make, *by, "--rows", str(broken)) == (2, "duplicate_name")
    assert refused(*make, *by, "--rows", str(tmp_path / "none.json")) == (2, "unreadable")
    assert refused("feed", "make", *by, "--name", "Loop") == (2, "serial")
    assert refused("feed", "renew", "soon", *by) == (2, "id")
    assert FeedKey.objects.count() == 0


def test_the_adapters_at_hand_are_listed_and_a_broken_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [one["id"] for one in run("adapters")["adapters"]] == ["wiring", "sunspec", "scpi"]
    about = tmp_path / "odd_bench-2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-bench\nVersion: 2\n")
    (about / "entry_points.txt").write_text("[simulator_adapters]\nodd = no_such_module_here:Odd\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("adapters", stdout=out)
    assert "odd (odd-bench 2) can't be used." in out.getvalue()
