"""Drawing a form from a pool: which items, so that the blueprint holds and the cut is measured well.

Forms are drawn on the fly, one for each attempt. A mixed-integer programme (HiGHS through `scipy.optimize.milp`)
decides, so that "there is no such form" is a proof and not a failed search; what is missing is then named in words.
`docs/explanation/form-assembly.md` gives the model.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

# Author estimates give one difficulty to an item with several points. Until a calibration gives its steps they are taken to
# lie this far apart around it: steps in one place would promise more information than such items are known to give.
STEP_SPACING = 1.0
# Weights beside information scaled to 1: how much chance and past exposure may outweigh it.
CHANCE = 1.0
EXPOSURE = 1.0

Floats = NDArray[np.float64]


class AssemblyError(ValueError):
    """No form can be drawn. `reasons` name each cell or rule that lacks something and how much."""

    def __init__(self, code: str, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.code = code
        self.reasons = tuple(reasons)
        self.sentence = str(self)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """How many scored items of a domain and cognitive level a form holds."""

    domain: str
    level: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """`standard_error` is the largest conditional standard error at the cut, in logits, that a form may have; None
    asks for none.
    """

    id: str
    cells: tuple[Cell, ...]
    pretest_slots: int = 0
    standard_error: float | None = None

    @property
    def length(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class ItemDescriptor:
    """What assembly needs to know of an item version.

    `difficulty` in logits; a `pilot` item may fill pretest slots only; `exposures` counts the forms it has stood on.
    """

    id: int
    identifier: str
    domain: str
    level: str
    outcome: str
    maximum: Decimal
    difficulty: float
    pilot: bool = False
    exposures: int = 0


@dataclass(frozen=True, kw_only=True)
class Form:
    """Version ids. `order` is the seeded order of presentation, scored and pretest items mixed."""

    scored: tuple[int, ...]
    pretest: tuple[int, ...]
    order: tuple[int, ...]
    standard_error: float


def information(item: ItemDescriptor, theta: float) -> float:
    """Fisher information of an item at `theta` under the partial credit model.

    Parameters
    ----------
    item : ItemDescriptor
        Steps k = 1 … m (m = the maximum, in whole points) lie at difficulty + (k − (m + 1) / 2) × `STEP_SPACING`.
    theta : float
        Ability in logits.

    Returns
    -------
    float
        Var(X | theta), with P(X = x) ∝ exp(Σ_{k≤x} (theta − step_k)); for one point that is p (1 − p).

    Raises
    ------
    ValueError
        When the maximum is not a whole number of points.

    References
    ----------
    Masters, G. N. (1982). A Rasch model for partial credit scoring. Psychometrika, 47, 149–174.

    Examples
    --------
    >>> from decimal import Decimal
    >>> facts = {"id": 1, "identifier": "A", "domain": "D", "level": "apply", "outcome": "O"}
    >>> one = ItemDescriptor(**facts, maximum=Decimal(1), difficulty=0.0)
    >>> information(one, 0.0)
    0.25
    """
    steps = int(item.maximum)
    if steps != item.maximum or steps < 1:
        raise ValueError(f"{item.identifier} has a maximum of {item.maximum}; information needs whole points from 1.")
    spread = (np.arange(1, steps + 1) - (steps + 1) / 2) * STEP_SPACING
    exponents = np.concatenate(([0.0], np.cumsum(theta - (item.difficulty + spread))))
    weights = np.exp(exponents - exponents.max())
    chances = weights / weights.sum()
    scores = np.arange(steps + 1)
    mean = float(chances @ scores)
    return float(chances @ (scores - mean) ** 2)


def precision(items: Sequence[ItemDescriptor], theta: float) -> float:
    """Conditional standard error of the ability estimate at `theta`, in logits: 1 / √(sum of information).

    Raises
    ------
    ValueError
        For an empty form.
    """
    total = math.fsum(information(item, theta) for item in items)
    if total == 0:
        raise ValueError("An empty form measures nothing; give at least one item.")
    return 1 / math.sqrt(total)


def draw_form(
    *,
    blueprint: Blueprint,
    pool: Sequence[ItemDescriptor],
    enemies: Sequence[frozenset[str]],
    theta: float,
    seed: bytes,
) -> Form:
    """Draw the form of one attempt.

    Parameters
    ----------
    blueprint : Blueprint
        Cells, pretest slots and the precision asked for.
    pool : sequence of ItemDescriptor
        Candidate versions, at most one for each item.
    enemies : sequence of sets of item identifiers
        A form, pretest slots included, holds at most one item of each set.
    theta : float
        The cut in logits.
    seed : bytes
        The same seed and the same pool give the same form.

    Returns
    -------
    Form

    Raises
    ------
    AssemblyError
        `cell_short`, `rules_conflict` or `precision`, with what is lacking.
    """
    if not pool:
        raise AssemblyError("cell_short", [f"{blueprint.id}: the pool is empty; publish items first."])
    chance = np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(seed).digest(), "big")))
    count = len(pool)
    gain = np.array([information(item, theta) for item in pool])
    exposed = np.array([item.exposures for item in pool], dtype=float)
    worn = EXPOSURE * exposed / max(exposed.max(), 1.0)
    scored_value = gain / gain.max() + CHANCE * chance.random(count) - worn
    pretest_value = CHANCE * chance.random(count) - worn
    chosen = _solve(
        blueprint=blueprint,
        pool=pool,
        enemies=enemies,
        gain=gain,
        value=np.concatenate((scored_value, pretest_value)),
        wanted=_wanted_information(blueprint),
    )
    if chosen is None:
        raise _refusal(blueprint=blueprint, pool=pool, enemies=enemies, gain=gain)
    scored = [item for item, taken in zip(pool, chosen[:count], strict=True) if taken]
    pretest = [item for item, taken in zip(pool, chosen[count:], strict=True) if taken]
    together = [item.id for item in (*scored, *pretest)]
    return Form(
        scored=tuple(item.id for item in scored),
        pretest=tuple(item.id for item in pretest),
        order=tuple(together[i] for i in np.argsort(chance.random(len(together)))),
        standard_error=precision(scored, theta),
    )


def check_blueprint(
    *, blueprint: Blueprint, pool: Sequence[ItemDescriptor], enemies: Sequence[frozenset[str]], theta: float
) -> float:
    """Can the pool fill this blueprint at all?

    Returns
    -------
    float
        Conditional standard error at `theta` of the most precise form.

    Raises
    ------
    AssemblyError
        As `draw_form`; the sentence of `precision` names the length needed.
    """
    if not pool:
        raise AssemblyError("cell_short", [f"{blueprint.id}: the pool is empty; publish items first."])
    gain = np.array([information(item, theta) for item in pool])
    best = _best_information(blueprint=blueprint, pool=pool, enemies=enemies, gain=gain)
    if best is None or best < _wanted_information(blueprint):
        raise _refusal(blueprint=blueprint, pool=pool, enemies=enemies, gain=gain)
    return 1 / math.sqrt(best)


def required_length(
    *, blueprint: Blueprint, pool: Sequence[ItemDescriptor], enemies: Sequence[frozenset[str]], theta: float
) -> int:
    """Fewest scored items that reach the blueprint's precision, were its best form lengthened by items as good as its
    own.

    Notes
    -----
    ⌈length × wanted information ÷ best information⌉, but never below the blueprint's own length. A lower bound: what
    the pool has left is no better than what its best form already took.

    Raises
    ------
    AssemblyError
        When the cells can't be filled.
    """
    gain = np.array([information(item, theta) for item in pool])
    best = _best_information(blueprint=blueprint, pool=pool, enemies=enemies, gain=gain) if pool else None
    if best is None:
        raise AssemblyError("cell_short", _shortages(blueprint=blueprint, pool=pool, enemies=enemies))
    return max(blueprint.length, math.ceil(blueprint.length * _wanted_information(blueprint) / best))


def _wanted_information(blueprint: Blueprint) -> float:
    return 0.0 if blueprint.standard_error is None else 1 / blueprint.standard_error**2


def _rows(
    blueprint: Blueprint, pool: Sequence[ItemDescriptor], enemies: Sequence[frozenset[str]]
) -> tuple[Floats, Floats, Floats]:
    """Coefficients, lower and upper bounds: cells, pretest slots, each item once, each enemy set once. Columns:
    scored, then pretest.
    """
    count = len(pool)
    none, every = np.zeros(count), np.ones(count)
    coefficients, lower, upper = [], [], []

    def row(values: Floats, low: float, high: float) -> None:
        coefficients.append(values)
        lower.append(low)
        upper.append(high)

    for cell in blueprint.cells:
        inside = np.array([float((item.domain, item.level) == (cell.domain, cell.level)) for item in pool])
        row(np.concatenate((inside, none)), cell.count, cell.count)
    row(np.concatenate((none, every)), blueprint.pretest_slots, blueprint.pretest_slots)
    for i in range(count):
        once = np.zeros(2 * count)
        once[[i, count + i]] = 1
        row(once, 0, 1)
    for group in enemies:
        inside = np.array([float(item.identifier in group) for item in pool])
        row(np.concatenate((inside, inside)), 0, 1)
    return np.array(coefficients), np.array(lower, dtype=float), np.array(upper, dtype=float)


def _bounds(blueprint: Blueprint, pool: Sequence[ItemDescriptor]) -> Floats:
    cells = {(cell.domain, cell.level) for cell in blueprint.cells if cell.count}
    scorable = [float(not item.pilot and (item.domain, item.level) in cells) for item in pool]
    return np.array([*scorable, *([1.0] * len(pool))])


def _solve(
    *,
    blueprint: Blueprint,
    pool: Sequence[ItemDescriptor],
    enemies: Sequence[frozenset[str]],
    gain: Floats,
    value: Floats,
    wanted: float,
) -> NDArray[np.bool_] | None:
    coefficients, lower, upper = _rows(blueprint, pool, enemies)
    enough = np.concatenate((gain, np.zeros(len(pool))))
    solution = milp(
        -value,
        integrality=np.ones(len(value)),
        bounds=Bounds(0, _bounds(blueprint, pool)),
        constraints=LinearConstraint(
            csr_array(np.vstack((coefficients, enough))), np.append(lower, wanted), np.append(upper, np.inf)
        ),
    )
    return None if solution.x is None else np.asarray(solution.x > 0.5)


def _best_information(
    *, blueprint: Blueprint, pool: Sequence[ItemDescriptor], enemies: Sequence[frozenset[str]], gain: Floats
) -> float | None:
    value = np.concatenate((gain, np.zeros(len(pool))))
    chosen = _solve(blueprint=blueprint, pool=pool, enemies=enemies, gain=gain, value=value, wanted=0.0)
    return None if chosen is None else float(gain[chosen[: len(pool)]].sum())


def _refusal(
    *, blueprint: Blueprint, pool: Sequence[ItemDescriptor], enemies: Sequence[frozenset[str]], gain: Floats
) -> AssemblyError:
    best = _best_information(blueprint=blueprint, pool=pool, enemies=enemies, gain=gain)
    if best is None:
        code = "cell_short" if _plain_shortages(blueprint, pool) else "rules_conflict"
        return AssemblyError(code, _shortages(blueprint=blueprint, pool=pool, enemies=enemies))
    needed = math.ceil(blueprint.length * _wanted_information(blueprint) / best)
    return AssemblyError(
        "precision",
        [
            f"{blueprint.id}: the most precise form of {blueprint.length} items has a conditional standard error of "
            f"{1 / math.sqrt(best):.3f} logit at the cut, and {blueprint.standard_error:.2f} is asked for. "
            f"That needs at least {needed} items as good as these; lengthen the form or add items near the cut."
        ],
    )


def _plain_shortages(blueprint: Blueprint, pool: Sequence[ItemDescriptor]) -> list[str]:
    have = Counter((item.domain, item.level) for item in pool if not item.pilot)
    reasons = [
        f"{blueprint.id}: cell {cell.domain}/{cell.level} needs {cell.count} and the pool has "
        f"{have[cell.domain, cell.level]}; it lacks {cell.count - have[cell.domain, cell.level]}."
        for cell in blueprint.cells
        if have[cell.domain, cell.level] < cell.count
    ]
    wanted = blueprint.length + blueprint.pretest_slots
    if not reasons and len(pool) < wanted:
        reasons.append(
            f"{blueprint.id}: {blueprint.length} scored and {blueprint.pretest_slots} pretest slots need {wanted} items "
            f"and the pool has {len(pool)}; it lacks {wanted - len(pool)}."
        )
    return reasons


def _shortages(*, blueprint: Blueprint, pool: Sequence[ItemDescriptor], enemies: Sequence[frozenset[str]]) -> list[str]:
    """What is lacking: by counting where that is enough, else by the smallest slack that makes the programme
    feasible.
    """
    plain = _plain_shortages(blueprint, pool)
    if plain:
        return plain
    coefficients, lower, upper = _rows(blueprint, pool, enemies)
    soft = len(blueprint.cells) + 1
    slack = np.vstack((np.eye(soft), np.zeros((len(coefficients) - soft, soft))))
    count = coefficients.shape[1]
    solution = milp(
        np.concatenate((np.zeros(count), np.ones(soft))),
        integrality=np.ones(count + soft),
        bounds=Bounds(0, np.concatenate((_bounds(blueprint, pool), np.full(soft, np.inf)))),
        constraints=LinearConstraint(csr_array(np.hstack((coefficients, slack))), lower, upper),
    )
    lacking = np.rint(solution.x[count:]).astype(int)
    places = [f"cell {cell.domain}/{cell.level}" for cell in blueprint.cells] + ["the pretest slots"]
    return [
        f"{blueprint.id}: {place} lacks {number} because an enemy set or another slot takes the item; add items there."
        for place, number in zip(places, lacking, strict=True)
        if number
    ]
