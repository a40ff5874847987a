"""Stacks: nothing counts twice, the credits add up, and no circle stays hidden."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assess.schemes.stacks import find_cycle, progress

graphs = st.dictionaries(st.sampled_from("ABCDEF"), st.lists(st.sampled_from("ABCDEF"), max_size=4), max_size=6)


def credits_of(plan):
    found = {scheme.identifier: scheme.workload.ects for scheme in plan.schemes}
    return found | {external.identifier: external.ects for external in plan.external_credentials}


def test_the_vehicle_stack_is_complete_with_one_elective_and_its_capstone(plan):
    """4 + 3 + 3 + 2 = 12 ECTS, the least that the stack asks for."""
    stack = next(stack for stack in plan.stacks if stack.identifier == "STK-EVT")
    found = progress(stack, ["MC-ECW", "EXT-EVS", "MC-PVS", "EXT-CAP-EVT"], credits_of(plan))
    assert (found.ects, found.complete) == (Decimal("12.0"), True)


def test_without_an_elective_the_vehicle_stack_is_not_complete(plan):
    stack = next(stack for stack in plan.stacks if stack.identifier == "STK-EVT")
    found = progress(stack, ["MC-ECW", "EXT-EVS", "EXT-CAP-EVT"], credits_of(plan))
    assert (found.ects, found.missing, found.electives_short, found.ects_short) == (9, (), 1, 3)


@given(st.data())
def test_a_credential_counts_once_however_often_it_is_held(plan, data):
    stack = data.draw(st.sampled_from(plan.stacks))
    ects = credits_of(plan)
    held = data.draw(st.lists(st.sampled_from(sorted(ects)), max_size=12))
    once, twice = progress(stack, held, ects), progress(stack, held + held, ects)
    assert once == twice
    assert once.ects == sum((ects[name] for name in set(held) if name in stack.members), Decimal(0))
    assert once.complete == (
        set(stack.required) <= set(held) and once.electives_short == once.ects_short == 0 and not once.missing
    )


@given(graphs)
def test_a_cycle_is_found_exactly_when_one_exists(edges):
    """Compared with repeated removal of nodes that lead nowhere: what cannot be removed holds a cycle."""
    left = {node: set(targets) for node, targets in edges.items()}
    removed = True
    while removed:
        removed = [node for node, targets in left.items() if not targets & set(left)]
        left = {node: targets for node, targets in left.items() if node not in removed}
    cycle = find_cycle(edges)
    assert bool(cycle) is bool(left)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert all(after in edges[before] for before, after in pairwise(cycle))
