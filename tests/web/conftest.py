"""Fixtures of the pages' tests."""

from tests.web.sample_centre import built_centre, centre

__all__ = ["built_centre", "centre"]
