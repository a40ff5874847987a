"""What a server has loaded before its first request stays until it ends."""

import gc


def settle() -> None:
    """Take what is loaded by now out of the garbage collector's rounds.

    A full round walks every object there is, a quarter of a second for the modules, models and pages of a server, and it
    falls into some request. Objects that are made later are collected as before.
    """
    gc.collect()
    gc.freeze()
