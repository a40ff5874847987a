"""Networks that go, devices that change, clocks that lie: what the candidate did counts, and people are told in plain words.

The device here has its clocks in the hands of the test; what it sends goes through the real append into real streams.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from assess import door
from assess.attempts.desks.standing import standing_of
from assess.attempts.folding.fold import AttemptRecord, fold
from assess.attempts.journal.append import Acknowledgement, Outcome, Refused, append
from assess.attempts.journal.batches import read_batch
from assess.attempts.journal.chain import ChainedEntry, DeviceChain
from assess.attempts.models import Entry, Quarantine
from assess.attempts.queries import live_records, pinned
from assess.attempts.scoring.attempt import score
from assess.ledger.models import Act
from assess.management.world.devices import Device
from assess.people.queries import actor
from assess.proctoring.models import Incident
from item_bank.interactions.contract import token
from item_bank.qti.content import SingleChoice
from tests.attempts.centre import send
from tests.web.board import agree, at_the_board, exam_part
from tests.web.sample_centre import Centre
from tests.web.server_time import ServerTime, now

__all__ = ["now"]
DAY_MS = 86_400_000


@dataclass
class Seat:
    """The candidate's device. Its clocks run with the server's; `wrong_ms` is how far its wall clock is off."""

    centre: Centre
    now: ServerTime
    device: str = "seat 4"
    takeover: bool = False
    wrong_ms: int = 0

    def __post_init__(self) -> None:
        asked = {"subject_kind": "attempt", "subject_id": self.centre.attempt.pk, "role": "candidate"}
        granted = door.act(
            actor(self.centre.candidate),
            "attempts.open_stream",
            **asked,
            device=self.device,
            takeover=self.takeover,
        )
        self.writer = Device.of(granted)
        self.booted_us = self.now.us

    @property
    def chain(self) -> DeviceChain:
        return self.writer.chain

    def write(self, kind: str, **payload: Any) -> ChainedEntry:
        device_ms = self.now.us // 1000 + self.wrong_ms
        return self.chain.add(
            kind, payload, device_ms=device_ms, monotonic_ms=(self.now.us - self.booted_us) // 1000 + 1
        )

    def answer(self, item: str, response: dict[str, Any]) -> ChainedEntry:
        return self.write("answer", part=exam_part(self.centre), item=item, response=response)

    def send(self) -> Outcome:
        """What the device holds arrives now; what is acknowledged it lets go."""
        (body,) = self.writer.batches()
        outcome = append([read_batch(body, role="candidate")], server_us=self.now.us)[0]
        if isinstance(outcome, Acknowledgement):
            self.chain.acknowledge(outcome.sequence)
        return outcome


def begun(centre: Centre) -> None:
    agree(centre)
    at_the_board(centre, "begin")


def record_of(centre: Centre) -> AttemptRecord:
    return fold(live_records(centre.attempt.pk), pinned(centre.attempt).frame)


def ends_us(centre: Centre) -> int:
    window = record_of(centre).windows[exam_part(centre)]
    assert window.ends_us is not None
    return window.ends_us


def choices(centre: Centre) -> list[SingleChoice]:
    return [item.content for item in pinned(centre.attempt).items if isinstance(item.content, SingleChoice)]


def right(centre: Centre, item: SingleChoice) -> dict[str, Any]:
    option = next(option for option in item.options if option.correct)
    return {"choice": token(bytes(centre.attempt.seed), item, option.id)}


def verdicts(centre: Centre) -> dict[str, str]:
    result = score(pinned(centre.attempt), live_records(centre.attempt.pk))
    return {item.item: item.verdict for item in result.items if item.verdict != "unanswered"}


def flags(centre: Centre) -> str:
    return "\n".join(score(pinned(centre.attempt), live_records(centre.attempt.pk)).flags)


def board(centre: Centre) -> str:
    client = centre.browser(centre.lives[0].posts["proctor:1"])
    return str(client.get(f"/proctor/sittings/{centre.sitting.pk}/rows").content.decode())


def test_f01_twenty_minutes_without_a_network_lose_nothing_and_cost_nothing(centre: Centre, now: ServerTime) -> None:
    begun(centre)
    seat = Seat(centre, now)
    seat.write("remark", text="here")
    seat.send()
    end, items = ends_us(centre), [item.identifier for item in pinned(centre.attempt).items]
    for number in range(40):
        now.passes(30)
        seat.answer(items[number % len(items)], {"value": f"{number}", "unit": None})
    assert "No contact for 20 min: look at the network" in board(centre)
    assert isinstance(seat.send(), Acknowledgement)
    assert Entry.objects.filter(stream__role="candidate", kind="answer").count() == 40
    record = record_of(centre)
    stands = {
        name: answer.stands.payload["response"]["value"] for name, answer in record.answers.items() if answer.stands
    }
    assert stands == {items[number % len(items)]: str(number) for number in range(40)}
    assert all(answer.late == () for answer in record.answers.values())
    assert ends_us(centre) == end, "the time ran on as if nothing had been"
    assert "No contact" not in board(centre)
    assert not Incident.objects.exists()


def test_f02_offline_at_the_end_what_was_written_before_counts_and_what_came_after_waits_for_two_people(
    centre: Centre, now: ServerTime
) -> None:
    begun(centre)
    seat = Seat(centre, now)
    seat.write("remark", text="the last that the server hears in time")
    seat.send()
    before, after = choices(centre)[:2]
    limit = (ends_us(centre) - now.us) // 1_000_000
    now.passes(limit - 1)
    seat.answer(before.identifier, right(centre, before))
    now.passes(2)
    late = seat.answer(after.identifier, right(centre, after))
    now.passes(3600)
    assert isinstance(seat.send(), Acknowledgement)
    assert verdicts(centre) == {before.identifier: "right"}
    assert f"{after.identifier}: an answer came possibly after the time and does not count." in flags(centre)
    for number in (1, 2):
        role = f"adjudicator:{number}"
        asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": role, "device": "desk"}
        desk = Device.of(door.act(actor(centre.lives[0].posts[role]), "attempts.open_stream", **asked))
        desk.write("settle", reason="the network was ours", admit_late={"epoch": 1, "sequence": late.sequence})
        send(desk, server_us=now.us)
        admitted = {after.identifier: "right"} if number == 2 else {}
        assert verdicts(centre) == {before.identifier: "right"} | admitted


def test_f04_f05_of_two_devices_one_writes_and_the_other_goes_on_from_what_stands(
    centre: Centre, now: ServerTime
) -> None:
    begun(centre)
    first = Seat(centre, now)
    first.answer("ECW-001", {"text": "on the first"})
    first.send()
    client = centre.browser(centre.candidate)
    wanted = {"subject_kind": "attempt", "subject_id": str(centre.attempt.pk), "role": "candidate", "device": "tablet"}
    held = client.post("/api/streams", json.dumps(wanted), content_type="application/json")
    assert (held.status_code, held.json()["code"]) == (409, "held-elsewhere")
    first.answer("ECW-001", {"text": "not sent in time"})
    second = Seat(centre, now, device="tablet", takeover=True)
    stands = client.get(f"/api/streams/attempt/{centre.attempt.pk}/candidate/entries").json()["streams"]
    assert [entry["payload"]["response"]["text"] for stream in stands for entry in stream["entries"]] == [
        "on the first"
    ]
    second.answer("ECW-002", {"text": "on the second"})
    second.send()
    outcome = first.send()
    assert isinstance(outcome, Refused) and outcome.refusal.code == "superseded"
    assert b"not sent in time" in bytes(Quarantine.objects.get().body)
    record = record_of(centre)
    assert {
        name: answer.stands.payload["response"]["text"] for name, answer in record.answers.items() if answer.stands
    } == {"ECW-001": "on the first", "ECW-002": "on the second"}
    assert Act.objects.filter(action="attempts.open_stream", actor=centre.candidate.pk).count() == 2
    assert "1 in quarantine" in board(centre)


def test_f11_what_is_written_after_the_hand_in_is_refused_kept_and_seen_at_the_board(
    centre: Centre, now: ServerTime
) -> None:
    begun(centre)
    seat = Seat(centre, now)
    seat.write("finish", part=exam_part(centre))
    seat.write("close")
    seat.send()
    assert "in quarantine" not in board(centre)
    seat.answer("ECW-001", {"text": "one more thing"})
    outcome = seat.send()
    assert isinstance(outcome, Refused)
    assert (outcome.refusal.status, outcome.refusal.code) == (409, "closed")
    assert "1 in quarantine" in board(centre)
    assert record_of(centre).answers == {}


@pytest.mark.parametrize("wrong_days", [-3, 3])
def test_f12_a_device_whose_clock_is_days_off_has_the_same_time_as_all(
    centre: Centre, now: ServerTime, wrong_days: int
) -> None:
    begun(centre)
    seat = Seat(centre, now, wrong_ms=wrong_days * DAY_MS)
    first, second, third = choices(centre)[:3]
    limit = (ends_us(centre) - now.us) // 1_000_000
    now.passes(60)
    seat.answer(first.identifier, right(centre, first))
    seat.send()
    now.passes(limit - 61)
    seat.answer(second.identifier, right(centre, second))
    now.passes(2)
    seat.answer(third.identifier, right(centre, third))
    now.passes(600)
    seat.send()
    assert verdicts(centre) == {first.identifier: "right", second.identifier: "right"}
    assert record_of(centre).clock_jumps == {}


@pytest.mark.parametrize("jump_days", [-3, 3])
def test_f12_a_clock_that_jumps_in_the_exam_moves_no_deadline_and_is_told(
    centre: Centre, now: ServerTime, jump_days: int
) -> None:
    begun(centre)
    seat = Seat(centre, now)
    first, second, third = choices(centre)[:3]
    end = ends_us(centre)
    limit = (end - now.us) // 1_000_000
    seat.answer(first.identifier, right(centre, first))
    seat.send()
    seat.wrong_ms = jump_days * DAY_MS
    now.passes(limit - 10)
    seat.answer(second.identifier, right(centre, second))
    seat.send()
    now.passes(20)
    seat.answer(third.identifier, right(centre, third))
    seat.send()
    assert verdicts(centre) == {first.identifier: "right", second.identifier: "right"}
    assert ends_us(centre) == end
    (jumps,) = record_of(centre).clock_jumps.values()
    assert [(jump.sequence, round(jump.by_ms / DAY_MS)) for jump in jumps] == [(2, jump_days)]
    assert "clock" in flags(centre)
    assert standing_of(centre.attempt).exam is not None
