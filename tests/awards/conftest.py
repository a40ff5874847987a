"""Fixtures of the tests of awards."""

import pytest

from tests.awards.decided import Decided, decide_a_sitting
from tests.snapshots import as_built


@pytest.fixture
def decided(transactional_db: None) -> Decided:
    return as_built("decided", decide_a_sitting)
