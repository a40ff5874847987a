"""Response processing that says the item's rule in QTI's own operators, so that another engine scores as we do."""

from copy import deepcopy
from itertools import combinations

from item_bank.qti.content import Hotspot, ItemContent, Matching, MultipleResponse, Numeric, Ordering, Rule
from item_bank.qti.markup import Node, decimal_text, node


def place_of(identifier: str) -> str:
    """The outcome variable that holds the place of an element in the candidate's order."""
    return f"PLACE_{identifier}"


def response_processing(content: ItemContent) -> Node:
    rule = content.scoring.rule
    if isinstance(content, Numeric):
        tolerance = decimal_text(content.tolerance)
        equal = node(
            "qti-equal",
            _variable("RESPONSE"),
            _correct(),
            tolerance_mode="absolute",
            tolerance=f"{tolerance} {tolerance}",
        )
        return node("qti-response-processing", _when(equal, _set("SCORE", _maximum())))
    if rule is Rule.DICHOTOMOUS:
        return node(
            "qti-response-processing",
            _when(node("qti-match", _variable("RESPONSE"), _correct()), _set("SCORE", _maximum())),
        )
    if isinstance(content, Ordering):
        return node("qti-response-processing", *_places(content), *_edges(content), *_order_score(content))
    return node(
        "qti-response-processing",
        _set("SCORE", _share(node("qti-map-response", identifier="RESPONSE"), _key_size(content))),
    )


def _key_size(content: ItemContent) -> int:
    match content:
        case MultipleResponse():
            return sum(one.correct for one in content.options)
        case Matching():
            return len(content.key)
        case Hotspot():
            return sum(one.correct for one in content.regions)
    raise TypeError(f"{content.interaction} has no mapped key")


def _variable(identifier: str) -> Node:
    return node("qti-variable", identifier=identifier)


def _maximum() -> Node:
    return _variable("MAXSCORE")


def _correct() -> Node:
    return node("qti-correct", identifier="RESPONSE")


def _base(base_type: str, text: str) -> Node:
    return node("qti-base-value", text=text, base_type=base_type)


def _set(identifier: str, value: Node) -> Node:
    return node("qti-set-outcome-value", value, identifier=identifier)


def _when(condition: Node, *rules: Node) -> Node:
    return node("qti-response-condition", node("qti-response-if", condition, *rules))


def _share(part: Node, whole: int) -> Node:
    """MAXSCORE × part ÷ whole."""
    return node("qti-divide", node("qti-product", _maximum(), part), _base("integer", str(whole)))


def _places(content: Ordering) -> list[Node]:
    # QTI's `contains` means "next to each other", so "before" needs each element's place in a variable of its own.
    return [
        _when(
            node(
                "qti-match",
                node("qti-index", _variable("RESPONSE"), n=str(place)),
                _base("identifier", element.id),
            ),
            _set(place_of(element.id), _base("integer", str(place))),
        )
        for place in range(1, len(content.elements) + 1)
        for element in content.elements
    ]


def _edges(content: Ordering) -> list[Node]:
    edges: list[tuple[str, str]]
    if content.scoring.rule is Rule.KENDALL_PAIRS:
        edges = list(combinations(content.key, 2))
    else:
        edges = [(edge.before, edge.after) for edge in content.prerequisites]
    more = node("qti-sum", _variable("KEPT"), _base("integer", "1"))
    return [
        _when(
            node("qti-lt", _variable(place_of(before)), _variable(place_of(after))),
            _set("KEPT", deepcopy(more)),
        )
        for before, after in edges
    ]


def _order_score(content: Ordering) -> list[Node]:
    if content.scoring.rule is Rule.KENDALL_PAIRS:
        pairs = len(content.elements) * (len(content.elements) - 1) // 2
        twice = node("qti-product", _base("integer", "2"), _variable("KEPT"))
        above = node("qti-subtract", twice, _base("integer", str(pairs)))
        positive = node("qti-gt", deepcopy(above), _base("integer", "0"))
        return [_when(positive, _set("SCORE", _share(above, pairs)))]
    rules = [_set("SCORE", _share(_variable("KEPT"), len(content.prerequisites)))]
    dangers = [
        node("qti-gt", _variable(place_of(edge.before)), _variable(place_of(edge.after)))
        for edge in content.prerequisites
        if edge.danger
    ]
    if dangers:
        unsafe = node("qti-or", *dangers)
        rules.append(_when(unsafe, _set("CRITICAL_FAIL", _base("boolean", "true")), _set("SCORE", _base("float", "0"))))
    return rules
