"""Claim: the scores hang together, measure one thing well enough, and would come out the same again."""

from collections.abc import Iterator

from assess.validity.dossier.argument.items import POOL, comparable_forms, groups, item_evidence
from assess.validity.dossier.argument.studied import check, estimate_at, section
from assess.validity.dossier.claims import Bearing, Claim, Evidence
from assess.validity.dossier.facts import Estimated, Facts
from assess.validity.dossier.weighed import (
    against,
    bearing_of,
    count,
    figure_of,
    in_words,
    nothing_recorded,
    of_statistic,
)
from assess.validity.report.statements import listed

ONE_DIMENSION, BLUNT = 0.7, 0.5
WARRANT = (
    "If the scores of another day, another form or another assessor would put candidates in another order or on another"
    " side of the cut, they do not measure; if the items measure several things, one score hides it."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="structure",
        title="Internal structure",
        statement="The scores are precise enough for the decision, and one score sums them up.",
        warrant=WARRANT,
        evidence=tuple(_evidence(facts)),
        limits=(
            "Coefficients from one occasion say nothing of how candidates vary from day to day.",
            "The decision's consistency takes must-pass criteria as judged without error.",
        ),
    )


def _evidence(facts: Facts) -> Iterator[Evidence]:
    if facts.study is None:
        yield nothing_recorded("study", "a study of the scores", remedy="Hold a sitting, score it and run a study.")
        return
    yield from _parts(facts)
    yield from _checked(facts, "reliability")
    yield from _checked(facts, "decision consistency")
    yield from _errors(facts)
    yield from _dimension(facts)
    yield from item_evidence(facts)
    yield groups(facts)
    yield from comparable_forms(facts)


def _checked(facts: Facts, name: str) -> Iterator[Evidence]:
    study = facts.study
    assert study is not None
    found = check(facts, name)
    if found is None:
        yield nothing_recorded(name.replace(" ", "-"), name, remedy=POOL)
        return
    yield of_statistic(
        found,
        _found(facts, name),
        key=name.replace(" ", "-"),
        name=name.capitalize(),
        opening=f"{name.capitalize()} over {count(study.candidates, 'candidate')}:",
        records=[study.record],
        remedy=POOL,
        simulated=study.simulated,
    )


def _found(facts: Facts, name: str) -> Estimated | None:
    path = {"reliability": ("overall", "reliability"), "decision consistency": ("decision", "consistency")}[name]
    return estimate_at(section(facts, "parts"), *path)


def _parts(facts: Facts) -> Iterator[Evidence]:
    """Each part must be passed by itself, so each has to tell candidates apart by itself."""
    study = facts.study
    assert study is not None
    parts = (section(facts, "parts") or {}).get("parts", [])
    if not parts:
        return
    bearings = {part["part"]: bearing_of(part["reliability"], least=BLUNT) for part in parts}
    told = {part["part"]: in_words(figure_of(part["reliability"])) for part in parts}
    poor = [name for name, found in bearings.items() if found is Bearing.CONTRADICTS]
    unknown = [part["part"] for part in parts if not part["reliability"]["sufficient"]]
    unsure = [name for name, found in bearings.items() if found is Bearing.LACKING and name not in unknown]
    weak = [
        f"{name} must be passed, and nothing shows that it tells candidates apart: reliability {told[name]}."
        for name in poor
    ]
    weak += [f"How reliable {listed(unknown)} is by itself is not known."] if unknown else []
    weak += [f"{listed(unsure)} may tell candidates apart poorly by itself."] if unsure else []
    yield Evidence(
        key="parts",
        sentence="Reliability of each part by itself: "
        + "; ".join(f"{name} {one}" for name, one in told.items())
        + ".",
        bearing=Bearing.LACKING if poor or unknown else Bearing.LIMITS if unsure else Bearing.SUPPORTS,
        rule=(
            f"every part that must be passed at {BLUNT:g} or above with its whole interval; it limits where an interval holds"
            f" {BLUNT:g}, and is lacking where one lies below, for alpha over a few unlike tasks is a low guess (house rule)"
        ),
        records=(study.record,),
        weakness=" ".join(weak),
        remedy=(
            f"Lengthen {listed([*poor, *unsure])}, or let it count in the overall score only."
            if poor or unsure
            else POOL
            if unknown
            else ""
        ),
        simulated=study.simulated,
    )


def _errors(facts: Facts) -> Iterator[Evidence]:
    """The error of each part's score, in the unit the cut is laid on."""
    study = facts.study
    assert study is not None
    parts = (section(facts, "parts") or {}).get("parts", [])
    if not parts:
        return
    known = [(part["part"], part["sem_percent"]) for part in parts if part["sem_percent"]["sufficient"]]
    unknown = [part["part"] for part in parts if not part["sem_percent"]["sufficient"]]
    told = [f"{name} {in_words(figure_of(found, places=1, unit=' points'))}" for name, found in known]
    yield Evidence(
        key="error-of-measurement",
        sentence=f"Standard error of measurement in per cent of the maximum: {'; '.join(told) or 'known for no part'}."
        + (f" Not known: {listed(unknown)}." if unknown else ""),
        bearing=Bearing.LIMITS if unknown else Bearing.SUPPORTS,
        rule="known for every part",
        needed=False,
        records=(study.record,),
        weakness=f"How far a score of {listed(unknown)} may lie from the true one is not known." if unknown else "",
        remedy=POOL if unknown else "",
        simulated=study.simulated,
    )


def _dimension(facts: Facts) -> Iterator[Evidence]:
    study = facts.study
    assert study is not None
    found = estimate_at(section(facts, "responses"), "dimensions", "explained_common_variance")
    if found is None:
        yield nothing_recorded("dimension", "whether the items measure one thing", remedy=POOL)
        return
    yield against(
        "dimension",
        "How much of what the items have in common is one thing (so that one score can sum them up):",
        found,
        least=ONE_DIMENSION,
        share=True,
        mild=True,
        source="Rodriguez, Reise & Haviland 2016",
        records=[study.record],
        weakness="Whether one score sums the items up is not sure.",
        remedy="Look at the topics apart, and at the picture of dimensions in the study.",
        simulated=study.simulated,
    )
