"""Starting the process in which a device runs, listening to it, and ending it: what it does never reaches the server's own.

A process that breaks off, says nothing readable or takes too long leaves a record with an outcome about the equipment.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from assess.attempts.engine_runs.engines import SECONDS, Made, Tell, perform
from simulator_adapters import documents
from simulator_adapters.contract import Engine, Instrument, Outcome, RunRecord, StepRecord, from_document

WORKER = "engine worker"
VERSION = "1"
ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = SECONDS + 15.0
"""Beyond the engine's own deadline: the process starts and loads its libraries too."""
MOST_SAID = 1_048_576
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
"""Of the server's surroundings the engine learns only these: no address of a database, no key."""
COMMAND = (sys.executable, "-m", "assess.attempts.engine_runs.engines")


def carry_out(job: Mapping[str, Any], tell: Tell) -> Made:
    """Carry out a job: a device in a process of its own; a drawing, which only computes for a moment, in this one."""
    if job["kind"] != "wiring":
        return run_apart(job, tell)
    try:
        return perform(job, tell)
    except Exception as error:  # a defect of ours is no result of the candidate's, and a run must end
        return Made(record=spoiled(job, Outcome.ERROR, f"The engine broke off ({type(error).__name__})."))


def run_apart(job: Mapping[str, Any], tell: Tell, *, patience_s: float = PATIENCE_S) -> Made:
    """Carry out a job in a process of its own.

    Parameters
    ----------
    tell
        Hears each step as the process says it.
    """
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                COMMAND,
                cwd=ROOT,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ}
                | {"OPENBLAS_NUM_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        except OSError as error:
            return Made(record=spoiled(job, Outcome.ERROR, f"The engine could not be started: {error}."))
        late = threading.Event()
        timer = threading.Timer(patience_s, _end, [process, late])
        timer.start()
        try:
            return _talk(process, job, tell, late, errors)
        finally:
            timer.cancel()
            process.kill()
            process.wait()


def _end(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    process.kill()


def _talk(
    process: "subprocess.Popen[bytes]", job: Mapping[str, Any], tell: Tell, late: threading.Event, errors: IO[bytes]
) -> Made:
    assert process.stdin is not None and process.stdout is not None
    try:
        with process.stdin as given:
            given.write(json.dumps(job).encode())
    except BrokenPipeError:
        pass  # it ended before it read its job; what it said about that is read below
    said = 0
    with process.stdout as heard:
        while line := heard.readline(MOST_SAID - said + 1):
            said += len(line)
            if said > MOST_SAID:
                return Made(record=spoiled(job, Outcome.ERROR, "The engine said more than 1 MiB and was ended."))
            made = _heard(line, tell)
            if made is not None:
                return made
    if late.is_set():
        return Made(record=spoiled(job, Outcome.TIMEOUT, "The engine took too long and was ended."))
    status = process.wait()
    return Made(record=spoiled(job, Outcome.ERROR, f"The engine broke off (status {status}). {_last_line(errors)}"))


def _heard(line: bytes, tell: Tell) -> Made | None:
    """The result, when this line is the one that holds it; a step is passed on, and what is neither is passed over."""
    try:
        said = json.loads(line)
        if "step" in said:
            tell(str(said["step"]), int(said["done"]), int(said["of"]))
            return None
        record = None if said["record"] is None else from_document(said["record"])
        return Made(record=record, seen=said["seen"], refused=said["refused"])
    except (ValueError, KeyError, TypeError, ArithmeticError):
        return None


def _last_line(errors: IO[bytes]) -> str:
    """The last thing it wrote to its standard error: the name of what went wrong, for those who run this installation."""
    errors.seek(0)
    lines = errors.read(MOST_SAID).decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""


def spoiled(job: Mapping[str, Any], outcome: Outcome, sentence: str) -> RunRecord:
    """The record of a run that the equipment spoiled: it says so, measured nothing, and costs the candidate nothing."""
    subject = str(job["document"].get("id", ""))
    asked = documents.digest(json.loads(json.dumps(job, default=str), parse_float=str))
    moment = time.monotonic_ns()
    return RunRecord(
        run_id=uuid.uuid4().hex,
        adapter="sunspec" if job["kind"] == "settings" else "wiring",
        adapter_version=VERSION,
        plan=f"{job['kind']}/{subject}",
        plan_sha256=asked,
        subject=subject,
        outcome=outcome,
        sentence=sentence.strip(),
        steps=(StepRecord(name="engine", outcome=outcome, attempts=1, sentence=sentence.strip()),),
        measurements=(),
        instrument=Instrument(id=WORKER, serial="software", firmware=VERSION),
        engine=Engine(name="assayer-engine-worker", version=VERSION, model_sha256=asked),
        t_started=moment,
        t_ended=moment,
    )
