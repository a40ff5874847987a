"""Schemes at a glance: the gate's three levels, how many candidates, and the few figures that a director holds in mind.

Each figure stands with its interval, or with what is missing for one. The figures are those of the latest study, of the cut scores
in force and of the decisions as they stand; nothing is computed here but the share that passed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from assess.awards.checks import named
from assess.awards.gate import GateResult
from assess.awards.waiting import Standing
from assess.awards.window_checks import RELIABILITY
from assess.psychometrics.proportions import proportion
from assess.psychometrics.results import Estimate
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.studies import queries as studies
from assess.validity.studies.models import Study
from assess.web.charts.marks import cut_band
from assess.web.charts.standing import gate_cells, on_scale, stacked
from assess.web.director.asked import Asked

KINDS = (
    ("issued", "issued"),
    ("ready", "pass, to be issued"),
    ("open", "wait for people"),
    ("not", "did not pass"),
    ("unknown", "can't be decided yet"),
)
"""Where candidates of a scheme stand, in the order of the bar."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure with its interval in words, its picture, or why there is none.

    `state` is `known`, `lacking` (not enough evidence), or `idle` where nothing was looked at yet.
    """

    words: str
    about: str = ""
    picture: SafeString | None = None
    state: str = "idle"


@dataclass(frozen=True, kw_only=True)
class GateLevel:
    """A level of the gate that is the same for every candidate: its picture, and what it comes to in words."""

    name: str
    words: str
    picture: SafeString


@dataclass(frozen=True, kw_only=True)
class Card:
    """One scheme as its card shows it."""

    version: SchemeVersion
    title: str
    study: Study | None
    levels: Sequence[GateLevel]
    counts: Sequence[tuple[str, str, int]]
    bar: SafeString
    reliability: Figure
    passed: Figure
    cuts: Sequence[tuple[Any, SafeString]]
    parts: int


def kind_of(one: Standing) -> str:
    """Which of `KINDS` a decision counts to."""
    if one.credential_id is not None:
        return "issued"
    if not one.decided:
        return "unknown"
    if one.near or one.waits_for_names:
        return "open"
    return "ready" if one.outcome == "passed" else "not"


def card_of(version: SchemeVersion, asked: Asked) -> Card:
    shared = asked.shared[version.pk]
    mine = [one for one in asked.standings if one.scheme_version_id == version.pk]
    counts = [(name, words, sum(kind_of(one) == name for one in mine)) for name, words in KINDS]
    told = ", ".join(f"{count} {words}" for _, words, count in counts if count) or "nobody yet"
    evidence = studies.evidence(version.pk)
    return Card(
        version=version,
        title=asked.titles[version.pk],
        study=asked.studies.get(version.pk),
        levels=(_level("Scheme", shared.scheme), _level("Window", shared.window)),
        counts=[row for row in counts if row[2]],
        bar=stacked(f"Candidates: {told}.", [(name, count) for name, _, count in counts]),
        reliability=_reliability(evidence["reliability"]),
        passed=_passed(mine),
        cuts=[
            (cut, cut_band(f"Cut score of {cut.part}", cut.value, cut.standard_error))
            for cut in asked.known[version.pk].cuts
        ],
        parts=len(schemes.parts(version)),
    )


def _level(name: str, found: GateResult) -> GateLevel:
    """How many checks of a level hold, and by name those that shut it."""
    holding = sum(check.clear for check in found.checks)
    excepted = sum(check.exception is not None for check in found.checks)
    words = f"{holding} of {len(found.checks)} hold" + (f", {excepted} by a release" if excepted else "")
    if found.blocking:
        words += f"; shut by {named(found.blocking)}"
    cells = gate_cells(f"{name} level of the gate: {words}.", [(one.name, one.status.value) for one in found.checks])
    return GateLevel(name=name, words=words, picture=cells)


def _reliability(found: Mapping[str, Any] | None) -> Figure:
    if found is None:
        return Figure(words="No study yet")
    if found["value"] is None or found["interval"] is None:
        return Figure(words="not enough evidence", about=str(found["reason"]), state="lacking")
    low, high = (float(end) for end in found["interval"])
    return _figure(
        float(found["value"]), low, high, n=int(found["n"]), sufficient=bool(found["sufficient"]),
        reason=str(found["reason"]), name="Reliability of the overall score", mark=float(RELIABILITY.least),
    )  # fmt: skip


def _figure(
    value: float, low: float, high: float, *, n: int, sufficient: bool, reason: str, name: str, mark: float | None
) -> Figure:
    interval = f"{low:.2f} to {high:.2f}, n = {n}"
    words = f"{value:.2f}" if sufficient else "not enough evidence"
    about = interval if sufficient else f"{reason} (indication only: {interval})"
    told = f"{name}: {words}, {about}" + (f"; the threshold is {mark:.2f}." if mark is not None else ".")
    drawn = on_scale(told, value=value, low=low, high=high, ends=(0, 1), mark=mark, sufficient=sufficient)
    return Figure(words=words, about=about, picture=drawn, state="known" if sufficient else "lacking")


def _passed(mine: Sequence[Standing]) -> Figure:
    decided = [one for one in mine if one.decided]
    found: Estimate = proportion(
        sum(one.outcome == "passed" for one in decided), len(decided), method="share of decided attempts that passed"
    )
    if found.value is None or found.interval is None:
        return Figure(words="Nobody decided yet")
    low, high = (100 * end for end in found.interval)
    interval = f"{low:.0f} to {high:.0f} %, n = {found.n}"
    words = f"{100 * found.value:.0f} %" if found.sufficient else "not enough evidence"
    about = interval if found.sufficient else f"{found.reason} (indication only: {interval})"
    drawn = on_scale(
        f"Share that passed: {words}, {about}.",
        value=100 * found.value, low=low, high=high, ends=(0, 100), sufficient=found.sufficient,
    )  # fmt: skip
    return Figure(words=words, about=about, picture=drawn, state="known" if found.sufficient else "lacking")
