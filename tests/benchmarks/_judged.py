"""What a measurement is worth: likelihood on one yardstick, distance from the truth, ratio of times, goals kept."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.benchmarks import _yardstick
from tests.benchmarks._contests import Agreement, Contest, Peer
from tests.benchmarks._drawn import Arrays

WORSE_PER_10_000 = 0.05
WORSE_RMSE = 1.02
SLOPE_ONE = ("Rasch", "PCM")
MISSING = "is not installed"


@dataclass(eq=False)
class Figures:
    """What one contestant needed and found; `peer` is None for us."""

    peer: Peer | None
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    before_mb: float = 0.0
    found: Mapping[str, Any] = field(default_factory=dict)
    without: str = ""

    @property
    def label(self) -> str:
        return "Assayer" if self.peer is None else self.peer.label

    @property
    def seconds(self) -> float:
        """The fastest run, which other work on the machine disturbed least."""
        return min(self.wall) * self._times

    @property
    def median(self) -> float:
        return statistics.median(self.wall) * self._times

    @property
    def busy(self) -> float:
        return min(self.cpu) * self._times

    @property
    def _times(self) -> float:
        return 1.0 if self.peer is None else self.peer.times


@dataclass(eq=False)
class Judged:
    """One contest with everybody's figures."""

    contest: Contest
    truth: Arrays
    ours: Figures
    peers: Sequence[Figures]
    quick: bool = False

    @property
    def title(self) -> str:
        return self.contest.title(quick=self.quick)

    @property
    def everybody(self) -> list[Figures]:
        return [self.ours, *self.finished]

    @property
    def finished(self) -> list[Figures]:
        return [peer for peer in self.peers if not peer.without]

    @cached_property
    def objective(self) -> dict[str, float]:
        """Log-likelihood (3PL: with log prior) of everybody's parameters, by label; none where nothing is calibrated."""
        if not self.contest.kind:
            return {}
        found = {}
        for figures in self.everybody:
            if "discrimination" in figures.found and (figures.peer is None or figures.peer.same_problem):
                value = _yardstick.log_likelihood(self.truth["answers"], self.contest.kind, figures.found)
                prior = _yardstick.log_prior(figures.found) if self.contest.kind == "3PL" else 0.0
                found[figures.label] = value + prior
        return found

    @cached_property
    def errors(self) -> dict[str, dict[str, float]]:
        """Root mean square errors against the parameters the answers were drawn from, by label."""
        return {figures.label: self._errors(figures.found) for figures in self.everybody}

    def _errors(self, found: Mapping[str, Any]) -> dict[str, float]:
        errors = {}
        if "discrimination" in found and self.contest.kind not in SLOPE_ONE:
            errors["a"] = _rms(found["discrimination"] - self.truth["discrimination"])
        if "difficulty" in found and self.contest.kind:
            apart = np.asarray(found["difficulty"]) - self.truth["difficulty"]
            # the origin of a scale with one slope is a matter of taste
            errors["b"] = _rms(apart - apart.mean() if self.contest.kind in SLOPE_ONE else apart)
        if self.contest.kind == "3PL" and "guessing" in found:
            errors["c"] = _rms(found["guessing"] - self.truth["guessing"])
        if "theta" in found:
            errors["θ"] = _rms(found["theta"] - self.truth["theta"][: len(found["theta"])])
        if "severity" in found:
            there = np.isfinite(found["severity"])
            apart = (found["severity"] - self.truth["severity"][found["severity_of"].astype(int)])[there]
            errors["rater"] = _rms(apart - apart.mean())
        return errors

    def ratio(self, figures: Figures) -> float:
        return figures.seconds / self.ours.seconds

    @property
    def fastest(self) -> Figures | None:
        """The peer that the goal's ratio is taken against; None when one that counts is not installed."""
        counting = [peer for peer in self.peers if peer.peer and peer.peer.counts]
        if any(peer.without == MISSING for peer in counting):
            return None
        return min((peer for peer in counting if not peer.without), key=lambda peer: peer.seconds, default=None)

    def disagreements(self) -> list[str]:
        """What is wrong with our answer, as sentences; asked of every run, quick or not."""
        name, found = self.title, []
        if self.ours.without:
            return [f"{name}: ours {self.ours.without}."]
        if "converged" in self.ours.found and not self.ours.found["converged"]:
            found.append(f"{name}: ours did not converge.")
        found += self._worse_likelihood() + self._worse_errors()
        for agreement in self.contest.agree:
            for peer in self.finished:
                apart = _apart(agreement, self.ours.found, peer.found, self.truth)
                if peer.peer and peer.peer.same_problem and apart > agreement.tolerance:
                    found.append(
                        f"{name}: {agreement.name} differs from {peer.label} ({agreement.measure} {apart:.2g};"
                        f" {agreement.tolerance:g} is allowed)."
                    )
        return found

    def _worse_likelihood(self) -> list[str]:
        if "Assayer" not in self.objective:
            return []
        allowed = WORSE_PER_10_000 * len(self.truth["answers"]) / 10_000
        own = self.objective["Assayer"]
        found = [
            f"{self.title}: log-likelihood {value - own:.3f} below that of {label}; {allowed:.3f} is allowed."
            for label, value in self.objective.items()
            if value - own > allowed
        ]
        reported = float(self.ours.found["log_likelihood"])
        computed = _yardstick.log_likelihood(self.truth["answers"], self.contest.kind, self.ours.found)
        if not abs(reported - computed) <= allowed:
            found.append(f"{self.title}: we report {reported:.3f}; the parameters have {computed:.3f}.")
        return found

    def _worse_errors(self) -> list[str]:
        # on small tables, and where everybody draws answers of their own, luck decides
        if self.quick or self.contest.draw == "bank":
            return []
        own = self.errors["Assayer"]
        return [
            f"{self.title}: RMSE of {what} {own[what]:.4f}; {peer.label} has {value:.4f}."
            for peer in self.finished
            if peer.peer and peer.peer.same_problem and peer.peer.times == 1 and _claims(peer.found)
            for what, value in self.errors[peer.label].items()
            if what in own and own[what] > WORSE_RMSE * value
        ]

    def missed(self) -> list[str]:
        """The goals of the full run that were not reached, as sentences."""
        contest, own, found = self.contest, self.ours, []
        if own.without:
            return []
        if contest.seconds is not None and own.seconds > contest.seconds:
            busy = f" ({own.busy:.3f} s of CPU)" if own.busy < own.seconds else ""
            found.append(f"{self.title}: {own.seconds:.3f} s{busy}; the goal is {contest.seconds:g} s.")
        if contest.memory_mb is not None and own.peak_mb > contest.memory_mb:
            found.append(f"{self.title}: {own.peak_mb:.0f} MB; the goal is {contest.memory_mb:g} MB.")
        if contest.ratio is not None and self.fastest is not None and self.ratio(self.fastest) < contest.ratio:
            found.append(
                f"{self.title}: {self.ratio(self.fastest):.1f} times as fast as {self.fastest.label}"
                f" ({own.busy and self.fastest.busy / own.busy:.1f} times by CPU); the goal is {contest.ratio:g}."
            )
        return found


def _claims(found: Mapping[str, Any]) -> bool:
    """Whether a peer claims a maximum (and does not say that it missed it): luck of a rough method is no yardstick."""
    return bool(found.get("converged", "theta" in found))


def _rms(apart: npt.NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(np.square(apart))))


def _apart(agreement: Agreement, own: Mapping[str, Any], peer: Mapping[str, Any], truth: Arrays) -> float:
    name = agreement.name
    if name not in own or name not in peer:
        return 0.0
    if agreement.measure == "ratio of errors":
        errors = [_rms(found[name] - truth[name][: len(found[name])]) for found in (own, peer)]
        return errors[0] / errors[1] - 1
    if agreement.measure == "median relative difference":
        return float(np.median(np.abs(own[name] / peer[name] - 1)))
    return float(np.max(np.abs(own[name] - peer[name])))
