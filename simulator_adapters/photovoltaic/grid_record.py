"""A bench's grid that keeps what happened: the voltage that was played and what the device fed in, second by second."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator_adapters.photovoltaic.adapter import GridBench

MOST_SAMPLES = 4000


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One moment of the played time: seconds since it began, grid voltage in percent of nominal, output in watts."""

    seconds: int
    volts_percent: float
    watts: int


class RecordedGrid:
    """Passes everything on to a bench and samples the device's output after each step of time.

    Parameters
    ----------
    watts
        Reads what the device feeds in now.
    """

    def __init__(self, bench: GridBench, watts: Callable[[], int]) -> None:
        self._bench = bench
        self._watts = watts
        self._seconds = 0.0
        self._percent = 100.0
        self._samples: list[Sample] = []

    def set_grid_voltage(self, percent: float) -> None:
        """Set the voltage in percent of nominal."""
        self._sample()
        self._bench.set_grid_voltage(percent)
        self._percent = percent
        self._sample()

    def advance(self, seconds: float) -> None:
        """Let time pass for the device."""
        self._bench.advance(seconds)
        self._seconds += seconds
        self._sample()

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Every moment so far, in order."""
        return tuple(self._samples)

    def _sample(self) -> None:
        if len(self._samples) < MOST_SAMPLES:
            self._samples.append(Sample(seconds=round(self._seconds), volts_percent=self._percent, watts=self._watts()))
