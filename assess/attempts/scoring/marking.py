"""What waits for a marker in an attempt, by the rules that score it. Pure.

The first two markers of an attempt mark what scoring gives to people. Everybody after them is in reserve: they are given an
answer only when all before them have marked it and it is still open, and they never learn how.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace

from assess.attempts.folding.fold import AttemptRecord, Payload, Said
from assess.attempts.folding.pinned import Pinned, PinnedItem
from assess.attempts.journal.kinds import order
from assess.attempts.scoring.items import answer_digest, is_about, score_item
from item_bank.qti.content import ItemContent, Numeric, ShortText

MARKERS = 2


@dataclass(frozen=True)
class AnswerToMark:
    """An answer before a marker. `of` is its digest, which their points carry; `points` is what this marker gave it; `again`: they
    marked another answer of this candidate to the same question, and this one stands now."""

    item: str
    of: str
    text: str
    points: str | None
    again: bool


def answers_to_mark(role: str, posts: Collection[str], pinned: Pinned, record: AttemptRecord) -> list[AnswerToMark]:
    """What a marker is given of an attempt, marked or not, in the order of the form.

    Parameters
    ----------
    role
        The marker's own, such as `marker:2`.
    posts
        The attempt's marker posts that somebody holds.
    """
    wrote = {word.role for word in record.points.values()}
    before = sorted((one for one in {*posts, *wrote} if order(one) < order(role)), key=order)
    found = []
    for item in pinned.items:
        answer = record.answers.get(item.identifier)
        stands = answer.stands if answer is not None else None
        if stands is None or not _waits_for(role, before, item, record, stands, pinned.seed):
            continue
        mine = record.points.get((role, item.identifier))
        counts = mine is not None and is_about(mine, stands)
        response = stands.payload["response"]
        found.append(
            AnswerToMark(
                item=item.identifier,
                of=answer_digest(response),
                text=as_written(item.content, response),
                points=str(mine.payload["points"]) if mine is not None and counts else None,
                again=mine is not None and not counts,
            )
        )
    return found


def _waits_for(
    role: str, before: list[str], item: PinnedItem, record: AttemptRecord, stands: Said, seed: bytes
) -> bool:
    if len(before) < MARKERS:
        return bool(score_item(item, replace(record, points={}), seed).waits_for)
    theirs = {
        key: word
        for key, word in record.points.items()
        if key[1] == item.identifier and key[0] in before and is_about(word, stands)
    }
    return len(theirs) == len(before) and bool(score_item(item, replace(record, points=theirs), seed).waits_for)


def as_written(content: ItemContent, response: Payload) -> str:
    """An answer as the candidate wrote it; what is no text or number of theirs, as it came."""
    if isinstance(content, ShortText) and isinstance(response.get("text"), str):
        return str(response["text"])
    if isinstance(content, Numeric) and isinstance(response.get("value"), str):
        unit = response.get("unit")
        return f"{response['value']} {unit}".strip() if isinstance(unit, str) else str(response["value"])
    return json.dumps(response, ensure_ascii=False, sort_keys=True)
