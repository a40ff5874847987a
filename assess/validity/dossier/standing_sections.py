"""What stands behind the argument: what is awarded and how, cuts, gate, exceptions, decisions, the ledger. Pure."""

from collections.abc import Sequence

from assess.psychometrics.proportions import proportion
from assess.validity.dossier.argument.studied import section as section_of
from assess.validity.dossier.facts import CheckCounts, CutFact, Facts, OutcomeFact, PartFact, Reason
from assess.validity.dossier.shown import records_named
from assess.validity.report import pictures
from assess.validity.report.markup import Child, Markup, element, join
from assess.validity.report.page import figure, row, section, table
from assess.validity.report.spoken import fact, facts, percent
from assess.validity.report.written import estimate

NONE_YET = "None yet."


def listed(lines: Sequence[Child]) -> Markup:
    return element("ul", *[element("li", line) for line in lines]) if lines else element("p", NONE_YET)


def awarded(given: Facts) -> Markup:
    scheme, declared = given.scheme, given.scheme.declared
    level = f"EQF level {scheme.eqf_level}" if scheme.eqf_level else "No level is stated"
    size = (
        f", {scheme.ects} ECTS credits for {scheme.hours} hours of work, laboratory and simulator among them"
        if scheme.ects
        else ""
    )
    kind = (
        None
        if declared is None
        else element("p", f"{declared.kind.name} ({declared.kind.standard}). {declared.kind.explained}")
    )
    words = None
    if declared is not None:
        said = declared.kind.wording
        words = listed(
            [f"It claims: {said.claims}", f"It never claims: {said.never_claims}", f"At its end: {said.at_expiry}"]
        )
    return section(
        "What is awarded",
        element(
            "p", element("strong", scheme.title), f". {level}{size}. It is valid for {scheme.validity_months} months."
        ),
        kind,
        words,
        element("h3", f"Who holds it can do this ({len(scheme.outcomes)} outcomes)"),
        listed([_outcome(outcome) for outcome in scheme.outcomes]),
        element("h3", "Before it one must hold"),
        listed(scheme.prerequisites),
        anchor="awarded",
    )


def _outcome(outcome: OutcomeFact) -> Markup:
    links = [element("a", link.label, href=link.uri) for link in outcome.esco]
    spaced = [piece for link in links for piece in (link, Markup(", "))][:-1]
    skills = join("ESCO: ", *spaced) if links else join("No exact match in ESCO is recorded.")
    return join(f"{outcome.statement} ({outcome.id})", element("small", skills))


def assessed(given: Facts) -> Markup:
    lines: list[list[Child]] = [_part(part) for part in given.scheme.parts]
    shown = (
        table("Parts of the assessment", ["Part", "Weight", "Supervision"], lines) if lines else element("p", NONE_YET)
    )
    digest = element("p", f"SHA-256 of the content: {given.scheme.record.digest}.", class_="meta")
    comment = given.scheme.review_comment
    return section(
        "How it is assessed",
        shown,
        element("h3", "How the decision is made"),
        listed(given.scheme.rules),
        element("p", f"The review that published it says: {comment}") if comment else None,
        digest,
        anchor="assessed",
    )


def _part(part: PartFact) -> list[Child]:
    return [join(part.title, element("small", part.id)), percent(part.weight), part.supervision]


def cuts(given: Facts) -> Markup:
    if not given.cuts:
        return section(
            "Cut scores", element("p", "None yet: nobody can pass before a board adopts a cut score."), anchor="cuts"
        )
    drawn = pictures.intervals(
        "cut-scores",
        [_interval(cut) for cut in given.cuts],
        title="Cut scores",
        axis="cut score in per cent, with 95 % interval",
        limits=(0, 100),
    )
    caption = (
        "The cut of each part with its 95 % interval. A hollow dot: no board has adopted it, or its error is not known."
    )
    told = element(
        "p",
        "A cut score is the result of a meeting of judges or of a regression on global ratings; nobody types it in. Its"
        " standard error says how much it would move with another panel or other candidates.",
    )
    lines: list[list[Child]] = [_cut(cut) for cut in given.cuts]
    header = ["Part", "Cut", "Method", "Panel", "Adopted"]
    meetings: list[list[Child]] = [
        [
            meeting.part,
            meeting.method,
            meeting.state,
            str(meeting.judges),
            "yes" if meeting.minutes else "no",
            records_named([meeting.record]),
        ]
        for meeting in given.meetings
    ]
    held = table("Meetings", ["Part", "Method", "State", "Judges", "Minutes", "Record"], meetings) if meetings else None
    return section(
        "Cut scores",
        row(figure(drawn, caption), told),
        table("Cut scores in force or waiting", header, lines),
        _overall(given),
        held,
        anchor="cuts",
    )


def _overall(given: Facts) -> Markup | None:
    """The cut of the overall score is in force, and follows from the others."""
    found = _weighed_cut(given)
    if found is None:
        return None
    return element(
        "p",
        f"The cut of the overall score, {found} %, is the parts' cuts by their weights: whoever reaches every part's cut reaches it"
        " too, so that it alone never decides.",
    )


def _weighed_cut(given: Facts) -> str | None:
    parts = section_of(given, "parts") or {}
    cut = (parts.get("overall") or {}).get("cut")
    weights = {part.id: float(part.weight) for part in given.scheme.parts}
    weighed = sum(weights.get(one.part, 0.0) * float(one.value) for one in given.cuts)
    if cut is None or {one.part for one in given.cuts} != set(weights) or abs(weighed - float(cut["value"])) > 0.01:
        return None
    return str(cut["value"])


def _cut(cut: CutFact) -> list[Child]:
    adopted: Child = element("span", "not yet", class_="lacking")
    if cut.board:
        until = f", until {cut.until}" if cut.until else ""
        adopted = join(cut.board, element("small", f"{cut.adopted_on}{until}. {cut.reason}".strip()))
    return [
        join(cut.part, records_named([cut.record])),
        join(f"{cut.value} %", element("small", f"standard error {cut.standard_error or 'not known'}")),
        cut.method,
        join(cut.panel, element("small", f"held {cut.held_on}")),
        adopted,
    ]


def _interval(cut: CutFact) -> pictures.Interval:
    value = float(cut.value)
    low, high = cut.bounds or (value, value)
    sure = bool(cut.board and cut.standard_error)
    return pictures.Interval(label=cut.part, value=value, low=low, high=high, sufficient=sure)


def gate(given: Facts) -> Markup:
    standing: list[list[Child]] = [
        [
            join(one.name, element("small", one.level)),
            one.status,
            join(one.sentence, element("small", f"Protects against {one.protects_against}.")),
            join(one.threshold or "–", element("small", one.source)),
        ]
        for one in given.checks
    ]
    today = (
        table(
            "Scheme and window, as they stand today",
            ["Check", "Status", "What was found", "Threshold"],
            standing,
            shares="3 2 7 4",
        )
        if standing
        else None
    )
    counted = given.gate
    own = [one for one in counted.checks if one.level == "candidate"]
    told = element(
        "p",
        f"The gate was put to {counted.candidates} candidates and is open for {counted.opened}. It opens only when"
        " every check has passed or is set aside by two people. “Not enough evidence” is neither: the credential"
        " waits.",
    )
    if not own:
        return section(
            "The gate", told, today, element("p", "No check of a candidate has been made yet."), anchor="gate"
        )
    drawn = pictures.check_counts(
        "gate-checks",
        [(one.name, one.passed, one.waived, one.not_enough_evidence, one.failed) for one in own],
    )
    caption = (
        "Each bar is one check for all candidates: solid = pass, striped = set aside by two, dotted = not enough"
        " evidence, dark = fail."
    )
    header = ["Check", "Pass", "Fail", "Not enough evidence", "Set aside", "Most common reasons"]
    lines = [_check_line(one) for one in own]
    against = [element("li", f"{one.name}: {one.protects_against}.") for one in own]
    reasons = element(
        "div", element("p", "What each check protects against:"), element("ul", *against, class_="methods")
    )
    return section(
        "The gate",
        told,
        today,
        row(figure(drawn, caption), reasons),
        table("The gate's checks, candidate by candidate", header, lines, shares="4 1 1 2 2 8"),
        anchor="gate",
    )


def _check_line(check: CheckCounts) -> list[Child]:
    counts: list[Child] = [
        str(number) for number in (check.passed, check.failed, check.not_enough_evidence, check.waived)
    ]
    return [check.name, *counts, _reasons(check.reasons)]


def _reasons(reasons: Sequence[Reason]) -> Child:
    return join(*[element("small", f"{reason.count} × {reason.sentence}") for reason in reasons]) if reasons else "–"


def exceptions(given: Facts) -> Markup:
    if not given.exceptions:
        return section("Exceptions", element("p", "None yet: no check was ever set aside."), anchor="exceptions")
    lines: list[list[Child]] = [
        [
            join(f"{one.what}: {one.check}", records_named([one.record])),
            one.reason,
            " and ".join(one.roles) + (" (waits for a second name)" if one.waits else ""),
            f"{one.granted_on}",
            f"{one.expires_on}",
        ]
        for one in given.exceptions
    ]
    header = ["Check", "Reason", "Signed by", "From", "Last day"]
    return section("Exceptions", table("Exceptions, each by two people", header, lines), anchor="exceptions")


def decisions(given: Facts) -> Markup:
    found = given.decisions
    if not found.decided:
        told = f"None yet. {found.undecided} results wait for a decision."
        return section("Decisions and awards", element("p", told), anchor="decisions")
    rate = estimate(proportion(found.passed, found.decided, method="pass rate of the decisions"))
    shown = facts(fact("Pass rate", rate, f"{found.passed} of {found.decided} decisions.", share=True))
    valid = found.awards - found.suspended - found.revoked
    told = (
        f"{found.decided} results were decided, {found.with_two_names} of them with two names; {found.undecided} still"
        f" wait. {found.awards} credentials were awarded: {valid} are valid, {found.suspended} suspended,"
        f" {found.revoked} revoked."
    )
    sites: list[list[Child]] = [[site.site, str(site.decided), str(site.passed)] for site in found.sites]
    return section(
        "Decisions and awards",
        row(element("div", element("p", told)), shown),
        table("By site", ["Site", "Decided", "Passed"], sites) if sites else None,
        element("h3", "Why no credential was awarded"),
        listed([f"{reason.count} × {reason.sentence}" for reason in found.refusals]),
        anchor="decisions",
    )


def recertification(given: Facts) -> Markup | None:
    declared = given.scheme.declared
    if declared is None or not declared.recertification:
        return None
    return section("Recertification", element("p", declared.recertification), anchor="recertification")


def ledger(given: Facts) -> Markup:
    found = given.ledger
    if found is None:
        return section("Ledger", element("p", "None yet: no checkpoint has been signed."), anchor="ledger")
    return section(
        "Ledger",
        element(
            "p",
            f"The ledger's latest checkpoint covers {found.size} leaves and was signed {found.signed_at}. A record that"
            " was changed after its leaf was written no longer fits it, and the verifier names it.",
        ),
        element("p", "Root of the tree: ", element("span", found.root, class_="id")),
        element("p", "Signed with: ", element("span", found.key, class_="id")),
        anchor="ledger",
    )
