"""Claim: the cut scores were set by people who may set them, in a way that would come out much the same again."""

from collections.abc import Iterator

from assess.validity.dossier.argument.studied import section
from assess.validity.dossier.claims import Bearing, Claim, Evidence, Record
from assess.validity.dossier.facts import CutFact, Facts
from assess.validity.dossier.weighed import count, nothing_recorded
from assess.validity.report.spoken import percent
from assess.validity.report.statements import listed

JUDGES = 10
SWING = 0.10
"""So much of the pass rate may move between one standard error below a cut and one above it."""
WARRANT = (
    "A cut score is a judgement. It can be defended when qualified people made it by a known method, looking at the"
    " job's borderline candidate and at real results, when its error is small beside the error of the scores, and when"
    " a board answers for it."
)


def claim(facts: Facts) -> Claim:
    evidence = tuple(_evidence(facts))
    regression: tuple[str, ...] = ()
    if any("regression" in cut.method for cut in facts.cuts):
        regression = (
            "A regression's standard error takes assessors as they were, and the same person gave score and impression.",
        )
    return Claim(
        key="cut",
        title="Cut scores",
        statement=(
            "The cut scores say who is good enough, by a method that would come out much the same again, and a board"
            " answers for them."
        ),
        warrant=WARRANT,
        evidence=evidence,
        limits=(
            "No method finds a true cut; another method on the same people can give another one.",
            "The standard error covers the panel, or the candidates, it was computed over, and no change of method.",
            *regression,
        ),
    )


def _evidence(facts: Facts) -> Iterator[Evidence]:
    cuts = {cut.part: cut for cut in facts.cuts}
    for part in facts.scheme.parts:
        if part.id in cuts:
            yield _cut(cuts[part.id], facts)
        else:
            yield nothing_recorded(
                f"cut-{part.id}", f"a cut score of {part.id}", remedy=f"Hold a cut-score meeting for {part.id}."
            )
    if facts.cuts:
        yield _precise(facts)
        yield from _swing(facts)
        yield _panels(facts)
        yield _minutes(facts)


def _cut(cut: CutFact, facts: Facts) -> Evidence:
    error = "no standard error" if cut.standard_error is None else f"standard error {cut.standard_error}"
    expired = cut.until is not None and cut.until < facts.on
    told = f"{cut.part}: {cut.value} % ({error}) by {cut.method}"
    if not cut.board:
        adopted, bearing = "no board has adopted it", Bearing.LACKING
    elif expired:
        adopted, bearing = f"adopted by {cut.board}, but in force only until {cut.until}", Bearing.LACKING
    else:
        until = f", in force until {cut.until}" if cut.until else ""
        adopted, bearing = f"adopted by {cut.board} on {cut.adopted_on}{until}", Bearing.SUPPORTS
    reason = f" The board's reason: {cut.reason}" if cut.reason else ""
    good = bearing is Bearing.SUPPORTS
    return Evidence(
        key=f"cut-{cut.part}",
        sentence=f"{told}; {adopted}.{reason}",
        bearing=bearing,
        rule="adopted by a board, by another person than who held the meeting, and in force",
        records=(cut.record,),
        weakness="" if good else f"The cut of {cut.part}: {adopted}.",
        remedy="" if good else f"Put the cut of {cut.part} to the board.",
        simulated=cut.simulated,
    )


def _precise(facts: Facts) -> Evidence:
    """A cut's error beside the error of the scores it is laid on."""
    errors = {
        part["part"]: float(part["sem_percent"]["value"])
        for part in (section(facts, "parts") or {}).get("parts", [])
        if part["sem_percent"]["sufficient"]
    }
    known = [
        (cut, float(cut.standard_error), errors[cut.part])
        for cut in facts.cuts
        if cut.standard_error and cut.part in errors
    ]
    unknown = [cut.part for cut in facts.cuts if not cut.standard_error or cut.part not in errors]
    wide = [cut.part for cut, own, scores in known if own > scores / 2]
    told = "; ".join(f"{cut.part} {own:.1f} beside {scores:.1f}" for cut, own, scores in known)
    bearing = Bearing.LIMITS if wide else Bearing.LACKING if unknown else Bearing.SUPPORTS
    weak = [
        f"The cut of {listed(wide)} is less certain than half the error of the scores." if wide else "",
        f"For {listed(unknown)} the error of cut or scores is not known." if unknown else "",
    ]
    return Evidence(
        key="precision",
        sentence=(
            f"Standard error of the cut beside that of the scores, in per cent points: {told or 'known for no part'}."
        ),
        bearing=bearing,
        rule="at most half the standard error of measurement (Cohen, Kane & Crooks 1999)",
        needed=False,
        records=tuple(cut.record for cut in facts.cuts),
        weakness=" ".join(filter(None, weak)),
        remedy=(
            "More judges, or more candidates for the regression."
            if wide
            else "Pool sittings until the error of the scores is known."
            if unknown
            else ""
        ),
        simulated=any(cut.simulated for cut in facts.cuts),
    )


def _swing(facts: Facts) -> Iterator[Evidence]:
    """What a standard error of the cut means for candidates: beside blunt scores a wide one looks small."""
    found: dict[str, tuple[str, str]] = {}
    for part in (section(facts, "parts") or {}).get("parts", []):
        rates = {row["where"]: row["pass_rate"]["value"] for row in part["impact"]}
        lower, higher = rates.get("one standard error lower"), rates.get("one standard error higher")
        if lower is not None and higher is not None:
            found[part["part"]] = lower, higher
    if not found or facts.study is None:
        return
    wide = [part for part, (lower, higher) in found.items() if float(lower) - float(higher) > SWING]
    told = "; ".join(f"{part} {percent(lower)} to {percent(higher)}" for part, (lower, higher) in found.items())
    yield Evidence(
        key="swing",
        sentence=f"Pass rate of each part with the cut one standard error lower, and one higher: {told}.",
        bearing=Bearing.LIMITS if wide else Bearing.SUPPORTS,
        rule=f"they differ by at most {SWING:.0%} of the candidates (house rule)",
        needed=False,
        records=(facts.study.record, *(cut.record for cut in facts.cuts)),
        weakness=(
            f"Another panel could move the pass rate of {listed(wide)} by more than {SWING:.0%} of the candidates."
            if wide
            else ""
        ),
        remedy=f"Have more judges set the cut of {listed(wide)}." if wide else "",
        simulated=facts.study.simulated,
    )


def _panels(facts: Facts) -> Evidence:
    panels = [cut for cut in facts.cuts if cut.judges is not None]
    small = [cut.part for cut in panels if (cut.judges or 0) < JUDGES]
    told = "; ".join(f"{cut.part} {count(cut.judges or 0, 'judge')}" for cut in panels)
    return Evidence(
        key="panels",
        sentence=(
            f"Panels: {told}." if panels else "No cut comes from a panel of judges; each rests on candidates' scores."
        ),
        bearing=Bearing.LIMITS if small else Bearing.SUPPORTS,
        rule=f"at least {JUDGES} judges where a cut comes from judges (Brandon 2004)",
        needed=False,
        records=tuple(cut.record for cut in panels),
        weakness=f"The panel of {listed(small)} has fewer than {JUDGES} judges." if small else "",
        remedy=f"Hold the next meeting for {listed(small)} with at least {JUDGES} judges." if small else "",
        simulated=any(cut.simulated for cut in panels),
    )


def _minutes(facts: Facts) -> Evidence:
    if not facts.meetings:
        return nothing_recorded(
            "minutes",
            "meetings with minutes",
            needed=False,
            remedy="Hold cut-score meetings in the application, with minutes.",
        )
    without = [meeting.part for meeting in facts.meetings if not meeting.minutes]
    records: tuple[Record, ...] = tuple(meeting.record for meeting in facts.meetings)
    return Evidence(
        key="minutes",
        sentence=(
            f"{count(len(facts.meetings), 'meeting')} on record, {len(facts.meetings) - len(without)} with minutes."
        ),
        bearing=Bearing.LIMITS if without else Bearing.SUPPORTS,
        rule="every meeting has minutes that say who was there, what was discussed and who dissented",
        needed=False,
        records=records,
        weakness=f"No minutes of the meeting on {listed(without)}." if without else "",
        remedy="Write and close the minutes." if without else "",
    )
