"""The interactions we render: what a candidate sees, how an answer is read, what it earns.

`present` gives JSON without keys, rationales, formulas, common errors or authoring ids; `read_response` turns the
tokens of that JSON back; `score` is a pure function of content and response.
"""

from collections.abc import Mapping
from typing import Any

from item_bank.interactions.choice import MULTIPLE, SINGLE, ChoiceResponse
from item_bank.interactions.contract import Interaction, ItemScore, ResponseError, Verdict, unanswered
from item_bank.interactions.hotspot import HOTSPOT
from item_bank.interactions.matching import MATCHING, MatchResponse
from item_bank.interactions.numeric import NUMERIC, NumericResponse
from item_bank.interactions.ordering import ORDERING, OrderResponse
from item_bank.interactions.short_text import SHORT_TEXT, TextResponse, score_marks
from item_bank.qti.content import ItemContent

__all__ = [
    "ChoiceResponse",
    "ItemScore",
    "MatchResponse",
    "NumericResponse",
    "OrderResponse",
    "Response",
    "ResponseError",
    "TextResponse",
    "Verdict",
    "of",
    "present",
    "read_response",
    "score",
    "score_marks",
]

Response = ChoiceResponse | NumericResponse | OrderResponse | MatchResponse | TextResponse

_REGISTRY: dict[str, Interaction[Any, Any]] = {
    "single_choice": SINGLE,
    "multiple_response": MULTIPLE,
    "numeric": NUMERIC,
    "ordering": ORDERING,
    "matching": MATCHING,
    "hotspot": HOTSPOT,
    "short_text": SHORT_TEXT,
}


def of(content: ItemContent) -> Interaction[Any, Any]:
    """The functions of the content's interaction."""
    return _REGISTRY[content.interaction]


def present(content: ItemContent, seed: bytes) -> dict[str, Any]:
    """What a candidate may see, as JSON; the same seed gives the same tokens and the same order."""
    return {
        "interaction": content.interaction,
        "language": content.language,
        "stem": content.stem,
        "maximum": str(content.scoring.maximum),
        **of(content).present(content, seed),
    }


def read_response(content: ItemContent, seed: bytes, payload: object) -> Response | None:
    """Turn a candidate's payload into a response with authoring ids; null is a cleared answer.

    Raises
    ------
    ResponseError
        With a stable code and a sentence, when the payload can't be read.
    """
    if payload is None:
        return None
    if not isinstance(payload, Mapping):
        raise ResponseError("object_expected", "A response has to be a JSON object or null.")
    response: Response = of(content).read_response(content, seed, payload)
    return response


def score(content: ItemContent, response: Response | None) -> ItemScore:
    """Points for a response; None is no answer."""
    if response is None:
        return unanswered(content)
    return of(content).score(content, response)
