"""Claim: candidates did what the tasks ask for, and the record is of what they did."""

from assess.psychometrics.proportions import proportion
from assess.validity.dossier.argument.studied import Section, section
from assess.validity.dossier.claims import Bearing, Claim, Evidence
from assess.validity.dossier.facts import Estimated, Facts
from assess.validity.dossier.weighed import against, count, nothing_recorded
from assess.validity.report.written import estimate

IRREGULAR = 0.10
WARRANT = (
    "A score speaks of a competence only if candidates got it by that competence: they understood the task, did it"
    " themselves, and what was written down is what their hands and words did. Answers that fit no pattern and records"
    " with holes speak against it."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="responding",
        title="Response process",
        statement="Candidates did what the tasks ask for, and the scores come from a whole record of it.",
        warrant=WARRANT,
        evidence=(
            _persons(facts),
            _record(facts),
            nothing_recorded(
                "thinking",
                "candidates who thought aloud, or were asked how they came to their answers",
                needed=False,
                rule="a study of what candidates do and think at the tasks (Standards 2014, 1.12)",
                remedy="Have a few candidates of a pilot think aloud at items and tasks, and record what they did.",
            ),
        ),
        limits=(
            "How candidates came to their answers is inferred from the answers, and from nothing else.",
            "How long a candidate took is in the journal and is not yet part of a study.",
            "An answer left out counts as a wrong one; the study does not tell the two apart.",
        ),
    )


def _persons(facts: Facts) -> Evidence:
    fit = (section(facts, "responses") or {}).get("fit") or {}
    found = fit.get("misfitting_persons")
    if facts.study is None or not found or not found["persons"]:
        return nothing_recorded(
            "persons",
            "how well each person's answers fit what a person of that ability answers",
            remedy="Pool more sittings until the items can be calibrated, and run a study.",
        )
    share = irregular_share(fit)
    assert share is not None, "somebody was looked at"
    return against(
        "persons",
        "Persons whose answers go together less than chance explains:",
        share,
        most=IRREGULAR,
        share=True,
        mild=True,
        source="2.3 in 100 are expected by chance alone; house rule",
        records=[facts.study.record],
        weakness="Whether answers come from the competence alone cannot be told from their pattern yet.",
        remedy="Pool more sittings, and have a few candidates of a pilot think aloud.",
        simulated=facts.study.simulated,
    )


def irregular_share(fit: Section) -> Estimated | None:
    """The share of persons whose answers do not go together, of a study's fit; None where nobody was looked at."""
    found = fit.get("misfitting_persons")
    if not found or not found["persons"]:
        return None
    method = "share of persons whose answers do not go together"
    share = estimate(proportion(float(found["irregular"]), int(found["persons"]), method=method))
    return share if fit["sufficient"] else {**share, "sufficient": False, "reason": fit["reason"]}


def _record(facts: Facts) -> Evidence:
    security = facts.security
    if not security.attempts:
        return nothing_recorded("record", "any attempt", remedy="Hold a sitting.")
    whole = security.sealed == security.attempts and not security.quarantined
    waiting = count(security.quarantined, "refused entry waits", "refused entries wait")
    return Evidence(
        key="record",
        sentence=(
            f"{security.sealed} of {count(security.attempts, 'attempt')} are sealed; {waiting} for a person's decision."
        ),
        bearing=Bearing.SUPPORTS if whole else Bearing.LIMITS,
        rule="every attempt sealed and nothing in quarantine",
        records=security.seals,
        weakness="" if whole else "Some attempts are not sealed, or something of them still waits for a decision.",
        remedy="" if whole else "Seal what is open and settle what waits in quarantine.",
        simulated=bool(facts.study and facts.study.simulated),
    )
