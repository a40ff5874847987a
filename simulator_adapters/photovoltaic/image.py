"""The register image of a SunSpec device: models one after another behind the marker ``SunS``."""

from collections.abc import Mapping, Sequence

from simulator_adapters.photovoltaic.models import ModelBlock, ModelError, Point, definition, layout, scale_of

BASE = 40000
MARKER = (0x5375, 0x6E53)
END = (0xFFFF, 0)

#: Path, index of a point inside one model.
Key = tuple[str, tuple[int, ...]]


class RegisterImage:
    """Registers of a device that is being built or simulated.

    Parameters
    ----------
    counts
        Per model, how often its groups repeat, by the name of their count point.
    values
        Per model, raw values by path and index; a point left out reads as not implemented.
    """

    def __init__(
        self,
        counts: Mapping[int, Mapping[str, int]],
        values: Mapping[int, Mapping[Key, int | str]],
        *,
        base: int = BASE,
    ) -> None:
        self.base = base
        self._start: dict[int, int] = {}
        self.words: list[int] = list(MARKER)
        for model, given in values.items():
            self._start[model] = len(self.words)
            self.words += _words(model, counts.get(model, {}), given)
        self.words += END
        self._points = {model: self._laid_out(model) for model in self._start}
        if base + len(self.words) > 0x10000:
            raise ModelError("The models don't fit into the register space.")

    @property
    def models(self) -> tuple[int, ...]:
        """Models in the order they lie."""
        return tuple(self._start)

    def block(self, model: int) -> ModelBlock:
        """A snapshot of one model."""
        start, stop = self.span(model)
        laid_out = self._points[model]
        return ModelBlock(model, self.base + start, tuple(self.words[start:stop]), laid_out.points)

    def span(self, model: int) -> tuple[int, int]:
        """First and last-but-one offset of a model in `words`."""
        start = self._start[model]
        return start, start + 2 + self.words[start + 1]

    def raw(self, model: int, path: str, index: tuple[int, ...] = ()) -> int | str | None:
        """Raw value of a point."""
        point = self.point(model, path, index)
        start = self._start[model] + point.offset
        return point.decode(self.words[start : start + point.size])

    def point(self, model: int, path: str, index: tuple[int, ...] = ()) -> Point:
        """Find a point of a model."""
        return self._points[model].point(path, index)

    def scale(self, model: int, point: Point) -> int | None:
        """Exponent of ten that goes with a point now; None where there is none to believe."""
        return scale_of(point, self._points[model].points, self.words, self._start[model])

    def put(self, model: int, path: str, index: tuple[int, ...], raw: int | str | None) -> None:
        """Set a point, writable or not: this is the device's own side."""
        point = self._points[model].point(path, index)
        start = self._start[model] + point.offset
        self.words[start : start + point.size] = point.encode(raw)

    def _laid_out(self, model: int) -> ModelBlock:
        start, stop = self.span(model)
        return ModelBlock.of(model, self.base + start, self.words[start:stop])


def _words(model: int, counts: Mapping[str, int], values: Mapping[Key, int | str]) -> Sequence[int]:
    points = layout(definition(model), lambda name: counts.get(name, 0))
    words = [word for point in points for word in point.missing]
    known = {(point.path, point.index): point for point in points}
    length = points[-1].offset + points[-1].size - 2
    stated: dict[Key, int | str] = {("ID", ()): model, ("L", ()): length}
    stated |= {(name, ()): count for name, count in counts.items() if (name, ()) in known}
    for key, raw in {**stated, **values}.items():
        if key not in known:
            raise ModelError(f"Model {model} has no point {key[0]}{list(key[1]) or ''} with these counts.")
        point = known[key]
        words[point.offset : point.offset + point.size] = point.encode(raw)
    return words
