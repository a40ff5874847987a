"""A control chart is well-formed, says itself in words, and marks what lies beyond its limits."""

from xml.etree import ElementTree

import pytest

from assess.validity.report.pictures import ControlPoint, control_chart


def point(z: float | None, *, slow: float | None = 0.2, out: bool = False, alarm: bool = False) -> ControlPoint:
    return ControlPoint(label="3 Mar 08:00", z=z, slow=slow, out=out, alarm=alarm)


def drawn(*points: ControlPoint) -> ElementTree.Element:
    return ElementTree.fromstring(control_chart("c", points, title="Bay <2>", limit=3.205))


def classes(root: ElementTree.Element) -> list[str]:
    return [one.get("class", "") for one in root.iter()]


def test_it_says_itself_in_words() -> None:
    root = drawn(point(0.4), point(None, slow=None), point(-4.1, out=True, alarm=True))
    assert root[0].text == "Bay <2>"
    assert root[1].text is not None
    assert root[1].text.startswith(
        "3 points, 2 of them with enough evidence; 1 beyond the limits of 3.21 standard errors."
    )


def test_what_is_beyond_has_a_ring_and_an_alarm_a_cross() -> None:
    found = classes(drawn(point(0.4), point(3.6, out=True), point(-4.1, out=True, alarm=True), point(None, slow=None)))
    assert (found.count("dot"), found.count("ring"), found.count("sign")) == (3, 2, 2)
    assert found.count("level") == 1  # where there was not enough evidence


@pytest.mark.parametrize("points", [(), (point(None, slow=None),), tuple(point(0.1) for _ in range(200))])
def test_nothing_one_and_many_points_are_drawn_inside_the_picture(points: tuple[ControlPoint, ...]) -> None:
    root = drawn(*points)
    assert all(0 <= float(one.get("cx", "0")) <= 360 for one in root.iter())
    assert classes(root).count("dot") <= 60


def test_far_points_stay_in_the_frame() -> None:
    root = drawn(point(25.0, out=True, slow=6.0))
    assert all(20 <= float(one.get("cy", "60")) <= 130 for one in root.iter())
