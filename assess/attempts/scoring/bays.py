"""What a bay record means for a task's score: remarks that people read, and void equipment, for which the task waits. Pure."""

from dataclasses import replace

from assess.attempts.folding.bay import CHECKS, permission_us, standing_of
from assess.attempts.folding.fold import AttemptRecord, Sheet
from rubrics.definition import TaskDefinition
from rubrics.marking import TaskScore


def bay_remarks(task: TaskDefinition, record: AttemptRecord) -> list[str]:
    """What the bay record lacks, and marks made before permission to energise on what needs a live circuit: they count."""
    name = task.identifier
    remarks = []
    mine = {role: bay for (of, role), bay in record.bays.items() if of == name}
    if task.bay_record and not any(bay.opened for bay in mine.values()):
        remarks.append(f"{name}: no bay record says that its bay was opened.")
    for role, bay in sorted(mine.items()):
        if bay.opened and bay.lacking:
            lacking = ", ".join(CHECKS[check].lower() for check in bay.lacking)
            remarks.append(f"{name}: {role} opened the bay without: {lacking}.")
        assessors = {who for (of, _), sheet in record.sheets.items() if of == name for who in sheet.people}
        if bay.people & assessors:
            remarks.append(f"{name}: {role} opened the bay and assessed there.")
    if task.hold_point:
        remarks += [
            _early(task, role, sheet, record) for (of, role), sheet in sorted(record.sheets.items()) if of == name
        ]
    return [remark for remark in remarks if remark]


def _early(task: TaskDefinition, role: str, sheet: Sheet, record: AttemptRecord) -> str:
    """The remark on one sheet's marks before permission; empty where there are none."""
    given = permission_us(task.identifier, record.bays)
    live = [
        criterion.identifier for criterion in task.criteria if criterion.live and criterion.identifier in sheet.marks
    ]
    early = [name for name in live if given is None or sheet.marks[name].moment_us < given]
    if not early:
        return ""
    told = sheet.told_to_energise
    heard = f" {role} wrote that it was given by {told[0].payload['by']}." if told else ""
    when = "no permission to energise is recorded" if given is None else "permission to energise was given later"
    rows = ", ".join(early)
    return f"{task.identifier}: {role} marked {rows}, which need a live circuit; {when}.{heard}"


def is_void(task: TaskDefinition, record: AttemptRecord) -> bool:
    """Whether a technician wrote that the equipment of a task's bay is void, and nobody opened the bay again since."""
    standing = standing_of(task.identifier, record.bays)
    return standing.state == "void" and standing.since is not None


def void_equipment(task: TaskDefinition, found: TaskScore, record: AttemptRecord) -> TaskScore:
    """The score of a task whose equipment is void: it waits, whatever was marked, and costs the candidate nothing."""
    standing = standing_of(task.identifier, record.bays)
    if standing.state != "void" or standing.since is None:
        return found
    said = standing.since.payload["reason"]
    why = f"{task.identifier}: the equipment of the bay is void ({said}). It costs the candidate nothing; the task is sat again."
    return replace(
        found,
        status="waiting",
        exact=None,
        failed=None,
        must_pass_failed=(),
        open_criteria=tuple(criterion.identifier for criterion in task.criteria),
        to_adjudicate=(),
        reasons=(why, *found.reasons),
    )
