"""The battery's books, and the hybrid inverter around it: what goes where, and where it stops."""

import doctest
import math
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator_adapters.photovoltaic import battery as battery_module
from simulator_adapters.photovoltaic.battery import LITHIUM_DERATING, Battery, BatterySpec
from simulator_adapters.photovoltaic.hybrid import EFFICIENCY, Mode, Settings, Surroundings, carries, flows, pass_time
from tests.effort import examples

SPEC = BatterySpec(capacity=10_000, charge=5000, discharge=5000)

shares = st.floats(0, 1)
specs = st.builds(
    lambda capacity, charge, discharge, inwards, outwards, low, high, taper, least: BatterySpec(
        capacity=capacity,
        charge=charge,
        discharge=discharge,
        charge_efficiency=inwards,
        discharge_efficiency=outwards,
        soc_min=min(low, high),
        soc_max=max(low, high),
        taper_from=taper,
        taper_to=least,
        derating=LITHIUM_DERATING,
    ),
    st.floats(1, 1e6),
    st.floats(0, 1e5),
    st.floats(0, 1e5),
    st.floats(0.5, 1),
    st.floats(0.5, 1),
    shares,
    shares,
    st.floats(0, 0.99),
    st.floats(0.01, 1),
)
SMALLEST = sys.float_info.min
"""Below it a number has too few digits left for a relative bound (IEEE 754 subnormals)."""

#: Charging (with a ceiling) or discharging (with a floor): direction, W, s, bound, °C.
acts = st.tuples(st.booleans(), st.floats(0, 2e5), st.floats(0, 2e5), shares, st.floats(-40, 80))


@pytest.mark.slow
@settings(max_examples=examples(240))
@given(specs, shares, st.lists(acts, max_size=30))
def test_energy_in_less_energy_out_less_losses_is_what_the_store_gained(
    spec: BatterySpec, soc: float, sequence: list[tuple[bool, float, float, float, float]]
) -> None:
    battery = Battery(spec, soc=soc)
    began = battery.stored
    for inwards, watts, seconds, bound, celsius in sequence:
        battery.celsius = celsius
        was, moved = battery.stored, battery.taken + battery.given
        if inwards:
            flow = battery.charge(watts, seconds, ceiling=bound)
            assert battery.stored <= max(was, min(bound, spec.soc_max) * spec.capacity) + 1e-12 * spec.capacity
        else:
            flow = battery.discharge(watts, seconds, floor=bound)
            assert battery.stored >= min(was, max(bound, spec.soc_min) * spec.capacity) - 1e-12 * spec.capacity
        assert 0 <= flow.energy <= watts * seconds / 3600 * (1 + 1e-12) + SMALLEST
        assert 0 <= flow.seconds <= seconds * (1 + 1e-12) + SMALLEST
        assert battery.taken + battery.given - moved == pytest.approx(flow.energy, rel=1e-9, abs=1e-9 * moved)
        assert battery.lost >= -1e-9 * battery.taken
    scale = max(began, battery.taken, battery.given, battery.stored)
    gained = battery.stored - began
    assert abs(battery.taken - battery.given - battery.lost - gained) <= 1e-9 * scale


@settings(max_examples=examples(120))
@given(specs, shares, st.booleans(), st.floats(0, 2e5), st.floats(0, 1e5), st.integers(2, 60), st.floats(-15, 55))
def test_many_short_steps_are_one_long_one(
    spec: BatterySpec, soc: float, inwards: bool, watts: float, seconds: float, pieces: int, celsius: float
) -> None:
    long, short = (Battery(spec, soc=soc, celsius=celsius) for _ in range(2))
    (long.charge if inwards else long.discharge)(watts, seconds)
    for _ in range(pieces):
        (short.charge if inwards else short.discharge)(watts, seconds / pieces)
    assert short.stored == pytest.approx(long.stored, rel=1e-9, abs=pieces * 1e-9 * spec.capacity)


def test_a_full_round_trip_loses_what_the_efficiencies_say() -> None:
    battery = Battery(BatterySpec(capacity=1000, charge=100, discharge=100, taper_to=1.0), soc=0.05)
    battery.charge(100, 1e6)
    battery.discharge(100, 1e6)
    assert battery.taken == pytest.approx(900 / 0.97)
    assert battery.given / battery.taken == pytest.approx(0.97 * 0.97)
    assert battery.soc == pytest.approx(0.05)


def test_near_full_it_takes_less_as_a_straight_line_over_the_state_of_charge() -> None:
    assert [Battery(SPEC, soc=soc).accepts() for soc in (0.5, 0.9, 0.925, 0.95)] == pytest.approx(
        [5000, 5000, 3812.5, 0]
    )
    assert Battery(BatterySpec(capacity=1, charge=100, discharge=1, soc_max=1), soc=0.95).accepts() == pytest.approx(
        52.5
    )
    battery, slope = Battery(SPEC, soc=0.9), 0.95 / 1000
    battery.charge(5000, 60)
    assert battery.stored == pytest.approx(9000 + (1 - math.exp(-0.97 * 5000 * slope / 60)) / slope, rel=1e-12)


@pytest.mark.parametrize(
    ("celsius", "accepts", "offers"),
    [(-30, 0, 0), (-15, 0, 1250), (-5, 0, 3750), (5, 2500, 5000), (25, 5000, 5000), (52.5, 2500, 2500), (70, 0, 0)],
)
def test_cold_and_heat_leave_less_power(celsius: float, accepts: float, offers: float) -> None:
    battery = Battery(
        BatterySpec(capacity=10_000, charge=5000, discharge=5000, derating=LITHIUM_DERATING), soc=0.5, celsius=celsius
    )
    assert (battery.accepts(), battery.offers()) == pytest.approx((accepts, offers))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capacity": math.nan}, "capacity above 0 Wh"),
        ({"charge": -1}, "not negative"),
        ({"discharge": math.inf}, "finite"),
        ({"charge_efficiency": 1.01}, "at most 1"),
        ({"soc_min": 0.96}, "rise from soc_min"),
        ({"taper_from": 1.0}, "begins below 1"),
        ({"derating": ((10, 1, 1), (0, 1, 1))}, "rising temperatures"),
        ({"derating": ((10, 1, 2),)}, "between 0 and 1"),
    ],
)
def test_a_battery_that_can_not_be_is_refused(changes: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BatterySpec(**{"capacity": 10.0, "charge": 1.0, "discharge": 1.0, **changes})


@pytest.mark.parametrize(("watts", "seconds"), [(-1.0, 1.0), (math.nan, 1.0), (1.0, math.inf)])
def test_a_step_that_can_not_be_is_refused(watts: float, seconds: float) -> None:
    battery = Battery(SPEC, soc=0.5)
    for step in (battery.charge, battery.discharge):
        with pytest.raises(ValueError, match="finite and not negative"):
            step(watts, seconds)
    assert (battery.stored, battery.taken, battery.given) == (5000, 0, 0)


def allowed(**changes: float) -> Settings:
    values = {"output": 5000.0, "rating": 5000.0, "charge": 5000.0, "discharge": 5000.0, "reserve": 0.3, **changes}
    return Settings(**values)  # type: ignore[arg-type]


def now(mode: Mode, sun: float, load: float, *, soc: float = 0.5, **changes: float) -> tuple[float, ...]:
    """Output, battery, backup, grid and curtailed, in W."""
    one = flows(mode, allowed(**changes), Surroundings(sun=sun, load=load), Battery(SPEC, soc=soc))
    return (one.output, one.battery, one.backup, one.grid, one.curtailed)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (now(Mode.FEEDING, 0, 960), (960, 1000, 0, 0, 0)),
        (now(Mode.FEEDING, 0, 960, soc=0.3), (0, 0, 0, 960, 0)),
        (now(Mode.FEEDING, 3000, 960), (960, -2000, 0, 0, 0)),
        (now(Mode.FEEDING, 3000, 960, soc=0.95), (2880, 0, 0, -1920, 0)),
        (now(Mode.FEEDING, 6000, 0, soc=0.95, output=3000), (3000, 0, 0, -3000, 2875)),
        (now(Mode.FEEDING, 6000, 5000, output=3000), (3000, -2875, 0, 2000, 0)),
        (now(Mode.FEEDING, 0, 9600), (4800, 5000, 0, 4800, 0)),
        (now(Mode.FEEDING, 2000, 0, charge=500), (1440, -500, 0, -1440, 0)),
        (now(Mode.WAITING, 2000, 960), (0, -2000, 0, 960, 0)),
        (now(Mode.ISLAND, 0, 960, soc=0.2), (0, 1000, 960, 0, 0)),
        (now(Mode.ISLAND, 2000, 960, soc=0.95), (0, 0, 960, 0, 1000)),
        (now(Mode.DARK, 0, 960, soc=0.2), (0, 0, 0, 0, 0)),
        (now(Mode.DARK, 2000, 960), (0, -2000, 0, 0, 0)),
    ],
)
def test_sun_battery_and_grid_share_the_house(got: tuple[float, ...], expected: tuple[float, ...]) -> None:
    assert got == pytest.approx(expected)


@settings(max_examples=examples(120))
@given(st.sampled_from(list(Mode)), st.floats(0, 9000), st.floats(0, 9000), st.floats(0.05, 0.95), st.floats(0, 5000))
def test_powers_balance_at_every_moment(mode: Mode, sun: float, load: float, soc: float, output: float) -> None:
    battery = Battery(SPEC, soc=soc)
    one = flows(mode, allowed(output=output), Surroundings(sun=sun, load=load), battery)
    assert one.modules + one.battery == pytest.approx((one.output + one.backup) / EFFICIENCY, abs=1e-6)
    assert one.modules + one.curtailed == pytest.approx(sun, abs=1e-6)
    assert one.output <= output + 1e-9
    assert one.curtailed >= -1e-9
    if mode is Mode.FEEDING:
        assert one.output + one.grid == pytest.approx(load, abs=1e-6)


def test_with_the_grid_discharging_stops_at_the_reserve_and_without_it_at_the_makers_minimum() -> None:
    around = Surroundings(sun=0, load=1000)
    night = Battery(SPEC, soc=0.8)
    assert pass_time(Mode.FEEDING, allowed(), around, night, 86_400) == 86_400
    assert night.soc == pytest.approx(0.3)
    carried = pass_time(Mode.ISLAND, allowed(), around, night, 86_400)
    assert night.soc == pytest.approx(0.05)
    assert carried == pytest.approx(2500 * 0.97 * EFFICIENCY / 1000 * 3600)
    assert not carries(allowed(), around, night)


def test_an_island_carries_no_more_than_the_inverter_or_the_battery_can() -> None:
    battery = Battery(SPEC, soc=0.8)
    assert carries(allowed(), Surroundings(sun=0, load=4800), battery)
    assert not carries(allowed(), Surroundings(sun=0, load=4801), battery)
    assert carries(allowed(), Surroundings(sun=5000, load=5000), battery)
    assert not carries(allowed(), Surroundings(sun=9000, load=5001), battery)


@pytest.mark.slow
def test_examples() -> None:
    assert doctest.testmod(battery_module).failed == 0
