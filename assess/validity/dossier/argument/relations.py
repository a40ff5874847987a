"""Claim: the scores go together with other evidence as they should."""

from assess.validity.dossier.claims import Bearing, Claim, Evidence
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import figure_of, in_words, nothing_recorded

WARRANT = (
    "Parts that measure sides of one competence should go together, though not so closely that one of them is"
    " superfluous; and the result should agree with what others find out about the same people, at work above all."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="relations",
        title="Relation to other evidence",
        statement="The scores go together with other evidence of the same competence.",
        warrant=WARRANT,
        evidence=(_parts(facts), _outside(facts)),
        limits=(
            "Correlations between parts of one assessment share its day, its place and its assessors.",
            "They are not corrected for the parts' own error, so the true relation is closer than they say.",
        ),
    )


def _parts(facts: Facts) -> Evidence:
    if not facts.relations or facts.study is None:
        return nothing_recorded(
            "parts",
            "how the parts of the assessment go together",
            remedy="Hold sittings with all parts, and run a study.",
        )
    judged = [one for one in facts.relations if one.found["sufficient"]]
    told = "; ".join(f"{one.first} with {one.second} {in_words(figure_of(one.found))}" for one in facts.relations)
    above = [one for one in judged if float(one.found["interval"][0]) > 0]
    below = [one for one in judged if float(one.found["interval"][1]) <= 0]
    bearing = _together(above=len(above), below=len(below), of=len(facts.relations))
    return Evidence(
        key="parts",
        sentence=f"Correlations of the parts' scores: {told}.",
        bearing=bearing,
        rule="every pair of parts correlates, its whole interval above 0",
        records=tuple(filter(None, [facts.study.record, facts.study.dataset])),
        weakness=(
            ""
            if bearing is Bearing.SUPPORTS
            else "Whether the parts measure sides of one competence is not shown for every pair."
        ),
        remedy="" if bearing is Bearing.SUPPORTS else "Pool further sittings; then look at what the parts share.",
        simulated=facts.study.simulated,
    )


def _together(*, above: int, below: int, of: int) -> Bearing:
    if below:
        return Bearing.CONTRADICTS
    if above == of:
        return Bearing.SUPPORTS
    return Bearing.LIMITS if above else Bearing.LACKING


def _outside(facts: Facts) -> Evidence:
    return nothing_recorded(
        "outside",
        "any comparison with what others find out about the same people (supervisors, work results, another"
        " certificate)",
        remedy="Ask employers of credential holders after six months, with the holders' consent.",
        needed=True,
        rule="a study of holders at work, or with another assessment of the same competence",
    )
