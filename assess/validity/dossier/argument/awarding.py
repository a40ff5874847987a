"""Claim: nothing is awarded past the gate, and nobody decides alone."""

from assess.validity.dossier.claims import Bearing, Claim, Evidence
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import count, nothing_recorded
from assess.validity.report.statements import listed

MANY = 0.5
WARRANT = (
    "Evidence protects people only when it stands between a result and a credential: every check has to pass, an"
    " exception is named, dated, reasoned and signed by two, and two people who neither taught nor assessed the"
    " candidate put their names to each decision."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="awarding",
        title="The gate and the award",
        statement="No credential is awarded past a failed check, and every award carries two names.",
        warrant=WARRANT,
        evidence=(_names(facts), _near_cut(facts), _checks(facts), _exceptions(facts), _reviews(facts)),
        limits=("The gate holds records against rules; it cannot know what nobody recorded.",),
    )


def _names(facts: Facts) -> Evidence:
    decisions = facts.decisions
    if not decisions.decided:
        return nothing_recorded(
            "names", "any decision", remedy="Apply the rule to the scored attempts, and have two people sign."
        )
    bad = decisions.awards_without_two_names
    same = decisions.approve_own_exceptions
    awards = f"{count(decisions.awards, 'credential')} awarded"
    if decisions.awards and not bad:
        awards += ", each on a decision with two names"
    return Evidence(
        key="names",
        sentence=(
            f"{count(decisions.decided, 'decision')}, {decisions.with_two_names} with two names; {awards}."
            f" {count(decisions.approvers, 'person', 'people')} approved them all"
            + (f"; {same} of them signed exceptions of this scheme as well." if same else ", and signed no exception.")
        ),
        bearing=Bearing.CONTRADICTS if bad else Bearing.LIMITS if same else Bearing.SUPPORTS,
        rule="no credential without two names under its decision; it limits where who signed an exception approves awards under it",
        records=decisions.records,
        weakness=(
            f"{count(bad, 'credential')} without two names under the decision."
            if bad
            else f"{count(same, 'person', 'people')} signed exceptions and approved the awards that rest on them."
            if same
            else ""
        ),
        remedy=(
            "Look at each of these credentials, and suspend them until it is clear what happened."
            if bad
            else "Have exceptions signed by people who approve no awards of the scheme."
            if same
            else ""
        ),
        simulated=bool(facts.study and facts.study.simulated),
    )


def _near_cut(facts: Facts) -> Evidence:
    decisions = facts.decisions
    if not decisions.decided:
        return nothing_recorded(
            "near-cut", "any result near a cut", needed=False, remedy="Apply the rule to the scored attempts."
        )
    much = decisions.near_cut > MANY * decisions.decided
    told = (
        f"{decisions.near_cut} of {decisions.decided} results lie within one standard error of a cut;"
        f" {count(decisions.reviewers, 'person', 'people')} looked at those that were reviewed"
    )
    alone = decisions.near_cut > 0 and decisions.reviewers == 1
    return Evidence(
        key="near-cut",
        sentence=f"{told}.",
        bearing=Bearing.LIMITS if much or alone else Bearing.SUPPORTS,
        rule=f"at most {MANY:.0%} of results near a cut, and not all looked at by the same person (house rule)",
        needed=False,
        records=decisions.records,
        weakness=f"{told}." if much or alone else "",
        remedy="Make scores more precise near the cuts; share the reviews among several people."
        if much or alone
        else "",
        simulated=bool(facts.study and facts.study.simulated),
    )


def _checks(facts: Facts) -> Evidence:
    if not facts.checks:
        return nothing_recorded(
            "checks", "the gate's checks of scheme and window", remedy="Put the gate to the scheme."
        )
    failing = [check.name for check in facts.checks if check.status == "fail"]
    lacking = [check.name for check in facts.checks if check.status == "not enough evidence"]
    excepted = [check.name for check in facts.checks if check.status in ("waived", "released")]
    passing = len(facts.checks) - len(failing) - len(lacking) - len(excepted)
    told = [
        f"fail: {listed(failing)}" if failing else "",
        f"too little evidence: {listed(lacking)}" if lacking else "",
        f"by an exception of two people: {listed(excepted)}" if excepted else "",
    ]
    said = "; ".join(filter(None, told))
    shut = failing or lacking
    return Evidence(
        key="checks",
        sentence=(
            f"Of {len(facts.checks)} checks of scheme and window {passing} pass today{'; ' + said if said else ''}."
        )
        + (" While that is so, nothing is awarded." if shut else ""),
        bearing=Bearing.LIMITS if shut or excepted else Bearing.SUPPORTS,
        rule="every check of scheme and window passes; a shut gate protects, and limits what can be awarded",
        records=(facts.scheme.record,),
        weakness=(
            f"The gate is shut today: {listed([*failing, *lacking], 4)}."
            if shut
            else f"Without the exceptions of two people the gate would be shut by: {listed(excepted, 12)}."
            if excepted
            else ""
        ),
        remedy="Gather the evidence the gate asks for." if shut or excepted else "",
    )


def _exceptions(facts: Facts) -> Evidence:
    lapsed = [one for one in facts.exceptions if one.expires_on < facts.on]
    live = [one for one in facts.exceptions if one.expires_on >= facts.on and not one.waits]
    checks = sorted({one.check for one in live})
    return Evidence(
        key="exceptions",
        sentence=(
            f"{count(len(live), 'exception')} in force ({listed(checks)}), {len(lapsed)} expired; each names its"
            " reason, two people and its last day."
            if facts.exceptions
            else "No check was ever set aside."
        ),
        bearing=Bearing.LIMITS if live else Bearing.SUPPORTS,
        rule="an exception limits the claim as long as it is in force",
        needed=False,
        records=tuple(one.record for one in facts.exceptions),
        weakness=f"Awards of this time rest on exceptions to {listed(checks, 4)}." if live else "",
        remedy="Replace each exception by the evidence it stands for, before it expires." if live else "",
    )


def _reviews(facts: Facts) -> Evidence:
    waiting = facts.reviews_open
    return Evidence(
        key="reviews",
        sentence=(
            f"{count(len(waiting), 'review')} of awards whose evidence failed later"
            f" {'is' if len(waiting) <= 1 else 'are'} open."
        ),
        bearing=Bearing.LIMITS if waiting else Bearing.SUPPORTS,
        rule="no review of awards is open",
        needed=False,
        records=facts.reviews,
        weakness=f"Awards under review: {waiting[0]}" if waiting else "",
        remedy="Finish the open reviews." if waiting else "",
    )
