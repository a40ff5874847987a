"""What surrounds a device at a bench, as far as a plan may play with it."""

from typing import Protocol, runtime_checkable


class GridBench(Protocol):
    """What stands in for the grid at a bench: its voltage can be set and the device's time can pass."""

    def set_grid_voltage(self, percent: float) -> None:
        """Set the voltage in percent of nominal."""
        ...

    def advance(self, seconds: float) -> None:
        """Let time pass for the device."""
        ...


@runtime_checkable
class StorageBench(GridBench, Protocol):
    """A bench with a sun and a house besides."""

    def set_sun(self, watts: float) -> None:
        """Set what the modules could give, W of direct current."""
        ...

    def set_load(self, watts: float) -> None:
        """Set what the house asks for, W."""
        ...

    def rest(self) -> None:
        """Back to the safe state in which a bench is left: grid present, sun and house as at the start."""
        ...
