"""A Modbus TCP client that trusts no frame: transaction, unit, function and length must all fit.

Nothing is sent twice; a write is read back by its caller. A frame that doesn't fit
means the replies are out of step, and every later value would be someone else's: the wire is closed and the session
with it.
"""

import struct
import time
from collections.abc import Sequence

from simulator_adapters.contract import AdapterError, Deadline, DeadlineExceeded, LinkLost
from simulator_adapters.replay import Matching
from simulator_adapters.wire import Wire

MOST_REGISTERS = 125
_MOST_WRITTEN = 123
_HEADER = struct.Struct(">HHHB")

_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal address",
    3: "illegal value",
    4: "device failure",
    6: "device busy",
    11: "no answer behind the gateway",
}


class ModbusRefusal(AdapterError):
    """The device answered with an exception code: it works, and it says no."""

    code = "modbus_refusal"

    def __init__(self, exception: int, sentence: str) -> None:
        super().__init__(sentence)
        self.exception = exception


class ModbusClient:
    """Reads and writes holding registers of one unit."""

    def __init__(self, wire: Wire, *, unit: int = 1) -> None:
        self._wire = wire
        self._unit = unit
        self._transaction = 0

    def read(self, address: int, count: int, *, deadline: Deadline) -> tuple[int, ...]:
        """Read `count` registers, in as few requests as the protocol allows.

        Raises
        ------
        ModbusRefusal
            When the device answers with an exception.
        LinkLost, DeadlineExceeded
            When it doesn't answer, or not in step.
        """
        words: list[int] = []
        while len(words) < count:
            some = min(MOST_REGISTERS, count - len(words))
            body = self._exchange(3, struct.pack(">HH", address + len(words), some), deadline)
            if len(body) != 1 + 2 * some or body[0] != 2 * some:
                self._out_of_step(f"{len(body)} bytes answer a read of {some} registers")
            words += struct.unpack(f">{some}H", body[1:])
        return tuple(words)

    def write(self, address: int, words: Sequence[int], *, deadline: Deadline) -> None:
        """Write registers in one request.

        Raises
        ------
        ModbusRefusal
            When the device refuses, for instance a read-only register.
        """
        if not 1 <= len(words) <= _MOST_WRITTEN:
            raise ValueError(f"{len(words)} registers can't be written at once; 1 to {_MOST_WRITTEN} can.")
        head = struct.pack(">HHB", address, len(words), 2 * len(words))
        body = self._exchange(16, head + struct.pack(f">{len(words)}H", *words), deadline)
        if body != head[:4]:
            self._out_of_step("another write is confirmed than the one sent")

    def close(self) -> None:
        """Close the wire."""
        self._wire.close()

    def _exchange(self, function: int, payload: bytes, deadline: Deadline) -> bytes:
        if time.monotonic() >= deadline:
            raise DeadlineExceeded("Time ran out before the next request.")
        self._transaction = self._transaction % 0xFFFF + 1
        frame = _HEADER.pack(self._transaction, 0, len(payload) + 2, self._unit) + bytes([function]) + payload
        self._wire.send(frame, deadline=deadline)
        try:
            transaction, protocol, length, unit = _HEADER.unpack(self._wire.receive(_HEADER.size, deadline=deadline))
            if transaction != self._transaction or protocol != 0 or unit != self._unit or not 3 <= length <= 254:
                self._out_of_step(f"transaction {transaction} of unit {unit} answers {self._transaction}")
            body = self._wire.receive(length - 1, deadline=deadline)
        except DeadlineExceeded:
            # A reply may still come; on this wire it would answer the next question.
            self._wire.close()
            raise
        if body[0] == function | 0x80:
            reason = _EXCEPTIONS.get(body[1], f"exception {body[1]}")
            raise ModbusRefusal(body[1], f"The device refuses: {reason}.")
        if body[0] != function:
            self._out_of_step(f"function {body[0]} answers {function}")
        return body[1:]

    def _out_of_step(self, problem: str) -> None:
        self._wire.close()
        raise LinkLost(f"The device's answers are out of step: {problem}. The connection is closed.")


def _without_transaction(request: bytes) -> bytes:
    return request[2:]


def _in_transaction(request: bytes, recorded: bytes, reply: bytes) -> bytes:
    """A reply carries the number of its request, or, where the recorded one was out of step, as far off as it was."""
    if len(reply) < 2:
        return reply
    off = int.from_bytes(reply[:2], "big") - int.from_bytes(recorded[:2], "big")
    return ((int.from_bytes(request[:2], "big") + off) % 0x10000).to_bytes(2, "big") + reply[2:]


def _reads(request: bytes) -> bool:
    return request[7:8] in (b"\x01", b"\x02", b"\x03", b"\x04")


def _name(request: bytes) -> str:
    """``read 40002+2`` or ``write 40105+1``, behind it the unit unless that is 1."""
    if len(request) < 12:
        return request.hex(" ")
    function, address, count = struct.unpack(">BHH", request[7:12])
    verb = {3: "read", 16: "write"}.get(function, f"function {function}")
    unit = "" if request[6] == 1 else f" of unit {request[6]}"
    return f"{verb} {address}+{count}{unit}"


#: How a tolerant replay tells Modbus requests apart: by all but the transaction's number.
MATCHING = Matching(key=_without_transaction, reply=_in_transaction, is_read=_reads, name=_name)
