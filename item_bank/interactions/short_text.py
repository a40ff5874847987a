"""A few sentences, marked by two people who do not see each other's mark."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from item_bank.interactions.contract import (
    Interaction,
    ItemScore,
    ResponseError,
    Verdict,
    only_fields,
    scored,
    unanswered,
)
from item_bank.qti.content import ShortText

LONGEST_TEXT = 10_000
WIDEST_AGREEMENT = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class TextResponse:
    text: str


def present(content: ShortText, seed: bytes) -> dict[str, Any]:
    return {"max_words": content.max_words}


def read_response(content: ShortText, seed: bytes, payload: Mapping[str, Any]) -> TextResponse:
    """Read `{"text": "…"}`. A text over the word limit is kept whole; its word count stands in the score's detail.

    Raises
    ------
    ResponseError
        `text_expected` when it is not a string, `text_too_long` above 10 000 characters.
    """
    only_fields(payload, "text")
    text = payload["text"]
    if not isinstance(text, str):
        raise ResponseError("text_expected", "text has to be a string.")
    if len(text) > LONGEST_TEXT:
        raise ResponseError(
            "text_too_long", f"text has {len(text)} characters; {LONGEST_TEXT} is the most that is taken."
        )
    return TextResponse(text=text)


def score(content: ShortText, response: TextResponse) -> ItemScore:
    """Waits for two markers, unless nothing was written."""
    words = len(response.text.split())
    if not words:
        return unanswered(content)
    return ItemScore(
        points=None,
        maximum=content.scoring.maximum,
        verdict=Verdict.WAITING,
        detail={"words": words, "over_word_limit": words > content.max_words},
    )


def score_marks(content: ShortText, first: Decimal, second: Decimal, third: Decimal | None = None) -> ItemScore:
    """Join the marks of two markers, and of a third when they are too far apart.

    Parameters
    ----------
    first, second : Decimal
        Blind marks between 0 and the item's maximum.
    third : Decimal, optional
        The mark of a third person. It is used only when the first two differ by more than one point, and then it
        stands.

    Returns
    -------
    ItemScore
        Points None and verdict `third_marker` when a third mark is needed and not given.

    Raises
    ------
    ResponseError
        `mark_range` when a mark is below 0 or above the maximum.
    """
    maximum = content.scoring.maximum
    for mark in (first, second, third):
        if mark is not None and not 0 <= mark <= maximum:
            raise ResponseError("mark_range", f"A mark of {mark} is outside 0 to {maximum}.")
    detail = {"first": str(first), "second": str(second), "third": None if third is None else str(third)}
    if abs(first - second) <= WIDEST_AGREEMENT:
        return scored((first + second) / 2, maximum, **detail)
    if third is None:
        return ItemScore(points=None, maximum=maximum, verdict=Verdict.THIRD_MARKER, detail=detail)
    return scored(third, maximum, **detail)


SHORT_TEXT = Interaction(present=present, read_response=read_response, score=score)
