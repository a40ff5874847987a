"""What people say of a reading becomes the parameters of a step, and is read out of them again."""

from pathlib import Path

import pytest

from simulator_adapters.asking import BadQuestion, reading_adapters, ways_of
from tests.simulator_adapters.test_registry import LAB, package, packages

__all__ = ["packages"]


@pytest.mark.parametrize(
    ("adapter", "way", "what", "parameters"),
    [
        ("scpi", "question", "MEAS:INS? 500", {"ask": "MEAS:INS? 500"}),
        ("sunspec", "register", "802.SoCRsvMin", {"model": "802", "point": "SoCRsvMin", "index": "[]"}),
        ("sunspec", "register", "705.Crv.Pt.V[1,2]", {"model": "705", "point": "Crv.Pt.V", "index": "[1, 2]"}),
        ("sunspec", "volt-var", "105", {"input": "v_pct", "at": "105"}),
        ("sunspec", "droop", "50.7", {"input": "f", "at": "50.7"}),
    ],
)
def test_what_is_said_is_written_and_read_again(adapter: str, way: str, what: str, parameters: dict[str, str]) -> None:
    (found,) = [one for one in ways_of(adapter) if one.id == way]
    assert found.write(f" {what} ") == parameters
    assert found.read(parameters) == what


def test_a_response_is_read_by_the_way_that_made_it() -> None:
    _, volts, hertz = ways_of("sunspec")
    with pytest.raises(ValueError, match="Another way"):
        volts.read(hertz.write("50.7"))
    with pytest.raises(BadQuestion, match=r"'fast' is no frequency in Hz\. Write a number without its unit"):
        hertz.write("fast")


def test_an_adapter_of_a_package_is_asked_by_its_capabilities_with_parameters_as_text(packages: Path) -> None:
    package(packages, "lab-bench", "lab = lab_bench_to_ask:Lab\n", {"lab_bench_to_ask": LAB})
    (way,) = ways_of("lab")
    assert (way.id, way.action, way.places, way.converts) == ("read", "read", True, False)
    assert way.write(" ask = MEAS:RES? ; range=200;") == {"ask": "MEAS:RES?", "range": "200"}
    assert way.read({"ask": "MEAS:RES?", "unit": "Ohm", "high": "1"}) == "ask=MEAS:RES?"
    assert way.write("") == {}
    for wrong, words in (("fast", "'fast' is no parameter"), ("unit=V", "unit follows from the row. Leave it out.")):
        with pytest.raises(BadQuestion, match=words):
            way.write(wrong)


def test_only_instruments_that_can_be_used_are_offered(packages: Path) -> None:
    package(packages, "gone-bench", "gone = no_such_module_to_ask:Adapter\n")
    package(packages, "other-bench", "other = simulator_adapters.wiring.adapter:WiringAdapter\n")
    assert list(reading_adapters()) == ["sunspec", "scpi"]
    assert [ways_of(one) for one in ("gone", "other", "nobody", "wiring")] == [(), (), (), ()]
