"""What other packages are asked to do in the measurements of psychometrics, each in its own best way.

Runs under an interpreter that has them and nothing of ours. Arrays are brought into a package's own form before the clock
starts. A package is imported where it is used, so that one which is missing or broken takes nothing else with it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from tests.benchmarks._drawn import Arrays
from tests.benchmarks._yardstick import GUESSING_PRIOR

Prepared = tuple[Callable[[], Any], Callable[[Any], Mapping[str, Any]]]
BEST: dict[str, Any] = {"n_quadpts": 61, "accelerate": "squarem"}
CATSIM_SESSIONS = 20


def _whole(data: Arrays) -> Any:
    return np.where(np.isnan(data["answers"]), -1, data["answers"]).astype(np.int64)


def mirt(data: Arrays, *, model: str, errors: bool = False, prior: bool = False, **options: Any) -> Prepared:
    package, answers = import_module("mirt"), _whole(data)
    if prior:
        options["priors"] = {"guessing": _logit_normal(*GUESSING_PRIOR)}

    def read(found: Any) -> Mapping[str, Any]:
        parameters = found.model.parameters
        place = next(name for name in ("difficulty", "thresholds", "steps") if name in parameters)
        return {
            "log_likelihood": float(found.log_likelihood),
            "converged": bool(found.converged),
            "iterations": int(found.n_iterations),
            "discrimination": np.asarray(parameters["discrimination"]).ravel(),
            "difficulty": np.asarray(parameters[place]),
            "guessing": np.asarray(parameters.get("guessing", 0.0)),
        } | ({"error": np.asarray(found.standard_errors[place])} if errors else {})

    return lambda: package.fit_mirt(answers, model=model, compute_standard_errors=errors, **options), read


def _logit_normal(middle: float, sd: float) -> Any:
    """The prior that is ours: normal in the logit of c, as a density of the logit."""
    prior = import_module("mirt.estimation").CustomPrior

    def inside(c: Any) -> Any:
        return np.clip(c, 1e-9, 1 - 1e-9)

    def log_density(c: Any) -> Any:
        return -((np.log(inside(c) / (1 - inside(c))) - middle) ** 2) / (2 * sd**2)

    def slope(c: Any) -> Any:
        return -(np.log(inside(c) / (1 - inside(c))) - middle) / sd**2 / (inside(c) * (1 - inside(c)))

    def draw(size: Any, rng: Any = None) -> Any:
        return 1 / (1 + np.exp(-(rng or np.random.default_rng()).normal(middle, sd, size)))

    return prior(log_density, draw, mean_value=0.15, variance_value=0.005, grad_log_pdf_fn=slope)


def mirt_abilities(data: Arrays, *, method: str) -> Prepared:
    package, answers = import_module("mirt"), _whole(data)
    model = package.TwoParameterLogistic(answers.shape[1])
    model.set_parameters(discrimination=data["discrimination"], difficulty=data["difficulty"])
    model._is_fitted = True
    return (
        # its bounds of ±6 would cut off somebody who got everything wrong
        lambda: package.fscores(model, answers, method=method, bounds=(-12.0, 12.0)),
        lambda found: {"theta": np.ravel(found.theta), "error": np.ravel(found.standard_error)},
    )


def mirt_item_analysis(data: Arrays) -> Prepared:
    package, answers = import_module("mirt"), _whole(data)
    return (
        lambda: package.traditional(answers),
        lambda found: {"share": found.difficulty, "item_rest": found.discrimination, "alpha": float(found.alpha)},
    )


def mirt_adaptive(data: Arrays) -> Prepared:
    package, engine = import_module("mirt"), import_module("mirt.cat").CATEngine
    model = package.ThreeParameterLogistic(len(data["difficulty"]))
    model.set_parameters(**{name: data[name] for name in ("discrimination", "difficulty", "guessing")})
    model._is_fitted = True

    def work() -> Any:
        return engine(model, se_threshold=1e-6, max_items=30, seed=1).run_batch_simulation(data["theta"])

    return work, lambda found: {"theta": np.array([float(session.theta) for session in found])}


def mirt_many_facet(data: Arrays) -> Prepared:
    models, estimation = import_module("mirt.models"), import_module("mirt.estimation")
    persons, tasks = int(data["person"].max()) + 1, len(data["task_difficulty"])
    marks = data["rating"].astype(np.int64).reshape(persons, -1)
    rater = {"rater": data["rater"].astype(np.int64).reshape(persons, -1)}
    task = data["task"].astype(np.int64).reshape(persons, -1)

    def work() -> Any:
        model = models.PolytomousMFRM(tasks, 4, [models.Facet("rater", len(data["severity"]))])
        return estimation.fit_mfrm(model, marks, rater, item_indices=task)

    def read(found: Any) -> Mapping[str, Any]:
        return {
            "log_likelihood": float(found.log_likelihood),
            "converged": bool(found.converged),
            "iterations": int(found.n_iterations),
            "severity": np.asarray(found.facet_parameters["rater"]),
            "severity_of": np.arange(len(data["severity"])),
            "task_difficulty": np.asarray(found.item_difficulty),
        }

    return work, read


def girth(data: Arrays, *, function: str) -> Prepared:
    package, answers = import_module("girth"), np.ascontiguousarray(_whole(data).T)

    def read(found: Any) -> Mapping[str, Any]:
        return {
            "discrimination": np.broadcast_to(found.get("Discrimination", 1.0), len(answers)),
            "difficulty": np.asarray(found["Difficulty"]),
            "guessing": np.asarray(found.get("Guessing", 0.0)),
        }

    return lambda: getattr(package, function)(answers), read


def girth_item_analysis(data: Arrays) -> Prepared:
    package, answers = import_module("girth"), np.ascontiguousarray(_whole(data).T)
    return lambda: package.classical_test_statistics(answers), lambda found: {}


def raschpy(data: Arrays, *, model: str) -> Prepared:
    package, frame = import_module("raschpy"), import_module("pandas").DataFrame(data["answers"])

    def work() -> Any:
        found = getattr(package, model)(frame)
        found.calibrate()
        return found

    def read(found: Any) -> Mapping[str, Any]:
        return {"difficulty": np.asarray(found.thresholds_uncentred if model == "PCM" else found.items)}

    return work, read


def raschpy_many_facet(data: Arrays) -> Prepared:
    package, pandas = import_module("raschpy"), import_module("pandas")
    long = pandas.DataFrame({name: data[name].astype(np.int64) for name in ("rater", "person", "task", "rating")})
    wide = long.pivot(index=["rater", "person"], columns="task", values="rating").astype(float)

    def work() -> Any:
        found = package.MFRM(wide, max_score=3)
        found.calibrate()
        return found

    def read(found: Any) -> Mapping[str, Any]:
        severity = found.raters_global
        return {
            "severity": np.array(list(dict(severity).values()), dtype=float),
            "severity_of": np.array([int(label) for label in dict(severity)]),
        }

    return work, read


def catsim(data: Arrays) -> Prepared:
    parts = {name: import_module(f"catsim.{name}") for name in ("simulation", "initialization", "selection", "estimation",
                                                               "stopping")}  # fmt: skip
    items = np.column_stack(
        [data["discrimination"], data["difficulty"], data["guessing"], np.ones(len(data["guessing"]))]
    )

    def work() -> Any:
        run = parts["simulation"].Simulator(items, data["theta"][:CATSIM_SESSIONS], seed=1)
        run.simulate(
            parts["initialization"].FixedPointInitializer(0.0),
            parts["selection"].MaxInfoSelector(),
            parts["estimation"].NumericalSearchEstimator(),
            parts["stopping"].TestLengthStopper(max_items=30),
        )
        return run

    return work, lambda run: {"theta": np.array(run.latest_estimations)}


def pingouin_alpha(data: Arrays) -> Prepared:
    package, frame = import_module("pingouin"), import_module("pandas").DataFrame(data["answers"])
    return lambda: package.cronbach_alpha(frame), lambda found: {"alpha": float(found[0])}


def statsmodels_mantel_haenszel(data: Arrays) -> Prepared:
    tables, answers = import_module("statsmodels.stats.contingency_tables"), _whole(data)
    focal, total, scores = data["focal"] > 0, answers.sum(axis=1), answers.shape[1] + 1

    def work() -> list[float]:
        found = []
        for item in answers.T:
            cell = np.bincount(total * 4 + focal * 2 + (1 - item), minlength=scores * 4).reshape(scores, 2, 2)
            kept = cell[cell.sum(axis=(1, 2)) > 1]
            found.append(tables.StratifiedTable(kept.transpose(1, 2, 0)).test_null_odds(correction=True).statistic)
        return found

    return work, lambda found: {"chi_square": np.array(found)}


def krippendorff(data: Arrays) -> Prepared:
    package, marks = import_module("krippendorff"), np.ascontiguousarray(data["answers"].T)
    return lambda: package.alpha(marks, level_of_measurement="interval"), lambda found: {"alpha": float(found)}


def statsmodels_omega(data: Arrays) -> Prepared:
    package, scores = import_module("statsmodels.multivariate.factor"), data["answers"]

    def work() -> float:
        loadings = package.Factor(scores, n_factor=1, method="ml").fit().loadings[:, 0]
        spread = scores.std(axis=0, ddof=1)
        common = (loadings * spread).sum() ** 2
        return float(common / (common + ((1 - loadings**2) * spread**2).sum()))

    return work, lambda found: {"omega": found}


ENTRIES: dict[str, Callable[[Arrays], Prepared]] = {
    **{f"mirt {model}": partial(mirt, model=model, **BEST) for model in ("1PL", "2PL", "GRM", "GPCM", "PCM")},
    **{f"mirt default {model}": partial(mirt, model=model) for model in ("1PL", "2PL", "3PL", "GRM", "GPCM", "PCM")},
    "mirt 2PL with errors": partial(mirt, model="2PL", errors=True, **BEST),
    "mirt 3PL": partial(mirt, model="3PL", prior=True, **BEST),
    "mirt 3PL without prior": partial(mirt, model="3PL", **BEST),
    "mirt EAP": partial(mirt_abilities, method="EAP"),
    "mirt WLE": partial(mirt_abilities, method="WLE"),
    "mirt item analysis": mirt_item_analysis,
    "mirt adaptive test": mirt_adaptive,
    "mirt many-facet": mirt_many_facet,
    **{f"girth {name}": partial(girth, function=f"{name}_mml") for name in ("rasch", "twopl", "threepl", "grm", "pcm")},
    "girth item analysis": girth_item_analysis,
    "raschpy SLM": partial(raschpy, model="SLM"),
    "raschpy PCM": partial(raschpy, model="PCM"),
    "raschpy many-facet": raschpy_many_facet,
    "catsim adaptive test": catsim,
    "pingouin alpha": pingouin_alpha,
    "statsmodels Mantel–Haenszel": statsmodels_mantel_haenszel,
    "krippendorff alpha": krippendorff,
    "statsmodels omega": statsmodels_omega,
}
