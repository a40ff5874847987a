"""The gate's scheme level: what has to stand before anybody sits down, because nothing that happens later can make up for it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from .checks import Check, Finding, failed, lacking, named, passed
from .decision import OVERALL
from .scheme_facts import SchemeFacts

LEAST_PRACTITIONERS = 10
LEAST_EXPERTS = 5
JOB_SOURCE = (
    "Standards for Educational and Psychological Testing (2014), 11.13; ISO/IEC 17024, 8.4; number: scheme board"
)
CONTENT_SOURCE = "Standards (2014), 1.11 and 11.3; Lawshe (1975): five panellists are the fewest his table knows"


def _kind(facts: SchemeFacts, today: date) -> Finding:
    if facts.kind is None:
        return lacking("It is not recorded what kind of scheme this is, so nobody knows which evidence it owes.")
    if facts.kind.missing:
        told = f"{facts.kind.kind}: of its evidence list is missing {named(facts.kind.missing)}."
        return lacking(told)
    return passed(f"{facts.kind.kind}: all {len(facts.kind.asked)} pieces of its evidence list are recorded.")


def _duties(facts: SchemeFacts, today: date) -> Finding:
    if not facts.duties:
        return lacking("No duty of the awarding body is recorded.")
    records = tuple(record for duty in facts.duties for record in duty.evidence)
    expired = [duty.name for duty in facts.duties if duty.state == "expired"]
    open_ = [duty.name for duty in facts.duties if duty.state not in ("signed", "expired")]
    if expired:
        return failed(f"What was signed has run out: {named(expired)}.", *records)
    if open_:
        return lacking(f"Not signed by two people with a document: {named(open_)}.", *records)
    return passed(f"All {len(facts.duties)} duties are signed, each with its document.", *records)


def _frame(facts: SchemeFacts, today: date) -> Finding:
    frame = facts.frame
    if frame is None:
        return lacking("The scheme has not been held against a frame of levels and hours.")
    if not frame.name:
        return passed("The scheme names no frame, and its kind asks for none.")
    if frame.misfits:
        return failed(f"{frame.name}: {' '.join(frame.misfits)}")
    if frame.waits:
        return lacking(f"{frame.name}: {' '.join(frame.waits)}")
    return passed(f"Level, hours and every element fit the frame it names: {frame.name}.")


def _not_asked(facts: SchemeFacts, code: str) -> Finding | None:
    """A pass where this kind of scheme does not owe a piece of evidence; while the kind is not known it owes everything."""
    if facts.kind is None or code in facts.kind.codes:
        return None
    return passed(f"{facts.kind.kind}: this kind of scheme is not asked for it.")


def _job(facts: SchemeFacts, today: date) -> Finding:
    if facts.job is None and (spared := _not_asked(facts, "job_analysis")):
        return spared
    threshold = f"adopted, no gap, n ≥ {LEAST_PRACTITIONERS} practitioners"
    if facts.job is None:
        return replace(lacking("No job-task analysis has been adopted."), threshold=threshold, source=JOB_SOURCE)
    job = facts.job
    told = f"{job.tasks} tasks of the job, rated by {job.practitioners} practitioners, adopted on {job.adopted_on}"
    if job.gaps:
        found = lacking(f"{told}. Not covered: {named(job.gaps)}.", *job.evidence)
    elif job.practitioners < LEAST_PRACTITIONERS or not job.enough:
        found = lacking(f"{told}: too few, by its own rules or below {LEAST_PRACTITIONERS}.", *job.evidence)
    else:
        found = passed(f"{told}; every task is assessed.", *job.evidence)
    return replace(
        found,
        value=f"{job.tasks} tasks, {len(job.gaps)} gaps",
        n=job.practitioners,
        threshold=threshold,
        source=JOB_SOURCE,
    )


def _content(facts: SchemeFacts, today: date) -> Finding:
    if facts.content is None and (spared := _not_asked(facts, "content_validation")):
        return spared
    threshold = f"every item and criterion accepted, n ≥ {LEAST_EXPERTS} experts"
    if facts.content is None or not facts.content.judged:
        said = "No expert has judged whether items and criteria are needed for the job."
        return replace(lacking(said), threshold=threshold, source=CONTENT_SOURCE)
    content = facts.content
    told = f"{content.experts} experts judged {content.judged} of {content.of} items and criteria"
    if content.rejected:
        found = failed(f"{told} and rejected {named(content.rejected)}.", *content.evidence)
    elif content.judged < content.of:
        found = lacking(f"{told}; the others are not judged.", *content.evidence)
    elif content.experts < LEAST_EXPERTS:
        found = lacking(f"{told}; {LEAST_EXPERTS} experts are needed.", *content.evidence)
    elif content.unsure:
        found = lacking(f"{told}. They leave it open for {named(content.unsure)}.", *content.evidence)
    else:
        found = passed(f"{told} and accepted them all.", *content.evidence)
    value = f"{content.judged - len(content.rejected) - len(content.unsure)} of {content.of} accepted"
    return replace(found, value=value, n=content.experts, threshold=threshold, source=CONTENT_SOURCE)


def _bias(facts: SchemeFacts, today: date) -> Finding:
    if facts.bias is None and (spared := _not_asked(facts, "content_validation")):
        return spared
    if facts.bias is None or not facts.bias.reviewed:
        return lacking("Nobody has reviewed the content for bias and sensitivity.")
    bias = facts.bias
    if bias.unsettled:
        return failed(f"Found and not settled: {named(bias.unsettled)}.", *bias.evidence)
    if bias.reviewed < bias.of:
        return lacking(f"{bias.reviewed} of {bias.of} items and criteria were reviewed.", *bias.evidence)
    return passed(f"All {bias.of} items and criteria were reviewed; nothing is left open.", *bias.evidence)


def _publication(facts: SchemeFacts, today: date) -> Finding:
    shown = facts.publication
    if not shown.reviewed_by or shown.on is None or shown.on > today:
        return failed(f"No recorded review has published version {shown.version} of the content.", *shown.evidence)
    return passed(f"Version {shown.version} was published on {shown.on} by a recorded review.", *shown.evidence)


def _training(facts: SchemeFacts, today: date) -> Finding:
    training = facts.training
    if training is None:
        return lacking("No training of assessors is recorded.")
    if not training.assessors:
        return lacking("Nobody is assigned as an assessor yet.", *training.evidence)
    by_state = _by_state([(one.state, one.name) for one in training.assessors])
    wrong = [*by_state.get("untrained", ()), *by_state.get("lapsed", ())]
    if wrong:
        found = failed(f"Assigned without training that holds: {named(wrong)}.", *training.evidence)
    elif by_state.get("unsure"):
        unsure = by_state["unsure"]
        found = lacking(
            f"Trained, but agreement with the reference rests on too little: {named(unsure)}.", *training.evidence
        )
    else:
        found = passed(
            f"A trainer put the training of all {len(training.assessors)} assessors in force, and it holds today.",
            *training.evidence,
        )
    trained = len(by_state.get("trained", ()))
    lowest = f"; lowest exact agreement with the reference {training.lowest}" if training.lowest else ""
    return replace(
        found,
        value=f"{trained} of {len(training.assessors)} trained" + lowest,
        n=len(training.assessors),
        threshold="every assessor of the sittings",
        source="ISO/IEC 17024, 6.2; agreement: each training's own threshold, and a trainer's word on it",
    )


def _by_state(pairs: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for state, name in pairs:
        found.setdefault(state, []).append(name)
    return found


def _cut_in_force(facts: SchemeFacts, today: date) -> Finding:
    held = {cut.part: cut for cut in facts.cut_scores}
    missing = [part for part in facts.needed if part not in held]
    early = [part for part in facts.needed if part in held and ((held[part].adopted_on or date.max) > today)]
    bare = [part for part in facts.needed if part in held and not (held[part].standard_error and held[part].panel)]
    if missing or early:
        return failed(f"No cut score is in force for {', '.join(missing + early)}.", *facts.cut_records)
    if bare:
        said = f"Standard error or panel of the cut score is not known: {', '.join(bare)}."
        return lacking(said, *facts.cut_records)
    values = ", ".join(f"{part} {held[part].value} % ± {held[part].standard_error}" for part in facts.needed)
    found = passed(
        f"A cut score with standard error and panel is in force for {', '.join(facts.needed)}.", *facts.cut_records
    )
    return replace(found, value=values)


def _cut_adopted(facts: SchemeFacts, today: date) -> Finding:
    nameless = [cut.part for cut in facts.cut_scores if not cut.adopted_by.strip()]
    if nameless or not facts.cut_scores:
        said = f"No board has put its name to the cut score of {', '.join(nameless) or 'any part'}."
        return failed(said, *facts.cut_records)
    boards = sorted({cut.adopted_by for cut in facts.cut_scores if cut.part != OVERALL})
    return passed(f"The cut scores were adopted by {', '.join(boards)}.", *facts.cut_records)


SCHEME_CHECKS: Mapping[str, Check[SchemeFacts]] = {
    "evidence of the kind": Check(
        protects_against="promising what this kind of credential has to show and does not",
        find=_kind,
        released="sample",
        opens=True,
    ),
    "duties signed": Check(
        protects_against="awarding what the body may not award",
        find=_duties,
        released="sample",
        opens=True,
        touches=False,
    ),
    "frame sound": Check(
        protects_against="a level and a workload that mean something else elsewhere",
        find=_frame,
        released="sample",
        opens=True,
    ),
    "job-task link": Check(
        protects_against="testing what the job does not ask for",
        find=_job,
        released="always",
        opens=True,
        cases="practitioners",
    ),
    "content validation": Check(
        protects_against="items and criteria that no practitioner needs",
        find=_content,
        released="always",
        opens=True,
        cases="experts",
    ),
    "bias review": Check(
        protects_against="content that keeps people out for what they are", find=_bias, released="always", opens=True
    ),
    "content published": Check(protects_against="assessing with unreviewed content", find=_publication, opens=True),
    "rater training": Check(
        protects_against="marks that mean something else from every assessor",
        find=_training,
        waivable=True,
        released="always",
        cases="assessors",
        touches=False,
    ),
    "cut score in force": Check(
        protects_against="a pass mark without known precision", find=_cut_in_force, waivable=True, released="always"
    ),
    "cut score adopted": Check(protects_against="a pass mark nobody answers for", find=_cut_adopted),
}
"""Every check of a scheme version by name, in the order in which it is read."""
