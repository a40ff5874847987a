"""An apartment of 80 m² for tests of the energy models: the building of the reference input file, in our terms."""

from simulator_adapters.energy.building import Building, Kind, Measure, Surface, Window

PLASTER = 0.0127 * 800 * 1090 / 1000
CONCRETE = 0.1 * 2242 * 837 / 1000
WALL_U = 1 / (0.13 + 1.0 + 0.0127 / 0.16 + 0.04)
ROOF_U = 1 / (0.10 + 2.0 + 0.0127 / 0.16 + 0.04)


def apartment() -> Building:
    walls = [
        Surface(name=name, kind=Kind.WALL, area=area, u_value=WALL_U, heat_capacity=PLASTER, azimuth=azimuth)
        for name, area, azimuth in (("south", 21.8, 180.0), ("east", 21.6, 90.0), ("north", 27.0, 0.0), ("west", 21.6, 270.0))
    ]  # fmt: skip
    roof = Surface(name="roof", kind=Kind.ROOF, area=80, u_value=ROOF_U, heat_capacity=PLASTER)
    floor = Surface(name="floor", kind=Kind.FLOOR, area=80, u_value=0, heat_capacity=CONCRETE)
    return Building(
        name="apartment",
        floor_area=80,
        volume=216,
        surfaces=(*walls, roof, floor),
        windows=(Window(name="south", area=5.2, u_value=5, g_value=0.7, azimuth=180),),
        air_changes=0.8,
        people=240,
        lighting=2.5,
    )


MEASURES = (
    Measure(name="walls", wall_u=0.25),
    Measure(name="roof", roof_u=0.2),
    Measure(name="air", air_changes=0.4),
    Measure(name="lamps", lighting=1.0),
    Measure(name="windows", window_u=1.4, window_g=0.5),
)
