"""Claim: what the credential says, and who may say it."""

from collections.abc import Sequence

from assess.schemes.duties import Duty
from assess.validity.dossier.claims import Bearing, Claim, Evidence, Record
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import count, nothing_recorded
from assess.validity.report.statements import listed

STATEMENT = "The credential {title} says one definite thing about its holder, and {body} may say it."
WARRANT = (
    "A credential can be valid only for a stated use: what kind of credential it is, which outcomes it attests, at"
    " which level and workload, and by what right the awarding body attests them."
)


def claim(facts: Facts) -> Claim:
    scheme = facts.scheme
    return Claim(
        key="scope",
        title="Scope and right to award",
        statement=STATEMENT.format(title=scheme.title, body=scheme.awarding_body),
        warrant=WARRANT,
        evidence=(_kind(facts), _published(facts), _outcomes(facts), *_duties(facts), _frame(facts)),
        limits=(
            (
                "Whether employers read the credential as it is meant has to be asked of employers; no record here can"
                " show it."
            ),
        ),
    )


def _kind(facts: Facts) -> Evidence:
    scheme = facts.scheme
    if scheme.declared is None:
        return nothing_recorded(
            "kind", "which kind of scheme this is", remedy="Name the kind of the scheme in its content."
        )
    kind = scheme.declared.kind
    return Evidence(
        key="kind",
        sentence=f"{kind.name} ({kind.standard}). {kind.wording.claims} {kind.wording.never_claims}",
        bearing=Bearing.SUPPORTS,
        rule="the scheme version names its kind",
        records=(scheme.record,),
    )


def _published(facts: Facts) -> Evidence:
    scheme = facts.scheme
    if scheme.published_on is None:
        return nothing_recorded(
            "published", "a review that published this version", remedy="Have a second person review and publish it."
        )
    sentence = (
        f"Version {scheme.version} was published on {scheme.published_on:%d %B %Y} after a review by a second person."
    )
    sample = scheme.sample
    return Evidence(
        key="published",
        sentence=sentence,
        bearing=Bearing.LIMITS if sample else Bearing.SUPPORTS,
        rule="two people published it, and it is no sample",
        records=(scheme.record,),
        weakness="The content is a sample: no board has adopted it, and its credentials say so." if sample else "",
        remedy="Have the scheme committee adopt the content." if sample else "",
    )


def _outcomes(facts: Facts) -> Evidence:
    scheme = facts.scheme
    if not scheme.outcomes:
        return nothing_recorded("outcomes", "any learning outcome", remedy="State the outcomes.")
    without = [outcome.id for outcome in scheme.outcomes if not outcome.esco]
    level = f" at EQF level {scheme.eqf_level}" if scheme.eqf_level else ""
    size = f", with {scheme.ects} ECTS credits for {scheme.hours} hours of work" if scheme.ects else ""
    sentence = f"It attests {count(len(scheme.outcomes), 'learning outcome')}{level}{size}."
    weakness = f"No exact match in ESCO is recorded for {listed(without)}." if without else ""
    return Evidence(
        key="outcomes",
        sentence=sentence,
        bearing=Bearing.SUPPORTS,
        rule="outcomes, level and workload are stated",
        records=(scheme.record,),
        weakness=weakness,
    )


def _duties(facts: Facts) -> list[Evidence]:
    if not facts.duties:
        told = "the duties before a scheme opens (right to award, policy, quality assurance)"
        return [
            nothing_recorded("duties", told, remedy="Record the duties of this kind of scheme and have them signed.")
        ]
    unmet = [duty for duty in facts.duties if not duty.met]
    return [_duty(duty, unmet) for duty in facts.duties]


def _duty(duty: Duty, unmet: Sequence[Duty]) -> Evidence:
    """One duty. What is weak about all that are not met is said once, with the first of them."""
    first = bool(unmet) and duty is unmet[0]
    names = listed([f"“{one.name}”" for one in unmet], 8)
    recorded = duty.record_id is not None
    return Evidence(
        key=f"duty-{duty.code.replace('_', '-')}",
        sentence=_signed(duty) if duty.met else duty.sentence,
        bearing=Bearing.SUPPORTS if duty.met else Bearing.LACKING,
        rule=f"signed by two and in force; it protects against {duty.protects}",
        records=(Record(kind="duty", id=str(duty.record_id), digest=duty.document_sha256),) if recorded else (),
        weakness=f"Not signed and in force: {names}." if first else "",
        remedy=f"Record, each with its document and the names of two people: {names}." if first else "",
        simulated=duty.simulated,
    )


def _signed(duty: Duty) -> str:
    until = f", in force until {duty.valid_until:%d %B %Y}" if duty.valid_until else ""
    return f"{duty.name}: signed by {duty.proposed_by} and {duty.signed_by}{until}."


def _frame(facts: Facts) -> Evidence:
    frame = facts.frame
    if frame is None or not frame.frame:
        return nothing_recorded(
            "frame",
            "a frame the scheme is checked against",
            needed=False,
            remedy="Name the frame in the scheme's content.",
        )
    open_ones = [element.sentence for element in frame.elements if element.blocks]
    unseen = (
        f" {count(len(frame.to_check), 'fact')} about the frame itself still has to be looked up."
        if frame.to_check
        else ""
    )
    return Evidence(
        key="frame",
        sentence=" ".join(frame.sentences[:3]) + unseen,
        bearing=Bearing.SUPPORTS if frame.sound else Bearing.LIMITS,
        rule=f"every element that {frame.name} requires is there",
        needed=False,
        records=(facts.scheme.record,),
        weakness="" if frame.sound else f"{frame.name}: {open_ones[0]}",
        remedy="" if frame.sound else f"Add what {frame.name} requires and is still open.",
    )
