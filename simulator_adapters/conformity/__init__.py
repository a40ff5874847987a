"""Does an adapter keep the contract? A list of checks that every adapter's package can import and run, ours run them too.

A `Case` says how to make the adapter, how to reach a device that works (a small server on this machine, say), and a plan that it
answers. Each check connects anew and lets something go wrong: the device stays silent, an answer comes late, the line is cut,
somebody aborts. What must hold is the same everywhere: a run ends in time, says what happened as an outcome of the equipment, never
invents a value, and never raises.

    @pytest.mark.parametrize("check", CHECKS)
    def test_the_contract_is_kept(check: str) -> None:
        keep = CHECKS[check]
        keep(CASE)

How to write an adapter: docs/how-to/write-an-adapter.md.
"""

from simulator_adapters.conformity.case import Case, ContractBroken, record_trace, replay_trace
from simulator_adapters.conformity.checks import CHECKS

__all__ = ["CHECKS", "Case", "ContractBroken", "record_trace", "replay_trace"]
