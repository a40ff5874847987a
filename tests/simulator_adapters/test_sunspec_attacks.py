"""What devices do wrong: each case that was met in the field ends soon, with a sentence, and never as a value."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from threading import Event

import pytest

from simulator_adapters.contract import (
    DeadlineExceeded,
    HealthState,
    IdentityMismatch,
    LinkLost,
    Outcome,
    Plan,
    RunRecord,
    Status,
    Step,
)
from simulator_adapters.instruments.modbus import ModbusClient, ModbusRefusal
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter, SunSpecSession
from simulator_adapters.photovoltaic.client import MOST_MODELS, SunSpecClient
from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.photovoltaic.models import ModelBlock, ModelError, Point
from simulator_adapters.wire import open_tcp
from tests.simulator_adapters.hostile_device import BASE, Device, chain, device, free_port, listening_after

SERIAL = "INV-7"
END = 2  # seconds within which every attack must be over


def soon(seconds: float = 5) -> float:
    return time.monotonic() + seconds


@contextmanager
def over_soon() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < END


def connect(port: int, *, deadline: float | None = None, unit: int = 1) -> SunSpecSession:
    config = {"host": "127.0.0.1", "port": port, "serial": SERIAL, "unit": unit}
    return SunSpecAdapter().connect(config, deadline=deadline or soon())


def read(made: Device, model: int | None = None) -> ModelBlock | None:
    """Scan a device, and read a model of it."""
    modbus = ModbusClient(open_tcp("127.0.0.1", made.port, deadline=soon()))
    try:
        client = SunSpecClient(modbus, deadline=soon())
        return None if model is None else client.block(model, deadline=soon())
    finally:
        modbus.close()


def looked_at(
    session: SunSpecSession, model: int, point: str, unit: str, between: Callable[[], None] = lambda: None
) -> RunRecord:
    """One reading, then whatever happens in between, then the same reading in a new sample."""
    given = {"model": str(model), "point": point, "index": "[]", "unit": unit, "low": "0", "high": "100000"}
    first, second = (
        Step(name=name, action="setting", parameters={**given, "afresh": "true"}) for name in ("first", "second")
    )
    record = session.run(Plan(name="p", version="1", subject="s", steps=(first,)), deadline=soon(), cancel=Event())
    between()
    again = session.run(Plan(name="p", version="1", subject="s", steps=(second,)), deadline=soon(), cancel=Event())
    return dataclasses.replace(
        again, measurements=(*record.measurements, dataclasses.replace(again.measurements[0], sequence=1))
    )


def test_an_endless_chain_of_models_is_given_up_after_so_many() -> None:
    def endless(address: int) -> int:
        return {BASE: 0x5375, BASE + 1: 0x6E53}.get(address, 1)  # every model is model 1, one register long

    with (
        over_soon(),
        device(endless) as made,
        pytest.raises(LinkLost, match=f"more than {MOST_MODELS} models without an end"),
    ):
        read(made)
    assert len(made.asked) == MOST_MODELS + 1


def test_a_model_of_no_length_ends_the_scan() -> None:
    said = "Model 701 at register 40070 claims 0 registers"
    with over_soon(), device(chain((1, 66), (701, 0))) as made, pytest.raises(LinkLost, match=said):
        read(made)
    assert len(made.asked) == 3


@pytest.mark.parametrize("length", [4097, 65_000, 65_535])
def test_a_model_longer_than_any_ends_the_scan_and_is_never_read(length: int) -> None:
    with over_soon(), device(chain((1, length))) as made, pytest.raises(LinkLost, match=f"claims {length} registers"):
        read(made)
    assert max(count for _, count in made.asked) == 2


def test_models_that_reach_beyond_the_register_space_end_the_scan() -> None:
    long = device(lambda address: {BASE: 0x5375, BASE + 1: 0x6E53}.get(address, 4000))
    with over_soon(), long as made, pytest.raises(LinkLost, match="claims 4000 registers"):
        read(made)
    assert len(made.asked) < 10


def test_a_device_without_the_marker_is_no_sunspec_device() -> None:
    with over_soon(), device({}) as made, pytest.raises(LinkLost, match="No SunSpec device answers at register 40000"):
        connect(made.port)


def test_a_device_that_does_not_say_who_it_is_is_not_connected() -> None:
    with over_soon(), device(chain((704, 65))) as made, pytest.raises(LinkLost, match="does not say who it is"):
        connect(made.port)


def test_counts_that_can_not_be_true_are_refused_before_anything_is_laid_out() -> None:
    words = chain((1, 66), (705, 20))
    for address in range(BASE + 70, BASE + 90):
        words[address] = 0xFFFE if address > BASE + 71 else words[address]
    with over_soon(), device(words) as made, pytest.raises(ModelError, match="counts can't be right"):
        read(made, 705)


def test_a_model_shorter_than_its_counts_need_is_refused() -> None:
    with over_soon(), device(chain((1, 10))) as made, pytest.raises(ModelError, match="says it has 10 registers"):
        read(made, 1)


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(lambda a: bytes([a[0], a[1] ^ 1]) + a[2:], id="wrong transaction"),
        pytest.param(lambda a: a[:6] + b"\x09" + a[7:], id="wrong unit"),
        pytest.param(lambda a: a[:3] + b"\x01" + a[4:], id="wrong protocol"),
        pytest.param(lambda a: a[:4] + b"\xff\xff" + a[6:], id="wrong length"),
        pytest.param(lambda a: a[:7] + b"\x04" + a[8:], id="wrong function"),
        pytest.param(lambda a: a[:8] + b"\x02" + a[9:], id="wrong count"),
    ],
)
def test_an_answer_to_another_question_is_never_taken(bend: Callable[[bytes], bytes]) -> None:
    with over_soon(), device(chain((1, 66)), bend=bend) as made, pytest.raises(LinkLost, match="out of step"):
        connect(made.port)


@pytest.mark.slow
def test_half_an_answer_ends_at_the_deadline() -> None:
    with over_soon(), device(chain((1, 66)), bend=lambda a: a[:9]) as made, pytest.raises(DeadlineExceeded):
        connect(made.port, deadline=soon(0.2))


def test_an_answer_twice_is_out_of_step_with_the_next_question() -> None:
    with (
        over_soon(),
        device(chain((1, 66)), bend=lambda a: a + a) as made,
        pytest.raises(LinkLost, match="out of step"),
    ):
        connect(made.port)


@pytest.mark.slow
def test_nobody_listening_is_said_at_once_with_what_to_check() -> None:
    with over_soon(), pytest.raises(LinkLost, match=r"can't be reached: .* Check cable, address and power"):
        connect(free_port())


@pytest.mark.slow
def test_a_device_that_listens_a_moment_later_is_tried_again() -> None:
    port = free_port()
    late = listening_after(0.1, port)
    with over_soon(), pytest.raises(LinkLost, match=r"closed the connection|broke"):  # it was reached, and hung up
        connect(port)
    late.join(timeout=2)


@pytest.mark.slow
def test_a_device_that_drips_its_bytes_ends_at_the_total_deadline_and_not_after_one_for_each_question() -> None:
    with device(chain((1, 66)), pause=0.03) as made:
        started = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            connect(made.port, deadline=soon(0.5))
        assert time.monotonic() - started < 1.0
        assert len(made.asked) >= 1


def test_a_register_that_may_only_be_written_is_a_refusal_in_words() -> None:
    with (
        over_soon(),
        device(
            chain((1, 66), (704, 65)), refuse=lambda address, count: 2 * (address == BASE + 70 and count > 2)
        ) as made,
        pytest.raises(ModbusRefusal, match="illegal address"),
    ):
        read(made, 704)


def test_a_scale_factor_that_changes_at_run_time_changes_no_value() -> None:
    """Value and scale factor come in one sample; a cached factor would read ten or a hundred times too much."""
    with SimulatedInverter(serial=SERIAL) as inverter:
        session = connect(inverter.port)
        for factor, exponent in (("W_SF", -1), ("W_SF", 1), ("W_SF", 0)):
            record = looked_at(session, 702, "WMax", "W", lambda f=factor, e=exponent: inverter.rescale(702, f, e))  # type: ignore[misc]
            assert [m.value for m in record.measurements] == [Decimal(5000)] * 2
        inverter.rescale(713, "Pct_SF", 0)
        assert session.client.block(713, deadline=soon()).raw("SoC") == 65
        inverter.rescale(704, "WMaxLimPct_SF", 0)
        assert session.write(704, "WMaxLimPct", (), "60", deadline=soon()).accepted
        assert session.client.block(704, deadline=soon()).raw("WMaxLimPct") == 60
        refused = session.write(704, "WMaxLimPct", (), "60.5", deadline=soon())
        assert (refused.accepted, "steps of 1" in refused.sentence) == (False, True)
        session.close()


def test_a_negative_scale_factor_is_never_read_as_a_huge_one() -> None:
    point = Point(
        path="X_SF", index=(), type="sunssf", offset=0, size=1, scale=None, writable=False, mandatory=True, units=""
    )
    assert point.decode((0xFFF9,)) == -7


@pytest.mark.parametrize(
    ("type_", "size", "words"),
    [
        *[(name, 1, (0x8000,)) for name in ("int16", "sunssf")],
        *[(name, 1, (0xFFFF,)) for name in ("uint16", "enum16", "bitfield16", "raw16")],
        *[(name, 1, (0,)) for name in ("acc16", "count")],
        ("int32", 2, (0x8000, 0)),
        *[(name, 2, (0xFFFF, 0xFFFF)) for name in ("uint32", "enum32", "bitfield32")],
        *[(name, 2, (0, 0)) for name in ("acc32", "ipaddr")],
        *[("float32", 2, words) for words in ((0x7FC0, 0), (0x7FC0, 1), (0xFFC0, 0), (0x7F80, 1))],
        ("int64", 4, (0x8000, 0, 0, 0)),
        *[(name, 4, (0xFFFF,) * 4) for name in ("uint64", "bitfield64", "eui48")],
        ("acc64", 4, (0,) * 4),
        *[("float64", 4, words) for words in ((0x7FF8, 0, 0, 0), (0xFFF8, 0, 0, 7))],
        ("ipv6addr", 8, (0,) * 8),
        ("string", 4, (0,) * 4),
    ],
)
def test_what_means_not_implemented_is_no_value_in_any_type(type_: str, size: int, words: tuple[int, ...]) -> None:
    point = Point(
        path="X", index=(), type=type_, offset=0, size=size, scale=None, writable=False, mandatory=False, units=""
    )
    assert point.decode(words) is None
    assert point.decode(point.missing) is None
    assert point.encode(None) == point.missing


def test_a_sentinel_is_a_status_in_the_record_and_never_a_number() -> None:
    with SimulatedInverter(serial=SERIAL, overrides={702: {("WMax", ()): 0xFFFF}}) as inverter:
        session = connect(inverter.port)
        record = looked_at(session, 702, "WMax", "W")
        session.close()
    assert (record.outcome, record.score) == (Outcome.ERROR, None)
    assert {(m.value, m.status) for m in record.measurements} == {(None, Status.NOT_IMPL)}


def test_another_device_behind_the_same_address_is_noticed() -> None:
    with SimulatedInverter(serial=SERIAL) as inverter:
        session = connect(inverter.port)
        port = inverter.port
        inverter.stop()
        assert session.health().state is HealthState.LOST
        with SimulatedInverter(serial="OTHER", port=port), pytest.raises(IdentityMismatch, match="'OTHER' answers"):
            connect(port)
        session.close()


def test_registers_that_end_inside_a_model_are_refused() -> None:
    with pytest.raises(ModelError, match="its counts need more"):
        ModelBlock.of(701, BASE, [701, 10, *(0,) * 10])
