"""What machines read in the simulator part: a run reads everything at once, and counts or waits as a whole. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assess.attempts.folding.fold import AttemptRecord
from assess.attempts.folding.pinned import Pinned
from assess.attempts.folding.records import Said
from assess.attempts.machines.reading_facts import Reading, calibration_doubt, day_of, measurement_of, named_run, run_of
from assess.attempts.machines.runs import Run, Worth, last_of_each, runs_of
from simulator_adapters.contract import Measurement, Verdict


def readings_of_simulation(name: str, pinned: Pinned, record: AttemptRecord) -> list[Reading]:
    """Every reading of a simulation's runs, and what was told while a run went on that never ended."""
    runs = runs_of(name, pinned, record)
    found = [reading for run in runs for reading in _of_run(name, run, record)]
    known = {(run.run, one.sequence): one for run in runs if run.record is not None for one in run.record.measurements}
    told = [
        word
        for spoken in record.measurements.values()
        for word in spoken
        if word.payload["simulation"] == name and word.payload.get("criterion") is None
    ]
    return found + [reading for word in told if (reading := _told_alone(name, word, runs, known)) is not None]


def _of_run(name: str, run: Run, record: AttemptRecord) -> list[Reading]:
    """The measurements of a run; a run without any stands for itself, so that nothing is left out."""
    device_ms = next(
        (word.device_ms for word in record.runs[run.role] if (word.epoch, word.sequence) == (run.epoch, run.sequence)),
        0,
    )
    empty = Reading(
        about=name,
        name="run",
        role=run.role,
        epoch=run.epoch,
        sequence=run.sequence,
        run=run.run,
        number=None,
        moment_us=run.moment_us,
        device_ms=device_ms,
        measurement=None,
        mark=None,
        worth=run.worth,
        why=run.why,
    )
    if run.record is None or not run.record.measurements:
        return [empty]
    last = last_of_each(run.record)
    found = []
    for one in run.record.measurements:
        worth, why = run.worth, run.why
        if worth is Worth.COUNTS and one is not last[one.name]:
            worth, why = Worth.SUPERSEDED, "the same run read it again later."
        elif worth is Worth.COUNTS:
            worth, why = simulation_doubt(one, run.moment_us)
        found.append(replace(empty, name=one.name, number=one.sequence, measurement=one, worth=worth, why=why))
    return found


def simulation_doubt(measured: Measurement, moment_us: int) -> tuple[Worth, str]:
    """What stands against a measurement of a run that counts. An engine and a device's own registers have no calibration; an
    instrument that states one must hold it."""
    due, certificate = measured.instrument.calibration_due, measured.instrument.calibration_certificate
    if due is not None and (calibration := calibration_doubt(due, certificate, day_of(moment_us))):
        return Worth.PROVISIONAL, calibration
    if measured.verdict is Verdict.MARGINAL:
        return Worth.MARGINAL, "it lies nearer to its limit than its uncertainty; people decide."
    return Worth.COUNTS, ""


def _told_alone(
    name: str, word: Said, runs: Sequence[Run], known: Mapping[tuple[str, int], Measurement]
) -> Reading | None:
    """A measurement that was told while its run went on; None where the record of its run says the same."""
    measured = measurement_of(word.payload.get("measurement"))
    run = run_of(word, [run for run in runs if run.role == word.role])
    worth, why = Worth.EQUIPMENT, "the run it belongs to never ended."
    if measured is None:
        worth, why = Worth.UNREADABLE, "it can't be read."
    elif run is not None:
        if known.get((run.run, measured.sequence)) == measured or run.record is None:
            return None
        worth, why = (run.worth, run.why) if run.worth is Worth.EQUIPMENT else (Worth.CONTRADICTORY, _OTHER_RECORD)
    return Reading(
        about=name,
        name="measurement" if measured is None else measured.name,
        role=word.role,
        epoch=word.epoch,
        sequence=word.sequence,
        run=named_run(word) or ("" if run is None else run.run),
        number=None if measured is None else measured.sequence,
        moment_us=word.moment_us,
        device_ms=word.device_ms,
        measurement=measured,
        mark=None,
        worth=worth,
        why=why,
    )


_OTHER_RECORD = "the record of its run holds it otherwise."
