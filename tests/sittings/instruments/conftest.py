"""Instruments are tested on the same small centre as attempts."""

from tests.attempts.centre import built, centre

__all__ = ["built", "centre"]
