"""The part of a report about the decision at one cut: who passes, how near, how often right and the same again."""

from collections.abc import Mapping
from typing import Any

from assess.validity.report import pictures
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.page import figure, row, table, unfolding
from assess.validity.report.spoken import cell, fact, facts, rounded

Section = Mapping[str, Any]


def cut_section(found: Section | None, *, prefix: str) -> Markup | None:
    """The decision at the cut."""
    if found is None:
        return None
    unit = found["unit"]
    passing = (
        f"Passing takes at least {found['lowest_pass']} of {found['maximum']} points."
        if unit == "points"
        else f"Passing takes at least {rounded(found['lowest_pass'])} % of the points presented."
    )
    near = found["near"]
    told = (
        f" {near['persons']} of {near['of']} persons lie within one standard error of measurement "
        f"({rounded(near['reach'])} {unit}) of it: for "
        "them the outcome is as much chance as ability, and a second look is due."
        if near is not None
        else ""
    )
    quality = found["livingston_lewis"] or found["rudner"]
    shown = None if quality is None else _quality(quality, prefix)
    return join(
        element("h3", "The decision at the cut"),
        element("p", passing + told),
        shown,
        unfolding("Tables of the decision", _rates(found), _both(found)),
    )


def _quality(quality: Section, prefix: str) -> Markup:
    told = facts(
        fact(
            "Same decision on another day",
            quality["consistency"],
            "Decision consistency: two tests alike, the same persons.",
            share=True,
        ),
        fact(
            "Right decision",
            quality["accuracy"],
            "Decision accuracy: the decision that the true score would give.",
            share=True,
        ),
    )
    drawn = _hundred(quality, prefix)
    return told if drawn is None else row(drawn, told)


def decision_picture(responses: Section, *, prefix: str) -> Markup | None:
    """A hundred candidates, when the responses have a decision."""
    found = responses.get("decision")
    quality = None if found is None else found["livingston_lewis"] or found["rudner"]
    return (
        None
        if quality is None or not quality["consistency"]["sufficient"]
        else _hundred(quality, prefix, responses["part"])
    )


def _hundred(quality: Section, prefix: str, part: str = "") -> Markup | None:
    parts = [quality[name]["value"] for name in ("pass_rate", "false_pass", "false_fail")]
    if any(part is None for part in parts):
        return None
    passed, wrong_pass, wrong_fail = (float(part) for part in parts)
    drawn = pictures.hundred(
        f"{prefix}hundred",
        right_pass=passed - wrong_pass,
        right_fail=1 - passed - wrong_fail,
        false_pass=wrong_pass,
        false_fail=wrong_fail,
    )
    where = f" at the cut of “{part}” alone" if part else ""
    words = (
        f"What measurement error does to a hundred candidates like these{where}, by the method of Livingston and Lewis."
    )
    return figure(drawn, words)


def _rates(found: Section) -> Markup:
    lines = [
        [at["where"], rounded(at["cut"]), cell(at["pass_rate"], share=True), str(at["pass_rate"]["n"])]
        for at in found["pass_rates"]
    ]
    return table(
        "Pass rates about the cut",
        ["Where", f"Cut ({found['unit']})", "Pass rate", "n"],
        lines,
    )


def _both(found: Section) -> Markup:
    names = {
        "accuracy": "accuracy",
        "consistency": "consistency",
        "kappa": "kappa (beyond chance)",
        "false_pass": "false passes",
        "false_fail": "false fails",
        "pass_rate": "pass rate under the model",
    }
    methods = [
        (label, found[key])
        for label, key in (("Livingston–Lewis", "livingston_lewis"), ("Rudner", "rudner"))
        if found[key]
    ]
    if not methods:
        return Markup()
    lines = [
        [words, *[cell(quality[name], share=name != "kappa") for _, quality in methods], str(methods[0][1][name]["n"])]
        for name, words in names.items()
    ]
    header = ["Figure", *[label for label, _ in methods], "n"]
    note = element(
        "p",
        "Livingston–Lewis takes the total score and its reliability, Rudner the measures in logits and their "
        "standard errors; they make different "
        "assumptions, and where they differ much neither is certain.",
        class_="about",
    )
    return join(table("The decision by two methods, with standard errors and 95 % intervals", header, lines), note)
