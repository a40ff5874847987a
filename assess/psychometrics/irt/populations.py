"""Persons of several populations: who belongs to which, and items that have parameters of their own in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError, as_matrix, item_names


@dataclass(frozen=True, eq=False)
class Grouping:
    """Which group every person is in: the labels in their order, the reference group first, and each person's number."""

    labels: tuple[str, ...]
    member: IntArray


def grouping(groups: npt.ArrayLike | None, persons: int, reference: object = None) -> Grouping:
    """Labels in their natural order, the reference group (by default the first) in front.

    Raises
    ------
    ResponseError
        `groups_do_not_fit` when there is not one label for each person, `no_such_group` for a reference that is none.

    Examples
    --------
    >>> grouping(["b", "a", "b"], 3, reference="b").labels
    ('b', 'a')
    """
    if groups is None:
        return Grouping(("all",), np.zeros(persons, dtype=np.int64))
    given = np.asarray(groups)
    if given.shape != (persons,):
        raise ResponseError("groups_do_not_fit", f"{given.size} group labels for {persons} persons")
    values, member = np.unique(given, return_inverse=True)
    labels, member = [str(value) for value in values.tolist()], member.reshape(-1).astype(np.int64)
    if reference is None:
        return Grouping(tuple(labels) or ("all",), member)  # without persons there is one group, of nobody
    if str(reference) not in labels:
        raise ResponseError("no_such_group", f"nobody is in the reference group {reference!r}; groups: {labels}")
    first = labels.index(str(reference))
    order = [first, *(g for g in range(len(labels)) if g != first)]
    return Grouping(tuple(labels[g] for g in order), np.argsort(order)[member].astype(np.int64))


@dataclass(frozen=True, eq=False)
class SplitItems:
    """Responses in which some items are a column for each group, named "item (group)"."""

    responses: FloatArray
    names: tuple[str, ...]
    split: BoolArray


def split_items(
    responses: npt.ArrayLike,
    groups: npt.ArrayLike,
    items: Sequence[str],
    *,
    names: Sequence[str] | None = None,
) -> SplitItems:
    """Give some items parameters of their own in each group: one column for each group, which only it answered.

    Raises
    ------
    ResponseError
        `no_such_item`, `groups_do_not_fit`, `not_a_table`, `not_finite`, `names_do_not_fit`.

    Examples
    --------
    >>> found = split_items([[1, 0], [0, 1]], ["a", "b"], ["item 2"])
    >>> found.names, found.responses.tolist()
    (('item 1', 'item 2 (a)', 'item 2 (b)'), [[1.0, 0.0, nan], [0.0, nan, 1.0]])
    """
    matrix = as_matrix(responses)
    labels = item_names(matrix.shape[1], names)
    strange = [item for item in items if item not in labels]
    if strange:
        raise ResponseError("no_such_item", f"there is no item {strange[0]!r} to split")
    by = grouping(groups, len(matrix))
    columns, found, split = [], [], []
    for j, label in enumerate(labels):
        if label not in items:
            columns.append(matrix[:, j])
            found.append(label)
            split.append(False)
            continue
        for number, group in enumerate(by.labels):
            columns.append(np.where(by.member == number, matrix[:, j], np.nan))
            found.append(f"{label} ({group})")
            split.append(True)
    shape = (len(matrix), 0)
    return SplitItems(
        np.column_stack(columns) if columns else np.empty(shape), tuple(found), np.array(split, dtype=bool)
    )
