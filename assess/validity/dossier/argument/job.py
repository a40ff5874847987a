"""Claim: what is assessed is the job."""

from assess.validity.dossier.claims import Bearing, Claim, Evidence, Record
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import aged, count, nothing_recorded
from assess.validity.job.evidence import Analysis, Coverage, Gap, Weight
from assess.validity.report.statements import listed

YEARS = 5
HARMFUL = 4.0
"""Mean harm of a mistake, on the survey's scale of five, from which on a task must be tested."""
WARRANT = (
    "Test scores say something about a job only when the tasks and knowledge were taken from what practitioners do, how"
    " often, how important it is, and what harm a mistake does; and when the blueprint's weights follow from it."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="job",
        title="The job",
        statement="The assessment covers what the job asks for, in the weight the job gives it.",
        warrant=WARRANT,
        evidence=tuple(_evidence(facts)),
        limits=(
            (
                "Practitioners who answer a survey are not all practitioners; the analysis speaks for those who were"
                " asked."
            ),
            "A job changes between two analyses.",
            "Intervals of the job's weights hold how practitioners differ, and nothing else: a task written up in more statements"
            " weighs more.",
        ),
    )


def _evidence(facts: Facts) -> list[Evidence]:
    job = facts.job.analysis
    if job is None or job.adopted_on is None:
        return [_none(facts)]
    records = (_record(job),)
    return [
        _analysis(job, records),
        _practitioners(job, records),
        aged(
            "age",
            "job-task analysis",
            job.adopted_on,
            facts.on,
            years=YEARS,
            records=records,
            source="house rule; the standards ask for a periodic review without a number",
        ),
        _coverage(facts.job.coverage, job, records),
        _weights(facts.job.weights, job, records),
    ]


def _record(job: Analysis) -> Record:
    return Record(kind="job_analysis", id=job.id, digest=job.dataset_sha256, on=job.adopted_on)


def _none(facts: Facts) -> Evidence:
    waiting = facts.job.waiting
    told = "a job-task analysis that a board adopted"
    if waiting is not None:
        told += f" (analysis {waiting.number} is {waiting.state})"
    return nothing_recorded(
        "analysis", told, remedy="Study the job: survey practitioners, and have the analysis adopted by a board."
    )


def _analysis(job: Analysis, records: tuple[Record, ...]) -> Evidence:
    dropped = len(job.statements) - len(job.kept)
    out = f"; {dropped} of {len(job.statements)} fell out by the reduction rules" if dropped else ""
    assert job.adopted_on is not None
    return Evidence(
        key="analysis",
        sentence=(
            f"A job-task analysis with {count(len(job.kept), 'statement')} of tasks and knowledge{out}; adopted on "
            f"{job.adopted_on:%d %B %Y} by {job.board or 'a board'}."
        ),
        bearing=Bearing.SUPPORTS,
        rule="an analysis is adopted by somebody other than who drew it up",
        records=records,
        simulated=job.simulated,
    )


def _practitioners(job: Analysis, records: tuple[Record, ...]) -> Evidence:
    return Evidence(
        key="practitioners",
        sentence=(
            f"{count(job.practitioners, 'practitioner')} rated importance, frequency and harm; agreement of their mean"
            f" ratings: {job.reliability['words']}."
        ),
        bearing=Bearing.SUPPORTS if job.enough else Bearing.LIMITS,
        rule="as many practitioners as the analysis's own rules ask for",
        records=records,
        simulated=job.simulated,
        weakness="" if job.enough else f"Only {count(job.practitioners, 'practitioner')} rated the tasks.",
        remedy="" if job.enough else "Ask more practitioners, of other sites and employers too.",
    )


def _weights(weights: tuple[Weight, ...], job: Analysis, records: tuple[Record, ...]) -> Evidence:
    if not weights:
        return nothing_recorded(
            "weights",
            "a comparison of the blueprint's weights with the job's",
            remedy="Link the job's statements to outcomes.",
        )
    off = [weight for weight in weights if weight.verdict == "differs"]
    unsure = [weight for weight in weights if weight.verdict == "not enough evidence"]
    agree = len(weights) - len(off) - len(unsure)
    most = 2 * len(off) >= len(weights)
    weak = [
        (f"{len(off)} of {len(weights)} weights differ from the job's by more than is allowed." if off else ""),
        f"{count(len(unsure), 'weight')} can't be told." if unsure else "",
    ]
    return Evidence(
        key="weights",
        sentence=(
            f"Of {len(weights)} weights, {agree} agree with the job, {len(off)} differ and {len(unsure)} can't be"
            " told, as the interval holds the allowed difference. "
        )
        + " ".join(_titled(weight) for weight in off),
        bearing=(
            Bearing.SUPPORTS
            if agree == len(weights)
            else Bearing.CONTRADICTS
            if most
            else Bearing.LIMITS
            if agree or off
            else Bearing.LACKING
        ),
        rule=(
            "the interval of each of the job's weights lies within the tolerance of the scheme's; where half of them or more lie"
            " outside it, that contradicts the claim (house rule)"
        ),
        records=records,
        simulated=job.simulated,
        weakness=" ".join(filter(None, weak)),
        remedy=(
            "Bring the blueprint's weights to the job's, or record why they differ."
            if off
            else "Ask more practitioners."
            if unsure
            else ""
        ),
    )


def _coverage(coverage: Coverage, job: Analysis, records: tuple[Record, ...]) -> Evidence:
    tested = [row for row in coverage.rows if row.elements]
    if not tested:
        return nothing_recorded(
            "coverage",
            "links from the job to items and criteria",
            remedy="Link the job's statements to what tests them.",
        )
    elements = {name for row in tested for name in row.elements}
    harm = {one.identifier: float(one.figures["harm"]["value"] or 0) for one in job.statements if "harm" in one.figures}
    gaps = sorted(coverage.gaps, key=lambda one: (one.kind != "untested", -harm.get(one.what, 0.0)))
    harmful = [one for one in gaps if one.kind == "untested" and harm.get(one.what, 0.0) >= HARMFUL]
    return Evidence(
        key="coverage",
        sentence=(
            f"{len(tested)} of {count(len(coverage.rows), 'statement')} of the job are tested, by {len(elements)}"
            " items, criteria and simulations."
        )
        + (f" {count(len(gaps), 'gap')}. " + " ".join(one.sentence for one in gaps) if gaps else ""),
        bearing=Bearing.CONTRADICTS if harmful else Bearing.LIMITS if gaps else Bearing.SUPPORTS,
        rule=(
            "every statement of the job is tested, every outcome stands on the job, and nothing tests what the job does not ask;"
            f" a task that nothing tests and at which a mistake does much harm (mean rating {HARMFUL:g} of 5 or more, few raters"
            " or many) contradicts the claim (house rule)"
        ),
        records=records,
        simulated=job.simulated,
        weakness=(
            f"A mistake does much harm, and nothing tests it: {listed([_words(one, coverage) for one in harmful])}."
            if harmful
            else f"{count(len(gaps), 'gap')} between the job and what is asked: {gaps[0].sentence}"
            if gaps
            else ""
        ),
        remedy="Close the gaps of the coverage matrix, or record why they stay." if gaps else "",
    )


def _words(gap: Gap, coverage: Coverage) -> str:
    words = next((row.words for row in coverage.rows if row.statement == gap.what), gap.what)
    return f"“{words.rstrip('.')}”"


def _titled(weight: Weight) -> str:
    """What is said of a weight, with its title: identifiers say nothing to people."""
    return weight.sentence.replace(weight.identifier, f"{weight.identifier}, “{weight.title.rstrip('.')}”,", 1)
