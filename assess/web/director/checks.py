"""Checks of the gate as pages show them: a sign, what was found beside what is needed, and where it was computed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from assess.awards.checks import Evidence, Level, Status
from assess.awards.gate import CHECKS, GateCheck
from assess.awards.models import ReleaseRule
from assess.schemes.models import SchemeVersion
from assess.web.charts.standing import gate_cells

SHOWN = {"pass": "ok", "fail": "bad", "not enough evidence": "warn", "waived": "info", "released": "info"}
PLACES = {
    "study": ("director-study", "Read the study"),
    "cut": ("director-cuts", "The meetings and their cuts"),
    "duty": ("director-duties", "The signed records"),
    "job_analysis": ("director-job", "The job-task analysis"),
    "content_panel": ("director-content", "The panel's verdicts"),
    "bias_concern": ("director-content", "The concerns"),
    "scheme": ("director-scheme", "The scheme"),
    "training": ("director-training", "The trainings"),
    "monitoring": ("director-monitoring", "The control charts"),
    "alarm": ("director-alarm", "The alarm"),
}
"""Kind of evidence → the page that shows it."""
OWN = frozenset({"study", "alarm"})
"""These have a page of their own; the others stand on a page of the scheme."""


@dataclass(frozen=True)
class ShownCheck:
    """`links` are (words, address); `may_waive` and `may_release`: whether that is offered; `proposed` waits for a name."""

    check: GateCheck
    sign: str
    links: tuple[tuple[str, str], ...]
    may_waive: bool
    may_release: bool
    proposed: ReleaseRule | None


@dataclass(frozen=True)
class ShownLevel:
    """A level with its picture, in one line of words, and its checks."""

    level: str
    title: str
    words: str
    picture: SafeString
    checks: tuple[ShownCheck, ...]
    open: bool


TITLES = {
    Level.SCHEME: "The scheme, before anybody sits down",
    Level.WINDOW: "The window: all sittings together",
    Level.CANDIDATE: "This candidate",
}


def shown_level(
    level: Level, checks: Iterable[GateCheck], version: SchemeVersion, rules: Sequence[ReleaseRule] = ()
) -> ShownLevel:
    """One level of the gate for a page."""
    held = tuple(shown_check(check, version, rules) for check in checks)
    clear = sum(one.check.clear for one in held)
    excepted = sum(one.check.exception is not None for one in held)
    words = f"{clear} of {len(held)} hold" + (f", {excepted} of them by two people's exception" if excepted else "")
    return ShownLevel(
        level=level.value,
        title=TITLES[level],
        words=words,
        picture=gate_cells(f"{TITLES[level]}: {words}.", [(one.check.name, one.check.status.value) for one in held]),
        checks=held,
        open=clear == len(held),
    )


def shown_check(check: GateCheck, version: SchemeVersion, rules: Sequence[ReleaseRule] = ()) -> ShownCheck:
    """One check for a page; `rules` are those of its scheme version."""
    known = CHECKS[check.name]
    proposed = [rule for rule in rules if rule.check_name == check.name and rule.signed_by_id is None]
    waiting = next((rule for rule in proposed if rule.withdrawn_by_id is None), None)
    releasable = known.released == "always" or (known.released == "sample" and version.sample)
    return ShownCheck(
        check=check,
        sign=SHOWN[check.status.value],
        links=_links(check.evidence, version),
        may_waive=known.waivable and not check.clear,
        may_release=releasable and check.status is Status.NOT_ENOUGH_EVIDENCE and waiting is None,
        proposed=waiting,
    )


def _links(evidence: Iterable[Evidence], version: SchemeVersion) -> tuple[tuple[str, str], ...]:
    found: Mapping[str, str] = {
        reverse(name, args=[record.id if record.kind in OWN else version.pk]): words
        for record in evidence
        if record.kind in PLACES
        for name, words in [PLACES[record.kind]]
    }
    return tuple((words, address) for address, words in found.items())
