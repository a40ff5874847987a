"""The validity dossier of one scheme version: on one page, why its credential may be believed, and how far.

Every claim stands beside the identifier of the record it comes from; what does not exist yet is said to be missing.
"""

from collections.abc import Sequence

from assess.psychometrics.proportions import proportion
from assess.validity.dossier.records import (
    AssessedPart,
    CheckCounts,
    CutScoreRecord,
    Decisions,
    GateSummary,
    LedgerState,
    Outcome,
    Reason,
    Scheme,
    StudyRecord,
    WaiverRecord,
)
from assess.validity.report import pictures
from assess.validity.report.markup import Child, Markup, element, join
from assess.validity.report.page import figure, page, row, section, table, unfolding
from assess.validity.report.spoken import fact, facts, percent
from assess.validity.report.written import estimate
from assess.validity.studies.study_report import study_sections, summary

NONE_YET = "None yet."
SHOWN_RECORDS = 20

SECTIONS = {
    "awarded": "What is awarded",
    "assessed": "How it is assessed",
    "review": "Review of the content",
    "cuts": "Cut scores",
    "study": "Study",
    "gate": "The gate",
    "waivers": "Waivers",
    "decisions": "Decisions and awards",
    "ledger": "Ledger",
}


def dossier_html(
    *,
    scheme: Scheme,
    study: StudyRecord | None,
    cut_scores: Sequence[CutScoreRecord],
    gate_summary: GateSummary,
    decisions: Decisions,
    ledger: LedgerState | None,
    waivers: Sequence[WaiverRecord],
) -> str:
    """The page. The shapes are those of `dossier_records`; None means that there is no such record yet."""
    parts: list[Child] = [
        _sample(scheme),
        element("p", f"{scheme['code']}, version {scheme['version']}. {scheme['awarding_body']}.", class_="meta"),
        _contents(),
        _awarded(scheme),
        _assessed(scheme),
        _reviewed(scheme),
        _cuts(cut_scores),
        _study(study),
        _gate(gate_summary),
        _waived(waivers),
        _decided(decisions),
        _ledger(ledger),
    ]
    closing = "Figures and sentences on this page come from the records named beside them and from nothing else."
    return page(
        title=f"Validity dossier: {scheme['title']}",
        kind="Validity dossier",
        simulated=_simulated(study, cut_scores),
        body=join(*parts),
        footer=element("p", closing),
    )


def _simulated(study: StudyRecord | None, cut_scores: Sequence[CutScoreRecord]) -> str | None:
    told = [] if study is None else [study["document"]["simulated"]]
    made_up = [cut["part"] for cut in cut_scores if cut["simulated"]]
    if made_up:
        told.append(f"The cut scores of {', '.join(made_up)} come from simulated judges or candidates.")
    return " ".join(sentence for sentence in told if sentence) or None


def _sample(scheme: Scheme) -> Markup | None:
    if not scheme["sample"]:
        return None
    warning = "Sample content: it is a draft, and credentials of this version say that they are samples."
    return element("p", element("strong", warning))


def _contents() -> Markup:
    links = [element("li", element("a", heading, href=f"#{anchor}")) for anchor, heading in SECTIONS.items()]
    return element("nav", element("ul", *links), aria_label="Contents")


def _section(anchor: str, *content: Child) -> Markup:
    return section(SECTIONS[anchor], *content, anchor=anchor)


def _record(kind: str, *identifiers: str) -> Markup:
    """The record a claim comes from."""
    return element("span", f"[{kind} {', '.join(identifiers)}]", class_="id")


def _listed(lines: Sequence[Child]) -> Markup:
    return element("ul", *[element("li", line) for line in lines]) if lines else element("p", NONE_YET)


def _awarded(scheme: Scheme) -> Markup:
    level = (
        f"EQF level {scheme['eqf_level']}, {scheme['ects']} ECTS credits for {scheme['hours']} hours of work. "
        "The hours hold all learning, with laboratory and simulator."
    )
    return _section(
        "awarded",
        element("p", element("strong", scheme["title"]), ". ", level, " ", _record("scheme version", scheme["id"])),
        element("h3", f"Who holds it can do this ({len(scheme['outcomes'])} outcomes)"),
        _listed([_outcome(outcome) for outcome in scheme["outcomes"]]),
        element("h3", "Before it one must hold"),
        _listed(scheme["prerequisites"]),
    )


def _outcome(outcome: Outcome) -> Markup:
    links = [element("a", link["label"], href=link["uri"]) for link in outcome["esco"]]
    spaced = [piece for link in links for piece in (link, Markup(", "))][:-1]
    skills = join("ESCO: ", *spaced) if links else join("No exact match in ESCO is recorded.")
    return join(f"{outcome['statement']} ", _record("outcome", outcome["id"]), element("small", skills))


def _assessed(scheme: Scheme) -> Markup:
    lines: list[list[Child]] = [_assessed_part(part) for part in scheme["parts"]]
    shown = table("Parts of the assessment", ["Part", "Weight", "Rules"], lines) if lines else element("p", NONE_YET)
    return _section("assessed", shown, element("h3", "How the decision is made"), _listed(scheme["rules"]))


def _assessed_part(part: AssessedPart) -> list[Child]:
    named = join(part["title"], " ", _record("part", part["id"]))
    return [named, "–" if part["weight"] is None else percent(part["weight"]), " ".join(part["rules"]) or "–"]


def _reviewed(scheme: Scheme) -> Markup:
    digest = element("p", f"SHA-256 of the content reviewed: {scheme['content_sha256']}.", class_="meta")
    if not scheme["reviews"]:
        return _section("review", element("p", "None yet: nobody has reviewed this content."), digest)
    lines: list[list[Child]] = [
        [
            join(review["on"], " ", _record("review", review["id"])),
            review["role"],
            review["verdict"],
            review["about"] or "–",
        ]
        for review in scheme["reviews"]
    ]
    return _section("review", table("Recorded reviews", ["When", "By", "Verdict", "About"], lines), digest)


def _cuts(cut_scores: Sequence[CutScoreRecord]) -> Markup:
    if not cut_scores:
        return _section("cuts", element("p", "None yet: nobody can pass before a board adopts a cut score."))
    rows = [_cut_interval(cut) for cut in cut_scores]
    drawn = pictures.intervals(
        "cut-scores", rows, title="Cut scores", axis="cut score in per cent, with 95 % interval", limits=(0, 100)
    )
    lines: list[list[Child]] = [
        [
            join(cut["part"], " ", _record("cut score", cut["id"])),
            join(f"{cut['value']} %", element("small", f"standard error {cut['standard_error'] or 'not known'}")),
            cut["method"],
            join(cut["panel"], element("small", f"held {cut['held_at']}")),
            _adoption(cut),
        ]
        for cut in cut_scores
    ]
    header = ["Part", "Cut", "Method", "Panel", "Adopted"]
    told = element(
        "p",
        "A cut score is the result of a meeting of judges or of a regression on global ratings; nobody types it in. Its "
        "standard error says how much it would move with another panel or other candidates.",
    )
    caption = (
        "The cut of each part with its 95 % interval. A hollow dot: no board has adopted it, or its error is not known."
    )
    return _section("cuts", row(figure(drawn, caption), told), table("Cut scores", header, lines))


def _cut_interval(cut: CutScoreRecord) -> pictures.Interval:
    value = float(cut["value"])
    reach = 1.96 * float(cut["standard_error"] or 0)
    sure = bool(cut["board"] and cut["standard_error"])
    low, high = max(value - reach, 0.0), min(value + reach, 100.0)
    return pictures.Interval(label=cut["part"], value=value, low=low, high=high, sufficient=sure)


def _adoption(cut: CutScoreRecord) -> Child:
    if not cut["board"]:
        return element("span", "not yet", class_="lacking")
    return join(cut["board"], element("small", cut["adopted_at"]))


def _study(study: StudyRecord | None) -> Markup:
    if study is None:
        return _section("study", element("p", "None yet: nothing is known about the quality of the scores."))
    told = element(
        "p",
        f"Study {study['number']} of {study['run_at']}, on frozen scores with SHA-256 {study['dataset_sha256']}. ",
        _record("study", study["id"]),
        class_="meta",
    )
    return join(_section("study", told, summary(study["document"])), study_sections(study["document"], prefix="study-"))


def _gate(gate: GateSummary) -> Markup:
    told = element(
        "p",
        f"The gate was put to {gate['candidates']} candidates and opened for {gate['opened']}. It opens only when every check "
        "has passed or is waived. “Not enough evidence” is neither: the credential waits.",
    )
    if not gate["checks"]:
        return _section("gate", told, element("p", "No check has been made yet."))
    drawn = pictures.check_counts(
        "gate-checks",
        [
            (check["name"], check["passed"], check["waived"], check["not_enough_evidence"], check["failed"])
            for check in gate["checks"]
        ],
    )
    caption = "Each bar is one check for all candidates: solid = pass, striped = waived, dotted = not enough evidence, dark = fail."
    header = ["Check", "Pass", "Fail", "Not enough evidence", "Waived", "Threshold", "Most common reasons"]
    lines = [_check_line(check) for check in gate["checks"]]
    against = element(
        "ul", *[element("li", f"{c['name']}: {c['protects_against']}.") for c in gate["checks"]], class_="methods"
    )
    return _section(
        "gate",
        told,
        row(figure(drawn, caption), element("div", element("p", "What each check protects against:"), against)),
        table("The gate's checks", header, lines),
    )


def _check_line(check: CheckCounts) -> list[Child]:
    threshold = join(check["threshold"], element("small", check["source"])) if check["threshold"] else "–"
    counts: list[Child] = [str(check[key]) for key in ("passed", "failed", "not_enough_evidence", "waived")]
    return [check["name"], *counts, threshold, _reasons(check["reasons"])]


def _reasons(reasons: Sequence[Reason]) -> Child:
    if not reasons:
        return "–"
    return join(*[element("small", f"{reason['count']} × {reason['sentence']}") for reason in reasons])


def _waived(waivers: Sequence[WaiverRecord]) -> Markup:
    if not waivers:
        return _section("waivers", element("p", "None yet: no check was waived for anybody."))
    lines: list[list[Child]] = [
        [
            join(waiver["check"], " ", _record("waiver", waiver["id"])),
            waiver["reason"],
            " and ".join(waiver["roles"]),
            waiver["granted_on"],
            waiver["expires_on"],
        ]
        for waiver in waivers
    ]
    header = ["Check", "Reason", "Granted by", "From", "Last day"]
    return _section("waivers", table("Waivers, each by two people", header, lines))


def _decided(decisions: Decisions) -> Markup:
    if not decisions["decided"]:
        told = f"None yet. {decisions['undecided']} results wait for a decision."
        return _section("decisions", element("p", told))
    rate = estimate(proportion(decisions["passed"], decisions["decided"], method="pass rate of the decisions"))
    facts_ = facts(
        fact("Pass rate", rate, f"{decisions['passed']} of {decisions['decided']} decisions.", share=True),
    )
    valid = decisions["awards"] - decisions["suspended"] - decisions["revoked"]
    told = element(
        "p",
        f"{decisions['decided']} results were decided; {decisions['undecided']} still wait. {decisions['awards']} credentials were "
        f"awarded: {valid} are valid, {decisions['suspended']} suspended, {decisions['revoked']} revoked.",
    )
    refused = [f"{reason['count']} × {reason['sentence']}" for reason in decisions["refusals"]]
    named, more = decisions["records"][:SHOWN_RECORDS], len(decisions["records"]) - SHOWN_RECORDS
    records = [_record("decision", identifier) for identifier in named]
    further = element("li", f"and {more} more, in the ledger's export") if more > 0 else None
    return _section(
        "decisions",
        row(element("div", told), facts_),
        element("h3", "Why no credential was awarded"),
        _listed(refused),
        unfolding("Records counted here", element("ul", *[element("li", one) for one in records], further))
        if records
        else None,
    )


def _ledger(ledger: LedgerState | None) -> Markup:
    if ledger is None:
        return _section("ledger", element("p", "None yet: no checkpoint has been signed."))
    return _section(
        "ledger",
        element(
            "p",
            f"Everything on this page was in the ledger at its checkpoint of {ledger['size']} leaves, signed "
            f"{ledger['signed_at']}. A changed record no longer fits the checkpoint, and the verifier names it.",
        ),
        element("p", "Root of the tree: ", element("span", ledger["root"], class_="id")),
        element("p", "Signed with: ", element("span", ledger["key"], class_="id")),
    )
