"""Claim: the items and criteria are a fair sample of that job."""

from assess.validity.dossier.argument.items import groups
from assess.validity.dossier.claims import Bearing, Claim, Evidence, Record
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import count, nothing_recorded
from assess.validity.job.evidence import BiasState, ContentValidation
from assess.validity.report.statements import listed

EXPERTS = 5
WARRANT = (
    "Experts who know the job, and did not write the item, judge whether each item and criterion is essential and"
    " relevant to it; others read it for wording that could favour or hurt a group. What they reject does not stay."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="content",
        title="Content",
        statement="Items and criteria are relevant to the job, and nothing in them favours a group.",
        warrant=WARRANT,
        evidence=(
            *_panel(facts.job.content),
            _bias(facts.job.bias, facts.bias_reviews),
            groups(facts),
        ),
        limits=("Experts judge what an item seems to ask; what candidates do with it is another claim.",),
    )


def _panel(content: ContentValidation | None) -> tuple[Evidence, ...]:
    if content is None:
        return (
            nothing_recorded(
                "panel", "a content panel of experts", remedy="Have experts judge every item and criterion."
            ),
        )
    records = (Record(kind="content_panel", id=content.id, digest=content.dataset_sha256, on=content.closed_on),)
    return (_experts(content, records), _judged(content, records), _rejected(content, records))


def _experts(content: ContentValidation, records: tuple[Record, ...]) -> Evidence:
    enough = content.experts >= EXPERTS
    return Evidence(
        key="panel",
        sentence=(
            f"{count(content.experts, 'expert')} judged the content; average agreement that it is relevant (S-CVI):"
            f" {content.s_cvi_average['words']}."
        ),
        bearing=Bearing.SUPPORTS if enough else Bearing.LIMITS,
        rule=f"at least {EXPERTS} experts (Lawshe 1975: below five only full agreement says anything)",
        records=records,
        simulated=content.simulated,
        weakness="" if enough else f"Only {count(content.experts, 'expert')} judged the content.",
        remedy="" if enough else "Ask more experts.",
    )


def _judged(content: ContentValidation, records: tuple[Record, ...]) -> Evidence:
    accepted, unsure = content.with_verdict("accept"), content.with_verdict("not enough evidence")
    stale = [element for element in content.elements if not element.current]
    missing = content.missing
    of = len(content.elements) + len(missing)
    weak = [
        f"Nobody has judged {count(len(missing), 'item or criterion', 'items or criteria')}." if missing else "",
        f"For {len(unsure)} of {of} the experts are too few or too divided to tell." if unsure else "",
        f"{len(stale)} have changed since the panel saw them." if stale else "",
    ]
    good = not (missing or unsure or stale)
    return Evidence(
        key="judged",
        sentence=(
            f"{len(content.elements)} of {of} items, criteria and simulations were judged; {len(accepted)} are"
            " accepted."
        ),
        bearing=Bearing.SUPPORTS if good else Bearing.LIMITS if accepted else Bearing.LACKING,
        rule="everything judged as it is used now, with a verdict that its interval can carry",
        records=records,
        simulated=content.simulated,
        weakness=" ".join(filter(None, weak)),
        remedy="" if good else "Have the rest judged, by more experts where the interval is too wide.",
    )


def _rejected(content: ContentValidation, records: tuple[Record, ...]) -> Evidence:
    bad = [one.element for one in content.with_verdict("reject")]
    weak = [one.element for one in content.with_verdict("revise")]
    named = " ".join(
        filter(None, [f"Rejected: {listed(bad)}." if bad else "", f"To be revised: {listed(weak)}." if weak else ""])
    )
    return Evidence(
        key="rejected",
        sentence=named or "The experts rejected nothing and ask for no revision.",
        bearing=Bearing.LIMITS if bad or weak else Bearing.SUPPORTS,
        rule="nothing in use that experts rejected or would revise",
        records=records,
        simulated=content.simulated,
        weakness=f"In use against the experts' word: {listed([*bad, *weak], 4)}." if bad or weak else "",
        remedy=f"Rewrite {listed([*bad, *weak], 4)} or take them out of use." if bad or weak else "",
    )


def _bias(bias: BiasState, reviews: tuple[Record, ...]) -> Evidence:
    if not bias.reviewed:
        return nothing_recorded(
            "bias", "a review for bias and sensitivity", remedy="Have items and tasks read for bias and sensitivity."
        )
    unread = (
        f"{count(len(bias.missing), 'item or criterion', 'items or criteria')} nobody read." if bias.missing else ""
    )
    concern = f"Open concern about {bias.open[0].element}: {bias.open[0].words}" if bias.open else ""
    return Evidence(
        key="bias",
        sentence=(
            f"{count(bias.reviewers, 'reader')} read {bias.reviewed} items and criteria for bias and sensitivity;"
            f" {count(bias.resolved, 'concern')} settled, {len(bias.open)} open, {len(bias.missing)} not read."
        ),
        bearing=Bearing.SUPPORTS if bias.sound else Bearing.LIMITS,
        rule="everything read, and no concern open",
        records=(*reviews, *(Record(kind="bias_concern", id=one.id) for one in bias.open)),
        simulated=bias.simulated,
        weakness=" ".join(filter(None, [concern, unread])),
        remedy="" if bias.sound else "Settle the open concerns, and have the rest read.",
    )
