"""What machines read for the rows of a task: of each row at most one reading counts. Pure."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from assess.attempts.folding.fold import AttemptRecord
from assess.attempts.folding.records import Said
from assess.attempts.machines.reading_facts import Reading, calibration_doubt, day_of, measurement_of, named_run, run_of
from assess.attempts.machines.refused_readings import refused_readings
from assess.attempts.machines.runs import Run, Worth, clock_doubt, time_doubt, told_apart, values_differ
from rubrics.definition import Criterion, TaskDefinition
from rubrics.errors import RubricError
from rubrics.marks import MeasurementMark, mark_from_document
from rubrics.measurement import Limit
from rubrics.measuring import judge_measurement
from simulator_adapters.contract import Limits, Verdict
from simulator_adapters.quantities import UnknownUnit, canonical_unit

BY_MACHINE = "simulator_adapter"
"""The source of a row that a machine reads."""


def readings_of_task(task: TaskDefinition, record: AttemptRecord) -> tuple[Reading, ...]:
    """What machines read for the criteria of a task. Of one criterion at most one reading counts."""
    rows = {row.identifier: row for row in task.criteria if row.measurement is not None}
    words = [
        word for spoken in record.measurements.values() for word in spoken if str(word.payload.get("criterion")) in rows
    ]
    runs = {role: told_apart(record.runs.get(role, ())) for role in {word.role for word in words}}
    found = _once([_of_criterion(task.identifier, rows, word, runs[word.role], record) for word in words])
    found = _without_refused(task.identifier, found, record)
    found += _never_read(task, found, record)
    return tuple(
        reading for name in rows for reading in _settled(rows[name], [one for one in found if one.name == name])
    )


def _never_read(task: TaskDefinition, readings: Sequence[Reading], record: AttemptRecord) -> list[Reading]:
    """Rows that a failed run was to read and did not get to: those that the run names, or else all that a machine reads."""
    by_machine = {
        row.identifier for row in task.criteria if row.measurement is not None and row.measurement.source == BY_MACHINE
    }
    rows = [row.identifier for row in task.criteria if row.measurement is not None]
    found = []
    for spoken in record.runs.values():
        words = [word for word in spoken if word.payload["simulation"] == task.identifier]
        for word, run in zip(words, told_apart(words), strict=True):
            named = word.payload.get("criteria")
            wanted = {str(name) for name in named} if isinstance(named, list) and named else by_machine
            read = {one.name for one in readings if one.role == word.role and one.run == run.run}
            if run.worth is Worth.EQUIPMENT:
                found += [_unread(task.identifier, name, word, run, record) for name in rows if name in wanted - read]
    return found


def _unread(task: str, name: str, word: Said, run: Run, record: AttemptRecord) -> Reading:
    worth, why = time_doubt(word.moment_us, task, record)
    if worth is not Worth.SUPERSEDED:
        worth, why = Worth.EQUIPMENT, run.why
    return Reading(
        about=task,
        name=name,
        role=word.role,
        epoch=word.epoch,
        sequence=word.sequence,
        run=run.run,
        number=None,
        moment_us=word.moment_us,
        device_ms=word.device_ms,
        measurement=None,
        mark=None,
        worth=worth,
        why=why,
    )


def _without_refused(task: str, readings: Sequence[Reading], record: AttemptRecord) -> list[Reading]:
    """What an assessor says is not the reading of its row counts for nobody; their own mark does."""
    refused = refused_readings(task, record)
    why = "an assessor says that it is not the reading of this row."
    return [
        replace(one, worth=Worth.REFUSED, why=why)
        if (one.role, one.epoch, one.sequence) in refused and one.worth is not Worth.DUPLICATE
        else one
        for one in readings
    ]


def _of_criterion(
    task: str, rows: Mapping[str, Criterion], word: Said, runs: Sequence[Run], record: AttemptRecord
) -> Reading:
    row = rows[str(word.payload["criterion"])]
    measurement = measurement_of(word.payload.get("measurement"))
    mark, problem = _mark(row, word.payload.get("mark"))
    run = run_of(word, runs)
    reading = Reading(
        about=task,
        name=row.identifier,
        role=word.role,
        epoch=word.epoch,
        sequence=word.sequence,
        run=named_run(word) or ("" if run is None else run.run),
        number=None if measurement is None else measurement.sequence,
        moment_us=word.moment_us,
        device_ms=word.device_ms,
        measurement=measurement,
        mark=mark,
        worth=Worth.COUNTS,
    )
    worth, why = _doubt(reading, row, word, run, problem, record)
    return replace(reading, worth=worth, why=why)


def _doubt(
    reading: Reading, row: Criterion, word: Said, run: Run | None, problem: str, record: AttemptRecord
) -> tuple[Worth, str]:
    """The first thing that stands against a reading by itself, the gravest first."""
    if run is not None and run.worth is Worth.EQUIPMENT:
        return Worth.EQUIPMENT, run.why
    if problem:
        return Worth.UNREADABLE, problem
    if run is None:
        return Worth.EQUIPMENT, "the run it belongs to never ended, so nobody knows whether the instrument was in step."
    if run.worth is Worth.CONTRADICTORY:
        return Worth.CONTRADICTORY, run.why
    if differs := _differs_from_itself(reading, run):
        return Worth.CONTRADICTORY, differs
    worth, why = time_doubt(word.moment_us, reading.about, record)
    if worth is not None:
        return worth, why
    if clock := clock_doubt(word) or (run.why if run.worth is Worth.CLOCK else ""):
        return Worth.CLOCK, clock
    if calibration := _calibration_doubt(row, reading):
        return Worth.PROVISIONAL, calibration
    return Worth.COUNTS, ""


def _mark(row: Criterion, document: object) -> tuple[MeasurementMark | None, str]:
    if document is None:
        return None, f"{row.identifier}: the machine gave no value in the unit of this row."
    try:
        mark = mark_from_document(row, document)
    except RubricError as error:
        return None, str(error)
    if isinstance(mark, MeasurementMark):
        return mark, ""
    return None, f"{row.identifier}: a machine gives a reading, and this is none."


def _differs_from_itself(reading: Reading, run: Run) -> str:
    """A reading stands up to three times in a journal: as a measurement, as its mark, and in the record of its run."""
    measured, mark = reading.measurement, reading.mark
    if measured is None or mark is None:
        return ""
    last = mark.readings[-1]
    if last.bound == "=" and _same_unit(mark.unit, measured.unit) and last.value != measured.value:
        return f"it measured {measured.value} {measured.unit} and says {last.value} {mark.unit} of its row."
    if run.record is not None and measured.sequence < len(run.record.measurements):
        recorded = run.record.measurements[measured.sequence]
        if (recorded.name, recorded.value, recorded.unit) == (measured.name, measured.value, measured.unit):
            return ""
        return (
            f"its entry says {measured.value} {measured.unit}, the record of its run {recorded.value} {recorded.unit}."
        )
    return ""


def _calibration_doubt(row: Criterion, reading: Reading) -> str:
    """What stands against the instrument on the day of the measurement. The facts are those that were recorded with the reading."""
    assert row.measurement is not None
    if not row.measurement.calibrated or reading.mark is None:
        return ""
    measured = reading.measurement
    if measured is None:
        instrument = reading.mark.instrument
        due, certificate = (None if instrument is None else instrument.calibration_due), "unknown"
    else:
        due, certificate = measured.instrument.calibration_due, measured.instrument.calibration_certificate
    day = max(day_of(reading.moment_us), reading.mark.measured_on)
    return calibration_doubt(due, certificate, day)


def _once(readings: Sequence[Reading]) -> list[Reading]:
    """The same number of the same run is one reading, however often it came. With another content it is a contradiction."""
    found: list[Reading] = []
    first: dict[tuple[str, int, str], int] = {}
    for reading in readings:
        key = (reading.run, reading.number if reading.number is not None else -1, reading.name)
        place = first.get(key) if reading.run and reading.number is not None else None
        if place is None:
            first[key] = len(found)
            found.append(reading)
        elif (found[place].mark, found[place].measurement) == (reading.mark, reading.measurement):
            earlier = f"{found[place].role}/{found[place].epoch}, entry {found[place].sequence}"
            found.append(replace(reading, worth=Worth.DUPLICATE, why=f"it came before, as {earlier}; it is kept once."))
        else:
            said = f"two different readings carry the number {reading.number} of one run."
            found[place] = replace(found[place], worth=Worth.CONTRADICTORY, why=said)
            found.append(replace(reading, worth=Worth.CONTRADICTORY, why=said))
    return found


def _settled(row: Criterion, readings: Sequence[Reading]) -> list[Reading]:
    """Of the readings of a criterion that are good in themselves the last counts: of one run its last word, of several runs the
    last where all say the same."""
    good = [reading for reading in readings if reading.worth is Worth.COUNTS]
    last_of = {reading.run or (reading.role, reading.epoch): reading for reading in good}
    lasting = list(last_of.values())
    verdicts = {id(reading): _verdict(row, reading) for reading in lasting}
    differs = next(
        (said for one, other in itertools.combinations(lasting, 2) if (said := _contradiction(one, other, verdicts))),
        "",
    )
    result = []
    for reading in readings:
        if reading.worth is not Worth.COUNTS:
            result.append(reading)
        elif not any(reading is one for one in lasting):
            result.append(replace(reading, worth=Worth.SUPERSEDED, why="the same run read it again later."))
        elif differs:
            result.append(replace(reading, worth=Worth.CONTRADICTORY, why=differs))
        elif reading is not lasting[-1]:
            result.append(replace(reading, worth=Worth.SUPERSEDED, why="a later run says the same."))
        elif verdicts[id(reading)] is Verdict.MARGINAL:
            why = "it lies nearer to its limit than its uncertainty; a named person decides."
            result.append(replace(reading, worth=Worth.MARGINAL, why=why))
        else:
            result.append(reading)
    return result


def _contradiction(one: Reading, other: Reading, verdicts: Mapping[int, Verdict]) -> str:
    differs = ""
    if verdicts[id(one)] is not verdicts[id(other)]:
        differs = f"{_shown(one)} is {verdicts[id(one)]}, {_shown(other)} is {verdicts[id(other)]}."
    elif one.measurement is not None and other.measurement is not None:
        differs = values_differ(one.measurement, other.measurement)
    return f"two runs say different things: {differs} People decide." if differs else ""


def _verdict(row: Criterion, reading: Reading) -> Verdict:
    """What a reading says about its criterion. Values are rounded to their declared places first; where an uncertainty is stated,
    the limits have a guard band."""
    spec, mark = row.measurement, reading.mark
    assert spec is not None
    assert mark is not None
    found = judge_measurement(spec, mark)
    if "undecided" in (found.limit_met, found.reading_agrees):
        return Verdict.UNSET
    if spec.deviation is None and any(_in_the_guard_band(spec.limit, value, reading) for value in found.rounded):
        return Verdict.MARGINAL
    return Verdict.PASS if "no" not in (found.limit_met, found.reading_agrees) else Verdict.FAIL


def _in_the_guard_band(limit: Limit, value: Decimal, reading: Reading) -> bool:
    measured = reading.measurement
    assert reading.mark is not None
    if measured is None or not measured.uncertainty or not _same_unit(reading.mark.unit, measured.unit):
        return False
    low = None if limit.op == "<=" else limit.value
    high = limit.value if limit.op == "<=" else limit.upper
    return Limits(low=low, high=high).judge(value, measured.uncertainty) is Verdict.MARGINAL


def _same_unit(written: str, code: str) -> bool:
    try:
        return canonical_unit(written).code == code
    except UnknownUnit:
        return False


def _shown(reading: Reading) -> str:
    assert reading.mark is not None
    return ", ".join(f"{one.value} {reading.mark.unit}".strip() for one in reading.mark.readings)
