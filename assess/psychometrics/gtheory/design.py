"""What was crossed with what, what was nested in what, and the scores that came of it."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError

Codes = npt.NDArray[np.int64]
RESIDUAL = "residual"


@dataclass(frozen=True, slots=True)
class Effect:
    """A source of variance: its name, such as "p:t", and the facets whose levels it belongs to."""

    name: str
    facets: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The facets of a study, the object of measurement first.

    Attributes
    ----------
    facets
        Names; the first one is the object of measurement (the persons).
    nested
        (facet, facets that contain it): ("r", ("t",)) says that each task has raters of its own.

    Examples
    --------
    >>> design = Design.of(["p", "t", "r"], {"r": "t"})
    >>> design.in_words
    'p × (r:t)'
    >>> [effect.name for effect in design.effects]
    ['p', 't', 'p:t', 'r:t', 'p:r:t']
    """

    facets: tuple[str, ...]
    nested: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, facets: Sequence[str], nested: Mapping[str, str | Sequence[str]] | None = None) -> "Design":
        """Check the names and carry nesting through (a facet is nested in whatever contains its container).

        Raises
        ------
        ResponseError
            `names_do_not_fit` when a name occurs twice, is empty or reserved, or when a nesting names no facet or goes
            round in a circle.
        """
        names = tuple(facets)
        wrong = [name for name in names if not name or ":" in name or "×" in name or name == RESIDUAL]
        if wrong or len(set(names)) != len(names):
            sentence = f"facets {list(names)}: names must differ, and be neither empty nor {RESIDUAL!r}, without : or ×"
            raise ResponseError("names_do_not_fit", sentence)
        direct = {
            facet: {outer} if isinstance(outer, str) else set(outer) for facet, outer in (nested or {}).items() if outer
        }
        unknown = sorted((set(direct) | set().union(*direct.values(), set())) - set(names))
        if unknown:
            raise ResponseError("names_do_not_fit", f"nesting names {unknown[0]!r}, which is not one of {list(names)}")
        for _ in names:
            direct = {facet: outer.union(*(direct.get(o, set()) for o in outer)) for facet, outer in direct.items()}
        circle = sorted(facet for facet, outer in direct.items() if facet in outer)
        if circle:
            raise ResponseError("names_do_not_fit", f"facet {circle[0]!r} would be nested in itself")
        if names[0] in direct:
            sentence = f"{names[0]!r} is the object of measurement and cannot be nested; study its groups apart"
            raise ResponseError("names_do_not_fit", sentence)
        pairs = tuple((name, tuple(f for f in names if f in direct[name])) for name in names if name in direct)
        return cls(facets=names, nested=pairs)

    @property
    def object(self) -> str:
        """The object of measurement."""
        return self.facets[0]

    def closure(self, facets: frozenset[str]) -> frozenset[str]:
        """These facets and all that contain them."""
        return facets.union(*(outer for facet, outer in self.nested if facet in facets))

    def effect(self, facets: frozenset[str]) -> Effect:
        """The effect of these facets under its usual name: a nested facet stands before what contains it."""
        order: list[str] = []
        inside = dict(self.nested)
        for facet in self.facets:
            places = [order.index(outer) for outer in inside.get(facet, ()) if outer in order]
            order.insert(min(places) if places else len(order), facet)
        return Effect(":".join(facet for facet in order if facet in facets), facets)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Every effect that can exist, from single facets to the highest, which holds the error as well."""
        sets = [frozenset(s) for size in range(1, len(self.facets) + 1) for s in combinations(self.facets, size)]
        return tuple(self.effect(facets) for facets in sets if self.closure(facets) == facets)

    @property
    def in_words(self) -> str:
        """The design in Brennan's notation."""
        inside = dict(self.nested)
        free = [facet for facet in self.facets if facet not in inside]
        parts = []
        for facet in free:
            within = [name for name in self.facets if inside.get(name, ("",))[0] == facet]
            parts.append(f"({':'.join([*reversed(within), facet])})" if within else facet)
        return " × ".join(parts)


@dataclass(frozen=True, eq=False)
class Records:
    """One row per score: the score, and the level of each facet as a code from 0."""

    scores: FloatArray
    codes: Mapping[str, Codes]

    @classmethod
    def of(cls, scores: npt.ArrayLike, levels: Mapping[str, Sequence[Hashable] | npt.NDArray[np.generic]]) -> "Records":
        """Read long data; rows without a score are left out.

        Raises
        ------
        ResponseError
            `not_a_list`, `not_finite`, or `names_do_not_fit` when a facet has another number of entries than there
            are scores.
        """
        values = np.asarray(scores, dtype=np.float64)
        if values.ndim != 1:
            raise ResponseError("not_a_list", f"scores must be a list of numbers; this has {values.ndim} dimension(s)")
        if np.isinf(values).any():
            row = int(np.argwhere(np.isinf(values))[0, 0])
            raise ResponseError("not_finite", f"scores: entry {row} is infinite; use NaN for a missing value")
        seen = np.isfinite(values)
        codes: dict[str, Codes] = {}
        for name, labels in levels.items():
            if len(labels) != len(values):
                raise ResponseError(
                    "names_do_not_fit", f"facet {name!r} has {len(labels)} entries for {len(values)} scores"
                )
            kept = np.asarray(labels)[seen]
            if kept.dtype.kind not in "biuf":
                kept = kept.astype(str)
            codes[name] = np.unique(kept, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return cls(scores=values[seen], codes=codes)

    @classmethod
    def of_array(cls, scores: FloatArray, facets: Sequence[str]) -> "Records":
        """Read an array with one axis per facet, NaN where there is no score."""
        seen = np.isfinite(scores)
        places = np.nonzero(seen)
        codes = {name: _compressed(place.astype(np.int64)) for name, place in zip(facets, places, strict=True)}
        return cls(scores=scores[seen], codes=codes)

    def groups(self, facets: frozenset[str]) -> Codes:
        """The combination of levels that each score belongs to, numbered from 0."""
        combined = np.zeros(len(self.scores), dtype=np.int64)
        for name in self.codes:
            if name in facets:
                codes = self.codes[name]
                combined = _compressed(combined * (int(codes.max(initial=0)) + 1) + codes)
        return combined


def _compressed(codes: Codes) -> Codes:
    """The same groups numbered without gaps."""
    largest = int(codes.max(initial=0))
    if largest > 8 * len(codes) + 64:
        return np.unique(codes, return_inverse=True)[1].reshape(-1).astype(np.int64)
    used = np.bincount(codes, minlength=largest + 1) > 0
    return (np.cumsum(used) - 1)[codes].astype(np.int64)
