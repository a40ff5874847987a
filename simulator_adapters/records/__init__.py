"""Records of electrical tests as they are written on site: read, held against physical ranges, judged against limits that are data.

record = read_record(document)                   # an ElectricalRecord, or the problems in sentences
findings = verdicts(record, standard_limits())   # one finding for each test of each circuit and string
"""

from simulator_adapters.records.electrical import (
    CIRCUIT_FIELDS,
    STRING_FIELDS,
    Choice,
    ElectricalRecord,
    Problem,
    Quantity,
    Row,
    Value,
    read_record,
)
from simulator_adapters.records.electrical_limits import ElectricalLimits, LimitsError, read_limits, standard_limits
from simulator_adapters.records.electrical_verdicts import Finding, verdicts

__all__ = [
    "CIRCUIT_FIELDS",
    "STRING_FIELDS",
    "Choice",
    "ElectricalLimits",
    "ElectricalRecord",
    "Finding",
    "LimitsError",
    "Problem",
    "Quantity",
    "Row",
    "Value",
    "read_limits",
    "read_record",
    "standard_limits",
    "verdicts",
]
