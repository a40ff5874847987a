"""The decision: do these scores pass under this rule and these adopted cut scores?

Conjunctive: every part reaches its cut, every must-pass criterion was met, and, where the scheme has one, the weighted
overall score reaches its cut. Nothing compensates: a strong simulator run never makes up for a bench below its cut.
While anything is missing there is no decision, only the list of what is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal, TypeVar

Held = TypeVar("Held")

OVERALL = "overall"
"""The part name under which the cut score of the weighted overall score is filed."""

PLACES = Decimal("0.01")
"""Scores and cuts are rounded to hundredths of a percent before they are compared."""


@dataclass(frozen=True, kw_only=True)
class PartScore:
    """A part's score in percent (0–100) with its standard error of measurement, both `None` while unknown.

    `pending` says what is still waited for when `percent` is `None`.
    """

    part: str
    percent: Decimal | None
    standard_error: Decimal | None = None
    pending: str = ""


@dataclass(frozen=True, kw_only=True)
class CutScore:
    """An adopted cut score of one part (or `OVERALL`), in percent, with how it came about.

    `standard_error` is that of the standard setting; `panel` names the judges' panel; `adopted_by` the board.
    """

    part: str
    value: Decimal
    standard_error: Decimal | None
    method: str
    panel: str
    adopted_by: str
    adopted_on: date | None
    version: str


@dataclass(frozen=True, kw_only=True)
class MustPass:
    """A criterion that must be met whatever the score; `met` is `None` while it has not been judged."""

    criterion: str
    part: str
    met: bool | None


@dataclass(frozen=True, kw_only=True)
class DecisionRule:
    """Which parts a scheme asks for, and the weights of the overall score where it has one.

    `overall_weights` maps every part to its weight; they sum to 1. `None`: the scheme sets no overall cut.
    """

    parts: tuple[str, ...]
    overall_weights: Mapping[str, Decimal] | None = None


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """One condition and how it came out.

    `near_cut` says whether the score lies within one standard error of measurement of the cut; `None` when that error
    is not known. For a must-pass criterion, which `criterion` names, `score`, `cut` and `near_cut` are `None`.
    """

    rule: Literal["part", "must_pass", "overall"]
    part: str
    score: Decimal | None
    cut: Decimal | None
    cut_version: str
    met: bool
    near_cut: bool | None
    sentence: str
    criterion: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Passed or not, with every condition in a line of its own. `near_cut` names the parts a person must look at."""

    passed: bool
    lines: tuple[RuleLine, ...]
    near_cut: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Undecidable:
    """No decision yet, and why: one sentence for each thing that is missing."""

    reasons: tuple[str, ...]


def decide(
    *, rule: DecisionRule, scores: Sequence[PartScore], cuts: Sequence[CutScore], must_pass: Sequence[MustPass]
) -> Decision | Undecidable:
    """Apply the rule.

    Scores are compared after rounding score and cut to `PLACES` (half to even), so that every machine decides alike.
    The overall score is Σ wᵢ·pᵢ of the unrounded part scores; its standard error √Σ (wᵢ·SEᵢ)², taking errors of the
    parts as independent, and unknown when one of them is.

    Raises
    ------
    ValueError
        When a part has two scores or two cuts, a percentage lies outside 0–100, a standard error is negative, or the
        weights do not name exactly the parts and sum to 1.
    TypeError
        When a score or cut is not a `Decimal`.

    Examples
    --------
    >>> cut = CutScore(part="bench", value=Decimal(60), standard_error=Decimal(2), method="borderline regression",
    ...                panel="P1", adopted_by="Board", adopted_on=date(2026, 1, 1), version="1")
    >>> found = decide(rule=DecisionRule(parts=("bench",)), cuts=[cut], must_pass=[],
    ...                scores=[PartScore(part="bench", percent=Decimal("61.5"), standard_error=Decimal(3))])
    >>> found.passed, found.near_cut
    (True, ('bench',))
    """
    scored = _by_part([(score.part, score) for score in scores], "scores")
    adopted = _by_part([(cut.part, cut) for cut in cuts], "cut scores")
    for score in scores:
        _percent(score.percent, f"The score of {score.part}")
        _error(score.standard_error, score.part)
    for cut in cuts:
        _percent(cut.value, f"The cut score of {cut.part}")
    weights = _weights(rule)
    reasons = _missing(rule=rule, scored=scored, adopted=adopted, must_pass=must_pass)
    if reasons:
        return Undecidable(reasons=tuple(reasons))

    lines = [_score_line("part", scored[part], adopted[part]) for part in rule.parts]
    lines += [_must_pass_line(criterion) for criterion in must_pass]
    if weights is not None:
        lines.append(_score_line("overall", _overall(weights, scored), adopted[OVERALL]))
    return Decision(
        passed=all(line.met for line in lines),
        lines=tuple(lines),
        near_cut=tuple(line.part for line in lines if line.near_cut),
    )


def _missing(
    *,
    rule: DecisionRule,
    scored: Mapping[str, PartScore],
    adopted: Mapping[str, CutScore],
    must_pass: Sequence[MustPass],
) -> list[str]:
    reasons = []
    for part in rule.parts:
        score = scored.get(part)
        if score is None:
            reasons.append(f"{part} has no score yet.")
        elif score.percent is None:
            reasons.append(f"The score of {part} is pending: {score.pending or 'no reason is recorded'}.")
    for part in (*rule.parts, *([OVERALL] if rule.overall_weights is not None else [])):
        cut = adopted.get(part)
        if cut is None:
            reasons.append(f"{part} has no cut score.")
        elif not cut.adopted_by.strip() or cut.adopted_on is None:
            reasons.append(f"The cut score of {part} (version {cut.version}) has not been adopted by a board.")
    reasons += [
        f"The must-pass criterion {criterion.criterion} in {criterion.part} has not been judged."
        for criterion in must_pass
        if criterion.met is None
    ]
    return reasons


def _score_line(rule: Literal["part", "overall"], score: PartScore, cut: CutScore) -> RuleLine:
    assert score.percent is not None
    reached, needed = _rounded(score.percent), _rounded(cut.value)
    met = reached >= needed
    near = None if score.standard_error is None else abs(reached - needed) <= _rounded(score.standard_error)
    told = f"{score.part}: {reached} % is {'at or above' if met else 'below'} the cut score of {needed} %"
    if near:
        told += f", within one standard error of measurement ({_rounded(score.standard_error or Decimal(0))})"
    return RuleLine(
        rule=rule,
        part=score.part,
        score=reached,
        cut=needed,
        cut_version=cut.version,
        met=met,
        near_cut=near,
        sentence=f"{told}.",
    )


def _must_pass_line(criterion: MustPass) -> RuleLine:
    verdict = "was met" if criterion.met else "was not met; no score makes up for it"
    return RuleLine(
        rule="must_pass",
        part=criterion.part,
        score=None,
        cut=None,
        cut_version="",
        met=bool(criterion.met),
        near_cut=None,
        criterion=criterion.criterion,
        sentence=f"{criterion.part}: the must-pass criterion {criterion.criterion} {verdict}.",
    )


def _overall(weights: Mapping[str, Decimal], scored: Mapping[str, PartScore]) -> PartScore:
    percent, variance = Decimal(0), Decimal(0)
    known = True
    for part, weight in weights.items():
        score = scored[part]
        assert score.percent is not None
        percent += weight * score.percent
        if score.standard_error is None:
            known = False
        else:
            variance += (weight * score.standard_error) ** 2
    return PartScore(part=OVERALL, percent=percent, standard_error=variance.sqrt() if known else None)


def _by_part(pairs: list[tuple[str, Held]], what: str) -> dict[str, Held]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = sorted({part for part, _ in pairs if [name for name, _ in pairs].count(part) > 1})
        raise ValueError(f"More than one of the {what} is for {', '.join(twice)}.")
    return found


def _percent(value: Decimal | None, what: str) -> None:
    if value is None:
        return
    if not isinstance(value, Decimal):
        raise TypeError(f"{what} is a {type(value).__name__}; scores are decimals.")
    if not value.is_finite() or not 0 <= value <= 100:
        raise ValueError(f"{what} is {value}; a percentage lies between 0 and 100.")


def _error(value: Decimal | None, part: str) -> None:
    if value is not None and (not value.is_finite() or value < 0):
        raise ValueError(f"The standard error of {part} is {value}; it cannot be negative.")


def _weights(rule: DecisionRule) -> Mapping[str, Decimal] | None:
    weights = rule.overall_weights
    if weights is not None and (set(weights) != set(rule.parts) or sum(weights.values()) != 1):
        raise ValueError(f"The weights must name exactly the parts {', '.join(rule.parts)} and sum to 1.")
    return weights


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(PLACES, rounding=ROUND_HALF_EVEN)
