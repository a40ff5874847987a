import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.lifecycle import TRANSITIONS, Act, State, TransitionError, acts_from, after


def test_the_straight_road_goes_from_draft_to_retired() -> None:
    state = State.DRAFT
    seen = [state]
    for act in (Act.SUBMIT, Act.PILOT, Act.PUBLISH, Act.SUSPEND, Act.RETIRE):
        state = after(state, act)
        seen.append(state)
    assert seen == list(State)


@pytest.mark.slow
@given(st.lists(st.sampled_from(Act), max_size=30))
def test_no_sequence_of_acts_leaves_the_table_or_reaches_forms_without_review(acts: list[Act]) -> None:
    state, reviewed = State.DRAFT, False
    for act in acts:
        if (state, act) not in TRANSITIONS:
            with pytest.raises(TransitionError):
                after(state, act)
            continue
        state = after(state, act)
        reviewed = reviewed or state is State.REVIEW
        assert reviewed or state in {State.DRAFT, State.RETIRED}
    if state is State.RETIRED:
        assert acts_from(state) == frozenset()


def test_a_refusal_says_what_is_allowed() -> None:
    with pytest.raises(TransitionError, match="can't be asked to publish; from there it allows: retire, submit"):
        after(State.DRAFT, Act.PUBLISH)
