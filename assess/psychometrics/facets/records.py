"""Ratings in long form: one row per rating, with the person and the element of every facet it belongs to."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError

IntArray = npt.NDArray[np.signedinteger[Any]]
Code = np.int32  # half the memory; products of two codes are made in 64 bits
Labels = Sequence[Hashable] | npt.NDArray[np.generic]

PERSON = "person"
RATING = "rating"
MOST_CATEGORIES = 100


@dataclass(frozen=True, eq=False)
class Ratings:
    """The ratings present, and whose they are.

    Attributes
    ----------
    value
        Category of each rating, from 0.
    facets
        "person" and then the facets in the order given.
    codes
        For each of `facets` the element of each rating: its place in `labels`.
    labels
        For each of `facets` the names of its elements, in ascending order.
    row
        The place of each rating in what was given.
    missing
        How many rows had no rating.
    unrated
        For each of `facets` the elements that occur in rows without a rating only.
    """

    value: IntArray
    facets: tuple[str, ...]
    codes: tuple[IntArray, ...]
    labels: tuple[tuple[str, ...], ...]
    row: IntArray
    missing: int
    unrated: tuple[tuple[str, ...], ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of elements of each facet."""
        return tuple(len(names) for names in self.labels)

    @property
    def categories(self) -> int:
        """Highest category used, plus 1."""
        return int(self.value.max(initial=0)) + 1


def read_ratings(ratings: npt.ArrayLike, person: Labels, facets: Mapping[str, Labels]) -> Ratings:
    """Check and convert.

    Raises
    ------
    ResponseError
        `not_a_list`, `not_finite`, `not_a_category` for the ratings; `names_do_not_fit` when a facet has another number
        of entries than there are ratings, or a name that is empty, reserved or holds ":"; `no_facets`; `no_element`
        when a rating does not say whose it is.

    Examples
    --------
    >>> found = read_ratings([2, 0, float("nan")], ["Ada", "Ben", "Cy"], {"rater": [7, 11, 11]})
    >>> found.labels, found.codes[1].tolist(), found.unrated
    ((('Ada', 'Ben'), ('7', '11')), [0, 1], (('Cy',), ()))
    """
    values = np.asarray(ratings, dtype=np.float64)
    if values.ndim != 1:
        raise ResponseError(
            "not_a_list", f"ratings must be a list, one per rating; this has {values.ndim} dimension(s)"
        )
    _check_categories(values)
    if not facets:
        raise ResponseError("no_facets", 'name at least one facet, such as facets={"rater": […]}')
    names = (PERSON, *facets)
    for name in facets:
        if not name or name in (PERSON, RATING) or ":" in name:
            sentence = f"facet {name!r}: a name must not be empty, {PERSON!r} or {RATING!r}, nor hold ':'"
            raise ResponseError("names_do_not_fit", sentence)
    seen = np.isfinite(values)
    row = np.flatnonzero(seen).astype(Code)
    codes, labels, unrated = [], [], []
    for name, given in zip(names, (person, *facets.values()), strict=True):
        if len(given) != len(values):
            sentence = f"facet {name!r} has {len(given)} entries for {len(values)} ratings"
            raise ResponseError("names_do_not_fit", sentence)
        code, known = _coded(name, given, seen)
        used = np.bincount(code[row], minlength=len(known)) > 0
        codes.append((np.cumsum(used) - 1)[code[row]].astype(Code) if len(row) < len(code) else code)
        labels.append(tuple(label for label, u in zip(known, used.tolist(), strict=True) if u))
        unrated.append(tuple(label for label, u in zip(known, used.tolist(), strict=True) if not u))
    return Ratings(
        value=values[row].astype(Code),
        facets=names,
        codes=tuple(codes),
        labels=tuple(labels),
        row=row,
        missing=len(values) - len(row),
        unrated=tuple(unrated),
    )


def _check_categories(values: FloatArray) -> None:
    wrong = np.isinf(values)
    if wrong.any():
        raise ResponseError("not_finite", f"ratings: entry {int(wrong.argmax())} is infinite; use NaN for no rating")
    with np.errstate(invalid="ignore"):
        wrong = (values < 0) | ((values != np.round(values)) & np.isfinite(values))
    if wrong.any():
        entry = int(wrong.argmax())
        sentence = f"ratings: entry {entry} is {values[entry]:g}; categories are 0, 1, 2, …"
        raise ResponseError("not_a_category", sentence)
    highest = np.nanmax(values) if np.isfinite(values).any() else 0.0
    if highest >= MOST_CATEGORIES:
        entry = int(np.nanargmax(values))
        sentence = f"ratings: entry {entry} is {highest:g}; more than {MOST_CATEGORIES} categories cannot be calibrated: join some"
        raise ResponseError("not_a_category", sentence)


def _coded(name: str, given: Labels, seen: npt.NDArray[np.bool_]) -> tuple[IntArray, list[str]]:
    """Codes from 0 in the order of the labels, and the labels as text (rows without a rating may lack one)."""
    array: npt.NDArray[Any] = np.asarray(given)
    if array.ndim != 1:
        raise ResponseError("not_a_list", f"facet {name!r} must be a list of labels")
    if array.dtype.kind == "f":
        absent = ~np.isfinite(array)
    elif array.dtype.kind == "O":
        absent = np.array([label is None or label != label for label in given])
    else:
        absent = np.zeros(len(array), dtype=bool)
    if (absent & seen).any():
        entry = int((absent & seen).argmax())
        raise ResponseError("no_element", f"facet {name!r}: entry {entry} has a rating and no label; name its element")
    if absent.any():
        code = np.zeros(len(array), dtype=Code)
        part, known = _coded(name, array[~absent], seen[~absent])
        code[~absent] = part
        return code, known
    if array.dtype.kind in "iu" and len(array) and int(array.max()) - int(array.min()) < 4 * len(array) + 64:
        low = int(array.min())
        shifted = array.astype(np.int64) - low
        used = np.bincount(shifted) > 0
        return (np.cumsum(used) - 1).astype(Code)[shifted], [
            str(low + place) for place in np.flatnonzero(used).tolist()
        ]
    if array.dtype.kind == "O":
        array = array.astype(str)
    unique, place = np.unique(array, return_inverse=True)
    texts = [f"{label:.17g}" if array.dtype.kind == "f" else str(label) for label in unique.tolist()]
    return place.reshape(-1).astype(Code), texts
