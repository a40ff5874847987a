"""How many cases a property test draws: all of them where ASSAYER_TESTS is `full` (.ci/run), a sixth elsewhere.

The same cases each time, so that no change is refused by luck; `manage.py prove` draws new ones.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

Case = TypeVar("Case")

FULL = os.environ.get("ASSAYER_TESTS") == "full"
LEAST = 8


def examples(full: int) -> int:
    """The number of cases here, of `full`."""
    return full if FULL else max(full // 6, min(full, LEAST))


def sampled(cases: Sequence[Case]) -> Sequence[Case]:
    """All of a long list of cases, or every sixth of them."""
    return cases if FULL else cases[::6]


settings.register_profile(
    "assayer",
    max_examples=examples(100),
    deadline=None,  # speed belongs to the benchmarks
    derandomize=os.environ.get("ASSAYER_FULL_COUNTS") != "1",
)
settings.load_profile("assayer")
