"""What a marker may see of an item and a candidate never may: the question, what is looked for, a model answer, the key. Pure.

A marker reads texts; where a machine could not read an answer, a person reads it against the key.
"""

from decimal import Decimal
from typing import Any

from item_bank.qti.content import (
    Hotspot,
    ItemContent,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortText,
    SingleChoice,
)


def notes_for(content: ItemContent) -> dict[str, Any]:
    """The notes as JSON. `points` are the points that can be given, as texts; `right` says in words what is right, and is empty for
    a text, where the marking points say it."""
    text = content if isinstance(content, ShortText) else None
    looked_for = () if text is None else text.marking_points
    return {
        "stem": content.stem,
        "language": content.language,
        "points": points_to_give(content.scoring.maximum),
        "max_words": None if text is None else text.max_words,
        "marking_points": [{"point": one.point, "accept": list(one.accept)} for one in looked_for],
        "model_answer": "" if text is None else text.model_answer,
        "right": right_in_words(content),
        "rationale": content.rationale,
    }


def points_to_give(maximum: Decimal) -> list[str]:
    """Whole points from 0 on, and the maximum.

    >>> points_to_give(Decimal("3.0")), points_to_give(Decimal("1.5"))
    (['0', '1', '2', '3'], ['0', '1', '1.5'])
    """
    whole = [str(points) for points in range(int(maximum) + 1)]
    return whole if maximum == int(maximum) else [*whole, f"{maximum.normalize():f}"]


def right_in_words(content: ItemContent) -> list[str]:
    """What a right answer says, one sentence or line each."""
    match content:
        case SingleChoice() | MultipleResponse():
            return [option.text for option in content.options if option.correct]
        case Numeric():
            within = f", within {content.tolerance}" if content.tolerance else ""
            return [f"{content.key} {content.unit}".strip() + within]
        case Ordering():
            texts = {element.id: element.text for element in content.elements}
            return [texts[name] for name in content.key]
        case Matching():
            texts = {element.id: element.text for element in (*content.left, *content.right)}
            return [f"{texts[left]} – {texts[right]}" for left, right in content.key]
        case Hotspot():
            return [region.label for region in content.regions if region.correct]
        case ShortText():
            return []
