"""An instrument on a real socket of this machine that can be late, cut, doubled, exchanged or silent when it is told to."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

ANSWERS = {
    "*IDN?": "SIMCO,DMM-IT1,SN0042,1.3",
    "MEAS:VOLT:AC?": "+2.301E+02",
    "MEAS:RES?": "0.32",
    "MEAS:INS? 500": "9.9E+37",
    "MEAS:FREQ?": "OVRLD",
    "MEAS:TWO?": "1,37",
    "MEAS:WORD?": "ready",
}


class Bench:
    """Answers each line; `trouble` may take over an answer: it gets connection, question and answer, and says whether it did."""

    def __init__(self, listening: socket.socket) -> None:
        self.host, self.port = listening.getsockname()[:2]
        self.answers = dict(ANSWERS)
        self.trouble: Callable[[socket.socket, str, bytes], bool] = lambda wire, question, answer: False
        self.asked: list[str] = []
        self._listening = listening

    def serve(self) -> None:
        while True:
            try:
                wire, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(wire,), daemon=True).start()

    def _talk(self, wire: socket.socket) -> None:
        with wire, suppress(OSError, ValueError), wire.makefile("rb") as lines:  # whoever hangs up is not served on
            for line in lines:
                question = line.decode().strip()
                self.asked.append(question)
                answer = (self.answers.get(question, "ERROR") + "\n").encode()
                if not self.trouble(wire, question, answer):
                    wire.sendall(answer)


@contextmanager
def bench() -> Iterator[Bench]:
    """A bench while it lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Bench(listening)
        threading.Thread(target=made.serve, daemon=True).start()
        yield made


def once(question: str, act: Callable[[socket.socket, bytes], None]) -> Callable[[socket.socket, str, bytes], bool]:
    """Trouble with the first answer to one question."""
    done = threading.Event()

    def trouble(wire: socket.socket, asked: str, answer: bytes) -> bool:
        if asked != question or done.is_set():
            return False
        done.set()
        act(wire, answer)
        return True

    return trouble


def late(seconds: float) -> Callable[[socket.socket, bytes], None]:
    """The answer comes, but late."""

    def act(wire: socket.socket, answer: bytes) -> None:
        time.sleep(seconds)
        wire.sendall(answer)

    return act
