"""A combustion test of an appliance: what the flue gas says, with physical ranges, and carbon monoxide free of the air beside it.

Source: BPI-1200-S (2017), clause 7 (order of the tests, air-free CO). Dry air holds 20.9 % of oxygen.
Limits are not here: they belong to the task's criteria, as data with their source.
"""

from dataclasses import dataclass

OXYGEN_OF_AIR = 20.9
"""Per cent of dry air."""
THINNEST = 18.0
"""Per cent of oxygen beyond which so little flue gas is left that CO free of air says nothing."""
RANGES = {
    "carbon_monoxide": (0.0, 20_000.0, "ppm"),
    "oxygen": (0.0, OXYGEN_OF_AIR, "%"),
    "carbon_dioxide": (0.0, 20.0, "%"),
    "draft": (-200.0, 50.0, "Pa"),
    "spillage": (0.0, 3600.0, "s"),
    "flue": (-20.0, 800.0, "°C"),
    "room": (-20.0, 60.0, "°C"),
    "ambient_carbon_monoxide": (0.0, 5000.0, "ppm"),
}


class CombustionError(ValueError):
    """A record that can't be a combustion test: which entry, what is wrong, what is allowed."""

    code = "bad_combustion"


@dataclass(frozen=True, kw_only=True)
class CombustionTest:
    """What was read at one appliance.

    Attributes
    ----------
    carbon_monoxide, ambient_carbon_monoxide
        ppm in the undiluted flue gas, and in the room.
    oxygen, carbon_dioxide
        Per cent of dry flue gas; carbon dioxide None when not measured.
    draft
        Pa, negative when the flue draws.
    spillage
        Seconds until it stopped spilling; 0 when it never did.
    flue, room
        °C.
    """

    carbon_monoxide: float
    ambient_carbon_monoxide: float
    oxygen: float
    draft: float
    spillage: float
    flue: float
    room: float
    carbon_dioxide: float | None = None

    def __post_init__(self) -> None:
        for name, (low, high, unit) in RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:  # NaN too
                raise CombustionError(f"{name}: {value:g} {unit} is outside {low:g} to {high:g} {unit}.")
        if self.flue < self.room:
            raise CombustionError(
                f"flue: {self.flue:g} °C is colder than the room ({self.room:g} °C); the appliance was not burning."
            )

    @property
    def air_free(self) -> float | None:
        """CO in ppm of flue gas without excess air; None where the sample is nearly all air."""
        if self.oxygen > THINNEST:
            return None
        return self.carbon_monoxide * OXYGEN_OF_AIR / (OXYGEN_OF_AIR - self.oxygen)

    @property
    def ratio(self) -> float | None:
        """CO/CO₂, both by volume; None without carbon dioxide.

        >>> test = CombustionTest(carbon_monoxide=80, ambient_carbon_monoxide=2, oxygen=7, draft=-5, spillage=10,
        ...     flue=180, room=18, carbon_dioxide=8)
        >>> test.ratio, round(test.air_free)
        (0.001, 120)
        """
        if not self.carbon_dioxide:
            return None
        return self.carbon_monoxide / 10_000 / self.carbon_dioxide
