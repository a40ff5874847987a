"""Signed messages and logger files: what is taken, what is marked, and what is refused with its place."""

import doctest
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator_adapters.feeds import logger_file, webhooks
from simulator_adapters.feeds.logger_file import (
    MOST_BYTES,
    Column,
    Declaration,
    LoggerFileError,
    Mark,
    Row,
    gaps,
    read_logger_file,
)
from simulator_adapters.feeds.webhooks import WebhookRefused, compared, key_of, sign, verify
from simulator_adapters.measurement import Status

NOW = 1_795_000_000
OLD, NEW = b"o" * 24, b"n" * 24


def headers(body: bytes, *, key: bytes = NEW, at: int = NOW, message: str = "msg_1", also: str = "") -> dict[str, str]:
    signature = sign(key, message_id=message, timestamp=at, body=body)
    return {"Webhook-Id": message, "Webhook-Timestamp": str(at), "Webhook-Signature": f"{also}{signature}"}


def test_a_signed_message_is_taken_and_known_again() -> None:
    taken = verify(headers(b"{}"), b"{}", keys=[NEW], now=NOW)
    assert (taken.id, taken.timestamp, taken.body) == ("msg_1", NOW, b"{}")
    assert compared(taken, None) == "new"
    assert compared(taken, taken.sha256) == "again"
    assert compared(taken, "0" * 64) == "contradicts"


def test_a_key_takes_over_from_another() -> None:
    by_old = sign(OLD, message_id="msg_1", timestamp=NOW, body=b"{}")
    both = headers(b"{}", also=f"{by_old} ")
    for keys in ([OLD], [NEW], [OLD, NEW]):
        assert verify(both, b"{}", keys=keys, now=NOW).id == "msg_1"
    junk = headers(b"{}", also="v1,nonsense v2,ü ")
    assert verify(junk, b"{}", keys=[NEW], now=NOW).id == "msg_1"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Webhook-Timestamp": str(NOW - 301)}, "bad_signature"),
        ({"Webhook-Id": "msg_2"}, "bad_signature"),
        ({"Webhook-Id": "../x"}, "bad_id"),
        ({"Webhook-Timestamp": "١٧"}, "bad_time"),
        ({"Webhook-Timestamp": "1e9"}, "bad_time"),
        ({"Webhook-Signature": ""}, "missing"),
        ({"Webhook-Signature": "v1,AAAA"}, "bad_signature"),
    ],
)
def test_a_message_that_was_changed_is_refused(changed: dict[str, str], code: str) -> None:
    with pytest.raises(WebhookRefused) as refused:
        verify({**headers(b"{}"), **changed}, b"{}", keys=[NEW], now=NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(("at", "code"), [(NOW - 301, "too_old"), (NOW + 301, "too_new")])
def test_a_message_out_of_its_time_is_refused(at: int, code: str) -> None:
    with pytest.raises(WebhookRefused) as refused:
        verify(headers(b"{}", at=at), b"{}", keys=[NEW], now=NOW)
    assert refused.value.code == code
    within = NOW - 300 if at < NOW else NOW + 300
    assert verify(headers(b"{}", at=within), b"{}", keys=[NEW], now=NOW).timestamp == within


@given(body=st.binary(min_size=1, max_size=60), place=st.integers(0), flipped=st.integers(1, 255))
def test_no_byte_of_a_body_can_be_changed(body: bytes, place: int, flipped: int) -> None:
    other = bytearray(body)
    other[place % len(body)] ^= flipped
    with pytest.raises(WebhookRefused):
        verify(headers(body), bytes(other), keys=[NEW], now=NOW)


def test_a_secret_that_is_none_is_refused() -> None:
    for secret in ("whsec_", "whsec_c2hvcnQ=", "whsec_!!", ""):
        with pytest.raises(WebhookRefused):
            key_of(secret)
    assert doctest.testmod(webhooks).failed == 0


TEXT = "Zeit;Uac;Temp\n2026-03-01 10:00;230,1;21,5\n2026-03-01 10:01;OVRLD;21,6\n2026-03-01 10:02;;21,6\n"


def declared(text: str, **changed: object) -> Declaration:
    data = text.encode()
    plain = Declaration(
        delimiter=";", decimal_mark=",", time_heading="Zeit", time_format="%Y-%m-%d %H:%M", zone="Europe/Madrid",
        columns=(Column(heading="Uac", name="voltage", unit="V"), Column(heading="Temp", name="air", unit="°C")),
        length=len(data), sha256=hashlib.sha256(data).hexdigest(),
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]


def read(text: str, **changed: object) -> tuple[Row, ...]:
    return read_logger_file(text.encode(), declared(text, **changed))


def test_rows_have_moments_values_and_what_was_no_value() -> None:
    first, second, third = read(TEXT)
    assert first.at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert first.readings == (("voltage", Decimal("230.1"), Status.OK), ("air", Decimal("21.5"), Status.OK))
    assert second.readings[0] == ("voltage", None, Status.OVERRANGE)
    assert third.readings[0] == ("voltage", None, Status.BAD_QUALITY)
    assert (first.line, third.line) == (2, 4)


def test_rows_that_repeat_contradict_or_come_late_are_kept_and_marked() -> None:
    more = TEXT + "2026-03-01 10:00;230,1;21,5\n2026-03-01 10:00;231,0;21,5\n2026-03-01 09:59;229,9;21,5\n"
    assert [row.mark for row in read(more)] == [*[Mark.NEW] * 3, Mark.DUPLICATE, Mark.CONTRADICTS, Mark.LATE]


def test_a_file_that_was_cut_off_or_exchanged_is_refused() -> None:
    whole = declared(TEXT)
    for data, code in ((TEXT.encode()[:-1], "cut_off"), (TEXT.replace("230", "231").encode(), "not_the_file")):
        with pytest.raises(LoggerFileError) as refused:
            read_logger_file(data, whole)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "changed", "said"),
    [
        (TEXT.replace("230,1", "230.1"), {}, r"Line 2, column 'Uac': '230.1' holds '\.'"),
        (TEXT.replace("230,1", "1_000"), {}, "Line 2, column 'Uac'"),
        (TEXT.replace("230,1", "٢٣٠"), {}, "Line 2, column 'Uac'"),
        (TEXT.replace("230,1", "inf"), {}, "Line 2, column 'Uac'"),
        (TEXT.replace("2026-03-01 10:01", "2026-10-25 02:30"), {}, "went through this hour twice"),
        (TEXT.replace("2026-03-01 10:01", "2026-03-29 02:30"), {}, "left this hour out"),
        (TEXT.replace("2026-03-01 10:01", "soon"), {}, "Line 3: 'soon' is no time"),
        (TEXT.replace("Uac", "U"), {}, "the column 'Uac' is not there"),
        (TEXT.replace("Temp", "Uac"), {}, "the column 'Uac' is there twice"),
        (TEXT + "2026-03-01 10:03;1\n", {}, "Line 5 has 2 columns"),
        (TEXT, {"zone": "Mars/Olympus"}, "Use a zone such as"),
        (TEXT, {"delimiter": ","}, "Delimiter and decimal mark are the same"),
        (TEXT, {"columns": (Column(heading="Uac", name="u", unit="cfmm"),)}, "not in the unit table"),
    ],
)
def test_what_can_not_be_read_is_refused_with_its_place(text: str, changed: dict[str, object], said: str) -> None:
    with pytest.raises(LoggerFileError, match=said):
        read(text, **changed)


def test_an_offset_says_which_of_two_hours_is_meant() -> None:
    text = "Zeit;Uac;Temp\n2026-10-25 02:30+0200;230,1;1\n2026-10-25 02:30+0100;230,2;1\n"
    rows = read(text, time_format="%Y-%m-%d %H:%M%z")
    assert rows[1].at - rows[0].at == timedelta(hours=1)


def test_gaps_are_named() -> None:
    text = TEXT + "2026-03-01 10:09;230,1;21,5\n"
    assert gaps(read(text), expected=timedelta(minutes=1)) == (
        (datetime(2026, 3, 1, 9, 2, tzinfo=UTC), datetime(2026, 3, 1, 9, 9, tzinfo=UTC)),
    )


def test_a_file_beyond_64_mib_is_refused_before_it_is_read() -> None:
    with pytest.raises(LoggerFileError, match="67108864 is the most") as refused:
        read_logger_file(bytes(MOST_BYTES + 1), declared(TEXT))
    assert (refused.value.code, MOST_BYTES) == ("too_large", 64 * 1024 * 1024)


def test_times_in_the_commonest_form_are_read_as_strptime_reads_them() -> None:
    form = "%Y-%m-%d %H:%M:%S"
    text = "Zeit;Uac;Temp\n2026-03-01 10:00:07;230,1;21,5\n2026-3-1 10:00:08;230,1;21,5\n"
    assert [row.at.second for row in read(text, time_format=form)] == [7, 8]
    for wrong in ("2026-03-01T10:00:07", "2026-02-30 10:00:07", "2026-03-01 24:00:07", "٢026-03-01 10:00:07"):
        with pytest.raises(LoggerFileError, match="is no time as declared"):
            read(text.replace("2026-03-01 10:00:07", wrong), time_format=form)


def test_more_rows_than_are_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logger_file, "MOST_ROWS", 2)
    with pytest.raises(LoggerFileError, match=r"more than 2 rows\. Split it"):
        read(TEXT)
