"""Where an item version stands, and what may happen to it next.

    draft → review → pilot → operational → suspended → retired

A version goes back to draft when reviewers ask for changes, and from suspended to review when it is looked at anew;
it can be retired from anywhere and never comes back from there.
"""

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    REVIEW = "review"
    PILOT = "pilot"
    OPERATIONAL = "operational"
    SUSPENDED = "suspended"
    RETIRED = "retired"


class Act(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    PILOT = "pilot"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    RETIRE = "retire"


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.DRAFT, Act.SUBMIT): State.REVIEW,
    (State.REVIEW, Act.RETURN): State.DRAFT,
    (State.REVIEW, Act.PILOT): State.PILOT,
    (State.PILOT, Act.PUBLISH): State.OPERATIONAL,
    (State.PILOT, Act.SUSPEND): State.SUSPENDED,
    (State.OPERATIONAL, Act.SUSPEND): State.SUSPENDED,
    (State.SUSPENDED, Act.REINSTATE): State.REVIEW,
    **{(state, Act.RETIRE): State.RETIRED for state in State if state is not State.RETIRED},
}


class TransitionError(ValueError):
    """An act that a version's state does not allow."""

    def __init__(self, state: State, act: Act) -> None:
        allowed = ", ".join(sorted(one.value for one in acts_from(state))) or "nothing"
        super().__init__(f"A version in state '{state}' can't be asked to {act}; from there it allows: {allowed}.")


def acts_from(state: State) -> frozenset[Act]:
    """The acts a state allows.

    Examples
    --------
    >>> sorted(acts_from(State.DRAFT))
    [<Act.RETIRE: 'retire'>, <Act.SUBMIT: 'submit'>]
    """
    return frozenset(act for start, act in TRANSITIONS if start is state)


def after(state: State, act: Act) -> State:
    """The state that follows.

    Raises
    ------
    TransitionError
        When the state does not allow the act.

    Examples
    --------
    >>> after(State.PILOT, Act.PUBLISH)
    <State.OPERATIONAL: 'operational'>
    """
    following = TRANSITIONS.get((state, act))
    if following is None:
        raise TransitionError(state, act)
    return following
