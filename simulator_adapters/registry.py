"""Finds adapters: the built-in ones and those that installed packages announce.

A package announces an adapter in the entry-point group ``simulator_adapters``: the entry's name is the id of the manifest, its
value a callable that returns an `Adapter`, with `opener` as its one, optional argument. Modules load only when an adapter is
asked for, so a package that can't be imported spoils nobody else's day: it is named, and skipped.
"""

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from simulator_adapters.contract import Adapter, AdapterManifest
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


class BrokenAdapter(TypeError):
    """A package announces an adapter that can't be used; the sentence names package, entry point and remedy."""

    code = "broken_adapter"


@dataclass(frozen=True, kw_only=True)
class Installed:
    """An adapter that is installed: where it comes from, and its manifest or what is wrong with it.

    Attributes
    ----------
    package
        Name and version of the package that announces it; empty for a built-in one.
    """

    id: str
    package: str
    manifest: AdapterManifest | None
    problem: str = ""


def adapter_ids() -> tuple[str, ...]:
    """Ids of every adapter at hand, built-in first.

    Examples
    --------
    >>> adapter_ids()[:2]
    ('wiring', 'sunspec')
    """
    announced = {entry.name for entry in entry_points(group=GROUP)} - set(_BUILT_IN)
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
    BrokenAdapter
        When two packages announce the id, or what is announced can't be loaded, is no adapter or has another id.
    """
    if adapter_id in _BUILT_IN:
        module, _, name = _BUILT_IN[adapter_id].partition(":")
        built_in: Adapter = _made(getattr(importlib.import_module(module), name), opener)
        return built_in
    announced = tuple(entry_points(group=GROUP, name=adapter_id))
    if not announced:
        raise UnknownAdapter(f"No adapter is called {adapter_id!r}. At hand are {', '.join(adapter_ids())}.")
    if len(announced) > 1:
        both = " and ".join(sorted(_package(entry) for entry in announced))
        raise BrokenAdapter(f"The adapter {adapter_id!r} is announced by {both}. Uninstall one of them.")
    return _loaded(announced[0], opener)


def installed() -> tuple[Installed, ...]:
    """Every adapter that is installed, the broken ones with what is wrong with them; nothing that a package does ends the list."""
    found = [Installed(id=one, package="", manifest=adapter(one).manifest) for one in _BUILT_IN]
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, _package(entry))):
        where = _package(entry)
        if entry.name in _BUILT_IN:
            said = f"{where} announces {entry.name!r}, which is built in and stays so. Give its adapter another id."
            found.append(Installed(id=entry.name, package=where, manifest=None, problem=said))
            continue
        try:
            found.append(Installed(id=entry.name, package=where, manifest=adapter(entry.name).manifest))
        except BrokenAdapter as broken:
            found.append(Installed(id=entry.name, package=where, manifest=None, problem=str(broken)))
    return tuple(found)


def _loaded(entry: EntryPoint, opener: Opener | None) -> Adapter:
    where = f"The entry point {entry.value} of {entry.name!r} ({_package(entry)})"
    try:
        found = _made(entry.load(), opener)
    except Exception as error:  # whatever a package does when it is imported or called, it is that package's
        raise BrokenAdapter(
            f"{where} can't be loaded: {type(error).__name__}: {error}. Tell who maintains it."
        ) from error
    if not isinstance(found, Adapter) or not isinstance(getattr(found, "manifest", None), AdapterManifest):
        raise BrokenAdapter(f"{where} does not return an adapter: it needs manifest, discover and connect.")
    if found.manifest.id != entry.name:
        raise BrokenAdapter(f"{where} returns the adapter {found.manifest.id!r}. Announce it under its own id.")
    return found


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "a package without a name"


def _made(make: Callable[..., Any], opener: Opener | None) -> Any:
    takes = opener is not None and "opener" in inspect.signature(make).parameters
    return make(opener=opener) if takes else make()
