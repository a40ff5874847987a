"""Which items and persons a calibration can use, and what to say about the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.irt.models import Model
from assess.psychometrics.irt.table import (
    ResponseTable,
    SmallIntegers,
    frequencies,
    joined,
    response_table,
    small_categories,
)
from assess.psychometrics.responses import ResponseError, item_names

FEWEST_PERSONS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Eligible:
    """Responses of the persons and items that count.

    Attributes
    ----------
    used
        The categories in use, for each column.
    left_out
        Why a column is left out.
    answered
        Persons who answered each column.
    unanswered
        Persons without a response.
    persons
        The rows of the responses that are used.
    categories
        Their responses to the columns kept, categories consecutive from 0.
    occurring
        How often each original category occurs, for each column.
    too_thin
        Why nothing can be calibrated; empty when something can.
    """

    labels: tuple[str, ...]
    used: tuple[IntArray, ...]
    left_out: dict[int, str]
    answered: IntArray
    unanswered: int
    persons: IntArray
    categories: SmallIntegers
    occurring: IntArray
    too_thin: str
    remarks: tuple[str, ...]

    @property
    def kept(self) -> list[int]:
        """The columns that can be calibrated."""
        return [j for j in range(len(self.labels)) if j not in self.left_out]

    def table(self, group: IntArray | None = None) -> ResponseTable:
        """What the calibration reads; `group` is the number of each given person's group."""
        used = [self.used[j] for j in self.kept]
        counts = np.array([len(categories) for categories in used], dtype=np.int64)
        compact = np.zeros((len(used), int(counts.max())), dtype=np.int64)
        for row, (j, categories) in enumerate(zip(self.kept, used, strict=True)):
            compact[row, : len(categories)] = self.occurring[j, categories]
        return response_table(self.categories, counts, compact, None if group is None else group[self.persons])


def eligible(
    responses: npt.ArrayLike, model: Model, names: Sequence[str] | None, known: Mapping[int, int] | None = None
) -> Eligible:
    """Check responses for a model; `known` are columns with fixed parameters and how many categories they have.

    Raises
    ------
    ResponseError
        `not_dichotomous`, `not_a_table`, `not_finite`, `not_a_category`, `names_do_not_fit`.
    """
    known = known or {}
    given = small_categories(responses)
    labels = item_names(given.shape[1], names)
    answering, persons = given, np.arange(len(given))
    if given.size and given.min() < 0:
        persons = np.flatnonzero((given >= 0).any(axis=1))
        answering = given[persons]
    unanswered = len(given) - len(answering)
    occurring = frequencies(answering)
    _refuse_unknown_categories(occurring, known, labels)
    if known:
        occurring = np.pad(occurring, ((0, 0), (0, max(0, max(known.values()) - occurring.shape[1]))))
    used = tuple(
        np.arange(known[j]) if j in known and row.any() else np.flatnonzero(row) for j, row in enumerate(occurring)
    )
    _refuse_categories(model, used, labels)
    left_out = {j: reason for j, categories in enumerate(used) if (reason := _one_category(categories))}
    kept = [j for j in range(len(labels)) if j not in left_out]
    remarks = [f"{labels[j]}: {reason}" for j, reason in left_out.items()]
    remarks += [f"{labels[j]}: {gap}" for j in kept if (gap := _never_used(used[j]))]
    if unanswered:
        remarks.append(f"{unanswered} persons answered nothing and say nothing about the items")
    if len(kept) < len(labels) or not all(len(categories) == categories[-1] + 1 for categories in used):
        answering = _recoded(answering, used, kept)
        some = (answering >= 0).any(axis=1)
        answering, persons = answering[some], persons[some]
        if kept and not some.all():
            remarks.append(f"{int((~some).sum())} persons answered only items that are left out, and are not used")
    return Eligible(
        labels=labels,
        used=used,
        left_out=left_out,
        answered=occurring.sum(axis=1),
        unanswered=unanswered,
        persons=persons,
        categories=answering,
        occurring=occurring,
        too_thin=_too_thin(model, len(kept), len(answering), anchored=any(j in known for j in kept)),
        remarks=tuple(remarks),
    )


def _refuse_categories(model: Model, used: tuple[IntArray, ...], labels: Sequence[str]) -> None:
    if model.polytomous:
        return
    for j, categories in enumerate(used):
        if len(categories) and categories[-1] > 1:
            sentence = (
                f"{labels[j]} has category {categories[-1]}; the {model.name} is for right (1) or wrong (0): use "
            )
            raise ResponseError("not_dichotomous", sentence + ("PCM" if model.common_slope else "GPCM or GRM"))


def _refuse_unknown_categories(occurring: IntArray, known: Mapping[int, int], labels: Sequence[str]) -> None:
    for j, count in known.items():
        if occurring[j, count:].any():
            sentence = f"{labels[j]} has category {np.flatnonzero(occurring[j])[-1]}; its anchor knows 0 to {count - 1}"
            raise ResponseError("not_a_category", sentence)


def _one_category(used: IntArray) -> str:
    """Why an item has no finite difficulty, or nothing."""
    if not len(used):
        return "nobody answered it; it is left out"
    if len(used) == 1:
        return f"everybody who answered it is in category {used[0]}, which tells nobody apart; it is left out"
    return ""


def _never_used(used: IntArray) -> str:
    missing = sorted(set(range(int(used[-1]))) - set(used.tolist()))
    if not missing:
        return ""
    which = ", ".join(map(str, missing))
    return f"nobody is in category {which}: joined with the next one in use, and its threshold has no estimate"


def _recoded(answering: SmallIntegers, used: tuple[IntArray, ...], kept: Sequence[int]) -> SmallIntegers:
    if not kept:
        return answering[:, :0]
    return np.column_stack([joined(answering[:, j], used[j]) for j in kept]).astype(np.int8)


def _too_thin(model: Model, items: int, persons: int, *, anchored: bool) -> str:
    fewest = 2 if model.common_slope or anchored else 3
    if items < fewest:
        why = "two items show how far they go together, not a slope each: use Rasch or PCM, or " if items == 2 else ""
        return f"{items} items can be calibrated; {why}the {model.name} needs at least {fewest}"
    if persons < FEWEST_PERSONS:
        return f"{persons} persons answered; at least {model.minimum} are needed"
    return ""
