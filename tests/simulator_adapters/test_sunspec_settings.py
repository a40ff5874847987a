"""The SunSpec tasks end to end: a candidate's writes over Modbus TCP, the read-back, the score."""

import contextlib
import copy
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator_adapters.contract import (
    Adapter,
    DeadlineExceeded,
    IdentityMismatch,
    LinkLost,
    Outcome,
    Session,
    Status,
    Verdict,
    from_document,
    to_document,
)
from simulator_adapters.instruments.modbus import ModbusClient, ModbusRefusal
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter, SunSpecSession
from simulator_adapters.photovoltaic.checking import Write, apply_writes, check_settings, inverter_for
from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.photovoltaic.settings import SettingsSpec, SpecError, check_spec
from simulator_adapters.recording import TraceError, TraceWriter, read_trace, recorded
from simulator_adapters.replay import Replayer, ReplayMismatch
from simulator_adapters.wire import Opener, open_tcp
from tests.simulator_adapters.bundled_simulations import SIMULATIONS

SPECS = {entry["id"]: SettingsSpec.from_document(entry) for entry in SIMULATIONS["sunspec"]}
SERIAL = "INV-7"


Overrides = dict[int, dict[tuple[str, tuple[int, ...]], int | str]]


def soon(seconds: float = 5) -> float:
    return time.monotonic() + seconds


def connected(port: int, *, opener: Opener = open_tcp, serial: str = SERIAL) -> SunSpecSession:
    return SunSpecAdapter(opener=opener).connect({"host": "127.0.0.1", "port": port, "serial": serial}, deadline=soon())


@contextmanager
def bench(spec: SettingsSpec) -> Iterator[tuple[SimulatedInverter, SunSpecSession]]:
    with inverter_for(spec, serial=SERIAL) as inverter:
        session = connected(inverter.port)
        try:
            yield inverter, session
        finally:
            session.close()


RESERVE: list[Write] = [
    (802, "SoCRsvMin", [], "30"),
    (704, "WMaxLimPct", [], "60"),
    (704, "WMaxLimPctEna", [], "1"),
]
CURVE = ((92, 44), (98, 0), (102, 0), (108, -44))
GRID: list[Write] = [
    *[(705, "Crv.Pt.V", [2, n], str(v)) for n, (v, _) in enumerate(CURVE, start=1)],
    *[(705, "Crv.Pt.Var", [2, n], str(q)) for n, (_, q) in enumerate(CURVE, start=1)],
    *[(705, "Crv.ActPt", [2], "4"), (705, "Crv.DeptRef", [2], "3"), (705, "Crv.RspTms", [2], "5")],
    *[(705, "AdptCrvReq", [], "2"), (705, "Ena", [], "1")],
    *[(711, "Ctl.DbOf", [2], "0.2"), (711, "Ctl.DbUf", [2], "0,2")],
    *[(711, "Ctl.KOf", [2], "0.05"), (711, "Ctl.KUf", [2], "0.05")],
    *[(711, "AdptCtlReq", [], "2"), (711, "Ena", [], "1")],
]


def of_profile(name: str) -> list[Write]:
    return [(t.model, t.point, list(t.index), t.value) for t in SPECS["SIM-SUN-3"].targets(name)]


@pytest.mark.parametrize("name", SPECS)
def test_the_bundled_tasks_are_sound(name: str) -> None:
    assert check_spec(SPECS[name]) == []


def test_the_right_settings_for_reserve_and_limit_score_one() -> None:
    with bench(SPECS["SIM-SUN-1"]) as (_, session):
        assert all(result.accepted for result in apply_writes(session, RESERVE))
        record = check_settings(SPECS["SIM-SUN-1"], session, answers={"limit_w": "3000", "reserve_kwh": "3,0"})
    assert (record.outcome, record.score, record.sentence) == (Outcome.PASS, Decimal(1), "6 of 6 targets are met.")
    assert record.instrument.serial == SERIAL
    assert from_document(json.loads(json.dumps(to_document(record)))) == record


def test_an_untouched_device_meets_only_what_must_stay() -> None:
    with bench(SPECS["SIM-SUN-1"]) as (_, session):
        record = check_settings(SPECS["SIM-SUN-1"], session)
    assert (record.outcome, record.score) == (Outcome.FAIL, Decimal("0.25"))
    assert {m.name: (m.value, m.verdict) for m in record.measurements} == {
        "802.SoCRsvMin": (Decimal("10.0"), Verdict.FAIL),
        "704.WMaxLimPctEna": (Decimal(0), Verdict.FAIL),
        "704.WMaxLimPct": (Decimal("100.0"), Verdict.FAIL),
        "702.WMax": (Decimal(5000), Verdict.PASS),
    }


def test_changing_what_must_stay_and_a_wrong_answer_cost_their_targets() -> None:
    with bench(SPECS["SIM-SUN-1"]) as (_, session):
        apply_writes(session, [*RESERVE, (702, "WMax", [], "3000")])
        record = check_settings(SPECS["SIM-SUN-1"], session, answers={"limit_w": "1.234,5", "reserve_kwh": "2"})
    failed = {step.name: step.sentence for step in record.steps if step.outcome is Outcome.FAIL}
    assert set(failed) == {"702.WMax", "answer_limit_w", "answer_reserve_kwh"}
    assert "mixes point and comma" in failed["answer_limit_w"]
    assert record.score == Decimal("0.5000")


def test_curve_and_droop_written_to_set_two_and_adopted_score_one() -> None:
    with bench(SPECS["SIM-SUN-2"]) as (_, session):
        results = apply_writes(session, GRID)
        record = check_settings(SPECS["SIM-SUN-2"], session)
    assert [r.sentence for r in results if not r.accepted] == []
    assert (record.outcome, record.score, record.sentence) == (Outcome.PASS, Decimal(1), "26 of 26 targets are met.")


def test_a_curve_that_is_never_adopted_changes_nothing() -> None:
    with bench(SPECS["SIM-SUN-2"]) as (_, session):
        apply_writes(session, [w for w in GRID if not w[1].startswith("Adpt")])
        record = check_settings(SPECS["SIM-SUN-2"], session)
    values = {m.name: m.value for m in record.measurements}
    assert values["705.Crv.Pt.V[1,1]"] == Decimal("90.00")
    assert record.outcome is Outcome.FAIL


@pytest.mark.parametrize("wanted", ["0", "1", "9"])
def test_adopting_a_set_that_is_not_there_fails_with_a_sentence(wanted: str) -> None:
    with bench(SPECS["SIM-SUN-2"]) as (_, session):
        (result,) = apply_writes(session, [(705, "AdptCrvReq", [], wanted)])
    assert (result.accepted, "could not adopt" in result.sentence) == (False, True)


def test_a_curve_whose_voltages_fall_is_not_adopted() -> None:
    with bench(SPECS["SIM-SUN-2"]) as (_, session):
        results = apply_writes(session, [(705, "Crv.Pt.V", [2, 1], "120"), (705, "AdptCrvReq", [], "2")])
    assert [r.accepted for r in results] == [True, False]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "words"),
    [
        ((705, "Crv.Pt.V", [1, 1], "92"), "illegal address"),
        ((702, "WMaxRtg", [], "6000"), "illegal address"),
        ((704, "WMaxLimPct", [], "60.05"), "steps of 0.1"),
        ((704, "WMaxLimPct", [], "-1"), "does not fit"),
        ((704, "WMaxLimPct", [], "9999"), "does not fit"),
        ((704, "WMaxLimPct", [], "nan"), "not a finite number"),
        ((704, "Nonsense", [], "1"), "no point Nonsense"),
        ((999, "X", [], "1"), "no model 999"),
        ((705, "Crv.Pt.V", [9, 1], "92"), "no point Crv.Pt.V"),
    ],
)
def test_a_write_that_cannot_be_is_refused_and_the_rest_go_on(write: Write, words: str) -> None:
    with bench(SPECS["SIM-SUN-1"]) as (_, session):
        refused, accepted = apply_writes(session, [write, RESERVE[0]])
    assert (refused.accepted, accepted.accepted) == (False, True)
    assert words in refused.sentence


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "seconds"), [("eu_training", 60), ("us_1547_default", 300)])
def test_an_enter_service_profile_scores_one_and_waits_as_long_as_it_asks(profile: str, seconds: int) -> None:
    with bench(SPECS["SIM-SUN-3"]) as (inverter, session):
        apply_writes(session, of_profile(profile))
        record = check_settings(SPECS["SIM-SUN-3"], session, profile=profile, bench=inverter)
    waited = {m.name: m.value for m in record.measurements}["enter_service_wait"]
    assert (record.score, waited) == (Decimal(1), Decimal(seconds))


def test_the_other_profile_fails() -> None:
    with bench(SPECS["SIM-SUN-3"]) as (inverter, session):
        apply_writes(session, of_profile("eu_training"))
        record = check_settings(SPECS["SIM-SUN-3"], session, profile="us_1547_default", bench=inverter)
    assert record.outcome is Outcome.FAIL


def test_the_power_limit_cuts_the_output() -> None:
    with bench(SPECS["SIM-SUN-1"]) as (_, session):
        before = session.client.block(701, deadline=soon()).raw("W")
        apply_writes(session, RESERVE)
        assert (before, session.client.block(701, deadline=soon()).raw("W")) == (4200, 3000)


def test_a_point_that_is_not_implemented_is_the_equipments_matter() -> None:
    overrides: Overrides = {704: {("WMaxLimPct", ()): 0xFFFF}}
    with SimulatedInverter(serial=SERIAL, overrides=overrides) as inverter:
        session = connected(inverter.port)
        record = check_settings(SPECS["SIM-SUN-1"], session)
        session.close()
    assert (record.outcome, record.score) == (Outcome.ERROR, None)
    assert record.measurements[-1].status is Status.NOT_IMPL


@pytest.mark.parametrize("factor", [-11, 11, -32768])
def test_a_scale_factor_out_of_range_is_not_believed(factor: int) -> None:
    overrides: Overrides = {704: {("WMaxLimPct_SF", ()): factor}}
    with SimulatedInverter(serial=SERIAL, overrides=overrides) as inverter:
        session = connected(inverter.port)
        (refused,) = apply_writes(session, [RESERVE[1]])
        assert check_settings(SPECS["SIM-SUN-1"], session).outcome is Outcome.ERROR
        session.close()
    assert "scale factor" in refused.sentence


def test_a_device_that_scales_otherwise_is_read_in_its_own_scale() -> None:
    overrides: Overrides = {704: {("WMaxLimPct_SF", ()): -2, ("WMaxLimPct", ()): 6000}}
    with SimulatedInverter(serial=SERIAL, overrides=overrides) as inverter:
        session = connected(inverter.port)
        record = check_settings(SPECS["SIM-SUN-1"], session)
        session.close()
    (limit,) = (m for m in record.measurements if m.name == "704.WMaxLimPct")
    assert (limit.value, limit.verdict) == (Decimal("60.00"), Verdict.PASS)


def test_the_adapter_keeps_the_contract_and_insists_on_the_booked_serial() -> None:
    adapter = SunSpecAdapter()
    assert isinstance(adapter, Adapter)
    with SimulatedInverter(serial=SERIAL) as inverter:
        (found,) = adapter.discover({"host": "127.0.0.1", "port": inverter.port})
        session = connected(inverter.port)
        assert isinstance(session, Session)
        assert session.health().instrument == found
        session.close()
        with pytest.raises(IdentityMismatch, match="'INV-7' answers, 'OTHER' is booked"):
            connected(inverter.port, serial="OTHER")


@pytest.mark.slow
def test_a_stopped_device_ends_the_run_without_a_score_and_is_gone_for_the_next() -> None:
    with bench(SPECS["SIM-SUN-1"]) as (inverter, session):
        inverter.stop()
        record = check_settings(SPECS["SIM-SUN-1"], session, deadline=soon(1))
        assert (record.outcome in (Outcome.ERROR, Outcome.TIMEOUT), record.score) == (True, None)
        with pytest.raises(LinkLost, match="can't be reached"):
            connected(inverter.port)


def test_a_cancelled_check_is_aborted() -> None:
    stopped = Event()
    stopped.set()
    with bench(SPECS["SIM-SUN-1"]) as (_, session):
        assert check_settings(SPECS["SIM-SUN-1"], session, cancel=stopped).outcome is Outcome.ABORTED


def test_starting_and_stopping_takes_milliseconds() -> None:
    started = time.perf_counter()
    for _ in range(10):
        with SimulatedInverter():
            pass
    assert time.perf_counter() - started < 2


@contextmanager
def answering(reply: Callable[[bytes], bytes]) -> Iterator[ModbusClient]:
    """A device that answers each request as told, once per connection byte for byte."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer, contextlib.suppress(ConnectionError):
                while request := peer.recv(300):
                    peer.sendall(reply(request))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        client = ModbusClient(open_tcp("127.0.0.1", server.getsockname()[1], deadline=soon()))
        try:
            yield client
        finally:
            client.close()
            thread.join(timeout=2)


def answer(request: bytes, **changes: int) -> bytes:
    fields = {"transaction": request[1], "protocol": 0, "length": 5, "unit": 1, "function": 3, "count": 2, **changes}
    head = struct.pack(">HHHB", fields["transaction"], fields["protocol"], fields["length"], fields["unit"])
    return head + bytes([fields["function"], fields["count"], 0, 7])


def test_a_fitting_answer_is_read() -> None:
    with answering(answer) as client:
        assert client.read(0, 1, deadline=soon()) == (7,)


@pytest.mark.parametrize(
    "changes",
    [{"transaction": 99}, {"unit": 9}, {"protocol": 1}, {"function": 4}, {"count": 4}, {"length": 0}, {"length": 9000}],
    ids=str,
)
def test_an_answer_out_of_step_closes_the_connection(changes: dict[str, int]) -> None:
    with answering(lambda request: answer(request, **changes)) as client:
        with pytest.raises(LinkLost, match="out of step"):
            client.read(0, 1, deadline=soon())
        with pytest.raises(LinkLost, match="Connect again"):
            client.read(0, 1, deadline=soon())


def test_an_exception_answer_is_a_refusal_in_words() -> None:
    refusing = answering(lambda request: answer(request, length=3, function=0x83)[:9])
    with refusing as client, pytest.raises(ModbusRefusal, match="illegal address"):
        client.read(0, 1, deadline=soon())


def test_a_silent_device_ends_at_the_total_deadline() -> None:
    started = time.monotonic()
    with answering(lambda request: b"") as client, pytest.raises(DeadlineExceeded):
        client.read(0, 1, deadline=soon(0.1))
    assert time.monotonic() - started < 1.5


def test_a_recorded_check_replays_to_the_same_measurements(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    path = tmp_path / "bay3.jsonl"
    writer = TraceWriter(path, {"station": "bay 3"}, key=key)
    with inverter_for(SPECS["SIM-SUN-1"], serial=SERIAL) as inverter:
        session = connected(inverter.port, opener=recorded(open_tcp, writer))
        apply_writes(session, RESERVE)
        live = check_settings(SPECS["SIM-SUN-1"], session)
        session.close()
    head = writer.seal()
    trace = read_trace(path, public_key=key.public_key())
    assert (trace.head, trace.sealed, trace.about) == (head, True, {"station": "bay 3"})
    with Replayer(trace) as replay:
        session = connected(1, opener=replay)
        apply_writes(session, RESERVE)
        again = check_settings(SPECS["SIM-SUN-1"], session)
    assert again.attachments == live.attachments
    assert (again.score, again.outcome) == (live.score, live.outcome)
    assert [(m.name, m.value, m.verdict) for m in again.measurements] == [
        (m.name, m.value, m.verdict) for m in live.measurements
    ]
    with pytest.raises(ReplayMismatch, match="unused"), Replayer(trace) as replay:
        connected(1, opener=replay)
    with pytest.raises(ReplayMismatch, match="The adapter sends"):
        session = connected(1, opener=Replayer(trace))
        check_settings(SPECS["SIM-SUN-1"], session)


def test_a_changed_shortened_or_reordered_trace_does_not_prove_itself(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    path = tmp_path / "t.jsonl"
    writer = TraceWriter(path, {}, key=key)
    for number in range(4):
        writer.event("rx", bytes([number]))
    writer.seal()
    whole = path.read_bytes().splitlines(keepends=True)
    assert [event.data for event in read_trace(path).events] == [bytes([n]) for n in range(4)]
    for index in range(len(whole)):
        flipped = whole[index].replace(b'"n":', b'"m":', 1)
        path.write_bytes(b"".join([*whole[:index], flipped, *whole[index + 1 :]]))
        with pytest.raises(TraceError, match=f"line {index + 1}"):
            read_trace(path)
    path.write_bytes(b"".join([whole[0], whole[2], whole[1], *whole[3:]]))
    with pytest.raises(TraceError, match="line 2"):
        read_trace(path)
    path.write_bytes(b"".join(whole[:-1]))
    assert not read_trace(path).sealed
    with pytest.raises(TraceError, match="not sealed by the expected"):
        read_trace(path, public_key=key.public_key())
    path.write_bytes(b"".join([*whole, whole[1]]))
    with pytest.raises(TraceError, match="follows the seal"):
        read_trace(path)


def test_a_trace_signed_by_another_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    TraceWriter(path, {}, key=Ed25519PrivateKey.from_private_bytes(bytes(32))).seal()
    with pytest.raises(TraceError, match="expected station's key"):
        read_trace(path, public_key=Ed25519PrivateKey.generate().public_key())


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("suprise", 1, "'suprise' is unknown"),
        ("profiles", {}, "exactly one of them"),
        ("key", [{"model": 1, "point": "X", "raw": "5", "tol_raw": 0}], "Write a whole number"),
        ("key", [{"model": 1, "point": "X", "raw": 5, "tol_raw": 0, "value": 5, "unit": "cfm"}], "unit table"),
    ],
)
def test_a_broken_settings_task_is_refused_with_file_task_and_remedy(field: str, value: Any, words: str) -> None:
    entry = {**copy.deepcopy(SIMULATIONS["sunspec"][0]), field: value}
    with pytest.raises(SpecError, match=words) as refusal:
        SettingsSpec.from_document(entry, source="mine.yaml")
    assert str(refusal.value).startswith("mine.yaml, SIM-SUN-1: ")


def test_unsound_targets_are_reported() -> None:
    entry = copy.deepcopy(SIMULATIONS["sunspec"][0])
    entry["key"][0] |= {"point": "SoC", "raw": 301}
    entry["derived"][0]["key"] = 2000.0
    entry["must_not_change"] = [{"model": 702, "point": "VAMax"}]
    assert check_spec(SettingsSpec.from_document(entry)) == [
        "SIM-SUN-1: 802.SoC is read-only, so that nobody can set it.",
        "SIM-SUN-1: 802.SoC: raw 301 at 10^-1 is not 30.",
        "SIM-SUN-1: 702.VAMax must not change, but neither initial nor key says from what.",
        "SIM-SUN-1: 'WMax*pct/100' gives 3000, the key says 2000.0.",
    ]
