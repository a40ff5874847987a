"""A small evaluator of QTI 3.0 response processing, exact in fractions: an oracle for what `item_bank.qti` writes.

It knows only the operators named below and refuses every other with `UnsupportedError`; `test_qti_processing.py` first holds
it against reference cases of other engines.
"""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from lxml import etree

TEMPLATE = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/"


class UnsupportedError(Exception):
    pass


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)


def _typed(base_type: str | None, text: str) -> Any:
    if base_type in {"float", "integer"}:
        return Fraction(text)
    if base_type == "boolean":
        return text == "true"
    if base_type == "pair":
        return frozenset(text.split())
    if base_type == "directedPair":
        return tuple(text.split())
    if base_type in {"identifier", "string"}:
        return text
    raise UnsupportedError(f"base-type {base_type}")


class Engine:
    """One item with one set of responses. None is QTI's NULL; containers are lists."""

    def __init__(self, xml: bytes, responses: dict[str, Any]) -> None:
        self.root = etree.fromstring(xml)
        self.correct: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}
        self.mappings: dict[str, Any] = {}
        self.ordered: set[str] = set()
        for declaration in self._children(self.root, "qti-response-declaration"):
            self._declare(declaration, responses)
        for declaration in self._children(self.root, "qti-outcome-declaration"):
            values = [_typed(declaration.get("base-type"), one.text) for one in declaration.iter("{*}qti-value")]
            numeric = declaration.get("base-type") in {"float", "integer"}
            self.variables[declaration.get("identifier")] = values[0] if values else Fraction(0) if numeric else None
        for processing in self._children(self.root, "qti-response-processing"):
            self._template(processing.get("template"))
            for rule in processing:
                self._rule(rule)

    @staticmethod
    def _children(element: Any, *names: str) -> list[Any]:
        return [child for child in element if isinstance(child.tag, str) and _name(child) in names]

    def _declare(self, declaration: Any, responses: dict[str, Any]) -> None:
        identifier, base_type = declaration.get("identifier"), declaration.get("base-type")
        single = declaration.get("cardinality") == "single"
        if declaration.get("cardinality") == "ordered":
            self.ordered.add(identifier)
        for correct in self._children(declaration, "qti-correct-response"):
            values = [_typed(base_type, one.text or "") for one in correct]
            self.correct[identifier] = values[0] if single else values
        given = responses.get(identifier)
        if single:
            self.variables[identifier] = None if given is None else _typed(base_type, str(given))
        else:
            several = given if isinstance(given, list) else [] if given is None else [given]
            self.variables[identifier] = [_typed(base_type, str(one)) for one in several] or None
        for mapping in self._children(declaration, "qti-mapping"):
            entries = {_typed(base_type, one.get("map-key")): Fraction(one.get("mapped-value")) for one in mapping}
            self.mappings[identifier] = (entries, mapping.attrib)

    def _template(self, uri: str | None) -> None:
        if uri is None:
            return
        if uri == f"{TEMPLATE}match_correct.xml":
            right = self._equal(self.variables["RESPONSE"], self.correct["RESPONSE"], "RESPONSE" in self.ordered)
            self.variables["SCORE"] = Fraction(int(right is True))
        elif uri == f"{TEMPLATE}map_response.xml":
            self.variables["SCORE"] = self._mapped("RESPONSE")
        else:
            raise UnsupportedError(uri)

    @staticmethod
    def _equal(first: Any, second: Any, ordered: bool) -> bool | None:
        if first is None or second is None:
            return None
        if isinstance(first, list) and not ordered:
            return Counter(first) == Counter(second)
        return bool(first == second)

    def _mapped(self, identifier: str) -> Fraction:
        entries, attributes = self.mappings[identifier]
        value = self.variables[identifier]
        chosen = [] if value is None else list(dict.fromkeys(value)) if isinstance(value, list) else [value]
        total = sum((entries.get(one, Fraction(attributes.get("default-value", "0"))) for one in chosen), Fraction(0))
        if "lower-bound" in attributes:
            total = max(total, Fraction(attributes["lower-bound"]))
        return min(total, Fraction(attributes["upper-bound"])) if "upper-bound" in attributes else total

    def _rule(self, rule: Any) -> None:
        if _name(rule) == "qti-set-outcome-value":
            self.variables[rule.get("identifier")] = self._value(rule[0])
        elif _name(rule) == "qti-response-condition":
            for branch in rule:
                otherwise = _name(branch) == "qti-response-else"
                if otherwise or self._value(branch[0]) is True:
                    for inner in branch if otherwise else branch[1:]:
                        self._rule(inner)
                    return
        else:
            raise UnsupportedError(_name(rule))

    def _value(self, expression: Any) -> Any:
        name, attributes = _name(expression), expression.attrib
        if name == "qti-base-value":
            return _typed(attributes["base-type"], expression.text or "")
        if name == "qti-variable":
            return self.variables[attributes["identifier"]]
        if name == "qti-correct":
            return self.correct.get(attributes["identifier"])
        if name == "qti-map-response":
            return self._mapped(attributes["identifier"])
        values = [self._value(child) for child in expression]
        if name == "qti-is-null":
            return values[0] is None
        if name in {"qti-and", "qti-or"}:
            decisive = name == "qti-or"
            return decisive if decisive in values else None if None in values else not decisive
        if name == "qti-multiple":
            flat = [
                one for value in values for one in (value if isinstance(value, list) else [value]) if one is not None
            ]
            return flat or None
        if name not in _OPERATORS and name not in {"qti-match", "qti-equal", "qti-index"}:
            raise UnsupportedError(name)
        if None in values:
            return None
        if name == "qti-match":
            first = expression[0].get("identifier")
            return self._equal(values[0], values[1], first in self.ordered)
        if name == "qti-equal":
            return self._within(values, attributes)
        if name == "qti-index":
            place = int(attributes["n"])
            return values[0][place - 1] if place <= len(values[0]) else None
        if name != "qti-member" and any(isinstance(value, list) for value in values):
            raise UnsupportedError(f"{name} of a container")
        return _OPERATORS[name](values)

    @staticmethod
    def _within(values: list[Any], attributes: Any) -> bool:
        if attributes.get("tolerance-mode", "exact") == "exact":
            return bool(values[0] == values[1])
        if attributes["tolerance-mode"] != "absolute":
            raise UnsupportedError("relative tolerance")
        below, above = (Fraction(one) for one in (attributes["tolerance"].split() * 2)[:2])
        return bool(values[0] - below <= values[1] <= values[0] + above)


def _product(values: list[Fraction]) -> Fraction:
    total = Fraction(1)
    for one in values:
        total *= one
    return total


_OPERATORS: dict[str, Callable[[list[Any]], Any]] = {
    "qti-not": lambda values: not values[0],
    "qti-sum": lambda values: sum(values, Fraction(0)),
    "qti-product": _product,
    "qti-subtract": lambda values: values[0] - values[1],
    "qti-divide": lambda values: values[0] / values[1],
    "qti-lt": lambda values: values[0] < values[1],
    "qti-lte": lambda values: values[0] <= values[1],
    "qti-gt": lambda values: values[0] > values[1],
    "qti-gte": lambda values: values[0] >= values[1],
    "qti-member": lambda values: values[0] in values[1],
}
