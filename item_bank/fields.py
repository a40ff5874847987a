"""Reading the fields of an author's file: each has to be there, known and of the right form, or its path is named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


class AuthoringError(ValueError):
    """A mistake in an item file: which item, which field, what to do."""

    def __init__(self, item: str, path: str, sentence: str) -> None:
        super().__init__(f"{item}, {path}: {sentence}")
        self.code = "item_content"
        self.item = item
        self.path = path
        self.sentence = sentence


@dataclass(frozen=True)
class Fields:
    """The fields of one mapping; what is left unread at the end is refused, so that a misspelt field is never lost."""

    item: str
    path: str
    values: Mapping[str, Any]
    read: set[str]

    @classmethod
    def of(cls, item: str, path: str, values: object) -> "Fields":
        if not isinstance(values, Mapping):
            raise AuthoringError(item, path or "(entry)", "Write a mapping of fields here.")
        return cls(item, path, values, set())

    def place(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def error(self, name: str, sentence: str) -> AuthoringError:
        return AuthoringError(self.item, self.place(name), sentence)

    def raw(self, name: str, kind: type | tuple[type, ...], wanted: str, default: Any = None) -> Any:
        self.read.add(name)
        if name not in self.values:
            if default is not None:
                return default
            raise self.error(name, f"The field is missing; give {wanted}.")
        value = self.values[name]
        # bool is an int to Python, never to an author.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(name, f"'{value}' does not fit; give {wanted}.")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        value: str = self.raw(name, str, "a text", default)
        if any(ord(one) < 0x20 and one not in "\n\t" for one in value) or "\ufffe" in value or "\uffff" in value:
            raise self.error(name, "The text holds a control character; remove it.")
        return value

    def integer(self, name: str, *, least: int = 0) -> int:
        value: int = self.raw(name, int, f"a whole number from {least}")
        if value < least:
            raise self.error(name, f"{value} is below {least}; give a whole number from {least}.")
        return value

    def truth(self, name: str, default: bool | None = None) -> bool:
        value: bool = self.raw(name, bool, "true or false", default)
        return value

    def decimal(self, name: str) -> Decimal:
        """The number as the author wrote it: a YAML float's shortest form, never its binary neighbour."""
        value = self.raw(name, (int, float, str, Decimal), "a number")
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise self.error(name, f"'{value}' is not a number; give one with a decimal point.") from None
        if not number.is_finite():
            raise self.error(name, f"'{value}' is not finite; give a number.")
        return number

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.raw(name, list, "a list of texts", ())
        for i, one in enumerate(values):
            if not isinstance(one, str):
                raise self.error(f"{name}[{i}]", f"'{one}' is not a text; put it in quotes.")
        return tuple(values)

    def each(self, name: str, make: Callable[["Fields"], Any], *, optional: bool = False) -> tuple[Any, ...]:
        values = self.raw(name, list, "a list", () if optional else None)
        made = []
        for i, one in enumerate(values):
            fields = Fields.of(self.item, self.place(f"{name}[{i}]"), one)
            made.append(make(fields))
            fields.finish()
        return tuple(made)

    def inner(self, name: str) -> "Fields":
        return Fields.of(self.item, self.place(name), self.raw(name, Mapping, "a mapping"))

    def finish(self) -> None:
        unknown = sorted(str(name) for name in set(self.values) - self.read)
        if unknown:
            raise self.error(unknown[0], "This field is not known here; correct its spelling or remove it.")
