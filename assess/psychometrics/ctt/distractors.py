"""What the options of a multiple-choice item do: who chooses the key, who a distractor."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.ctt.scores import MINIMUM_PERSONS
from assess.psychometrics.proportions import correlation, proportion
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError, item_names
from assess.psychometrics.results import LEVEL, Estimate

SOURCE = "Haladyna (2004), Developing and validating multiple-choice test items, ch. 9; interval: Fisher (1921)"
SCORE_GROUPS = 3

Labels = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of one item.

    Attributes
    ----------
    label, is_key
        The option as it was written in the data, and whether it is right.
    count
        How many chose it.
    share
        Of the persons who chose any option.
    point_biserial
        Correlation of choosing it with the number right on the other items.
    mean_rest
        Mean number right on the other items of those who chose it; None when nobody did.
    by_group
        The share of each score group, from the lowest to the highest, that chose it; None for an empty group.
    """

    label: str
    is_key: bool
    count: int
    share: Estimate
    point_biserial: Estimate
    mean_rest: float | None
    by_group: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOptions:
    """The options of one item. `remarks` says in sentences what is to be looked at; it is empty when nothing is."""

    name: str
    key: tuple[str, ...]
    options: tuple[Option, ...]
    omitted: Estimate
    remarks: tuple[str, ...]


def distractor_analysis(
    choices: npt.ArrayLike | Sequence[Sequence[object]],
    key: Sequence[object],
    *,
    names: Sequence[str] | None = None,
    options: Sequence[object] | None = None,
    groups: int = SCORE_GROUPS,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> tuple[ItemOptions, ...]:
    r"""Counts, shares by score group and point-biserials of every option, with remarks on keys and distractors.

    Parameters
    ----------
    choices
        persons × items: the option each person chose, as text or numbers; "", None and NaN = no answer. Persons without
        any answer are left out.
    key
        The right option of each item; a tuple, list or set where several are right.
    names
        Item names for the result.
    options
        All options there were, so that one that nobody chose is seen; those that were chosen, and the keys, when not
        given.
    groups
        How many score groups of about equal size; persons of one score stay together.

    Notes
    -----
    Choosing an option (1 or 0, among those who chose any) is correlated with the number right on the *other* items, so
    that an item does not vouch for itself. A distractor whose correlation is above the key's means that the key is
    wrong or that the item has two right answers.

    Raises
    ------
    ResponseError
        `not_a_table`, `names_do_not_fit` when there is not one key per item, `not_a_number_of_groups`.

    Examples
    --------
    >>> choices = [["A", "C"], ["A", "C"], ["B", "C"], ["A", "D"], ["B", "D"], ["", "C"]] * 10
    >>> first = distractor_analysis(choices, key=["A", "C"])[0]
    >>> [(option.label, option.is_key, option.count) for option in first.options]
    [('A', True, 30), ('B', False, 20)]
    """
    table = _labels(choices)
    table = table[(table != "").any(axis=1)]
    persons, items = table.shape
    if len(key) != items:
        raise ResponseError("names_do_not_fit", f"{len(key)} keys for {items} items; name one right option per item")
    if groups < 2:
        raise ResponseError("not_a_number_of_groups", f"{groups} score group(s) show no trend; at least 2 are needed")
    labels = item_names(items, names)
    keys = [_key(one) for one in key]
    right = np.column_stack([np.isin(table[:, j], keys[j]) for j in range(items)]) if items else np.zeros((persons, 0))
    total = right.sum(axis=1).astype(np.float64)
    group = _groups(total, groups)
    listed = () if options is None else tuple(_label(one) for one in options)
    found = []
    for j in range(items):
        column, rest = table[:, j], total - right[:, j]
        seen = column != ""
        described = tuple(
            _option(column == label, seen, rest, group, groups, label, label in keys[j], level=level, minimum=minimum)
            for label in sorted({*column[seen].tolist(), *keys[j], *listed}, key=_in_order)
        )
        found.append(
            ItemOptions(
                name=labels[j],
                key=keys[j],
                options=described,
                omitted=proportion(
                    float((~seen).sum()), persons, method="share of omits", level=level, minimum=minimum
                ),
                remarks=_remarks(described),
            )
        )
    return tuple(found)


def _labels(choices: npt.ArrayLike | Sequence[Sequence[object]]) -> Labels:
    """Every choice as text, "" for no answer."""
    table = np.asarray(choices)
    if table.ndim != 2:
        raise ResponseError(
            "not_a_table", f"choices must be a table (persons × items); this has {table.ndim} dimension(s)"
        )
    if table.dtype.kind == "U":
        return np.char.strip(table)
    used, places = np.unique(table, return_inverse=True) if table.dtype.kind in "biuf" else (None, None)
    if used is not None and places is not None:
        words = np.array([_label(value) for value in used.tolist()], dtype=np.str_)
        return words[places.reshape(table.shape)] if len(words) else np.zeros(table.shape, dtype=np.str_)
    flat = np.array([_label(value) for value in table.ravel().tolist()], dtype=np.str_)
    return flat.reshape(table.shape)


def _label(value: object) -> str:
    if value is None or value != value:  # NaN alone differs from itself
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value).strip()


def _key(right: object) -> tuple[str, ...]:
    several = right if isinstance(right, tuple | list | set | frozenset) else (right,)
    return tuple(sorted(_label(one) for one in several))


def _in_order(label: str) -> tuple[bool, float, str]:
    """Numbers by size, then words by the alphabet."""
    try:
        return (False, float(label), label)
    except ValueError:
        return (True, 0.0, label)


def _groups(total: FloatArray, groups: int) -> npt.NDArray[np.intp]:
    if not len(total):
        return np.zeros(0, dtype=np.intp)
    limits = np.quantile(total, np.arange(1, groups) / groups)
    return np.searchsorted(limits, total, side="left")


def _option(
    chosen: BoolArray,
    seen: BoolArray,
    rest: FloatArray,
    group: npt.NDArray[np.intp],
    groups: int,
    label: str,
    is_key: bool,
    *,
    level: float,
    minimum: int,
) -> Option:
    n, count = int(seen.sum()), int(chosen.sum())
    sizes = np.bincount(group[seen], minlength=groups).astype(np.float64)
    times = np.bincount(group[chosen], minlength=groups)
    by_group = tuple(float(part / size) if size else None for part, size in zip(times, sizes, strict=True))
    return Option(
        label=label,
        is_key=is_key,
        count=count,
        share=proportion(float(count), n, method=f"share choosing {label}", level=level, minimum=minimum),
        point_biserial=correlation(
            _correlation(chosen[seen], rest[seen]),
            n,
            method=f"point-biserial of choosing {label} with the other items",
            source=SOURCE,
            level=level,
            minimum=minimum,
        ),
        mean_rest=float(rest[chosen].mean()) if count else None,
        by_group=by_group,
    )


def _correlation(chosen: BoolArray, rest: FloatArray) -> float:
    if len(rest) < 2 or chosen.all() or not chosen.any() or rest.min() == rest.max():
        return float("nan")
    p = float(chosen.mean())
    return float((rest[chosen].mean() - rest[~chosen].mean()) / rest.std() * np.sqrt(p * (1 - p)))


def _remarks(options: tuple[Option, ...]) -> tuple[str, ...]:
    keys = [option for option in options if option.is_key]
    distractors = [option for option in options if not option.is_key]
    strengths = [option.point_biserial.value for option in keys if option.point_biserial.value is not None]
    best = max(strengths, default=None)
    remarks = []
    for option in keys:
        if option.count == 0:
            remarks.append(f"nobody chose the key {option.label}: is it the right one?")
        elif option.point_biserial.value is not None and option.point_biserial.value < 0:
            remarks.append(f"the key {option.label} is chosen by the weaker persons: is it the right one?")
    for option in distractors:
        strength = option.point_biserial.value
        if option.count == 0:
            remarks.append(f"nobody chose {option.label}; it distracts no one")
        elif strength is not None and best is not None and strength > best:
            remarks.append(f"{option.label} goes better with the other items than the key does: check the key")
        elif option.point_biserial.interval is not None and option.point_biserial.interval[0] > 0:
            remarks.append(f"{option.label} is chosen by the stronger persons: it may be right too")
    return tuple(remarks)
