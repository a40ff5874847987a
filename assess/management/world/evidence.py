"""Before the day what a scheme has to show; after it the meetings, the board, the study, decisions with two names each, awards."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from assess import door
from assess.attempts.models import Attempt
from assess.awards.gathering import gates_of
from assess.awards.models import Credential, Decision
from assess.management.world import duties, job, raters, releases
from assess.management.world.cast import Cast
from assess.schemes.models import SchemeVersion


@dataclass
class Awarded:
    """What came of it: decisions by outcome, credentials, and why nobody else got one."""

    decisions: Counter[str] = field(default_factory=Counter)
    credentials: list[Credential] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)


def prepare(cast: Cast, version: SchemeVersion) -> None:
    """What has to stand before the first sitting: duties signed, the job studied, assessors trained."""
    duties.record_duties(cast, version)
    job.study_the_job(cast, version)
    raters.train_assessors(cast, version)


def award(cast: Cast, version: SchemeVersion, attempts: Sequence[Attempt], *, left: int = 0) -> Awarded:
    """Decide, review what is near a cut, put two names to every decision, and issue where the gate is open.

    The last `left` decisions that passed get one name only: a visitor of the demonstration puts the other to them, and issues.
    """
    director = cast.acts_as(cast.director)
    result = Awarded()
    door.act(director, "validity.studies.run_study", scheme_version_id=version.pk)
    raters.watch_for_drift(cast, version)
    raters.look_at_alarms(cast, version)
    rows: list[Decision] = door.act_on_all(
        director, "awards.decide", ({"attempt_id": attempt.pk} for attempt in attempts)
    )
    result.decisions.update(row.outcome for row in rows)
    settled = [row for row in rows if row.outcome != "undecidable"]
    door.act_on_all(
        director,
        "awards.review_near_cut",
        (
            {"decision_id": row.pk, "part": part, "comment": "sheets, readings and answers gone through once more"}
            for row in settled
            for part in row.document["near_cut"]
        ),
    )
    passed = [row for row in rows if row.outcome == "passed"]
    waiting = {row.pk for row in passed[len(passed) - left :]}
    for approver in cast.approvers:
        signed = (row for row in settled if approver is cast.approvers[0] or row.pk not in waiting)
        door.act_on_all(cast.acts_as(approver), "awards.approve", ({"decision_id": row.pk} for row in signed))
    passed = [row for row in passed if row.pk not in waiting]
    releases.release(cast, version)
    result.credentials = door.act(director, "awards.issue_all", scheme_version_id=version.pk)
    issued = {credential.decision_id for credential in result.credentials}
    for gate in gates_of(row for row in passed if row.pk not in issued):
        reasons = " ".join(check.sentence for check in gate.checks if not check.clear)
        result.refusals[f"The gate is shut: {reasons}"] += 1
    for row in rows:
        if row.outcome == "not passed":
            result.refusals.update(_unmet(row))
        elif row.outcome == "undecidable":
            result.refusals.update(row.document["reasons"])
    return result


def _unmet(row: Decision) -> set[str]:
    """Which rules were not met, without the figures of the person.

    The overall cut follows from the parts' cuts: below it, some part is below its own, and one reason is not counted twice.
    """
    unmet = [line for line in row.document["lines"] if not line["met"]]
    of_parts = [line for line in unmet if line["rule"] != "overall"]
    return {
        f"{line['part']}: a must-pass criterion was not met"
        if line["rule"] == "must_pass"
        else f"{line['part']}: below the cut score"
        for line in of_parts or unmet
    }
