"""The small centre of today, for tests of what its server runs."""

from tests.web.sample_centre import built_centre, centre

__all__ = ["built_centre", "centre"]
