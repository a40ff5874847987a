"""What every check of this room says beside its numbers: a flag is a reason to look, and how often it is none."""

from dataclasses import dataclass

from assess.psychometrics.results import Estimate

NOT_A_FINDING = (
    "A flag is a reason to look, not a finding: it says that the answers are unusual under the model, never why. "
    "People decide, with the seating plan, the recordings and the person's own account before them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRates:
    """How often a check flags those who did nothing, and those who did what is stated; both by seeded simulation.

    Attributes
    ----------
    nominal, realised
        The rate at which the check is set to flag honest cases (None for a rule that has none), and the rate at which it
        did so in simulated honest data; the interval is the simulation's Monte-Carlo error.
    threshold
        The p-value that flags, after the control of multiplicity, for which the power holds; None for a rule without.
    effect, power
        What was done in the simulated dishonest cases, and the share of these that was flagged.
    cases, cases_name
        Number of cases examined in the data, and what a case is.
    """

    nominal: float | None
    realised: Estimate
    threshold: float | None
    effect: str
    power: Estimate
    cases: int
    cases_name: str

    @property
    def holds(self) -> bool | None:
        """Whether the realised rate is at most the nominal one but for the simulation's error; None when unknown."""
        if self.realised.interval is None or self.nominal is None:
            return None
        return self.realised.interval[0] <= self.nominal

    @property
    def rate(self) -> float | None:
        """How often one honest case is flagged: the threshold, corrected by realised : nominal where both are known."""
        if self.threshold is None or self.nominal is None:
            return self.realised.value
        if self.realised.value is None:
            return self.threshold
        return self.threshold * self.realised.value / self.nominal

    @property
    def false_flags_expected(self) -> float | None:
        """How many cases are flagged on average if all of them are honest; None when nothing was simulated."""
        return None if self.rate is None else self.cases * self.rate

    def share_of_flags_that_are_real(self, base_rate: float) -> float | None:
        """The positive predictive value if a share `base_rate` of the cases did what is stated; None when unknown.

        Bayes: power·π/(power·π + rate·(1 − π)).
        """
        if self.power.value is None or self.rate is None:
            return None
        hits = self.power.value * base_rate
        false = self.rate * (1 - base_rate)
        return hits / (hits + false) if hits + false > 0 else None

    def in_words(self, base_rate: float = 0.001) -> str:
        """Sentences for a report, for an assumed share of cases that did what is stated."""
        seen = f"in simulated honest data {self.realised.in_words(4)}"
        lines = [
            f"No rate of false flags is built in; {seen}."
            if self.nominal is None
            else f"Set to flag {self.nominal:.2g} of honest {self.cases_name}; {seen}."
        ]
        expected = self.false_flags_expected
        if expected is not None:
            lines.append(
                f"If nobody did anything, about {expected:.2g} of {self.cases} {self.cases_name} would be flagged."
            )
        lines.append(f"Power when {self.effect}: {self.power.in_words()}.")
        real = self.share_of_flags_that_are_real(base_rate)
        if real is not None:
            lines.append(
                f"If {base_rate:.2g} of the {self.cases_name} did so, {100 * real:.0f} % of the flags would be right."
            )
        return " ".join([*lines, NOT_A_FINDING])
