"""A record's moments as whole numbers that every reader of JSON can hold."""

import dataclasses

from simulator_adapters.contract import RunRecord

LARGEST_WHOLE = 2**53 - 1


def with_short_clocks(record: RunRecord) -> RunRecord:
    """Moments of a host that has been up for more than 104 days, modulo 2^53 ns: a browser holds no larger whole number."""
    if max(record.t_ended, *(one.t_host_monotonic for one in record.measurements), 0) <= LARGEST_WHOLE:
        return record
    most = LARGEST_WHOLE + 1
    readings = tuple(
        dataclasses.replace(one, t_host_monotonic=one.t_host_monotonic % most) for one in record.measurements
    )
    return dataclasses.replace(
        record, t_started=record.t_started % most, t_ended=record.t_ended % most, measurements=readings
    )
