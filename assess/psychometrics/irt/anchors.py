"""Items whose parameters are known from an earlier calibration, and persons of several populations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.irt.maximisation import LOGIT_GUESSING
from assess.psychometrics.irt.models import Model
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError, as_matrix, item_names

if TYPE_CHECKING:  # a calibration is made with anchors, and may itself be one
    from assess.psychometrics.irt.calibration import Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemParameters:
    """Known parameters of one item.

    Attributes
    ----------
    difficulty
        b, or the thresholds of an item with several categories, lowest first.
    discrimination
        Slope a in the logistic metric.
    guessing
        Lower asymptote, of the 3PL only.
    """

    difficulty: float | tuple[float, ...]
    discrimination: float = 1.0
    guessing: float = 0.0

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The difficulty as a list."""
        return self.difficulty if isinstance(self.difficulty, tuple) else (self.difficulty,)

    def row(self, model: Model) -> FloatArray:
        """Slope, intercepts, and for the 3PL the logit of the guessing parameter.

        Examples
        --------
        >>> from assess.psychometrics.irt.models import MODELS
        >>> ItemParameters(difficulty=(-1.0, 1.0), discrimination=2.0).row(MODELS["GPCM"]).tolist()
        [2.0, 2.0, 0.0]
        """
        intercepts = -self.discrimination * np.array(self.thresholds)
        if model.family == "partial credit":
            intercepts = np.cumsum(intercepts)
        row = np.concatenate([[self.discrimination], intercepts])
        if model.family != "guessing":
            return row
        lowest = 1 / (1 + np.exp(-LOGIT_GUESSING[0]))
        return np.append(row, logit(max(self.guessing, lowest)))


Anchors = Mapping[str, ItemParameters]


def anchors_of(calibration: "Calibration", names: Sequence[str] | None = None) -> dict[str, ItemParameters]:
    """The items of a calibration as anchors of another: all that have an estimate, or those named.

    Raises
    ------
    ResponseError
        `no_such_item`; `not_calibrated` when an item has no estimate or a category that was never used.

    Examples
    --------
    >>> from assess.psychometrics.irt import calibrate
    >>> answers = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 0, 1]] * 20, dtype=float)
    >>> anchors_of(calibrate(answers, "Rasch"), ["item 2"])["item 2"].discrimination
    1.0
    """
    found = {}
    for name in calibration.names if names is None else names:
        if name not in calibration.names:
            raise ResponseError("no_such_item", f"the calibration has no item {name!r}")
        j = calibration.names.index(name)
        steps = np.atleast_1d(calibration.difficulty[j])[: int(calibration.used[j].max(initial=1))]
        if j in calibration.left_out or not np.isfinite(steps).all():
            if names is None:
                continue
            reason = calibration.left_out.get(j, "one of its categories was never used")
            raise ResponseError("not_calibrated", f"{name} cannot be an anchor: {reason}")
        found[name] = ItemParameters(
            difficulty=tuple(steps.tolist()) if calibration.difficulty.ndim > 1 else float(steps[0]),
            discrimination=float(calibration.discrimination[j]),
            guessing=float(calibration.guessing[j]),
        )
    return found


def by_column(anchors: Anchors, names: Sequence[str], model: Model) -> dict[int, ItemParameters]:
    """The anchors by the column they are for, checked against the model.

    Raises
    ------
    ResponseError
        `no_such_item`; `not_an_anchor` when the parameters are none of the model; `anchors_disagree` when a model with one
        slope is given several, or the RSM several sets of distances.
    """
    found: dict[int, ItemParameters] = {}
    for name, given in anchors.items():
        if name not in names:
            raise ResponseError("no_such_item", f"there is an anchor for {name!r}, but no item of that name")
        _refuse(name, given, model)
        found[list(names).index(name)] = given
    slopes = {given.discrimination for given in found.values()}
    if model.common_slope and len(slopes) > 1:
        raise ResponseError("anchors_disagree", f"the {model.name} has one slope; the anchors have {sorted(slopes)}")
    if model.name == "RSM" and found:
        longest = max((np.array(given.thresholds) for given in found.values()), key=len)
        for name, given in anchors.items():
            own = np.array(given.thresholds)
            if len(own) == len(longest) and not np.allclose(own - own.mean(), longest - longest.mean(), atol=1e-6):
                raise ResponseError("anchors_disagree", f"{name}: the RSM has the same distances for all items")
    return found


def _refuse(name: str, given: ItemParameters, model: Model) -> None:
    steps = np.array(given.thresholds)
    numbers = [*steps.tolist(), given.discrimination, given.guessing]
    reason = ""
    if not len(steps) or not np.isfinite(numbers).all():
        reason = "every parameter has to be a finite number"
    elif len(steps) > 1 and not model.polytomous:
        reason = f"the {model.name} has one difficulty, this has {len(steps)} thresholds"
    elif model.fixed_slope and given.discrimination != 1:
        reason = f"the {model.name} has slope 1, this has {given.discrimination:g}"
    elif model.common_slope and given.discrimination <= 0:
        reason = f"the slope of the {model.name} is greater than 0"
    elif model.family == "graded" and (np.diff(steps) * given.discrimination <= 0).any():
        reason = "thresholds of the GRM rise"
    elif not 0 <= given.guessing < 0.7 or (given.guessing and model.family != "guessing"):
        reason = f"a guessing parameter of {given.guessing:g} is none of the {model.name}"
    if reason:
        raise ResponseError("not_an_anchor", f"anchor {name}: {reason}")


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
        return Grouping(tuple(labels), member)
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
    return SplitItems(np.column_stack(columns) if columns else np.empty(shape), tuple(found), np.array(split, dtype=bool))
