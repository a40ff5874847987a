"""Standard errors of a fitted many-facet model.

Joint errors come from the inverse of the information matrix within the directions that are free, so that they include
what is unknown about the other facets. With very many elements that inverse is out of reach; then an element's error is
1/√(its own information), the others taken as known, as the program Facets reports it.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from assess.psychometrics.facets.equations import Layout
from assess.psychometrics.facets.joint import JointPlace
from assess.psychometrics.facets.marginal import AFFORDABLE, NARROWEST_POPULATION, MarginalPlace
from assess.psychometrics.responses import BoolArray, FloatArray

MOST_JOINT = 1500

OBSERVED = "observed information"
LINEARISED = "observed information, its missing part linearised"
CONDITIONAL = "information on this element, the others as known"
POSTERIOR = "standard deviation of the posterior, the facets as known"


@dataclass(frozen=True, eq=False)
class Errors:
    """Standard errors in the shapes of the estimates.

    Attributes
    ----------
    blocks
        For each block of the layout.
    thresholds
        groups × (categories − 1).
    mean, log_sd
        Of the population; 0 without one.
    method
        How they were computed.
    """

    blocks: tuple[FloatArray, ...]
    thresholds: FloatArray
    mean: float
    log_sd: float
    method: str


def projection(layout: Layout, number: int) -> FloatArray:
    """The matrix that leaves only the free directions."""
    return np.column_stack([layout.allowed(column) for column in np.eye(number)])


def within(information: FloatArray, free: FloatArray) -> FloatArray:
    """Inverse of the information within the free directions; NaN where it does not exist."""
    number = len(information)
    inside = free @ information @ free + np.eye(number) - free
    scale = 1 / np.sqrt(np.maximum(np.abs(np.diag(inside)), 1e-12))
    scaled = inside * np.outer(scale, scale)
    try:
        np.linalg.cholesky(scaled)
        inverse = np.linalg.inv(scaled) * np.outer(scale, scale)
    except np.linalg.LinAlgError:
        return np.full((number, number), np.nan)
    return np.asarray(free @ inverse @ free)


def marginal_errors(at: MarginalPlace, used: BoolArray, *, standing: int | None, joint: bool) -> Errors:
    """Of facets, thresholds and population.

    Parameters
    ----------
    standing
        The block that takes over the population's mean, which is then 0 by definition; None when the mean is free.
    joint
        Whether joint errors are wanted where they can be had.
    """
    layout, number = at.model.cells.layout, len(at.parameters)
    nodes = at.nodes
    if not joint or number > MOST_JOINT:
        own = at.linearised_diagonal()
        blocks, _ = layout.apart(_error(own))
        product = {g: at.curvature.product[g] for g in range(len(layout.free))}
        thresholds = _own_thresholds(layout, product, used)
        return Errors(tuple(blocks), thresholds, float(_error(own)[-2]), float(_error(own)[-1]), CONDITIONAL)
    exact = len(at.mean) * nodes * float(number) ** 2 <= AFFORDABLE
    information = at.observed_information() if exact else at.linearised_information()
    free = projection(layout, number)
    if at.parameters[-1] <= NARROWEST_POPULATION:
        free[-1, -1] = 0.0
    covariance = within(information, free)
    if standing is not None:
        moved = np.eye(number)
        moved[layout.starts[standing] : layout.starts[standing + 1], -2] = -1.0
        moved[-2, -2] = 0.0
        covariance = moved @ covariance @ moved.T
    errors = _root(np.diag(covariance))
    blocks, _ = layout.apart(errors)
    first = layout.starts[-1]
    return Errors(
        tuple(blocks),
        _thresholds(layout, covariance[first:-2, first:-2], used),
        float(errors[-2]),
        float(errors[-1]),
        OBSERVED if exact else LINEARISED,
    )


def joint_errors(at: JointPlace, used: BoolArray, *, standing: int | None, joint: bool) -> Errors:
    """Of persons, facets and thresholds; persons are eliminated from the matrix, which has a diagonal block of them."""
    layout = at.layout
    persons = layout.sizes[0]
    rest = layout.parameters - persons
    if not joint or rest > MOST_JOINT:
        blocks, _ = layout.apart(_error(at.diagonal))
        product = {g: at.curvature.product[g] for g in range(len(layout.free))}
        return Errors(tuple(blocks), _own_thresholds(layout, product, used), 0.0, 0.0, CONDITIONAL)
    matrix = sparse.csr_array(at.information())
    own = at.diagonal[:persons]
    # an anchored person is known
    known = np.where((own > 0) & ~layout.held[0], 1 / np.where(own > 0, own, 1.0), 0.0)
    across = matrix[:persons, persons:]
    schur = matrix[persons:, persons:].toarray() - (across.T @ (sparse.diags_array(known) @ across)).toarray()
    free = np.column_stack([layout.allowed(np.concatenate([np.zeros(persons), c]))[persons:] for c in np.eye(rest)])
    covariance = within(schur, free)
    pulled = sparse.diags_array(known) @ across  # minus the response of persons to the facets
    of_persons = known + np.asarray((pulled @ covariance) * pulled.toarray()).sum(axis=1)
    if standing is not None:
        mean = (known > 0) / max(int((known > 0).sum()), 1)
        weight = pulled.T @ mean
        with_facets = -covariance @ weight
        of_mean = float(mean @ (known * mean) + weight @ covariance @ weight)
        of_persons = of_persons + of_mean - 2 * (known * mean + pulled @ (covariance @ weight))
        place = np.zeros(rest)
        place[layout.starts[standing] - persons : layout.starts[standing + 1] - persons] = 1.0
        covariance = (
            covariance - np.outer(place, with_facets) - np.outer(with_facets, place) + of_mean * np.outer(place, place)
        )
    errors = np.concatenate([_root(np.where(known > 0, of_persons, 0.0)), _root(np.diag(covariance))])
    blocks, _ = layout.apart(errors)
    first = layout.starts[-1] - persons
    return Errors(tuple(blocks), _thresholds(layout, covariance[first:, first:], used), 0.0, 0.0, OBSERVED)


def _error(information: FloatArray) -> FloatArray:
    return np.where(information > 0, 1 / np.sqrt(np.where(information > 0, information, 1.0)), np.nan)


def _root(variance: FloatArray) -> FloatArray:
    return np.sqrt(np.where(variance >= 0, variance, np.where(variance > -1e-12, 0.0, np.nan)))


def _thresholds(layout: Layout, covariance: FloatArray, used: BoolArray) -> FloatArray:
    """τ_k = a_{k−1} − a_k; an offset that is not free is 0 by definition."""
    groups, categories = layout.free.shape
    place = np.full((groups, categories), -1)
    place[layout.free] = np.arange(int(layout.free.sum()))
    padded = np.zeros((len(covariance) + 1, len(covariance) + 1))
    padded[:-1, :-1] = covariance
    before, after = place[:, :-1], place[:, 1:]
    variance = padded[before, before] + padded[after, after] - 2 * padded[before, after]
    return np.where(used[:, 1:] & used[:, :-1], _root(variance), np.nan)


def _own_thresholds(layout: Layout, product: dict[int, FloatArray], used: BoolArray) -> FloatArray:
    """The same with each group of steps on its own."""
    found = np.full((len(layout.free), layout.free.shape[1] - 1), np.nan)
    for g, free in enumerate(layout.free):
        alone = Layout((), (), (), layout.group[:0], free[None, :], (), ())
        inside = product[g][np.ix_(free, free)]
        covariance = within(inside, np.eye(len(inside))) if len(inside) else inside
        found[g] = _thresholds(alone, covariance, used[[g]])[0]
    return found
