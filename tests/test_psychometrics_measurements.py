"""The judge of `tests/benchmarks/psychometrics.py` sees what is wrong, and its yardstick is a likelihood."""

from typing import Any

import numpy as np
import pytest

from assess.psychometrics import irt
from tests.benchmarks import _yardstick
from tests.benchmarks._contests import CONTESTS, Agreement, Contest, Peer
from tests.benchmarks._drawn import DRAWS
from tests.benchmarks._judged import MISSING, Figures, Judged

PEER = Peer(label="peer", package="peer", entry="peer")
ANSWERS = DRAWS["right_or_wrong"](np.random.default_rng(1), persons=200, items=5, slope_sd=0.3)
TRUTH: dict[str, Any] = {name: ANSWERS[name] for name in ("discrimination", "difficulty", "guessing")}


def contest(**changed: Any) -> Contest:
    size = {"persons": 200, "items": 5}
    return Contest(**{"name": "2PL", "draw": "right_or_wrong", "size": size, "quick": size, "ours": "2PL"} | changed)


def figures(peer: Peer | None, *, seconds: float = 1.0, **found: Any) -> Figures:
    return Figures(peer, wall=[seconds], cpu=[seconds], peak_mb=100.0, found=found)


def judged(ours: Figures, peer: Figures, **changed: Any) -> Judged:
    return Judged(contest(**changed), ANSWERS, ours, [peer])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "draw", "more"),
    [
        ("2PL", "right_or_wrong", {"slope_sd": 0.3, "missing": 0.1}),
        ("3PL", "right_or_wrong", {"slope_sd": 0.3, "guessing": 1.0}),
        ("GRM", "graded", {}),
        ("GPCM", "partial_credit", {"slope_sd": 0.25}),
    ],
)
def test_the_yardstick_is_the_likelihood_that_a_calibration_reports(
    model: str, draw: str, more: dict[str, Any]
) -> None:
    answers = DRAWS[draw](np.random.default_rng(3), persons=300, items=6, **more)["answers"]
    found = irt.calibrate(answers, model)
    parameters = {name: getattr(found, name) for name in ("discrimination", "difficulty", "guessing")}
    assert _yardstick.log_likelihood(answers, model, parameters) == pytest.approx(found.log_likelihood, abs=1e-5)


def test_a_population_wider_than_one_is_a_slope_steeper_than_one() -> None:
    wide = {"discrimination": np.ones(5), "difficulty": 2 * TRUTH["difficulty"], "guessing": 0.0, "sd": 2.0}
    steep = {"discrimination": np.full(5, 2.0), "difficulty": TRUTH["difficulty"], "guessing": 0.0}
    expected = _yardstick.log_likelihood(ANSWERS["answers"], "2PL", steep)
    assert _yardstick.log_likelihood(ANSWERS["answers"], "2PL", wide) == pytest.approx(expected, abs=1e-8)


def test_a_result_that_did_not_converge_is_wrong() -> None:
    found = judged(figures(None, converged=np.array(False)), figures(PEER))
    assert found.disagreements() == ["2PL, 200 × 5: ours did not converge."]


def test_a_worse_likelihood_than_a_peers_is_wrong_and_so_is_one_that_we_misreport() -> None:
    off: dict[str, Any] = {**TRUTH, "difficulty": TRUTH["difficulty"] + 0.5}
    own = _yardstick.log_likelihood(ANSWERS["answers"], "2PL", off)
    behind = _yardstick.log_likelihood(ANSWERS["answers"], "2PL", TRUTH) - own
    ours = figures(None, converged=np.array(True), log_likelihood=np.array(own + 1), **off)
    found = judged(ours, figures(PEER, **TRUTH), kind="2PL").disagreements()
    assert found == [
        f"2PL, 200 × 5: log-likelihood {behind:.3f} below that of peer; 0.001 is allowed.",
        f"2PL, 200 × 5: we report {own + 1:.3f}; the parameters have {own:.3f}.",
    ]


def test_a_larger_error_than_a_peers_is_wrong() -> None:
    theta = ANSWERS["theta"]
    found = judged(figures(None, theta=theta + 0.5), figures(PEER, theta=theta + 0.4)).disagreements()
    assert found == ["2PL, 200 × 5: RMSE of θ 0.5000; peer has 0.4000."]


def test_another_answer_than_a_peers_is_wrong() -> None:
    asked = (Agreement(name="alpha", tolerance=1e-8),)
    found = judged(figures(None, alpha=0.5), figures(PEER, alpha=0.6), agree=asked).disagreements()
    assert found == ["2PL, 200 × 5: alpha differs from peer (largest difference 0.1; 1e-08 is allowed)."]


def test_goals_of_time_memory_and_ratio_are_missed_in_words() -> None:
    found = judged(figures(None, seconds=0.5), figures(PEER, seconds=1.0), seconds=0.2, memory_mb=50, ratio=12).missed()
    assert found == [
        "2PL, 200 × 5: 0.500 s; the goal is 0.2 s.",
        "2PL, 200 × 5: 100 MB; the goal is 50 MB.",
        "2PL, 200 × 5: 2.0 times as fast as peer (2.0 times by CPU); the goal is 12.",
    ]


def test_a_setting_that_is_fast_because_it_is_wrong_is_no_denominator() -> None:
    warning = Peer(label="rough", package="peer", entry="rough", counts=False)
    found = Judged(contest(), ANSWERS, figures(None), [figures(warning, seconds=0.1), figures(PEER, seconds=3.0)])
    assert found.fastest is not None
    assert (found.fastest.label, found.ratio(found.fastest)) == ("peer", 3.0)


def test_a_ratio_is_not_judged_when_a_peer_that_counts_is_not_installed() -> None:
    absent = Figures(Peer(label="absent", package="absent", entry="absent"), without=MISSING)
    found = Judged(contest(ratio=12), ANSWERS, figures(None), [absent, figures(PEER, seconds=3.0)])
    assert (found.fastest, found.missed()) == (None, [])


def test_every_contestant_of_a_row_has_a_label_of_its_own() -> None:
    for one in CONTESTS:
        assert len({peer.label for peer in one.peers}) == len(one.peers)
    assert len({one.title(quick=False) for one in CONTESTS}) == len(CONTESTS)
