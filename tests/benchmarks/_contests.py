"""What is measured: the arrays, who is asked, the goals, and what R's packages needed elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

FASTEST_AT_LEAST = 1.0


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One way of one package.

    Attributes
    ----------
    counts
        Whether its time is a denominator of the goal. A setting that is fast because it is wrong is shown as a warning.
    same_problem
        Whether what it maximises is what we maximise.
    times
        How often the measured share goes into the whole, where a package is too slow for the whole.
    slow
        Left out with --quick.
    """

    label: str
    package: str
    entry: str
    counts: bool = True
    same_problem: bool = True
    times: float = 1.0
    slow: bool = False


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far our answer may be from a peer's that computes the same."""

    name: str
    tolerance: float
    measure: Literal["largest difference", "median relative difference", "ratio of errors"] = "largest difference"


@dataclass(frozen=True, kw_only=True)
class Contest:
    """One row of the comparison.

    Attributes
    ----------
    draw, size, quick, warm
        The function of `_drawn` and its arguments, for the full run, with --quick (None: left out), and to warm up.
    kind
        The model by which `_yardstick` computes likelihoods; empty where nothing is calibrated.
    ratio, aim, seconds, memory_mb
        Goals of the full run: the fastest peer's time over ours, our time, our memory.
    elsewhere
        Seconds that were measured on another machine.
    """

    name: str
    draw: str
    size: Mapping[str, Any]
    quick: Mapping[str, Any] | None
    ours: str
    peers: tuple[Peer, ...] = ()
    warm: Mapping[str, Any] = field(default_factory=lambda: {"persons": 300})
    kind: str = ""
    ratio: float | None = None
    aim: float | None = None
    seconds: float | None = None
    memory_mb: float | None = None
    agree: tuple[Agreement, ...] = ()
    elsewhere: Mapping[str, float] = field(default_factory=dict)

    def arguments(self, *, quick: bool) -> Mapping[str, Any]:
        return self.quick if quick and self.quick is not None else self.size

    def title(self, *, quick: bool) -> str:
        size = self.arguments(quick=quick)
        if "markers" in size:
            return f"{self.name}, {size['persons'] * size['items'] * size['markers']:,} ratings by {size['raters']:,} raters"
        return f"{self.name}, {size['persons']:,} × {size['items'] if 'items' in size else size['raters']}"


def mirt(entry: str, *, without: str = "", **options: Any) -> Peer:
    return Peer(label=f"mirt, 61 nodes, SQUAREM{without}", package="mirt", entry=f"mirt {entry}", **options)


def mirt_default(model: str, **options: Any) -> Peer:
    return Peer(label="mirt by default, 21 nodes", package="mirt", entry=f"mirt default {model}", **options)


def girth(function: str, **options: Any) -> Peer:
    return Peer(label="girth", package="girth", entry=f"girth {function}", **options)


def raschpy(entry: str, **options: Any) -> Peer:
    return Peer(label="raschpy, pairwise", package="raschpy", entry=f"raschpy {entry}", **options)


SMALL = {"persons": 1000, "items": 15}
PLAIN: dict[str, Any] = {"draw": "right_or_wrong", "quick": SMALL | {"slope_sd": 0.3}}
WARNING = {"counts": False}
ERRORS = Agreement(name="error", tolerance=0.05, measure="median relative difference")


def _persons(thousands: int) -> dict[str, Any]:
    return {"persons": 1000 * thousands, "items": 60}


TWO_PL = Contest(
    name="2PL", size=_persons(10) | {"slope_sd": 0.3}, ours="2PL", kind="2PL", ratio=12, aim=18,
    peers=(mirt("2PL"), girth("twopl")), elsewhere={"R mirt": 2.35, "TAM": 2.46}, **PLAIN,
)  # fmt: skip
GRADED = Contest(
    name="GRM, 5 categories", draw="graded", size=_persons(10), quick=SMALL, ours="GRM", kind="GRM",
    ratio=10, aim=15, peers=(mirt("GRM"), mirt_default("GRM", **WARNING)), elsewhere={"R mirt": 8.75},
)  # fmt: skip
GENERALIZED = Contest(
    name="GPCM, 5 categories", draw="partial_credit", size=_persons(10) | {"slope_sd": 0.25},
    quick=SMALL | {"slope_sd": 0.25}, ours="GPCM", kind="GPCM", ratio=15, aim=25,
    peers=(mirt("GPCM"), mirt_default("GPCM", **WARNING)),
    elsewhere={"R mirt, not converged": 38.9, "TAM": 2.9},
)  # fmt: skip
WITH_ERRORS = replace(
    TWO_PL, name="2PL with standard errors", ours="2PL with errors", ratio=15, aim=25, agree=(ERRORS,),
    peers=(mirt("2PL with errors"),), elsewhere={"R mirt, Oakes": 15.6},
)  # fmt: skip
THREE_PL = Contest(
    name="3PL with a prior", draw="right_or_wrong", size=_persons(10) | {"slope_sd": 0.3, "guessing": 1.0},
    quick=SMALL | {"slope_sd": 0.3, "guessing": 1.0}, ours="3PL", kind="3PL", seconds=0.25, peers=(mirt("3PL"),),
    elsewhere={"R mirt": 13.8},
)  # fmt: skip
RASCH = Contest(
    name="Rasch", draw="right_or_wrong", size=_persons(100) | {"slope_sd": 0.0},
    quick=SMALL | {"slope_sd": 0.0}, ours="Rasch", kind="Rasch", seconds=0.05, peers=(mirt("1PL"), raschpy("SLM")),
)  # fmt: skip
PARTIAL_CREDIT = Contest(
    name="PCM, 5 categories", draw="partial_credit", size=_persons(10) | {"slope_sd": 0.0}, quick=SMALL | {"slope_sd": 0.0},
    ours="PCM", kind="PCM",
)  # fmt: skip

OF_1000: dict[str, Any] = {"ratio": FASTEST_AT_LEAST, "aim": None, "seconds": None, "quick": None}


def _at_1000(contest: Contest, peers: tuple[Peer, ...], elsewhere: Mapping[str, float]) -> Contest:
    size = {**contest.size, "persons": 1000, "items": 40}
    return replace(contest, size=size, peers=peers, elsewhere=elsewhere, **OF_1000)


def _abilities(method: str, seconds: float, elsewhere: Mapping[str, float]) -> Contest:
    return Contest(
        name=method, size=_persons(100) | {"slope_sd": 0.3}, ours=method, seconds=seconds,
        agree=(Agreement(name="theta", tolerance=0.005),), elsewhere=elsewhere,
        peers=(Peer(label="mirt", package="mirt", entry=f"mirt {method}"),), **PLAIN,
    )  # fmt: skip


CONTESTS = (
    TWO_PL,
    replace(
        TWO_PL, size=_persons(100) | {"slope_sd": 0.3}, quick=None, memory_mb=250, peers=(mirt("2PL"),),
        elsewhere={"R mirt": 20.6},
    ),
    GRADED,
    GENERALIZED,
    THREE_PL,
    RASCH,
    WITH_ERRORS,
    replace(
        WITH_ERRORS, size=_persons(100) | {"slope_sd": 0.3}, quick=None, elsewhere={},
    ),
    replace(
        TWO_PL, name="2PL, 10 % missing", size=_persons(10) | {"slope_sd": 0.3, "missing": 0.1},
        quick=SMALL | {"slope_sd": 0.3, "missing": 0.1}, ratio=None, aim=None, peers=(mirt("2PL"),),
        elsewhere={"R mirt": 2.94},
    ),
    _at_1000(RASCH, (mirt("1PL"), mirt_default("1PL"), girth("rasch"), raschpy("SLM")),
             {"R mirt": 0.13, "TAM": 0.031, "eRm CML": 0.96, "psychotools CML": 0.11}),
    _at_1000(TWO_PL, (mirt("2PL"), mirt_default("2PL"), girth("twopl")), {"R mirt": 0.29, "TAM": 0.099}),
    _at_1000(
        THREE_PL,
        (
            mirt("3PL"),
            mirt("3PL without prior", without=", without prior", same_problem=False),
            mirt_default("3PL", same_problem=False),
            girth("threepl", slow=True),
        ),
        {"R mirt": 0.62},
    ),
    _at_1000(GRADED, (mirt("GRM"), mirt_default("GRM"), girth("grm", slow=True)), {"R mirt": 1.63}),
    _at_1000(GENERALIZED, (mirt("GPCM"), mirt_default("GPCM"), girth("pcm", slow=True)), {"R mirt": 1.23}),
    replace(_at_1000(PARTIAL_CREDIT, (mirt("PCM"), mirt_default("PCM"), raschpy("PCM")), {"R mirt": 0.85}),
            quick=PARTIAL_CREDIT.quick),
    _abilities("EAP", 0.1, {"R mirt": 7.16}),
    _abilities("WLE", 0.08, {}),
    Contest(
        name="Item analysis", size=_persons(100) | {"slope_sd": 0.3}, ours="item analysis", seconds=0.08,
        agree=tuple(Agreement(name=name, tolerance=1e-8) for name in ("share", "item_rest", "alpha")),
        peers=(
            Peer(label="mirt", package="mirt", entry="mirt item analysis"),
            Peer(label="girth", package="girth", entry="girth item analysis"),
            Peer(label="pingouin, alpha only", package="pingouin", entry="pingouin alpha"),
        ),
        elsewhere={"psych::alpha": 7.8, "R mirt": 45.9}, **PLAIN,
    ),
    Contest(
        name="Mantel–Haenszel DIF", draw="two_groups", size=_persons(10), quick=SMALL,
        ours="Mantel–Haenszel", seconds=0.01, agree=(Agreement(name="chi_square", tolerance=1e-6),),
        peers=(Peer(label="statsmodels", package="statsmodels", entry="statsmodels Mantel–Haenszel"),),
        elsewhere={"difR": 3.38},
    ),
    Contest(
        name="Adaptive test of 30 items", draw="bank", size={"persons": 1000, "items": 500},
        quick={"persons": 200, "items": 100}, warm={"persons": 20}, ours="adaptive test", seconds=0.15,
        agree=(Agreement(name="theta", tolerance=0.1, measure="ratio of errors"),),
        peers=(
            Peer(label="mirt", package="mirt", entry="mirt adaptive test"),
            Peer(label="catsim, 20 persons × 50", package="catsim", entry="catsim adaptive test", times=50, slow=True),
        ),
        elsewhere={"catR, 20 items": 78.0},
    ),
    Contest(
        name="Many-facet Rasch", draw="many_facet", ours="many-facet",
        size={"persons": 500, "items": 6, "raters": 12, "markers": 2},
        quick={"persons": 200, "items": 4, "raters": 8, "markers": 2}, warm={"persons": 100},
        agree=(Agreement(name="severity", tolerance=0.001), Agreement(name="log_likelihood", tolerance=0.05)),
        peers=(Peer(label="mirt", package="mirt", entry="mirt many-facet"),
               raschpy("many-facet", same_problem=False)),
        elsewhere={"TAM": 0.150},
    ),
    Contest(
        name="Many-facet Rasch", draw="many_facet", ours="many-facet, large",
        size={"persons": 36_000, "items": 9, "raters": 11_000, "markers": 4},
        quick={"persons": 360, "items": 9, "raters": 110, "markers": 4}, warm={"persons": 100, "raters": 12},
        seconds=20, memory_mb=400, elsewhere={"TAM, stopped unfinished after 8 days": 691_200.0},
    ),
    Contest(
        name="Similarity of all pairs, two threads", size=_persons(10) | {"slope_sd": 0.3},
        ours="similarity", seconds=2, **PLAIN,
    ),
    Contest(
        name="Krippendorff's alpha, half missing", draw="marks_with_gaps", ours="Krippendorff",
        size={"persons": 5000, "raters": 12}, quick={"persons": 500, "raters": 12},
        agree=(Agreement(name="alpha", tolerance=1e-10),),
        peers=(Peer(label="krippendorff, without interval", package="krippendorff", entry="krippendorff alpha"),),
    ),
    Contest(
        name="Omega of one factor", draw="congeneric", size={"persons": 10_000, "items": 20},
        quick={"persons": 500, "items": 8}, ours="omega", agree=(Agreement(name="omega", tolerance=1e-5),),
        peers=(Peer(label="statsmodels, without interval", package="statsmodels", entry="statsmodels omega"),),
        elsewhere={"psych, three factors": 0.11},
    ),
)  # fmt: skip
