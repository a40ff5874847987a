"""A hybrid inverter: PV and battery on its direct-current side, house and grid on the other. Pure, without registers.

It serves its house (self-consumption): sun first, then the battery down to the reserve, then the grid; what the sun
gives beyond the house charges the battery, and what the battery does not take is fed into the grid, up to the limit of
its output. Without the grid it opens its grid port and supplies the house alone; the reserve is what it is kept for, so
there the battery may go down to the maker's lowest state of charge. When sun and battery can't carry the house any
more, or the house asks for more than the inverter can, it shuts down and stays so until the grid is back.

The inverter's efficiency is one constant both ways, its own consumption is left out, and the battery is never charged
from the grid.
"""

from dataclasses import dataclass
from enum import StrEnum

from simulator_adapters.photovoltaic.battery import Battery

EFFICIENCY = 0.96


class Mode(StrEnum):
    """What the inverter does."""

    FEEDING = "feeding"
    WAITING = "waiting"
    ISLAND = "island"
    DARK = "dark"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the registers allow.

    Attributes
    ----------
    output
        Largest power at the alternating-current side in W, the active power limit included.
    rating
        The same without that limit; what an island may ask for.
    charge, discharge
        W that the battery may be charged and discharged with.
    reserve, ceiling
        States of charge at which discharging with the grid and charging stop.
    battery
        Whether the battery is connected.
    """

    output: float
    rating: float
    charge: float
    discharge: float
    reserve: float
    ceiling: float = 1.0
    battery: bool = True


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """W that the modules could give (direct current), and W that the house asks for."""

    sun: float
    load: float


@dataclass(frozen=True, kw_only=True)
class Flows:
    """Powers at one moment in W.

    Attributes
    ----------
    output
        Into house and grid at the grid port; 0 while that is open.
    modules
        Taken from the modules.
    battery
        Out of the battery, negative while it charges.
    backup
        Into the house while the grid is away.
    grid
        Drawn from the grid, negative while feeding in.
    curtailed
        What the modules could have given and nobody took.
    """

    output: float
    modules: float
    battery: float
    backup: float
    grid: float
    curtailed: float


def flows(mode: Mode, settings: Settings, around: Surroundings, battery: Battery) -> Flows:
    """Powers at this moment."""
    served = _served(mode, settings, around)
    surplus = around.sun - served / EFFICIENCY
    charging, discharging = 0.0, 0.0
    if surplus > 0:
        charging = min(surplus, _charge(settings), battery.accepts(ceiling=settings.ceiling))
    elif surplus < 0:
        discharging = min(-surplus, _discharge(settings), battery.offers(floor=_floor(mode, settings)))
    left = around.sun + discharging - charging
    output = min(left * EFFICIENCY, settings.output if mode is Mode.FEEDING else served)
    modules = output / EFFICIENCY - discharging + charging
    at_port = output if mode is Mode.FEEDING else 0.0
    from_grid = around.load - at_port if mode in (Mode.FEEDING, Mode.WAITING) else 0.0
    return Flows(
        output=at_port,
        modules=modules,
        battery=discharging - charging,
        backup=output if mode is Mode.ISLAND else 0.0,
        grid=from_grid,
        curtailed=around.sun - modules,
    )


def carries(settings: Settings, around: Surroundings, battery: Battery) -> bool:
    """Whether sun and battery can carry the house without the grid at this moment."""
    if around.load > settings.rating:
        return False
    lacking = around.load / EFFICIENCY - around.sun
    return lacking <= min(_discharge(settings), battery.offers()) + 1e-9


def pass_time(mode: Mode, settings: Settings, around: Surroundings, battery: Battery, seconds: float) -> float:
    """Let the battery live through a time in one mode.

    Returns
    -------
    Seconds that were carried; fewer than asked only in an island whose battery ran out.
    """
    surplus = around.sun - _served(mode, settings, around) / EFFICIENCY
    if surplus >= 0:
        battery.charge(min(surplus, _charge(settings)), seconds, ceiling=settings.ceiling)
        return seconds
    lacking = min(-surplus, _discharge(settings))
    flow = battery.discharge(lacking, seconds, floor=_floor(mode, settings))
    return flow.seconds if mode is Mode.ISLAND else seconds


def _served(mode: Mode, settings: Settings, around: Surroundings) -> float:
    """W of the house that the inverter tries to supply."""
    if mode is Mode.FEEDING:
        return min(around.load, settings.output)
    return around.load if mode is Mode.ISLAND else 0.0


def _floor(mode: Mode, settings: Settings) -> float:
    return 0.0 if mode is Mode.ISLAND else settings.reserve


def _charge(settings: Settings) -> float:
    return settings.charge if settings.battery else 0.0


def _discharge(settings: Settings) -> float:
    return settings.discharge if settings.battery else 0.0
