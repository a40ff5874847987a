"""Claim: the scores hang together, measure one thing well enough, and would come out the same again."""

from collections.abc import Iterator

from assess.validity.dossier.argument.studied import check, estimate_at, section
from assess.validity.dossier.claims import Bearing, Claim, Evidence, Figure
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import against, count, figure_of, in_words, nothing_recorded, of_statistic
from assess.validity.report.statements import listed

ONE_DIMENSION, BLUNT = 0.7, 0.5
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
    yield from _forms(facts)


def _checked(facts: Facts, name: str) -> Iterator[Evidence]:
    study = facts.study
    assert study is not None
    found = check(facts, name)
    if found is None:
        yield nothing_recorded(name.replace(" ", "-"), name, remedy=POOL)
        return
    yield of_statistic(
        found,
        _figure(facts, name),
        key=name.replace(" ", "-"),
        name=name.capitalize(),
        opening=f"{name.capitalize()} over {count(study.candidates, 'candidate')}:",
        records=[study.record],
        remedy=POOL,
        simulated=study.simulated,
    )


def _figure(facts: Facts, name: str) -> Figure | None:
    parts = section(facts, "parts")
    path = {"reliability": ("overall", "reliability"), "decision consistency": ("decision", "consistency")}[name]
    found = estimate_at(parts, *path)
    return None if found is None else figure_of(found)


def _errors(facts: Facts) -> Iterator[Evidence]:
    """The error of each part's score, and parts that are too short to decide anything by themselves."""
    study = facts.study
    assert study is not None
    parts = (section(facts, "parts") or {}).get("parts", [])
    if not parts:
        return
    known = [(part["part"], part["sem_percent"]) for part in parts if part["sem_percent"]["sufficient"]]
    unknown = [part["part"] for part in parts if not part["sem_percent"]["sufficient"]]
    blunt = [
        part["part"]
        for part in parts
        if part["reliability"]["sufficient"] and float(part["reliability"]["value"]) < BLUNT
    ]
    told = [f"{name} {in_words(figure_of(found, places=1, unit=' points'))}" for name, found in known]
    weak = [
        f"How far a score of {listed(unknown)} may lie from the true one is not known." if unknown else "",
        (
            f"{listed(blunt)} alone tells candidates apart poorly (reliability below {BLUNT:g}), and must be passed all"
            " the same."
            if blunt
            else ""
        ),
    ]
    yield Evidence(
        key="error-of-measurement",
        sentence=f"Standard error of measurement in per cent of the maximum: {'; '.join(told) or 'known for no part'}."
        + (f" Not known: {listed(unknown)}." if unknown else ""),
        bearing=Bearing.LIMITS if unknown or blunt else Bearing.SUPPORTS,
        rule=f"known for every part, and no part that must be passed has a reliability below {BLUNT:g} (house rule)",
        needed=False,
        records=(study.record,),
        weakness=" ".join(filter(None, weak)),
        remedy=(
            POOL
            if unknown
            else f"Lengthen {listed(blunt)}, or let it count in the overall score only."
            if blunt
            else ""
        ),
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
    """Every item in use is looked at, so there is no interval over items: each that leaves what is expected is named."""
    study = facts.study
    assert study is not None
    responses = section(facts, "responses")
    fit = (responses or {}).get("fit")
    share = estimate_at(fit, "share")
    if responses is None or fit is None:
        yield nothing_recorded("items", "how each item works", needed=False, remedy=POOL)
        return
    odd = sorted({item["name"] for item in (*fit["items"], *responses["item_analysis"]) if item["remarks"]})
    unsure = not fit["sufficient"]
    yield Evidence(
        key="items",
        sentence=(
            f"{count(len(odd), 'item')} of {responses['items']} leave what is expected: {listed(odd)}."
            if odd
            else f"None of {responses['items']} items leaves what is expected."
        )
        + (f" The fit itself is uncertain: {fit['reason']}." if unsure else ""),
        bearing=Bearing.LACKING if unsure else Bearing.LIMITS if odd else Bearing.SUPPORTS,
        rule="no item leaves what the model expects, over enough persons (limits of each index: see the study)",
        needed=False,
        figure=None if share is None else figure_of(share, share=True),
        records=(study.record,),
        weakness=_of_items(odd, fit["reason"] if unsure else ""),
        remedy=f"Have the authors look at {listed(odd, 6)}." if odd else POOL if unsure else "",
        simulated=study.simulated,
    )
    pairs = fit["dependence"]["above_limit"]
    yield Evidence(
        key="pairs",
        sentence=f"Pairs of items that hang together beyond what they measure: {pairs or 'none'}.",
        bearing=Bearing.LACKING if not fit["sufficient"] else Bearing.LIMITS if pairs else Bearing.SUPPORTS,
        rule="no pair more than 0.2 above the mean of all (Christensen, Makransky & Horton 2017)",
        needed=False,
        records=(study.record,),
        weakness=(
            f"{count(pairs, 'pair')} of items count for less than they seem." if pairs and fit["sufficient"] else ""
        ),
        remedy="Keep such items out of one form." if pairs and fit["sufficient"] else "",
        simulated=study.simulated,
    )


def _groups(facts: Facts) -> Iterator[Evidence]:
    study = facts.study
    assert study is not None
    responses = section(facts, "responses") or {}
    found = estimate_at(responses, "dif")
    if found is None:
        yield nothing_recorded(
            "groups",
            "whether any item favours a group (DIF)",
            needed=False,
            remedy=(
                "Record a grouping that may lawfully be studied, and pool sittings until each group is large enough."
            ),
        )
        return
    compared = [one for one in (responses.get("groups"), *responses.get("more_groups", ())) if one]
    names = listed([f"{one['focal']} and others ({one['column']})" for one in compared])
    large = sorted({item["name"] for one in compared for item in one["items"] if item["ets_class"] == "C"})
    judged = found["value"] is not None
    yield Evidence(
        key="groups",
        sentence=(
            f"Compared at equal score: {names}. Items that work very differently (class C): {listed(large)}."
            if judged
            else f"Compared at equal score: {names}; no comparison has enough persons: {found['reason']}."
        ),
        bearing=(
            Bearing.LACKING if not judged else Bearing.LIMITS if large or not found["sufficient"] else Bearing.SUPPORTS
        ),
        rule="no item of ETS class C (Zieky 1993) in any comparison that has enough persons",
        needed=False,
        figure=figure_of(found, share=True),
        records=(study.record,),
        weakness=(
            f"Items that may favour a group: {listed(large, 4)}."
            if large
            else f"Whether items favour a group is not sure: {found['reason']}."
            if not found["sufficient"]
            else ""
        ),
        remedy=(
            f"Have {listed(large, 4)} read for what could favour one group."
            if large
            else "Pool sittings until each group is large enough."
            if not found["sufficient"]
            else ""
        ),
        simulated=study.simulated,
    )


def _of_items(odd: list[str], why_unsure: str) -> str:
    if why_unsure:
        return f"Whether each item works can't be told yet: {why_unsure}."
    return f"{listed(odd, 4)} leave what is expected." if odd else ""


def _forms(facts: Facts) -> Iterator[Evidence]:
    study = facts.study
    assert study is not None
    forms = (section(facts, "responses") or {}).get("forms")
    if section(facts, "responses") is None:
        return
    if forms is None:
        sentence, bearing, weak = "Everybody had the same items, so nothing has to be equated.", Bearing.SUPPORTS, ""
    else:
        drawn, links = forms["drawn"], forms["links"]
        told = [f"{forms['forms']} different forms were taken"]
        told += [
            f"{link['form']} on {link['onto']}: {link['reason'] or 'equated by ' + link['method']}" for link in links
        ]
        scaled = drawn.get("cut") is not None and not drawn["reason"]
        told.append(
            "what each form asks at the cut is read off one Rasch scale"
            if scaled
            else f"no common scale: {drawn['reason']}"
        )
        sound = (bool(links) and all(link["sufficient"] for link in links)) or scaled
        sentence, bearing = "; ".join(told) + ".", Bearing.LIMITS if sound else Bearing.LACKING
        weak = "" if sound else "A score on one form may not be worth the same on another; nothing shows it yet."
        if sound:
            weak = "Forms differ; what each asks at the cut is known by a model, not by design."
    yield Evidence(
        key="comparable-forms",
        sentence=sentence,
        bearing=bearing,
        needed=False,
        rule="one form for everybody; or forms that are equated, or lie on one scale (Kolen & Brennan 2014)",
        records=(study.record,),
        weakness=weak,
        remedy="" if bearing is Bearing.SUPPORTS else "Give forms a fifth of their items in common, and pool sittings.",
        simulated=study.simulated,
    )
