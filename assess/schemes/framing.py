"""A scheme held against the frame it names, element by element, in sentences; pure.

What the scheme's content states is checked here; what only people can show (a right to award, a need of employers) is shown by the
signed record of a duty. A frame is sound when every element it requires fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from assess.schemes.definition import SchemeDefinition
from assess.schemes.duties import DUTIES, Duty
from assess.schemes.frames import EQF, AskedElement, Frame, NamedFrame, countable, counted, said, units_of, units_said


class Fit(StrEnum):
    """How an element stands: UNSAID fits or not by what the scheme has still to say, RECORD waits for the record of a duty."""

    FITS = "fits"
    MISFIT = "does not fit"
    UNSAID = "is to be said"
    RECORD = "waits for a record"


@dataclass(frozen=True)
class Element:
    """One element of a frame with its verdict."""

    identifier: str
    asks: str
    required: bool
    fit: Fit
    sentence: str

    @property
    def blocks(self) -> bool:
        """Whether the frame is not sound because of it."""
        return self.required and self.fit is not Fit.FITS


@dataclass(frozen=True)
class Sizing:
    """The scheme's size beside the frame's: hours, None where a bound or the hours are not stated."""

    hours: Fraction | None
    least: Fraction | None
    most: Fraction | None
    units: str


@dataclass(frozen=True)
class FrameReport:
    """What the check found. `frame` and `name` are empty where a scheme names no frame; then nothing is said of one.

    `to_check` are facts about the frame itself that nobody here has looked up yet.
    """

    frame: str
    name: str
    sound: bool
    sentences: tuple[str, ...]
    elements: tuple[Element, ...]
    size: Sizing
    level: str
    to_check: tuple[str, ...]


def check_frame(scheme: SchemeDefinition, named: NamedFrame | None, duties: Sequence[Duty] = ()) -> FrameReport:
    """Hold a scheme against a frame.

    Parameters
    ----------
    named
        The frame, and the level the scheme states in it; None gives a report that says that no frame is named.
    duties
        As they stand; an element that a duty's record shows fits when the duty is met.
    """
    hours = None if scheme.workload is None else Fraction(scheme.workload.hours_total)
    if named is None:
        sentence = "The scheme names no frame, so neither its size nor its level is held against one."
        return FrameReport("", "", True, (sentence,), (), Sizing(hours, None, None, ""), "", ())
    frame, held = named.frame, {duty.code: duty for duty in duties}
    elements = tuple(_element(asked, scheme, named, held) for asked in frame.elements)
    blocking = [element for element in elements if element.blocks]
    units = "" if hours is None else units_said(hours, frame.unit)
    verdict = (
        f"The scheme fits {frame.name}: every element it requires is there."
        if not blocking
        else f"The scheme does not fit {frame.name} yet: of {sum(e.required for e in elements)} required elements {len(blocking)} "
        f"{'is' if len(blocking) == 1 else 'are'} open."
    )
    return FrameReport(
        frame.identifier,
        frame.name,
        not blocking,
        (verdict, *(element.sentence for element in blocking)),
        elements,
        Sizing(hours, frame.size.least, frame.size.most, units),
        _level_said(scheme, named),
        tuple(f"{source.says} ({source.where})" for source in frame.to_be_checked),
    )


def _element(asked: AskedElement, scheme: SchemeDefinition, named: NamedFrame, held: Mapping[str, Duty]) -> Element:
    if asked.check == "record":
        duty = held.get(asked.duty)
        if duty is not None and duty.met:
            return Element(asked.identifier, asked.asks, asked.required, Fit.FITS, duty.sentence)
        told = (
            duty.sentence
            if duty is not None
            else f"The signed record “{DUTIES[asked.duty].name}” shows it, before the scheme opens."
        )
        return Element(asked.identifier, asked.asks, asked.required, Fit.RECORD, told)
    fits, sentence = CHECKS[asked.check](scheme, named)
    fit = Fit.UNSAID if fits is None else Fit.FITS if fits else Fit.MISFIT
    return Element(asked.identifier, asked.asks, asked.required, fit, sentence)


Answer = tuple[bool | None, str]
"""Whether it fits, None where the scheme has still to say something; and the sentence."""
Check = Callable[[SchemeDefinition, NamedFrame], Answer]


def _size(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    frame = named.frame
    if scheme.workload is None:
        return False, "The scheme states no hours, so it has no size."
    hours = Fraction(scheme.workload.hours_total)
    told = f"{counted(hours, 'hour')}: {units_said(hours, frame.unit)}"
    if frame.size.least is not None and hours < frame.size.least:
        least = counted(frame.size.least, "hour")
        short = counted(frame.size.least - hours, "hour")
        return False, f"{told}. That is {short} less than the {least} that {frame.name} begins at."
    if frame.size.most is not None and hours > frame.size.most:
        most = counted(frame.size.most, "hour")
        over = counted(hours - frame.size.most, "hour")
        return False, f"{told}. That is {over} more than the {most} that {frame.name} ends at."
    if not countable(hours, frame.unit):
        steps = f"credits are counted in steps of {said(frame.unit.step)}"
        return False, f"{told}. {_capital(steps)}; state a workload that gives such a number."
    return True, f"{told}. {_bounds(frame)}"


def _capital(words: str) -> str:
    """Words as a sentence begins."""
    return words[:1].upper() + words[1:]


def _bounds(frame: Frame) -> str:
    least, most = frame.size.least, frame.size.most
    if least is None and most is None:
        return f"{_capital(frame.name)} sets no bounds."
    if most is None:
        return f"{_capital(frame.name)} asks for at least {counted(least or Fraction(0), 'hour')}."
    if least is None:
        return f"{_capital(frame.name)} asks for at most {counted(most, 'hour')}."
    return f"{_capital(frame.name)} goes from {said(least)} to {counted(most, 'hour')}."


def _ects(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    """Whether the credits stated are the hours divided by the hours of a credit, exactly."""
    load = scheme.workload
    if load is None:
        return False, "The scheme states no hours and no credits."
    hours, each = Fraction(load.hours_total), Fraction(load.hours_per_ects)
    exact = hours / each
    low, high = units_of(hours, named.frame.unit)
    told = f"{counted(hours, 'hour')} at {said(each)} a credit are {counted(exact, 'ECTS credit')}"
    if exact != Fraction(load.ects):
        return False, f"{told}; the scheme says {said(Fraction(load.ects))}."
    if not low <= exact <= high:
        return False, f"{told}; the frame allows {said(low)} to {said(high)}."
    return (
        True,
        f"{told}, as stated; a credit may stand for {said(named.frame.unit.least)} to {said(named.frame.unit.most)} hours.",
    )


def _level_in(scheme: SchemeDefinition, named: NamedFrame) -> tuple[int | None, str]:
    """The scheme's level in the frame's system, or None with the sentence that says why there is none."""
    levels = named.frame.levels
    if scheme.eqf_level is None:
        return None, "The scheme states no level."
    if levels.system == EQF:
        return scheme.eqf_level, f"EQF level {scheme.eqf_level}"
    known = levels.from_eqf.get(scheme.eqf_level, ())
    listed = " or ".join(map(str, known))
    if not known:
        return None, f"EQF level {scheme.eqf_level} compares with no level of {levels.system}."
    if named.level is not None:
        if named.level not in known:
            stated = f"The scheme states level {named.level} of {levels.system}"
            return None, f"{stated}, but EQF level {scheme.eqf_level} is read as {listed}."
        return (
            named.level,
            f"level {named.level} of {levels.system}, as stated; EQF level {scheme.eqf_level} is read as {listed}",
        )
    if len(known) > 1:
        return None, f"EQF level {scheme.eqf_level} is level {listed} of {levels.system}; say which in frame.level."
    return known[0], f"EQF level {scheme.eqf_level} is read as level {known[0]} of {levels.system}"


def _ambiguous(scheme: SchemeDefinition, named: NamedFrame) -> bool:
    """Whether the EQF level is several of the frame's levels, and the scheme does not say which."""
    known = named.frame.levels.from_eqf.get(scheme.eqf_level or 0, ())
    return named.level is None and len(known) > 1


def _level_said(scheme: SchemeDefinition, named: NamedFrame) -> str:
    found, words = _level_in(scheme, named)
    return words if found is None or named.frame.levels.system == EQF else f"{named.frame.levels.system} {found}"


def _level(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    found, words = _level_in(scheme, named)
    if found is None:
        return (None if _ambiguous(scheme, named) else False), words
    levels = named.frame.levels
    span = f"{levels.system} {levels.least} to {levels.most}"
    if levels.least <= found <= levels.most:
        return True, f"{_capital(words)}. The frame takes {span}."
    if (
        levels.also_least is not None
        and levels.also_most is not None
        and levels.also_least <= found <= levels.also_most
    ):
        sound, told = _ects(scheme, named)
        if sound:
            also = f"{levels.also_least} to {levels.also_most}"
            return True, f"{_capital(words)}. The frame takes {span}, and {also} where ECTS is met: {told}"
    return False, f"{_capital(words)}. The frame takes {span} only."


def _outcomes(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    count = len(scheme.outcomes)
    return bool(count), f"{count} learning outcomes are stated." if count else "No learning outcome is stated."


def _assessed(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    bare = [outcome.identifier for outcome in scheme.outcomes if not outcome.evidenced_by]
    if not scheme.outcomes:
        return False, "There is no outcome that could be assessed."
    if bare:
        return False, f"Nothing assesses {', '.join(bare)}; name the items, tasks or simulations that show it."
    return (
        True,
        f"Each of {len(scheme.outcomes)} outcomes is shown by items, tasks or simulations, and every part is to be "
        f"{scheme.pass_rule.each_component}.",
    )


def _assessment_type(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    kinds = list(dict.fromkeys(part.assessment_type.label for part in scheme.parts))
    return bool(kinds), f"Types of assessment: {', '.join(kinds)}."


def _quality(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    if not scheme.quality_assurance:
        return False, "No quality assurance is stated."
    return True, f"Stated: {scheme.quality_assurance}."


def _stackability(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    if not scheme.stacks:
        return False, "The scheme counts towards no stack."
    return True, f"It counts towards {', '.join(scheme.stacks)}."


def _supervision(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    bare = [part.identifier for part in scheme.parts if "id verification" not in part.supervision.lower()]
    if bare:
        return False, f"{', '.join(bare)} say nothing of identity verification."
    return True, f"Stated for each of {len(scheme.parts)} parts, with identity verification."


def _prerequisites(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    if not scheme.prerequisites:
        return False, "No prerequisite is stated, not even that there is none."
    return True, f"{len(scheme.prerequisites)} are stated, each as a requirement that is checked."


def _participation(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    return bool(scheme.mode_of_learning.label), f"Form of participation: {scheme.mode_of_learning.label}."


def _stated(path: tuple[str, ...], words: str) -> Check:
    """A check that the scheme's document states something at a place."""

    def check(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
        value: object = scheme.document
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        told = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
        return bool(told), f"{words}: {told}." if told else f"{words}: not stated."

    return check


def _learner(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    metadata = scheme.document.get("metadata", {})
    learner = metadata.get("learner_identification", {})
    return bool(
        learner.get("required")
    ), f"The holder is identified by {', '.join(learner.get('fields', ())) or 'nothing'}."


def _grade(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    return True, "The credential states the score and the cut score of each part."


def _transcript(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    bare = [
        what
        for what, there in (
            ("outcomes", scheme.outcomes),
            ("hours and credits", scheme.workload),
            ("level", scheme.eqf_level),
        )
        if not there
    ]
    if bare:
        return False, f"The credential can't state {', '.join(bare)}, since the scheme does not."
    return True, "The credential states outcomes, hours, level and credits."


CHECKS: dict[str, Check] = {
    "size": _size,
    "ects": _ects,
    "level": _level,
    "outcomes": _outcomes,
    "assessed": _assessed,
    "assessment_type": _assessment_type,
    "quality_assurance": _quality,
    "stackability": _stackability,
    "supervision": _supervision,
    "prerequisites": _prerequisites,
    "participation": _participation,
    "learner": _learner,
    "title": _stated(("title",), "Title"),
    "country": _stated(("metadata", "countries_of_issuer"), "Country of the issuer"),
    "awarding_body": _stated(("metadata", "awarding_body"), "Awarding body"),
    "date": _stated(("metadata", "date_of_issue"), "Date of issue"),
    "grade": _grade,
    "transcript": _transcript,
}
"""How each check of `frames.CHECKS` is made; `record` is shown by a duty."""
