"""libngspice inside one process: solve decks given as JSON on standard input, and print what it took. A disposable process,
since the library knows one circuit at a time and ends its process on a fatal error."""

import ctypes
import ctypes.util
import json
import sys
import time
from collections.abc import Callable
from typing import Any

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p)
_EXIT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_bool, ctypes.c_bool, ctypes.c_int, ctypes.c_void_p)


class _Vector(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("flags", ctypes.c_short),
        ("real", ctypes.POINTER(ctypes.c_double)),
        ("complex", ctypes.c_void_p),
        ("length", ctypes.c_int),
    ]


class Library:
    """The shared library, ready to take circuits."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(ctypes.util.find_library("ngspice") or "libngspice.so.0")
        self._library.ngGet_Vec_Info.restype = ctypes.POINTER(_Vector)
        silent: Callable[..., Any] = _CALLBACK(lambda text, number, user: 0)
        ends: Callable[..., Any] = _EXIT(lambda status, now, quit_, number, user: sys.exit(2))
        self._kept = silent, ends
        self._library.ngSpice_Init(silent, silent, ends, None, None, None, None)

    def command(self, text: str) -> None:
        if self._library.ngSpice_Command(text.encode()):
            raise RuntimeError(f"ngspice refuses {text!r}")

    def load(self, lines: list[str]) -> None:
        deck = (ctypes.c_char_p * (len(lines) + 1))(*(line.encode() for line in lines), None)
        if self._library.ngSpice_Circ(deck):
            raise RuntimeError("ngspice refuses the circuit")

    def volts(self, node: int) -> float:
        return float(self._library.ngGet_Vec_Info(f"v({node})".encode()).contents.real[0])


def main() -> None:
    jobs = json.load(sys.stdin)
    library = Library()
    began, found = time.process_time(), []
    for job in jobs:
        library.load(job["deck"])
        for changes in job["scenes"]:
            for change in changes:
                library.command(change)
            library.command("op")
            found.append([library.volts(node) for node in job["nodes"]])
        library.command("remcirc")
        library.command("destroy all")
    json.dump({"seconds": time.process_time() - began, "volts": found}, sys.stdout)


if __name__ == "__main__":
    main()
