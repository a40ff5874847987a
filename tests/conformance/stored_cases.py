"""Our figures beside the stored ones: asserted where they are compared, and kept for the table of the reference pages.

`ASSAYER_CASES=FILE manage.py test -m conformance tests/conformance -n 0` writes the table anew.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity of one stored case; of several values the pair that differs most."""

    case: str
    quantity: str
    values: int
    reference: float
    ours: float
    tolerance: float

    @property
    def difference(self) -> float:
        return self.ours - self.reference


_compared: list[Comparison] = []


def agrees(
    case: str, quantity: str, ours: npt.ArrayLike, reference: npt.ArrayLike, *, within: float, relative: bool = False
) -> None:
    """Assert that `ours` equals the `reference` value by value, and keep the pair that differs most.

    Parameters
    ----------
    case, quantity
        Name of the stored file without its ending, and what is compared, in words.
    within
        Largest difference allowed; with `relative` as a share of the reference's size.
    """
    found, stored = np.ravel(np.asarray(ours, np.float64)), np.ravel(np.asarray(reference, np.float64))
    assert found.shape == stored.shape, f"{case}, {quantity}: {found.size} values beside {stored.size}"
    assert (np.isfinite(found) == np.isfinite(stored)).all(), f"{case}, {quantity}: not finite in the same places"
    finite = np.isfinite(stored)
    assert finite.any(), f"{case}, {quantity}: nothing is compared"
    gaps = np.abs(found - stored)[finite]
    allowed = within * np.abs(stored[finite]) if relative else np.full(gaps.shape, within)
    worst = int((gaps - allowed).argmax())
    kept = Comparison(
        case=case,
        quantity=quantity,
        values=int(finite.sum()),
        reference=float(stored[finite][worst]),
        ours=float(found[finite][worst]),
        tolerance=float(allowed[worst]),
    )
    _compared.append(kept)
    assert gaps[worst] <= allowed[worst], f"{case}, {quantity}: {kept.ours:.12g} beside {kept.reference:.12g}"


def write_table(page: Path) -> None:
    """Put the rows between the marks of the page, sorted by case."""
    rows = [
        f"| {one.case} | {one.quantity} | {one.values} | {one.reference:.10g} | {one.ours:.10g} "
        f"| {one.difference:.1e} | {one.tolerance:.1e} |"
        for one in sorted(set(_compared), key=lambda one: (one.case, one.quantity))
    ]
    head = ["| Case | Quantity | Values | Reference | Ours | Difference | Allowed |", "|---|---|--:|--:|--:|--:|--:|"]
    before, _, rest = page.read_text(encoding="utf-8").partition("<!-- cases -->\n")
    after = rest.partition("<!-- end of cases -->")[2]
    page.write_text(
        before + "<!-- cases -->\n" + "\n".join(head + rows) + "\n<!-- end of cases -->" + after, encoding="utf-8"
    )
