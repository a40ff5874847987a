"""The dossier as one page: a director's ten minutes first, then everything behind it. Pure."""

from assess.validity.dossier import standing_sections as standing
from assess.validity.dossier.assembled import SECTIONS, Dossier, held
from assess.validity.dossier.claim_sections import argument_sections
from assess.validity.dossier.duty_sections import automation_section, crosswalk_section, records_section, year_section
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.front import front
from assess.validity.report.markup import Child, Markup, element, join
from assess.validity.report.page import page, section
from assess.validity.studies.study_report import study_sections, summary

MADE_UP = "Claims of this dossier rest on made-up people or data; each says so."


def dossier_html(dossier: Dossier, *, digest: str = "") -> str:
    """The whole document, self-contained; `digest` is the SHA-256 of its `dossier.json`, which the page names at its end."""
    given = dossier.facts
    return page(
        title=f"Validity dossier: {given.scheme.title}",
        kind="Validity dossier",
        simulated=simulated(dossier),
        body=dossier_body(dossier),
        footer=element(
            "p",
            f"As it stood on {given.on}. Figures and sentences come from the records named beside them and from nothing"
            " else." + (f" dossier.json, the same for machines, has SHA-256 {digest}." if digest else ""),
        ),
    )


def simulated(dossier: Dossier) -> str | None:
    """What is made up, in words; None where nothing is."""
    study = dossier.facts.study
    told = study.document["simulated"] if study is not None else None
    return " ".join(filter(None, [told, MADE_UP])) if dossier.simulated else None


def dossier_body(dossier: Dossier) -> Markup:
    """Everything between the title and the foot, for a page of its own or a page of the application."""
    given = dossier.facts
    return join(
        _opening(given),
        front(dossier),
        _contents(given),
        argument_sections(dossier.claims),
        standing.awarded(given),
        standing.assessed(given),
        standing.cuts(given),
        standing.gate(given),
        standing.exceptions(given),
        standing.decisions(given),
        year_section(dossier.year, given),
        automation_section(dossier.register, given),
        standing.recertification(given),
        crosswalk_section(dossier),
        _study(given),
        records_section(dossier),
        standing.ledger(given),
    )


def _opening(given: Facts) -> Markup:
    scheme = given.scheme
    warning = "Sample content: it is a draft, and credentials of this version say that they are samples."
    sample = element("p", element("strong", warning)) if scheme.sample else None
    told = f"{scheme.code}, version {scheme.version}. {scheme.awarding_body}. As it stood on {given.on:%d %B %Y}."
    return join(element("p", told, class_="meta"), sample)


def _contents(given: Facts) -> Markup:
    there = {*held(given), "cuts", "gate", "exceptions", "decisions", "study", "ledger"}
    links = [
        element("li", element("a", heading, href=f"#{anchor}"))
        for anchor, heading in SECTIONS.items()
        if anchor in there
    ]
    return element("nav", element("ul", *links), aria_label="Contents of the dossier")


def _study(given: Facts) -> Markup:
    study = given.study
    if study is None:
        return section(
            "Study", element("p", "None yet: nothing is known about the quality of the scores."), anchor="study"
        )
    excluded: list[Child] = [element("li", sentence) for sentence in study.excluded]
    told = element(
        "p",
        f"Study {study.number} of {study.run_on}, on frozen scores with SHA-256 {study.record.digest}.",
        class_="meta",
    )
    opening = section(
        "Study", told, summary(study.document), element("ul", *excluded) if excluded else None, anchor="study"
    )
    return join(opening, study_sections(study.document, prefix="study-"))
