"""Claim: the scores hang together, measure one thing well enough, and would come out the same again."""

from collections.abc import Iterator

from assess.validity.dossier.argument.studied import check, estimate_at, section
from assess.validity.dossier.claims import Bearing, Claim, Evidence, Figure
from assess.validity.dossier.facts import Estimated, Facts
from assess.validity.dossier.weighed import against, count, figure_of, in_words, nothing_recorded, of_check
from assess.validity.report.statements import listed

ONE_DIMENSION = 0.7
POOL = "Pool further sittings until the interval is narrow enough."
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
    yield from _checked(facts, "reliability")
    yield from _checked(facts, "decision consistency")
    yield from _errors(facts)
    yield from _dimension(facts)
    yield from _items(facts)
    yield from _groups(facts)
    yield nothing_recorded(
        "comparable-forms",
        "an equating of the forms that were used",
        needed=False,
        remedy="Link the forms by common items or one Rasch scale, and say what a score on one is worth on another.",
    )


def _checked(facts: Facts, name: str) -> Iterator[Evidence]:
    study = facts.study
    assert study is not None
    found = check(facts, name)
    if found is None:
        yield nothing_recorded(name.replace(" ", "-"), name, remedy=POOL)
        return
    made = of_check(found, remedy=POOL, records=[study.record])
    yield Evidence(
        key=name.replace(" ", "-"),
        sentence=f"{name.capitalize()} over {count(study.candidates, 'candidate')}: {made.sentence}",
        bearing=made.bearing,
        rule=made.rule,
        figure=_figure(facts, name) or made.figure,
        records=made.records,
        weakness=made.weakness,
        remedy=made.remedy,
        simulated=study.simulated,
    )


def _figure(facts: Facts, name: str) -> Figure | None:
    parts = section(facts, "parts")
    path = {"reliability": ("overall", "reliability"), "decision consistency": ("decision", "consistency")}[name]
    found = estimate_at(parts, *path)
    return None if found is None else figure_of(found)


def _errors(facts: Facts) -> Iterator[Evidence]:
    """The error of each part's score beside its cut's: said, not judged, since no threshold for it is agreed."""
    study = facts.study
    assert study is not None
    parts = (section(facts, "parts") or {}).get("parts", [])
    known = [(part["part"], part["sem_percent"]) for part in parts if part["sem_percent"]["sufficient"]]
    unknown = [part["part"] for part in parts if not part["sem_percent"]["sufficient"]]
    if not parts:
        return
    told = [f"{name} {in_words(figure_of(found, places=1, unit=' points'))}" for name, found in known]
    yield Evidence(
        key="error-of-measurement",
        sentence=f"Standard error of measurement in per cent of the maximum: {'; '.join(told) or 'known for no part'}."
        + (f" Not known: {listed(unknown)}." if unknown else ""),
        bearing=Bearing.LIMITS if unknown else Bearing.SUPPORTS,
        rule="known for every part, so that results near a cut can be looked at by people",
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
        yield nothing_recorded("dimension", "whether the items measure one thing", needed=False, remedy=POOL)
        return
    yield against(
        "dimension",
        "Share of what the items have in common that is one thing:",
        found,
        least=ONE_DIMENSION,
        share=True,
        needed=False,
        mild=True,
        source="Rodriguez, Reise & Haviland 2016",
        records=[study.record],
        weakness="Whether one score sums the items up is not sure.",
        remedy="Look at the topics apart, and at the picture of dimensions in the study.",
        simulated=study.simulated,
    )


def _items(facts: Facts) -> Iterator[Evidence]:
    study = facts.study
    assert study is not None
    responses = section(facts, "responses")
    fit = (responses or {}).get("fit")
    if responses is None or fit is None:
        yield nothing_recorded("items", "how each item works", needed=False, remedy=POOL)
        return
    odd = sorted({item["name"] for item in (*fit["items"], *responses["item_analysis"]) if item["remarks"]})
    unsure = not fit["sufficient"]
    bearing = Bearing.LACKING if unsure else Bearing.LIMITS if odd else Bearing.SUPPORTS
    pairs = fit["dependence"]["above_limit"]
    yield Evidence(
        key="items",
        sentence=(
            f"{count(len(odd), 'item')} of {responses['items']} leave what is"
            f" expected{': ' + listed(odd) if odd else ''}; {count(pairs, 'pair')} of items hang together beyond it."
        )
        + (f" The fit itself is uncertain: {fit['reason']}." if unsure else ""),
        bearing=Bearing.LIMITS if bearing is Bearing.SUPPORTS and pairs else bearing,
        rule="no item or pair leaves what the model expects, over enough persons (limits: see the study)",
        needed=False,
        records=(study.record,),
        weakness=(
            f"Whether each item works cannot be told yet: {fit['reason']}."
            if unsure
            else f"{listed(odd, 4)} leave what is expected."
            if odd
            else ""
        ),
        remedy=f"Have the authors look at {listed(odd, 6)}." if odd else POOL if unsure else "",
        simulated=study.simulated,
    )


def _groups(facts: Facts) -> Iterator[Evidence]:
    study = facts.study
    assert study is not None
    groups = (section(facts, "responses") or {}).get("groups")
    judged = [] if not groups else [item for item in groups["items"] if _difference(item)["sufficient"]]
    if not groups or not judged:
        yield nothing_recorded(
            "groups",
            "whether any item favours a group (DIF)",
            needed=False,
            remedy=(
                "Record a grouping that may lawfully be studied, and pool sittings until each group is large enough."
            ),
        )
        return
    flagged = [item["name"] for item in judged if item["ets_class"] == "C"]
    yield Evidence(
        key="groups",
        sentence=(
            f"{count(len(judged), 'item')} were compared between groups of equal score ({groups['column']}); class C:"
            f" {listed(flagged)}."
        ),
        bearing=Bearing.LIMITS if flagged else Bearing.SUPPORTS,
        rule="no item of ETS class C (Zieky 1993)",
        needed=False,
        records=(study.record,),
        weakness=f"{listed(flagged, 4)} work differently for a group." if flagged else "",
        remedy=f"Have {listed(flagged, 4)} read for what could favour one group." if flagged else "",
        simulated=study.simulated,
    )


def _difference(item: Estimated) -> Estimated:
    found: Estimated = item["mean_difference"] or item["delta"]
    return found
