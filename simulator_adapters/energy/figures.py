"""A figure with its 95 % interval: what a regression, a test or a model may honestly say."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float
