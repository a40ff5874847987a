"""A scheme held against the frame it names, element by element, in sentences; pure.

What the scheme's content states is checked here; what only people can show (a right to award, a need of employers) is shown by the
signed record of a duty. A frame is sound when every element it requires fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from assess.schemes.definition import SchemeDefinition
from assess.schemes.duties import DUTIES, Duty
from assess.schemes.frame_checks import CHECKS, level_said
from assess.schemes.frames import AskedElement, NamedFrame, units_said


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
        level_said(scheme, named),
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
