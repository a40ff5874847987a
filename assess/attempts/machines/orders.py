"""What an attempt's order sheet says beyond the task itself: which profile to set, where a task has several. Pure."""

import hashlib
from collections.abc import Iterable


def ordered_profile(seed: bytes, simulation: str, profiles: Iterable[str]) -> str:
    """The profile that an attempt's order sheet names: drawn from the attempt's seed, so that it stays and neighbours differ.

    >>> ordered_profile(bytes(32), "SIM-SUN-3", ["us_1547_default", "eu_training"])
    'eu_training'
    >>> ordered_profile(bytes(32), "SIM-SUN-1", [""])
    ''
    """
    named = sorted(profiles)
    drawn = hashlib.sha256(b"assayer order sheet\n" + simulation.encode() + b"\n" + seed).digest()
    return named[int.from_bytes(drawn[:8], "big") % len(named)]
