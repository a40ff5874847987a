"""Our figures beside the stored ones: asserted where they are compared, and kept for the table of the reference pages.

A quantity is compared with the number *as stored*: what has to be converted is ours. So it can be said of every stored
number whether anything is compared with it (`tests/conformance/table_of_cases.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# an estimate without a value is None, which equals no stored number
Figures = npt.ArrayLike | Sequence[float | None] | Sequence[Sequence[float | None]] | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity of one stored case.

    Attributes
    ----------
    module
        The test file that compares, without `test_psychometrics_`.
    case, quantity
        Name of the stored file without its ending (of the data, where no answers are stored), and what is compared.
    stored
        Every number compared with.
    reference, ours, allowed
        Of the pair that differs most from what is allowed.
    """

    module: str
    case: str
    quantity: str
    stored: tuple[float, ...]
    reference: float
    ours: float
    allowed: float

    @property
    def difference(self) -> float:
        return self.ours - self.reference


class Comparisons:
    """The comparisons of this session, by test file."""

    def __init__(self) -> None:
        self.module = ""
        self.made: list[Comparison] = []

    def of(self, module: str) -> list[Comparison]:
        return [one for one in self.made if one.module == module]


comparisons = Comparisons()


def agrees(
    case: str, quantity: str, ours: Figures, reference: npt.ArrayLike, *, within: float, relative: bool = False
) -> None:
    """Assert that `ours` equals the `reference` value by value, and keep the pair that differs most.

    Parameters
    ----------
    case, quantity
        Name of the stored file without its ending, and what is compared, in words.
    within
        Largest difference allowed; with `relative` as a share of the reference's size.
    """
    found, stored = (np.ravel(np.array(values, dtype=np.float64)) for values in (ours, reference))
    assert found.shape == stored.shape, f"{case}, {quantity}: {found.size} values beside {stored.size}"
    finite = np.isfinite(stored)
    assert finite.any(), f"{case}, {quantity}: nothing is compared"
    assert np.array_equal(found[~finite], stored[~finite], equal_nan=True), f"{case}, {quantity}: not finite elsewhere"
    gaps = np.abs(found[finite] - stored[finite])
    allowed = within * np.abs(stored[finite]) if relative else np.full(gaps.shape, within)
    worst = int((gaps - allowed).argmax())
    kept = Comparison(
        module=comparisons.module,
        case=case,
        quantity=quantity,
        stored=tuple(stored[finite].tolist()),
        reference=float(stored[finite][worst]),
        ours=float(found[finite][worst]),
        allowed=float(allowed[worst]),
    )
    named = {(one.case, one.quantity) for one in comparisons.of(kept.module)}
    assert (case, quantity) not in named, f"{case}, {quantity}: two comparisons of the same name"
    comparisons.made.append(kept)
    assert gaps[worst] <= allowed[worst], f"{case}, {quantity}: {kept.ours:.12g} beside {kept.reference:.12g}"
