"""The steps of a study, in the order in which they are computed: what a progress bar counts."""

FREEZING = "freezing the scores"
KEEPING = "keeping the study"

RESPONSES = (
    "responses: items and reliability",
    "responses: Rasch scale",
    "responses: fit",
    "responses: dimensions",
    "responses: decision",
    "responses: groups",
    "responses: forms",
)
MARKS = ("agreement", "use of marks", "many-facet model", "sources of variance")
STEPS = (
    FREEZING,
    *RESPONSES,
    *(f"ratings: {step}" for step in MARKS),
    *(f"task_scores: {step}" for step in MARKS),
    "borderline",
    "parts: scores and reliability",
    "parts: decision",
    "sittings",
    KEEPING,
)


def place_of(step: str) -> int | None:
    """How many steps are over when this one begins; None for a step nobody counts.

    >>> place_of(FREEZING), place_of("responses: fit"), place_of("responses")
    (0, 3, None)
    """
    return STEPS.index(step) if step in STEPS else None
