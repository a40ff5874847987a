"""The panel of four that tests of meetings begin with; what a test does there is undone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from tests.snapshots import as_built
from tests.validity.cut_scores.meeting_scene import Panel, open_panel


@pytest.fixture(scope="module")
def built_panel(django_db_setup: None, django_db_blocker: Any) -> Iterator[Panel]:
    with django_db_blocker.unblock():
        yield as_built("panel", open_panel)
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def panel(built_panel: Panel, db: None) -> Panel:
    return built_panel
