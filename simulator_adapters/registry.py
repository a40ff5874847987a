"""Finds adapters: the built-in ones and those that installed packages announce.

A package announces an adapter in the entry-point group ``simulator_adapters``; its entry is a callable without arguments
that returns an `Adapter`. Modules load only when an adapter is asked for.
"""

import importlib
import inspect
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from simulator_adapters.contract import Adapter
from simulator_adapters.wire import Opener

GROUP = "simulator_adapters"

_BUILT_IN = {
    "wiring": "simulator_adapters.wiring.adapter:WiringAdapter",
    "sunspec": "simulator_adapters.photovoltaic.adapter:SunSpecAdapter",
    "scpi": "simulator_adapters.instruments.scpi:ScpiAdapter",
}


class UnknownAdapter(LookupError):
    """No adapter of that id is installed."""

    code = "unknown_adapter"


def adapter_ids() -> tuple[str, ...]:
    """Ids of every adapter at hand, built-in first.

    Examples
    --------
    >>> adapter_ids()[:2]
    ('wiring', 'sunspec')
    """
    announced = (entry.name for entry in entry_points(group=GROUP) if entry.name not in _BUILT_IN)
    return (*_BUILT_IN, *sorted(announced))


def adapter(adapter_id: str, *, opener: Opener | None = None) -> Adapter:
    """Load an adapter by its id; a built-in id can't be taken over by a package.

    Parameters
    ----------
    opener
        Takes the adapter's wires in hand, to record or replay them. An adapter whose callable has no parameter `opener` opens its
        own, and nothing is recorded at the level of the wire.

    Raises
    ------
    UnknownAdapter
        Names the adapters at hand.
    TypeError
        When what a package announces is no adapter.
    """
    if adapter_id in _BUILT_IN:
        module, _, name = _BUILT_IN[adapter_id].partition(":")
        built_in: Adapter = _made(getattr(importlib.import_module(module), name), opener)
        return built_in
    for entry in entry_points(group=GROUP, name=adapter_id):
        found = _made(entry.load(), opener)
        if not isinstance(found, Adapter):
            raise TypeError(f"The entry point {entry.value} of {adapter_id!r} does not return an adapter.")
        return found
    raise UnknownAdapter(f"No adapter is called {adapter_id!r}. At hand are {', '.join(adapter_ids())}.")


def _made(make: Callable[..., Any], opener: Opener | None) -> Any:
    takes = opener is not None and "opener" in inspect.signature(make).parameters
    return make(opener=opener) if takes else make()
