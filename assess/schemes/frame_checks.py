"""The checks that a frame's elements name: what a scheme's content states, each answered with a sentence; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from assess.schemes.definition import SchemeDefinition
from assess.schemes.frames import EQF, Frame, NamedFrame, countable, counted, said, units_of, units_said

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


def level_said(scheme: SchemeDefinition, named: NamedFrame) -> str:
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
    return _real(scheme, f"Stated: {scheme.quality_assurance}.")


STAND_INS = ("SAMPLE", ": XX.")
"""What stands in sample content where an awarding body writes its own."""


def _real(scheme: SchemeDefinition, told: str) -> Answer:
    """What is stated, unless it only stands in for something: a draft may hold a stand-in and is told so, a scheme may not."""
    if not any(word in told for word in STAND_INS):
        return True, told
    return (
        scheme.status == "draft",
        f"{told} This only stands in for it: write your own before the scheme is operational.",
    )


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
    count = len(scheme.prerequisites)
    return True, f"{'1 is' if count == 1 else f'{count} are'} stated, each as a requirement that is checked."


def _participation(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    return bool(scheme.mode_of_learning.label), f"Form of participation: {scheme.mode_of_learning.label}."


def _stated(path: tuple[str, ...], words: str) -> Check:
    """A check that the scheme's document states something at a place."""

    def check(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
        value: object = scheme.document
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        told = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
        return _real(scheme, f"{words}: {told}.") if told else (False, f"{words}: not stated.")

    return check


def _learner(scheme: SchemeDefinition, named: NamedFrame) -> Answer:
    metadata = scheme.document.get("metadata", {})
    learner = metadata.get("learner_identification", {})
    known = ", ".join(learner.get("fields", ())).replace("_", " ") or "nothing"
    return bool(learner.get("required")), f"The holder is identified by {known}."


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
