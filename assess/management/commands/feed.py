"""`feed`: who may send signed messages, and their keys: made, renewed, revoked. A secret is shown once, when it is made."""

import json as json_
import sys
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from assess import door
from assess.attempts.conditions import AttemptError
from assess.attempts.feeds.actions import OVERLAP_HOURS
from assess.attempts.feeds.models import Feed, FeedKey
from assess.attempts.feeds.queries import centres_directed, feeds_of
from assess.ledger import strict_json
from assess.people.models import Account
from assess.people.queries import actor

UNREADABLE = 2
LARGEST_ROWS = 65_536


class Command(BaseCommand):
    help = "Feeds of a centre: list them, make one, say what its readings answer for, renew or revoke a key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["list", "make", "rows", "renew", "revoke"])
        parser.add_argument("which", nargs="?", default="", metavar="ID", help="of a feed, or of the key to revoke")
        parser.add_argument("--by", metavar="EMAIL", required=True, help="the director who does this")
        parser.add_argument("--centre", metavar="NAME", help="the centre, where the director has several")
        parser.add_argument("--name", default="", help="of the new feed")
        parser.add_argument("--serial", default="", help="of the device that is booked with it")
        parser.add_argument("--rows", type=Path, metavar="FILE", help='JSON, {"reading": "criterion"}')
        parser.add_argument("--hours", type=int, default=OVERLAP_HOURS, help="how long the earlier key holds on")
        parser.add_argument("--reason", default="", help="why a key is revoked")
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        self.as_json = bool(options["json"])
        try:
            told = getattr(self, f"_{what}")(**options)
        except (AttemptError, door.Forbidden) as refused:
            self._refuse(refused.code, str(refused))
        except strict_json.StrictJSONError as problem:
            self._refuse(problem.code, f"{options['rows']}: {problem}")
        except OSError as error:
            self._refuse("unreadable", f"{options['rows']} can't be read: {error.strerror}.")
        if self.as_json:
            self.stdout.write(json_.dumps(told, ensure_ascii=False))
            return
        for line in _lines(told):
            self.stdout.write(line)

    def _list(self, *, by: str, **options: Any) -> dict[str, Any]:
        centres = centres_directed(self._account(by).pk)
        return {"feeds": [_told(one) for one in feeds_of([one.pk for one in centres])]}

    def _make(self, *, by: str, name: str, serial: str, rows: Path | None, centre: str | None, **options: Any) -> Any:
        account = self._account(by)
        feed, key, secret = door.act(
            actor(account),
            "attempts.feeds.make_feed",
            organisation_id=self._centre(account, centre),
            name=name,
            serial=serial,
            rows=self._rows_of(rows),
        )
        return {"feeds": [_told(feed)], "address": f"/api/feeds/{feed.pk}", "key": str(key.pk), "secret": secret}

    def _rows(self, *, by: str, which: str, rows: Path | None, **options: Any) -> dict[str, Any]:
        if rows is None:
            self._refuse("rows", "Name the file with the rows: --rows FILE.")
        feed = door.act(
            actor(self._account(by)), "attempts.feeds.set_rows", feed_id=self._id(which), rows=self._rows_of(rows)
        )
        return {"feeds": [_told(feed)]}

    def _renew(self, *, by: str, which: str, hours: int, **options: Any) -> dict[str, Any]:
        key, secret = door.act(
            actor(self._account(by)), "attempts.feeds.renew_key", feed_id=self._id(which), overlap_hours=hours
        )
        return {"feeds": [_told(key.feed)], "key": str(key.pk), "secret": secret}

    def _revoke(self, *, by: str, which: str, reason: str, **options: Any) -> dict[str, Any]:
        key = door.act(actor(self._account(by)), "attempts.feeds.revoke_key", key_id=self._id(which), reason=reason)
        return {"feeds": [_told(key.feed)]}

    def _rows_of(self, path: Path | None) -> dict[str, str]:
        if path is None:
            return {}
        found = strict_json.read(path.read_bytes(), largest=LARGEST_ROWS)
        if not isinstance(found, dict):
            self._refuse("rows", f'{path}: write {{"reading": "criterion", …}}.')
        return found

    def _account(self, email: str) -> Account:
        found = Account.objects.filter(email__iexact=email, is_active=True).first()
        if found is None:
            self._refuse("no-such-account", f"Nobody here has the address {email}.")
        return found

    def _centre(self, account: Account, named: str | None) -> uuid.UUID:
        centres = centres_directed(account.pk)
        directed = [one for one in centres if named in (None, one.name)]
        if len(directed) != 1:
            known = ", ".join(one.name for one in centres) or "none"
            self._refuse("centre", f"Name one of the centres that {account} directs (--centre): {known}.")
        found: uuid.UUID = directed[0].pk
        return found

    def _id(self, text: str) -> uuid.UUID:
        try:
            return uuid.UUID(text)
        except ValueError:
            self._refuse("id", f"{text[:60]!r} is no identifier. `feed list` shows those of feeds and keys.")

    def _refuse(self, code: str, sentence: str) -> NoReturn:
        if self.as_json:
            self.stdout.write(json_.dumps({"done": False, "code": code, "sentence": sentence}, ensure_ascii=False))
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)


def _told(feed: Feed) -> dict[str, Any]:
    keys = [_key(one) for one in FeedKey.objects.filter(feed=feed).order_by("made_at")]
    about = {"id": str(feed.pk), "name": feed.name, "serial": feed.serial, "account": str(feed.account_id)}
    return about | {"rows": feed.rows, "keys": keys}


def _key(key: FeedKey) -> dict[str, Any]:
    until = None if key.holds_until is None else key.holds_until.isoformat(timespec="seconds")
    return {"id": str(key.pk), "fingerprint": key.fingerprint[:16], "until": until, "revoked": key.revoked_because}


def _lines(told: dict[str, Any]) -> Iterator[str]:
    for feed in told["feeds"]:
        yield f"{feed['name']} (serial {feed['serial']}): /api/feeds/{feed['id']}, posted as {feed['account']}"
        for key in feed["keys"]:
            ends = f", until {key['until']}" if key["until"] else ""
            yield f"  key {key['id']}{ends}{', revoked: ' + key['revoked'] if key['revoked'] else ''}"
    if not told["feeds"]:
        yield "There is no feed yet. Make one: feed make --by EMAIL --name NAME --serial SERIAL."
    if "secret" in told:
        yield f"Secret, shown once: {told['secret']}"
