"""The SCPI adapter through PyVISA, against a device that PyVISA's own simulator plays."""

import time
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest

from simulator_adapters.contract import Outcome, Plan, Status, Step
from simulator_adapters.instruments.scpi import ScpiAdapter
from simulator_adapters.instruments.visa import available, visa_opener

pytestmark = pytest.mark.skipif(
    not available(), reason="CONFORMANCE NOT RUN: PyVISA and its simulator are not installed (the extra [visa])."
)
RESOURCE = "TCPIP0::bench1::5025::SOCKET"


def read(name: str, ask: str, unit: str, places: str, **limits: str) -> Step:
    return Step(name=name, action="read", parameters={"ask": ask, "unit": unit, "places": places, **limits})


def test_a_meter_behind_visa_is_read(data_dir: Path) -> None:
    opener = visa_opener(RESOURCE, library=f"{data_dir / 'simulators/visa/dmm_sim.yaml'}@sim")
    config = {"host": "bench1", "port": 5025, "serial": "SN0042"}
    session = ScpiAdapter(opener=opener).connect(config, deadline=time.monotonic() + 10)
    try:
        steps = (
            read("mains", "MEAS:VOLT:AC?", "V", "1", low="207", high="253"),
            read("loop", "MEAS:RES?", "Ω", "2", high="1.37"),
        )
        plan = Plan(name="meter", version="1", subject="bay", steps=steps)
        record = session.run(plan, deadline=time.monotonic() + 10, cancel=Event())
        assert [m.value for m in record.measurements] == [Decimal("230.1"), Decimal("0.32")]
        assert (record.outcome, record.instrument.firmware) == (Outcome.PASS, "1.3")
        over = Plan(name="over", version="1", subject="bay", steps=(read("ir", "MEAS:INS? 500", "MΩ", "0", low="1"),))
        beyond = session.run(over, deadline=time.monotonic() + 10, cancel=Event())
        assert (beyond.outcome, beyond.measurements[0].status) == (Outcome.ERROR, Status.OVERRANGE)
    finally:
        session.close()
