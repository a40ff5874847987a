import math
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from bundled_items import BLUEPRINT_FILE, ENTRIES, ITEM_FILE
from hypothesis import given, settings
from hypothesis import strategies as st

from item_bank.assembly import (
    AssemblyError,
    Blueprint,
    Cell,
    Form,
    ItemDescriptor,
    check_blueprint,
    draw_form,
    information,
    precision,
    required_length,
)
from item_bank.authoring import blueprint_from_document
from tests.effort import examples

ENEMIES = [frozenset(one["items"]) for one in ITEM_FILE["enemy_items"]]
BLUEPRINTS = {one["credential"]: blueprint_from_document(one) for one in BLUEPRINT_FILE["blueprints"]}
POOLS = {
    credential: [
        ItemDescriptor(
            id=number,
            identifier=identifier,
            domain=entry.domain,
            level=entry.level,
            outcome=entry.outcome,
            maximum=entry.content.scoring.maximum,
            difficulty=float(entry.difficulty_b),
        )
        for number, (identifier, entry) in enumerate(ENTRIES.items())
        if entry.credential == credential
    ]
    for credential in BLUEPRINTS
}


def item(
    number: int = 1, *, maximum: int = 1, difficulty: float = 0.0, domain: str = "D", level: str = "apply"
) -> ItemDescriptor:
    return ItemDescriptor(
        id=number,
        identifier=f"X-{number}",
        domain=domain,
        level=level,
        outcome="O",
        maximum=Decimal(maximum),
        difficulty=difficulty,
    )


def drawn(credential: str, seed: bytes) -> Form:
    return draw_form(blueprint=BLUEPRINTS[credential], pool=POOLS[credential], enemies=ENEMIES, theta=0.0, seed=seed)


@pytest.mark.slow
@pytest.mark.parametrize("credential", BLUEPRINTS)
def test_every_form_keeps_cells_slots_enemies_and_precision(credential: str) -> None:
    by_id = {one.id: one for one in POOLS[credential]}
    forms = [drawn(credential, bytes([number])) for number in range(25)]
    for form in forms:
        scored, pretest = [by_id[one] for one in form.scored], [by_id[one] for one in form.pretest]
        cells = {(cell.domain, cell.level): cell.count for cell in BLUEPRINTS[credential].cells if cell.count}
        assert Counter((one.domain, one.level) for one in scored) == cells
        assert len(pretest) == 5
        assert sorted(form.order) == sorted({*form.scored, *form.pretest})
        assert len(form.order) == 25
        together = {one.identifier for one in (*scored, *pretest)}
        assert all(len(together & group) <= 1 for group in ENEMIES)
        assert form.standard_error == precision(scored, 0.0) <= 0.5
    assert len({form.scored for form in forms}) > 10
    assert len({form.order for form in forms}) == 25


def test_the_seed_decides_the_form() -> None:
    assert drawn("MC-ECW", b"one") == drawn("MC-ECW", b"one")
    assert drawn("MC-ECW", b"one") != drawn("MC-ECW", b"two")


def test_information_of_one_point_is_p_times_q() -> None:
    p = 1 / (1 + math.exp(-0.7))
    assert information(item(difficulty=-0.7), 0.0) == pytest.approx(p * (1 - p), abs=1e-15)


def test_information_of_two_points_is_worked_by_hand() -> None:
    # Steps at -0.5 and 0.5 around the difficulty: P(0) : P(1) : P(2) = 1 : e^0.5 : 1, so the variance is 2 / (2 + e^0.5).
    assert information(item(maximum=2), 0.0) == pytest.approx(2 / (2 + math.exp(0.5)), abs=1e-15)


def test_information_of_half_points_is_refused() -> None:
    with pytest.raises(ValueError, match="information needs whole points from 1"):
        information(replace(item(), maximum=Decimal("1.5")), 0.0)


def test_twenty_items_at_the_cut_have_the_known_standard_error() -> None:
    # 1 / sqrt(20 × 0.25), the figure named in the blueprint file's note.
    assert precision([item() for _ in range(20)], 0.0) == pytest.approx(0.4472, abs=5e-5)


@settings(max_examples=examples(50), deadline=None)
@given(st.integers(1, 3), st.floats(-4, 4), st.floats(-4, 4))
def test_information_is_symmetric_about_the_difficulty(maximum: int, difficulty: float, distance: float) -> None:
    one = item(maximum=maximum, difficulty=difficulty)
    left, right = information(one, difficulty - distance), information(one, difficulty + distance)
    assert left == pytest.approx(right, rel=1e-9)
    assert 0 < left <= information(one, difficulty) + 1e-12


def refused(blueprint: Blueprint, pool: list[ItemDescriptor], enemies: list[frozenset[str]]) -> AssemblyError:
    with pytest.raises(AssemblyError) as refusal:
        draw_form(blueprint=blueprint, pool=pool, enemies=enemies, theta=0.0, seed=b"s")
    with pytest.raises(AssemblyError) as checked:
        check_blueprint(blueprint=blueprint, pool=pool, enemies=enemies, theta=0.0)
    assert (checked.value.code, checked.value.reasons) == (refusal.value.code, refusal.value.reasons)
    return refusal.value


TWO = Blueprint(id="BP", cells=(Cell(domain="D", level="apply", count=2), Cell(domain="E", level="recall", count=1)))


def test_a_short_cell_is_named_with_what_it_lacks() -> None:
    error = refused(TWO, [item(1), item(2, domain="F")], [])
    assert error.code == "cell_short"
    assert error.reasons == (
        "BP: cell D/apply needs 2 and the pool has 1; it lacks 1.",
        "BP: cell E/recall needs 1 and the pool has 0; it lacks 1.",
    )


def test_pilot_items_fill_pretest_slots_only() -> None:
    blueprint = Blueprint(id="BP", cells=(Cell(domain="D", level="apply", count=1),), pretest_slots=1)
    pool = [replace(item(1), pilot=True), item(2)]
    form = draw_form(blueprint=blueprint, pool=pool, enemies=[], theta=0.0, seed=b"s")
    assert (form.scored, form.pretest) == ((2,), (1,))
    assert refused(blueprint, [replace(item(1), pilot=True), replace(item(2), pilot=True)], []).reasons == (
        "BP: cell D/apply needs 1 and the pool has 0; it lacks 1.",
    )


def test_missing_pretest_items_are_counted() -> None:
    error = refused(replace(TWO, pretest_slots=2), [item(1), item(2), item(3, domain="E", level="recall"), item(4)], [])
    assert error.reasons == ("BP: 3 scored and 2 pretest slots need 5 items and the pool has 4; it lacks 1.",)


def test_an_enemy_set_that_empties_a_cell_is_named() -> None:
    pool = [item(1), item(2), item(3, domain="E", level="recall")]
    error = refused(TWO, pool, [frozenset({"X-1", "X-2"})])
    assert error.code == "rules_conflict"
    assert error.reasons == (
        "BP: cell D/apply lacks 1 because an enemy set or another slot takes the item; add items there.",
    )


def test_a_precision_out_of_reach_is_refused_with_the_length_needed() -> None:
    # Ten items at the cut give information 2.5; 0.50 logit wants 4.0, that is 16 such items.
    blueprint = Blueprint(id="BP", cells=(Cell(domain="D", level="apply", count=10),), standard_error=0.5)
    pool = [item(number) for number in range(10)]
    error = refused(blueprint, pool, [])
    assert error.code == "precision"
    assert error.sentence == (
        "BP: the most precise form of 10 items has a conditional standard error of 0.632 logit at the cut, and 0.50 is asked "
        "for. That needs at least 16 items as good as these; lengthen the form or add items near the cut."
    )
    assert required_length(blueprint=blueprint, pool=pool, enemies=[], theta=0.0) == 16


def test_a_length_that_is_enough_is_kept() -> None:
    assert required_length(blueprint=BLUEPRINTS["MC-ECW"], pool=POOLS["MC-ECW"], enemies=ENEMIES, theta=0.0) == 20


def test_the_best_form_is_more_precise_than_any_drawn_one() -> None:
    best = check_blueprint(blueprint=BLUEPRINTS["MC-PVS"], pool=POOLS["MC-PVS"], enemies=ENEMIES, theta=0.0)
    assert all(best <= drawn("MC-PVS", bytes([number])).standard_error for number in range(5))


def test_an_exposed_item_is_passed_over_for_its_equal() -> None:
    blueprint = Blueprint(id="BP", cells=(Cell(domain="D", level="apply", count=1),))
    pool = [replace(item(1), exposures=100), item(2)]
    taken = Counter(
        draw_form(blueprint=blueprint, pool=pool, enemies=[], theta=0.0, seed=bytes([number])).scored[0]
        for number in range(50)
    )
    # Exposure weighs as much as the widest chance, so the worn item never wins against its equal.
    assert taken == {2: 50}
