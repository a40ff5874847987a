"""PV modules in wirings, and what a string's figures tell about how it is connected."""

from decimal import Decimal

import numpy as np
import pytest

from simulator_adapters.wiring import Hazard, Verdict, WiringTask, check_task, evaluate
from simulator_adapters.wiring.photovoltaics import USUAL_MODULE, string_figures
from tests.simulator_adapters.wiring_circuits import Wires, pv_string

STRING = WiringTask.from_document(pv_string(4))


def judged(wires: Wires) -> Verdict:
    (verdict,) = evaluate(STRING, [wires])
    return verdict


def exchanged(one: str, other: str) -> Wires:
    moved = {one: other, other: one}
    return [(moved.get(a, a), moved.get(b, b)) for a, b in STRING.reference]


@pytest.mark.slow
def test_a_string_without_a_load_has_the_sum_of_its_modules_voltages() -> None:
    assert check_task(STRING) == []
    four = string_figures([USUAL_MODULE] * 4).open_circuit_volts
    assert float(judged(list(STRING.reference)).scenes[0].across["A1"]) == pytest.approx(four, abs=0.1)


@pytest.mark.slow
def test_a_reversed_module_costs_its_voltage_twice_and_is_a_hazard() -> None:
    verdict = judged(exchanged("PV2.+", "PV2.-"))
    assert (verdict.works, verdict.hazards) == (False, (Hazard.MODULE_REVERSED,))
    four, two = (string_figures([USUAL_MODULE] * n).open_circuit_volts for n in (4, 2))
    assert float(verdict.scenes[0].across["A1"]) == pytest.approx(two, abs=0.1)
    assert two == pytest.approx(four / 2, rel=1e-9)


def test_plus_and_minus_exchanged_at_the_inverter_is_a_hazard() -> None:
    verdict = judged(exchanged("A1.+", "A1.-"))
    assert (verdict.works, verdict.hazards) == (False, (Hazard.POLES_SWAPPED,))
    assert verdict.scenes[0].loads["A1"] == "reverse"


def test_modules_in_another_order_are_as_good() -> None:
    moved = {"PV1.+": "PV3.+", "PV1.-": "PV3.-", "PV3.+": "PV1.+", "PV3.-": "PV1.-"}
    verdict = judged([(moved.get(a, a), moved.get(b, b)) for a, b in STRING.reference])
    assert (verdict.works, verdict.safe, verdict.score) == (True, True, Decimal(1))


@pytest.mark.slow
def test_the_figures_of_a_string_tell_reversed_missing_and_shaded_apart() -> None:
    """The commissioning rubric of the reference: 392 V and 2.8 kW for ten modules; minus two, minus one, minus none."""
    good = string_figures([USUAL_MODULE] * 10)
    turned = string_figures([USUAL_MODULE] * 10, reversed_modules=1)
    missing = string_figures([USUAL_MODULE] * 9)
    shaded = string_figures([USUAL_MODULE] * 9 + [USUAL_MODULE.lit(1, 1, 0.3)])
    share = [one.open_circuit_volts / good.open_circuit_volts for one in (turned, missing, shaded)]
    assert share == pytest.approx([0.8, 0.9, 0.998], abs=0.001)
    # Power of the prototype behind the reference's figures: 2155, 2720 of 2818 W.
    assert turned.maximum_watts / good.maximum_watts == pytest.approx(2155 / 2818, abs=0.01)
    assert shaded.maximum_watts / good.maximum_watts == pytest.approx(2720 / 2818, abs=0.01)


def test_a_module_s_slope_is_the_derivative_of_its_current() -> None:
    volts, small = np.array([-1.0, 0.0, 20.0, 33.0, 39.0]), 1e-6
    slope = (USUAL_MODULE.current(volts - small) - USUAL_MODULE.current(volts + small)) / (2 * small)
    assert USUAL_MODULE.conductance(volts) == pytest.approx(slope, rel=1e-4)


def test_voltages_far_outside_a_module_s_curve_give_finite_currents() -> None:
    assert np.isfinite(USUAL_MODULE.current(np.array([-1e6, -100.0, 1e3, 1e6]))).all()
    assert np.isfinite(USUAL_MODULE.conductance(np.array([-1e6, 1e6]))).all()
