"""Items whose parameters are known from an earlier calibration."""

from collections.abc import Mapping, Sequence

import numpy as np

from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.known_item import KnownItem
from assess.psychometrics.irt.models import Model
from assess.psychometrics.responses import ResponseError

Anchors = Mapping[str, KnownItem]


def anchors_of(calibration: Calibration, names: Sequence[str] | None = None) -> dict[str, KnownItem]:
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
        found[name] = KnownItem(
            difficulty=tuple(steps.tolist()) if calibration.difficulty.ndim > 1 else float(steps[0]),
            discrimination=float(calibration.discrimination[j]),
            guessing=float(calibration.guessing[j]),
        )
    return found


def by_column(anchors: Anchors, names: Sequence[str], model: Model) -> dict[int, KnownItem]:
    """The anchors by the column they are for, checked against the model.

    Raises
    ------
    ResponseError
        `no_such_item`; `not_an_item` when the parameters are none of the model; `anchors_disagree` when a model with one
        slope is given several, or the RSM several sets of distances.
    """
    found: dict[int, KnownItem] = {}
    for name, given in anchors.items():
        if name not in names:
            raise ResponseError("no_such_item", f"there is an anchor for {name!r}, but no item of that name")
        given.refuse(f"anchor {name}", model)
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
