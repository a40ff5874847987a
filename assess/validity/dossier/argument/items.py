"""What a study says of the items: how each works, what pairs and groups share, and whether forms are worth the same. Pure."""

from collections.abc import Iterator

from assess.validity.dossier.argument.studied import Section, estimate_at, section
from assess.validity.dossier.claims import Bearing, Evidence
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import count, figure_of, nothing_recorded
from assess.validity.report.statements import listed

ANCHOR = 0.2
POOL = "Pool further sittings until the interval is narrow enough."


def item_evidence(facts: Facts) -> Iterator[Evidence]:
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
    untested = (fit.get("model") or {}).get("reason", "")
    yield Evidence(
        key="items",
        sentence=(
            f"{count(len(odd), 'item')} of {responses['items']} leave what is expected: {listed(odd)}."
            if odd
            else f"None of {responses['items']} items leaves what is expected."
        )
        + (f" The fit itself is uncertain: {fit['reason']}." if unsure else "")
        + (f" How the model fits as a whole can't be tested: {untested}." if untested else ""),
        bearing=Bearing.LACKING if unsure else Bearing.LIMITS if odd else Bearing.SUPPORTS,
        rule="no item leaves what the model expects, over enough persons (limits of each index: see the study)",
        needed=False,
        figure=None if share is None else figure_of(share, share=True),
        records=(study.record,),
        weakness=_of_items(odd, fit["reason"] if unsure else ""),
        remedy=f"Have the authors look at {listed(odd, 6)}." if odd else POOL if unsure else "",
        simulated=study.simulated,
    )
    yield _pairs(facts, fit)


def _pairs(facts: Facts, fit: Section) -> Evidence:
    """Pairs of items that surely share more than the ability explains; the study says how many persons each pair needs."""
    study, found = facts.study, fit["dependence"]
    assert study is not None
    pairs, judged = found["above_limit"], found["pairs"]
    open_ = not fit["sufficient"] or not judged
    few = f" {found['too_few']} other pairs were answered by too few persons to tell." if found.get("too_few") else ""
    return Evidence(
        key="pairs",
        sentence=f"Of {judged} pairs of items {pairs or 'none'} surely share more than what they measure.{few}",
        bearing=Bearing.LACKING if open_ else Bearing.LIMITS if pairs else Bearing.SUPPORTS,
        rule="no pair more than 0.2 above the mean of all, with its whole interval (Christensen, Makransky & Horton 2017)",
        needed=False,
        records=(study.record,),
        weakness=(
            "Whether items hang together beyond what they measure can't be told yet."
            if open_
            else f"{count(pairs, 'pair')} of items count for less than they seem."
            if pairs
            else ""
        ),
        remedy=POOL if open_ else "Read the pairs the study names, and keep them out of one form." if pairs else "",
        simulated=study.simulated,
    )


def groups(facts: Facts) -> Evidence:
    """Whether items work differently for groups, compared at equal scores; two claims need it."""
    study = facts.study
    responses = section(facts, "responses") or {}
    found = estimate_at(responses, "dif")
    if study is None or found is None:
        return nothing_recorded(
            "groups",
            "whether any item favours a group (DIF)",
            needed=False,
            remedy=(
                "Record a grouping that may lawfully be studied, and pool sittings until each group is large enough."
            ),
        )
    compared = [one for one in (responses.get("groups"), *responses.get("more_groups", ())) if one]
    names = listed([f"{one['focal']} and others ({one['column']})" for one in compared])
    large = sorted({item["name"] for one in compared for item in one["items"] if item["ets_class"] == "C"})
    judged = found["value"] is not None
    return Evidence(
        key="groups",
        sentence=(
            f"Compared at equal scores: {names}. Items that work very differently (class C): {listed(large) or 'none'}."
            if judged
            else f"Compared at equal scores: {names}. {found['reason'][:1].upper()}{found['reason'][1:]}."
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


def comparable_forms(facts: Facts) -> Iterator[Evidence]:
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
        remedy="" if bearing is Bearing.SUPPORTS else _of_forms(facts),
        simulated=study.simulated,
    )


def _of_forms(facts: Facts) -> str:
    """What would make forms comparable: the common items are only asked for where they are too few."""
    common, length = facts.common_items, facts.security.form_length
    if common is None or not length:
        return "Give forms a fifth of their items in common, and pool sittings."
    if common >= ANCHOR * length:
        return (
            f"Forms have {common} of {length} items in common, which is enough: pool sittings until they can be linked."
        )
    return f"Forms have {common} of {length} items in common: give them at least a fifth, and pool sittings."
