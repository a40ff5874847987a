"""Items whose parameters are published: a calibration without persons, to measure with."""

from collections.abc import Mapping

import numpy as np

from assess.psychometrics.irt.calibration import Calibration, spread_out
from assess.psychometrics.irt.expectation import POINTS
from assess.psychometrics.irt.fitted import Fitted, thresholds
from assess.psychometrics.irt.known_item import KnownItem, rows_of
from assess.psychometrics.irt.maximisation import Priors
from assess.psychometrics.irt.models import model_named
from assess.psychometrics.irt.table import response_table
from assess.psychometrics.responses import ResponseError

GIVEN = "the parameters were given, not estimated"


def known(items: Mapping[str, KnownItem], model: str = "2PL", *, mean: float = 0.0, sd: float = 1.0) -> Calibration:
    """A calibration made of given parameters: `estimate`, information and sum scores work with it.

    Parameters
    ----------
    items
        By name, in the order of the columns of the responses to be measured.
    mean, sd
        Of ability in the population, which EAP and MAP rest on.

    Raises
    ------
    ResponseError
        `unknown_model`, `no_items`, `not_an_item`, `not_a_population`.

    Examples
    --------
    >>> from assess.psychometrics.irt import estimate
    >>> scale = known({f"item {j}": KnownItem(difficulty=0.0) for j in range(4)}, "Rasch")
    >>> estimate([[1, 1, 1, 1]], scale, "WLE").theta.round(2).tolist()
    [2.2]
    """
    specification = model_named(model)
    if not items:
        raise ResponseError("no_items", "there are no items to measure with")
    if not (np.isfinite(mean) and np.isfinite(sd) and sd > 0):
        raise ResponseError("not_a_population", f"mean {mean:g} and standard deviation {sd:g} are no population")
    for name, item in items.items():
        item.refuse(name, specification)
    counts = np.array([len(item.thresholds) + 1 for item in items.values()])
    rows = rows_of(list(items.values()), specification, int(counts.max()) + (specification.family == "guessing"))
    nobody = response_table(
        np.zeros((0, len(items)), dtype=np.int8), counts, np.zeros((len(items), int(counts.max())), dtype=np.int64)
    )
    fitted = Fitted(
        family=specification.family,
        parameters=rows,
        at_bound=np.zeros(rows.shape, dtype=bool),
        anchored=np.ones(len(items), dtype=bool),
        table=nobody,
        priors=Priors(),
        points=POINTS,
        means=np.array([mean]),
        sds=np.array([sd]),
        moving=np.zeros(1, dtype=bool),
    )
    used = tuple(np.arange(count) for count in counts)
    shape = (len(items), int(counts.max()) - 1) if specification.polytomous else (len(items),)
    return Calibration(
        model=model,
        names=tuple(items),
        discrimination=rows[:, 0],
        difficulty=spread_out(thresholds(specification.family, rows, counts), used, np.full(shape, np.nan)),
        guessing=np.array([item.guessing for item in items.values()]),
        groups=("all",),
        group_sizes=np.zeros(1, dtype=np.int64),
        means=fitted.means,
        sds=fitted.sds,
        log_likelihood=float("nan"),
        log_prior=0.0,
        n_parameters=0,
        converged=True,
        iterations=0,
        points=POINTS,
        steepness=0.0,
        starts="",
        persons=0,
        unanswered=0,
        reason="",
        remarks=(GIVEN,),
        left_out={},
        anchored=np.ones(len(items), dtype=bool),
        answered=np.zeros(len(items), dtype=np.int64),
        used=used,
        fitted=fitted,
        error_method="auto",
    )
