"""The parts of a report about the data themselves: what is in, who is not and why, the sittings that are pooled, the forms."""

from collections.abc import Mapping
from typing import Any

from assess.validity.report import pictures
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.page import figure, row, section, table, unfolding
from assess.validity.report.spoken import cell, interval, plain, rounded

Section = Mapping[str, Any]
GROUPS = {"site": "sites", "age": "bands of age", "route": "routes of entry", "attempt": "first and later attempts"}


def data_section(found: Section | None, settings: Section | None, *, prefix: str) -> Markup | None:
    """What was frozen, and what it was computed with."""
    if found is None or settings is None:
        return None
    scheme, versions = found["scheme"], found["versions"]
    told = [
        f"{_many(found['attempts'], 'attempt')} of {scheme['code']} {scheme['version']}, frozen from sealed journals, "
        f"from {_many(len(found['sittings']), 'sitting')}, with {_many(versions['items'], 'item')}, "
        f"{_many(versions['tasks'], 'task')} and {_many(versions['simulations'], 'simulation')}."
    ]
    if found["repeats"]:
        told.append(
            f"{found['repeats']} of them are repeats of a person who is in the data already. They are not independent of "
            "the first, so intervals are a little too narrow."
        )
    if versions["of_several"]:
        told.append(f"More than one version was taken of {', '.join(versions['of_several'])}; each stands by itself.")
    withheld = [f"{count} of {GROUPS.get(name, name)}" for name, count in sorted(found["withheld"].items())]
    if withheld:
        told.append(f"Withheld, because so few share them that they would point to a person: {', '.join(withheld)}.")
    return section(
        "The data",
        element("p", " ".join(told)),
        _left_out(found["left_out"]),
        unfolding("What this was computed with", _settings(settings, scheme)),
        anchor=f"{prefix}data",
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _left_out(lines: list[Section]) -> Markup:
    if not lines:
        return element("p", "No attempt is left out.")
    rows = [
        [line["sentence"], line["by"], str(line["attempts"]), ", ".join(one[:8] for one in line["records"]) or "–"]
        for line in lines
    ]
    return table("Attempts that are not in the data", ["Why", "By", "Attempts", "Records"], rows)


def _settings(settings: Section, scheme: Section) -> Markup:
    cuts = [
        f"{part} {value} %" + ("" if error is None else f" (standard error {error})")
        for part, (value, error) in sorted(settings["cuts"].items())
    ]
    software = ", ".join(f"{name} {version}" for name, version in sorted(settings["software"].items()))
    lines = [
        f"Scheme version {scheme['version']}, content {scheme['hash']}.",
        f"Cuts in force: {'; '.join(cuts) if cuts else 'none'}.",
        f"Seed {settings['seed']}. {software}.",
    ]
    return element("ul", *[element("li", line) for line in lines], class_="methods")


def sitting_section(found: Section | None, *, prefix: str) -> Markup | None:
    """One column for each sitting that is pooled."""
    if found is None or not found["sittings"]:
        return None
    sittings, difference = found["sittings"], found["difference"]
    parts = [part["part"] for part in sittings[0]["parts"]]
    lines = [
        ["Attempts", *[str(one["persons"]) for one in sittings]],
        [f"Mean {found['about']}, %", *[cell(one["mean"]) for one in sittings]],
        ["Standard deviation", *[plain(one["sd"]) if one["sd"] else "–" for one in sittings]],
        *[
            [f"Mean of {name}, %", *[cell(one["parts"][place]["mean"]) for one in sittings]]
            for place, name in enumerate(parts)
        ],
        ["Pass rate, whole rule", *[cell(one["pass_rate"]) for one in sittings]],
        [
            "Reliability of answers",
            *["–" if one["reliability"] is None else cell(one["reliability"]) for one in sittings],
        ],
    ]
    drawn = figure(
        pictures.intervals(
            f"{prefix}sittings",
            [interval(one["name"], one["mean"]) for one in sittings],
            title=f"Mean {found['about']} of each sitting",
            axis="per cent",
        ),
        f"Mean {found['about']} of each sitting with its 95 % interval. Dashed and hollow: too few attempts for a verdict.",
    )
    return section(
        "Sittings",
        element("p", _how_alike(found)),
        row(drawn) if len(sittings) > 1 else None,
        table("Sitting by sitting", ["Figure", *[one["name"] for one in sittings]], lines),
        element("p", f"Test of equal means: {difference['source']}.", class_="about"),
        anchor=f"{prefix}sittings-section",
    )


def _how_alike(found: Section) -> str:
    difference = found["difference"]
    count = len(found["sittings"])
    if count == 1:
        return "All attempts are of one sitting: nothing is pooled, and nothing is known of how sittings differ."
    opening = f"The figures of this study pool {count} sittings."
    if difference["p_value"] is None:
        return f"{opening} Not enough evidence on whether they differ: {difference['reason']}."
    between = f"{100 * float(difference['eta_squared']):.0f} % of the variance of scores lies between sittings"
    test = f"Welch F {rounded(difference['f'], 2)}, p {rounded(difference['p_value'], 3)}"
    if float(difference["p_value"]) < 0.05:
        return f"{opening} They differ: {between} ({test}). Read the columns before the pooled figures."
    return f"{opening} No difference that chance would not explain: {between} ({test})."


def form_section(found: Section | None, *, prefix: str) -> Markup | None:
    """Forms, and what their scores are worth on one another."""
    if found is None:
        return None
    opening = (
        f"Persons took {found['forms']} different sets of items; {found['taken_once']} of them by one person only."
    )
    links = [_link(one) for one in found["links"]]
    named = found["persons_by_form"]
    lines = [
        [one["name"], str(one["persons"]), str(one["items"]), plain(one["maximum"]), cell(one["mean"])] for one in named
    ]
    return join(
        element("h3", "Do scores on different forms mean the same?"),
        element("p", opening),
        element("p", _drawn(found["drawn"])),
        table("Forms that several persons took", ["Form", "Persons", "Items", "Points", "Mean score, %"], lines)
        if named
        else element(
            "p",
            f"No form was taken by {found['fewest_on_a_form']} persons or more, so no two forms can be equated as such.",
        ),
        *links,
    )


def _drawn(drawn: Section) -> str:
    if drawn["cut"] is None:
        return f"What different forms ask at the cut is not known: {drawn['reason']}."
    low, high = rounded(drawn["lowest"], 1), rounded(drawn["highest"], 1)
    changed = drawn["would_change"]
    told = (
        f"Somebody whose ability lies just at the cut of {rounded(drawn['cut'], 1)} % is expected to earn between {low} % on the "
        f"hardest and {high} % on the easiest form that was taken, by the Rasch scale of all items."
    )
    if not changed:
        return f"{told} No verdict on this part would change if each form's own figure were its cut."
    return f"{told} {changed} of {drawn['persons']} verdicts on this part would change if each form's own figure were its cut."


def _link(one: Section) -> Markup:
    persons = f"{one['persons'][0]} and {one['persons'][1]} persons, {one['common_items']} items in common"
    if not one["method"]:
        return element("p", f"{one['form'].capitalize()}: {persons}. Not equated: {one['reason']}.", class_="lacking")
    told = f"{one['form'].capitalize()} on the scale of {one['onto']} ({persons}): {one['method']}."
    if one["cut"] is not None and one["cut"]["percent"] is not None:
        told += (
            f" A cut of {rounded(one['cut']['same'], 1)} % there is worth {rounded(one['cut']['percent'], 1)} % here."
        )
    if not one["sufficient"]:
        told += f" An indication only: {one['reason']}."
    lines = [[point["score"], point["worth"], point["se"] or "–"] for point in one["concordance"]]
    numbers = table(f"{one['form'].capitalize()} on {one['onto']}", ["Score", "Worth", "Standard error"], lines)
    return join(element("p", told), unfolding(f"What each score of {one['form']} is worth", numbers))
