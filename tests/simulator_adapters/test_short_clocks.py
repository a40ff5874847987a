"""Moments of a host that has been up for long stay whole numbers that a browser can hold."""

import dataclasses

from simulator_adapters.contract import RunRecord, to_document
from simulator_adapters.documents import canonical_bytes
from simulator_adapters.short_clocks import LARGEST_WHOLE, with_short_clocks
from tests.simulator_adapters.test_adapter_contract import record


def test_a_host_up_for_a_year_leaves_moments_that_fit() -> None:
    year = 365 * 24 * 3600 * 1_000_000_000
    late: RunRecord = dataclasses.replace(record(), t_started=year, t_ended=year + 5)
    found = with_short_clocks(late)
    assert found.t_ended - found.t_started == 5
    assert max(found.t_started, found.t_ended) <= LARGEST_WHOLE
    assert canonical_bytes(to_document(found))
    assert with_short_clocks(record()) == record()
