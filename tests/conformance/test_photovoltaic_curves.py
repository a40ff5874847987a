"""Current–voltage curves beside 32 precise ones, computed with arbitrary precision and published with pvlib."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from simulator_adapters.wiring.photovoltaics import SingleDiode, thermal_volts

RELATIVE = 1e-9
Curve = tuple[SingleDiode, dict[str, str | list[str]]]


@pytest.fixture(scope="module")
def curves(data_dir: Path) -> list[Curve]:
    folder = data_dir / "simulators" / "iv"
    measured = json.loads((folder / "precise_iv_curves1.json").read_text())["IV Curves"]
    with (folder / "precise_iv_curves_parameter_sets1.csv").open(newline="") as file:
        parameters = list(csv.DictReader(file))
    return [(_cells(row, float(curve["Temperature"])), curve) for row, curve in zip(parameters, measured, strict=True)]


def _cells(row: dict[str, str], kelvin: float) -> SingleDiode:
    return SingleDiode(
        photocurrent=float(row["photocurrent"]),
        saturation_current=float(row["saturation_current"]),
        resistance_series=float(row["resistance_series"]),
        resistance_shunt=float(row["resistance_shunt"]),
        slope=float(row["n"]) * int(row["cells_in_series"]) * thermal_volts(kelvin),
    )


def test_every_current_of_every_curve_is_the_precise_one(curves: list[Curve]) -> None:
    assert len(curves) == 32
    for cells, curve in curves:
        volts, amps = (np.array([float(text) for text in curve[name]]) for name in ("Voltages", "Currents"))
        found = cells.current(volts)
        assert np.abs(found - amps).max() <= RELATIVE * cells.photocurrent
        carries = amps > 1e-6 * cells.photocurrent  # at open circuit the precise current is 1e-20 A
        assert (np.abs(found - amps)[carries] <= RELATIVE * amps[carries]).all()


def test_the_named_points_of_every_curve_are_the_precise_ones(curves: list[Curve]) -> None:
    for cells, curve in curves:
        volts, amps = cells.maximum_power()
        found = {
            "v_oc": cells.open_circuit_volts(),
            "i_sc": float(cells.current(0.0)),
            "p_mp": volts * amps,
        }
        assert found == pytest.approx({name: float(str(curve[name])) for name in found}, rel=RELATIVE)
