"""The plan of a sitting is tested on the same small centre as its attempts."""

from tests.attempts.centre import built, centre

__all__ = ["built", "centre"]
