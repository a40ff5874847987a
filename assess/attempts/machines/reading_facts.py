"""One reading of a machine as a journal holds it, and the facts that its entry tells about itself. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from assess.attempts.folding.records import Said
from assess.attempts.machines.runs import Run, Worth
from rubrics.marks import MeasurementMark
from simulator_adapters import documents
from simulator_adapters.contract import Measurement


@dataclass(frozen=True)
class Reading:
    """One reading of a machine, and what it is worth.

    Attributes
    ----------
    about, name
        The task and its criterion, or the simulation and the measurement's name in its plan.
    role, epoch, sequence
        The journal's entry that holds it.
    run, number
        The run's identifier (empty where none is known) and the measurement's number in it (None where that can't be read).
    moment_us
        The latest moment, by the server's clock, at which the entry was written.
    device_ms
        The station's own wall clock, as it was.
    measurement
        Value, unit, limits, verdict, uncertainty, instrument with calibration, clocks and reference to raw; None where it can't be
        read.
    mark
        What it says about a criterion; None for a simulation, or where it can't be read.
    """

    about: str
    name: str
    role: str
    epoch: int
    sequence: int
    run: str
    number: int | None
    moment_us: int
    device_ms: int
    measurement: Measurement | None
    mark: MeasurementMark | None
    worth: Worth
    why: str = ""

    @property
    def sentence(self) -> str:
        """What it is worth, for people; empty where it simply counts."""
        return "" if not self.why else f"{self.about}, {self.name}, read by {self.role}: {self.why}"


def run_of(word: Said, runs: Sequence[Run]) -> Run | None:
    """The run that a measurement belongs to: the one it names, or else the next that ended in its stream."""
    named = named_run(word)
    if named:
        return next((run for run in runs if run.run == named), None)
    return next((run for run in runs if run.epoch == word.epoch and run.sequence > word.sequence), None)


def named_run(word: Said) -> str:
    """The run that an entry says it belongs to; empty where it says none."""
    named = word.payload.get("run")
    return named if isinstance(named, str) else ""


def measurement_of(document: object) -> Measurement | None:
    """A measurement as an entry holds it; None where it can't be read."""
    try:
        return documents.decode(Measurement, document)
    except (ValueError, ArithmeticError):
        return None


def calibration_doubt(due: date | None, certificate: str, day: date) -> str:
    """Why a reading of that day is provisional; empty where the calibration holds.

    >>> calibration_doubt(date(2026, 11, 25), "DAkkS 4711", date(2026, 11, 26))
    'the calibration of its instrument ended on 2026-11-25; a named person decides.'
    """
    if due is None or not certificate:
        return "no calibration certificate is recorded for its instrument; a named person decides."
    return "" if day <= due else f"the calibration of its instrument ended on {due}; a named person decides."


def day_of(moment_us: int) -> date:
    """The day of a moment of the server's clock, in UTC."""
    return datetime.fromtimestamp(moment_us / 1_000_000, UTC).date()
