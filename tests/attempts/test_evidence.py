"""Raw evidence of a run: kept by digest beside its attempt, proved where it is a trace, and what is computed from it again."""

import base64
import hashlib
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from assess import door
from assess.attempts.actions import AttemptError, erase_evidence, forget_person, keep_evidence
from assess.attempts.files import shelf
from assess.attempts.files.evidence import MOST_BYTES, EvidenceRefused, proof_of, read_evidence
from assess.attempts.models import Evidence
from assess.ledger.models import Outbox
from assess.people.actions import service_account
from assess.people.queries import actor
from assess.schemes import queries as schemes
from simulator_adapters.contract import to_document
from simulator_adapters.recording import TraceWriter
from simulator_adapters.wiring.adapter import WiringAdapter, wiring_plan
from tests.attempts.centre import Centre, built, centre, closed

__all__ = ["built", "centre"]
ROLE = "adapter:1"


def trace(folder: Path, *, sealed: bool = True) -> bytes:
    writer = TraceWriter(folder / "wire.trace", {"adapter": "scpi"})
    writer.event("tx", b"*IDN?\n")
    writer.event("rx", b"SIMCO,DMM,SN1,1\n")
    if sealed:
        writer.seal()
    return (folder / "wire.trace").read_bytes()


def named(data: bytes, name: str = "wire.trace", media_type: str = "application/jsonl") -> dict[str, Any]:
    return {"name": name, "media_type": media_type, "sha256": hashlib.sha256(data).hexdigest(), "data": data}


def test_trace_proves_its_chain_or_says_why_not(tmp_path: Path) -> None:
    whole = trace(tmp_path)
    assert proof_of("t", whole) == ("proved", "", "")
    changed = whole.replace(b'"kind":"rx"', b'"kind":"tx"', 1)
    assert proof_of("t", changed) == ("unproved", "t, line 3 differs from what was recorded.", "")
    cut = whole[: whole.rindex(b'{"head"')]
    assert proof_of("t", cut) == ("unproved", "It has no seal: its lines prove themselves, its end does not.", "")
    assert proof_of("t", whole, most=10)[0] == "unproved"
    assert proof_of("t", b'{"no":"trace"}') == ("plain", "", "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sha256": "00" * 32}, "bad-evidence"),
        ({"name": "../escaped"}, "bad-name"),
        ({"name": ""}, "bad-name"),
        ({"media_type": "text/html; charset=x"}, "bad-type"),
        ({"data": b""}, "empty"),
        ({"data": b"0" * (MOST_BYTES + 1)}, "too-large"),
    ],
)
def test_bytes_that_are_not_what_was_named_are_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        read_evidence(**named(b"raw") | change)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")


def kept(centre: Centre, **piece: Any) -> Evidence:
    station = centre.people.station
    return keep_evidence(actor_id=station.pk, attempt_id=centre.attempt.pk, role=ROLE, **piece)


def test_evidence_is_kept_once_and_has_a_leaf(centre: Centre, tmp_path: Path) -> None:
    row = kept(centre, **named(trace(tmp_path)))
    assert kept(centre, **named(trace_again := shelf.get(centre.attempt.pk, row.file_name))) == row
    assert (row.proof, row.size) == ("proved", len(trace_again))
    assert Outbox.objects.filter(topic="ledger", payload__record=str(row.pk), payload__kind="evidence").count() == 1


def test_erased_evidence_leaves_its_row_and_is_not_kept_again(centre: Centre) -> None:
    row = kept(centre, **named(b"raw"))
    other = kept(centre, **named(b"raw", name="the same bytes"))
    erase_evidence(evidence_ids=[row.pk], because="The retention is over.")
    assert shelf.get(centre.attempt.pk, row.file_name) == b"raw"
    erase_evidence(evidence_ids=[other.pk], because="The retention is over.")
    with pytest.raises(FileNotFoundError):
        shelf.get(centre.attempt.pk, row.file_name)
    with pytest.raises(AttemptError, match="were erased"):
        kept(centre, **named(b"raw"))
    row.refresh_from_db()
    assert (row.sha256, row.erased_because) == (hashlib.sha256(b"raw").hexdigest(), "The retention is over.")


def test_evidence_goes_with_its_person(centre: Centre) -> None:
    row = kept(centre, **named(b"raw"))
    assert forget_person(account_id=centre.candidate.pk)["raw evidence"] == 1
    with pytest.raises(FileNotFoundError):
        shelf.get(centre.attempt.pk, row.file_name)


def test_evidence_comes_from_the_station_that_wrote_the_stream(centre: Centre) -> None:
    station, proctor = actor(centre.people.station), actor(centre.people.proctors[0])
    asked = {"attempt_id": centre.attempt.pk, "role": ROLE} | named(b"raw")
    for who in (station, proctor):
        with pytest.raises(door.Forbidden):
            door.act(who, "attempts.keep_evidence", **asked)
    centre.open(centre.people.station, ROLE, "bench")
    assert door.act(station, "attempts.keep_evidence", **asked).kept_by_id == centre.people.station.pk
    with pytest.raises(AttemptError, match="is none"):
        door.act(actor(service_account(name="follow-up")), "attempts.keep_evidence", **asked | {"role": "candidate"})


def judged(centre: Centre, **changed: Any) -> dict[str, Any]:
    """A wiring of the attempt, judged by its adapter."""
    pin = next(one for one in centre.attempt.pins["simulations"] if one["simulation"].startswith("SIM-WIRE"))
    (found,) = schemes.simulations([pin["hash"]])
    assert found.wiring is not None
    session = WiringAdapter().connect({"task": found.document}, deadline=time.monotonic() + 30)
    drawn = [list(wire) for wire in found.wiring.reference]
    record = session.run(wiring_plan(found.wiring, drawn), deadline=time.monotonic() + 30, cancel=threading.Event())
    return {
        "simulation": found.identifier,
        "outcome": str(record.outcome),
        "record": to_document(record) | changed,
        "evidence": [{"name": "raw", "sha256": hashlib.sha256(b"raw").hexdigest()}],
    }


def ran(centre: Centre, **changed: Any) -> None:
    bench = centre.open(centre.people.station, ROLE, "bench")
    bench.write("run", **judged(centre, **changed))
    closed(bench)


def test_after_the_seal_only_what_the_journal_names_is_kept(centre: Centre) -> None:
    ran(centre)
    closed(centre.open(centre.candidate, "candidate"))
    centre.sealed()
    assert kept(centre, **named(b"raw", name="raw")).size == 3
    with pytest.raises(AttemptError, match="names no such evidence"):
        kept(centre, **named(b"other", name="other"))


def verify(*arguments: str) -> tuple[int, Any]:
    try:
        call_command("verify_runs", *arguments)
    except SystemExit as ended:
        return int(str(ended.code)), None
    return 0, None


def test_stored_runs_agree_with_recomputed_ones(centre: Centre, capsys: pytest.CaptureFixture[str]) -> None:
    ran(centre)
    assert verify(str(centre.attempt.pk), "--json")[0] == 0
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert (run["state"], run["role"], run["sentences"]) == ("agrees", ROLE, [])


def test_verdict_that_somebody_stored_is_told(centre: Centre, capsys: pytest.CaptureFixture[str]) -> None:
    ran(centre, score="0.5")
    assert verify(str(centre.attempt.pk))[0] == 1
    told = capsys.readouterr().out
    assert f"{ROLE}/1 entry 1: score: stored 0.5, computed 1.0000." in told
    assert told.splitlines()[-1] == "FAIL  1 runs: 0 agree, 1 differ, 0 were not computed again."


def test_evidence_that_is_nonsense_stops_nothing(centre: Centre, capsys: pytest.CaptureFixture[str]) -> None:
    nonsense = b"\xff\x00"
    wires = {"name": "wires.json", "media_type": "application/json", "sha256": hashlib.sha256(nonsense).hexdigest()}
    ran(centre, attachments=[wires | {"data": base64.b64encode(nonsense).decode()}])
    assert verify(str(centre.attempt.pk))[0] == 0
    assert "skip  attempt" in (told := capsys.readouterr().out)
    assert "Its evidence can't be read" in told


@pytest.mark.parametrize("name", ["x", "00000000-0000-0000-0000-000000000001"])
def test_attempt_that_is_not_here_ends_with_2(centre: Centre, name: str) -> None:
    assert verify(name)[0] == 2
