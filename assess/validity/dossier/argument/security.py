"""Claim: the record is whole, the candidate is who they say, and what was seen was looked at."""

from assess.validity.dossier.claims import Bearing, Claim, Evidence
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import count, nothing_recorded
from assess.validity.report.statements import listed

TIMES_THE_FORM = 5
WARRANT = (
    "A result can be trusted when it is this person's own work under the announced conditions: identity confirmed by a"
    " person, incidents looked at by people, instruments calibrated, items not worn out, and a record that nobody can"
    " change unseen."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="security",
        title="Security and incidents",
        statement=(
            "Results are the candidates' own work under the announced conditions, and nobody can change them unseen."
        ),
        warrant=WARRANT,
        evidence=(_ledger(facts), _incidents(facts), _identity(facts), _instruments(facts), _pool(facts)),
        limits=(
            "Proctoring sees what it looks at; that nothing was seen does not prove that nothing happened.",
            "The ledger shows that nothing was changed after it was written, not that what was written is true.",
        ),
    )


def _made_up(facts: Facts) -> bool:
    return bool(facts.study and facts.study.simulated)


def _ledger(facts: Facts) -> Evidence:
    ledger = facts.ledger
    if ledger is None:
        return nothing_recorded(
            "ledger",
            "a signed checkpoint of the ledger",
            remedy="Let the sequencer run; a checkpoint is signed within seconds.",
        )
    return Evidence(
        key="ledger",
        sentence=(
            f"The ledger's latest checkpoint covers {ledger.size} leaves and was signed {ledger.signed_at}; the list of"
            " records below says under which leaf each record cited here stands. Whether a record was changed since is not"
            " verified here."
        ),
        bearing=Bearing.SUPPORTS,
        rule="a signed checkpoint; manage.py verify_ledger names a record that was changed since",
    )


def _incidents(facts: Facts) -> Evidence:
    found = facts.security
    waiting = found.incidents_open
    return Evidence(
        key="incidents",
        sentence=(
            f"{count(len(found.incidents), 'incident')} in {count(found.sittings, 'sitting')}: {len(found.incidents) - waiting}"
            f" reviewed, {waiting} open, {found.incidents_upheld} upheld."
        ),
        bearing=Bearing.LIMITS if waiting else Bearing.SUPPORTS,
        rule="every incident was reviewed by people",
        records=found.incidents,
        simulated=_made_up(facts),
        weakness=f"{count(waiting, 'incident')} wait for a review." if waiting else "",
        remedy="Review the open incidents; until then these candidates' awards wait." if waiting else "",
    )


def _identity(facts: Facts) -> Evidence:
    counts = next((check for check in facts.gate.checks if check.name == "identity confirmed"), None)
    if counts is None:
        return nothing_recorded(
            "identity",
            "identity checks of candidates with a decision",
            remedy="Decide on scored attempts; the gate then looks.",
        )
    missing = counts.failed + counts.not_enough_evidence
    return Evidence(
        key="identity",
        sentence=(
            f"A person confirmed the identity of {counts.passed} of {counts.passed + missing} candidates with a"
            " decision."
        ),
        bearing=Bearing.LIMITS if missing else Bearing.SUPPORTS,
        rule="confirmed for every candidate with a decision; nobody else is awarded anything",
        records=facts.security.seals,
        simulated=_made_up(facts),
        weakness=(
            f"Of {count(missing, 'candidate')} nobody confirmed the identity; they cannot be awarded anything."
            if missing
            else ""
        ),
        remedy="Confirm identity at the bay before the attempt begins." if missing else "",
    )


def _instruments(facts: Facts) -> Evidence:
    found = facts.security
    lapsed = found.instruments_lapsed
    if not found.instruments:
        return nothing_recorded(
            "instruments",
            "a measuring instrument with its calibration",
            needed=False,
            remedy="Register the instruments of the bays.",
        )
    return Evidence(
        key="instruments",
        sentence=f"{count(len(found.instruments), 'instrument')} registered and in use, {len(lapsed)} past their calibration.",
        bearing=Bearing.LIMITS if lapsed else Bearing.SUPPORTS,
        rule="no registered instrument is past its calibration date",
        needed=False,
        records=found.instruments,
        weakness=f"Past their calibration: {listed(list(lapsed), 4)}." if lapsed else "",
        remedy="Calibrate these instruments, or take them out of use." if lapsed else "",
    )


def _pool(facts: Facts) -> Evidence:
    found = facts.security
    if not found.form_length:
        return nothing_recorded("pool", "a pool of items", needed=False, remedy="Fill the item bank.")
    held = len(found.pool)
    enough = held >= TIMES_THE_FORM * found.form_length
    return Evidence(
        key="pool",
        sentence=f"The pool holds {count(held, 'item')} for forms of {found.form_length}.",
        bearing=Bearing.SUPPORTS if enough else Bearing.LIMITS,
        rule=f"at least {TIMES_THE_FORM} forms' worth of items (house rule)",
        needed=False,
        records=found.pool,
        weakness=(
            "" if enough else f"{count(held, 'item')} for forms of {found.form_length} are soon known to candidates."
        ),
        remedy="" if enough else f"Write items until the pool holds {TIMES_THE_FORM * found.form_length}.",
    )
