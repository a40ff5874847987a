"""How many persons each method needs, and what to use instead when there are fewer.

The figures are the field's rules of thumb, each with its source. They are defaults: every method takes `minimum`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Family = Literal["identity", "nominal weights", "circle-arc", "mean", "linear", "presmoothed", "equipercentile"]

# persons per form
PERSONS_NEEDED: dict[Family, int] = {
    "identity": 0,
    # Babcock, Albano & Raymond (2012), Educational and Psychological Measurement 72, 608–628: samples from 20
    "nominal weights": 20,
    # Livingston & Kim (2010), Journal of Educational Measurement 47, 175–185: samples from 25
    "circle-arc": 25,
    # Skaggs (2005), Journal of Educational Measurement 42, 309–330: with fewer than 50 identity does as well
    "mean": 50,
    # Kolen & Brennan (2014), Test equating, scaling, and linking, ch. 8: 400 and 1,500 persons a form
    "linear": 400,
    # Livingston (1993), Journal of Educational Measurement 30, 23–39: presmoothing is worth half of a sample and more
    "presmoothed": 750,
    "equipercentile": 1500,
}

NO_ERROR = "the bootstrap found no standard error: too few of its samples could be equated"


@dataclass(frozen=True, slots=True)
class Advice:
    """The most flexible method that the number of persons carries, and why."""

    method: Family
    reason: str


def advised_method(n_x: int, n_y: int) -> Advice:
    """Which method the smaller of two groups can carry.

    Examples
    --------
    >>> advised_method(2000, 1800).method
    'equipercentile'
    >>> advised_method(40, 300)
    Advice(method='circle-arc', reason='40 persons took the smaller form; linear equating needs 400')
    >>> advised_method(12, 30).method
    'identity'
    """
    n = min(n_x, n_y)
    # nominal weights needs an anchor and a content claim, so it is chosen by a person, not by a number
    ladder: list[Family] = ["equipercentile", "presmoothed", "linear", "circle-arc", "identity"]
    names = {"linear": "linear equating", "presmoothed": "presmoothed equipercentile equating"}
    for above, family in zip([None, *ladder], ladder, strict=False):
        if n >= PERSONS_NEEDED[family]:
            needs = ""
            if above is not None:
                needs = f"; {names.get(above, above + ' equating')} needs {PERSONS_NEEDED[above]}"
            return Advice(family, f"{n} persons took the smaller form{needs}")
    raise AssertionError("identity needs nobody")


def verdict(
    n_x: int, n_y: int, family: Family, minimum: int | None = None, doubts: Iterable[str] = ()
) -> tuple[bool, str]:
    """Whether `family` may be used, and otherwise sentences: the number needed and the way out, and every doubt."""
    reasons = dict.fromkeys(filter(None, [_too_few(n_x, n_y, family, minimum), *doubts]))
    return not reasons, "; ".join(reasons)


def _too_few(n_x: int, n_y: int, family: Family, minimum: int | None) -> str:
    needed = PERSONS_NEEDED[family] if minimum is None else minimum
    n = min(n_x, n_y)
    if n >= needed:
        return ""
    instead = advised_method(n_x, n_y).method
    remedy = f"; use {instead} instead" if PERSONS_NEEDED[instead] < needed and instead != family else ""
    return f"{n} persons took the smaller form; at least {needed} a form are needed{remedy}"
