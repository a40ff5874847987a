"""Cuts from what judges said of items: Angoff, yes/no Angoff, Ebel, bookmark. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from assess.psychometrics.responses import FloatArray
from assess.standard_setting.angoff import angoff
from assess.standard_setting.booklet import Booklet, booklet
from assess.standard_setting.bookmark import bookmark
from assess.standard_setting.ebel import Ebel, ebel
from assess.standard_setting.outliers import Outlier
from assess.standard_setting.panel_cut import PanelCut
from assess.validity.cut_scores.forms import DIFFICULTY, RELEVANCE, Element, Method
from assess.validity.cut_scores.rules import FoundCut, Given, NoCut, estimate_document, of_estimate, scaled

RESPONSE_PROBABILITY = 2 / 3


def angoff_cut(given: Given) -> FoundCut:
    """The cut of an Angoff panel over all its rounds, plain or yes/no."""
    points = [float(one.maximum) for one in given.elements]
    found = angoff(
        *(given.table(turn, given.elements) for turn in range(len(given.rounds))),
        kind="yes/no" if given.method is Method.YES_NO else "probability",
        points=points,
        judges=given.judges,
        items=[one.identifier for one in given.elements],
        empirical=_empirical(given, given.elements),
    )
    name = (
        "yes/no Angoff" if given.method is Method.YES_NO else "modified Angoff" if len(found.rounds) > 1 else "Angoff"
    )
    number = len(found.rounds)
    method = f"{name}, {number} round{'' if number == 1 else 's'}, {found.n} judges"
    document = {
        **_of_panel(found.rounds[-1], given, sum(points)),
        "rounds": [_of_round(one, sum(points)) for one in found.rounds],
        "change": None if found.change is None else estimate_document(scaled(found.change, 100 / sum(points))),
        "spread_ratio": found.spread_ratio,
    }
    return of_estimate(scaled(found.cut_share, 100), method=method, document=document)


def ebel_cut(given: Given) -> FoundCut:
    """The cut of an Ebel panel from its last round."""
    items = [one for one in given.elements if one.kind == "cell"]
    found = ebel_of(given, items, len(given.rounds) - 1)
    total = float(sum(one.maximum for one in items))
    document = {
        **_of_panel(found.implied, given, total),
        "rounds": [_of_round(ebel_of(given, items, turn).implied, total) for turn in range(len(given.rounds))],
        "cells": [
            {
                "relevance": RELEVANCE[cell.relevance],
                "difficulty": DIFFICULTY[cell.difficulty],
                "items": cell.items,
                "share": cell.expected,
            }
            for cell in found.cells
        ],
    }
    return of_estimate(scaled(found.cut_share, 100), method=f"Ebel, {found.n} judges", document=document)


def ebel_of(given: Given, items: Sequence[Element], turn: int) -> Ebel:
    """The panel's cut from one round."""
    values = given.rounds[turn]
    number, rows, columns = len(given.judges), len(RELEVANCE), len(DIFFICULTY)
    relevance, difficulty = np.full((number, len(items)), np.nan), np.full((number, len(items)), np.nan)
    expected = np.full((number, rows, columns), np.nan)
    for j, judge in enumerate(given.judges):
        said = values.get(judge, {})
        for i, one in enumerate(items):
            if one.identifier in said:
                relevance[j, i], difficulty[j, i] = (float(part) for part in said[one.identifier].split("."))
        for row in range(rows):
            for column in range(columns):
                if (share := said.get(f"cell {row}.{column}")) is not None:
                    expected[j, row, column] = float(share) / 100
    return ebel(
        relevance,
        difficulty,
        expected,
        points=[float(one.maximum) for one in items],
        judges=given.judges,
        items=[one.identifier for one in items],
        empirical=_empirical(given, items),
    )


def booklet_of_items(elements: Sequence[Element], difficulties: Any) -> Booklet:
    """The ordered booklet of items with a difficulty: an item of several points has a page for each of them.

    Notes
    -----
    The bank knows one difficulty an item; every point of an item is taken to be that hard (partial credit, equal steps).
    """
    known = [one for one in elements if one.identifier in difficulties and one.maximum == int(one.maximum)]
    steps = max((int(one.maximum) for one in known), default=1)
    table = np.full((len(known), steps), np.nan)
    for row, one in enumerate(known):
        table[row, : int(one.maximum)] = difficulties[one.identifier]
    return booklet(
        table if steps > 1 else table[:, 0],
        model="PCM" if steps > 1 else "Rasch",
        response_probability=RESPONSE_PROBABILITY,
        names=[one.identifier for one in known],
    )


def bookmark_cut(given: Given) -> FoundCut:
    """The cut of a bookmark panel from its last round: the median judge's ability, read as expected points."""
    items = [one for one in given.elements if one.kind == "item"]
    ordered = booklet_of_items(items, given.difficulties)
    if not ordered.entries:
        raise NoCut("No item of this part has a difficulty, so there is no order to put a bookmark in.")
    found = [_bookmark(given, ordered, turn) for turn in range(len(given.rounds))]
    last = found[-1]
    total = float(sum((one.maximum for one in items if one.identifier in given.difficulties), Decimal(0)))
    own = _own(given, [None if cut is None else _points(ordered, cut) for cut in last.judge_cuts], total)
    document = {
        "judges": own,
        "outliers": _apart(last.outliers, {one["judge"]: one["cut"] for one in own}),
        "logits": estimate_document(last.cut, places=3),
        "remarks": list(last.remarks),
        "rounds": [estimate_document(scaled(one.raw, 100 / total)) for one in found],
    }
    return of_estimate(scaled(last.raw, 100 / total), method=f"bookmark, {last.n} judges", document=document)


def _bookmark(given: Given, ordered: Booklet, turn: int) -> Any:
    pages = [float(given.rounds[turn].get(judge, {}).get("bookmark", "nan")) for judge in given.judges]
    return bookmark(pages, ordered, judges=given.judges)


def _points(ordered: Booklet, ability: float) -> float:
    return float(ordered.expected_score([ability])[0])


def _empirical(given: Given, elements: Sequence[Element]) -> FloatArray | None:
    if not given.empirical:
        return None
    seen = [given.empirical.get(one.identifier, np.nan) * float(one.maximum) for one in elements]
    return np.array(seen, dtype=float)


def _of_round(found: PanelCut, total: float) -> dict[str, Any]:
    return estimate_document(scaled(found.cut, 100 / total))


def _of_panel(found: PanelCut, given: Given, total: float) -> dict[str, Any]:
    """Judges, agreement and errors, in per cent of the points."""
    scale = 100 / total
    parts = found.panel.components
    cuts = zip(found.panel.judges, found.judge_cuts, strict=True)
    own = {judge.name: None if cut is None else round(cut * scale, 4) for judge, cut in cuts}
    return {
        "judges": [
            {
                "judge": judge.name,
                "cut": own[judge.name],
                "severity": estimate_document(scaled(judge.severity, len(found.panel.item_means) * scale)),
                "agreement": estimate_document(judge.agreement),
                "misfit": judge.misfit,
                "rated": judge.rated,
                "fit": None if judge.fit is None else estimate_document(judge.fit),
                "cut_without": None if without is None else round(without * scale, 4),
            }
            for judge, without in zip(found.panel.judges, found.leave_one_out, strict=True)
        ],
        "outliers": _apart(found.outliers, own),
        "without_outliers": None
        if found.without_outliers is None
        else estimate_document(scaled(found.without_outliers, scale)),
        "consistency": estimate_document(found.panel.consistency),
        "fit": None if found.panel.fit is None else estimate_document(found.panel.fit),
        "bootstrap_se": None if found.bootstrap_se is None else round(found.bootstrap_se * scale, 4),
        "se_judges_and_items": None
        if found.se_judges_and_items is None
        else round(found.se_judges_and_items * scale, 4),
        "components": None
        if parts is None
        else {"judges": parts.judges, "items": parts.items, "residual": parts.residual},
        "item_means": dict(zip([one.identifier for one in given.elements], found.panel.item_means, strict=False)),
    }


def _own(given: Given, cuts: Sequence[float | None], total: float) -> list[dict[str, Any]]:
    both = zip(given.judges, cuts, strict=True)
    return [{"judge": judge, "cut": None if cut is None else round(100 * cut / total, 4)} for judge, cut in both]


def _apart(outliers: Sequence[Outlier], own: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """Who stands apart, in a sentence that names the own cut in per cent."""
    return [{"judge": one.name, "kind": one.kind, "words": _apart_words(one, own.get(one.name))} for one in outliers]


def _apart_words(one: Outlier, cut: float | None) -> str:
    if one.kind != "severity" or one.robust_z is None or cut is None:
        return one.sentence
    side = "above" if one.robust_z > 0 else "below"
    return (
        f"{one.name}: own cut {cut:.1f} %, {abs(one.robust_z):.1f} robust standard deviations {side} the median judge"
    )
