"""What several pictures take: cuts, bars, intervals."""

from dataclasses import dataclass

from assess.validity.report.drawing import WIDTH, Scale, band, line, text
from assess.validity.report.markup import Markup


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A cut score and its standard error, on the scale of the picture."""

    value: float
    standard_error: float | None = None

    @property
    def words(self) -> str:
        """For text alternatives."""
        error = "" if self.standard_error is None else f", standard error {self.standard_error:g}"
        return f"cut score {self.value:g}{error}"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """How many cases have a score in [low, high]; a single score when both are equal."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Interval:
    """One estimate of a list; `value` None when there is not enough evidence for any number."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    sufficient: bool


def vertical_cut(cut: Cut, across: Scale, top: float, bottom: float) -> list[Markup]:
    """A cut as a line with its label, one standard error to either side as a band."""
    x = across(cut.value)
    near_end = x > WIDTH - 80
    error = (
        []
        if not cut.standard_error
        else [
            band(across(cut.value - cut.standard_error), across(cut.value + cut.standard_error), top, bottom, cut.words)
        ]
    )
    label = text(
        x + (-5 if near_end else 5), top + 9, f"cut {cut.value:g}", anchor="end" if near_end else "start", class_="cut"
    )
    return [*error, line(x, top, x, bottom, "cut"), label]
