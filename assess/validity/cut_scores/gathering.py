"""What a meeting's cut is computed from, gathered: its ratings from the record, scores and shares from the candidates."""

from collections.abc import Mapping
from typing import Any

from assess.schemes import queries as schemes
from assess.schemes.definition import Part
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.between import Seen
from assess.validity.cut_scores.candidates import Scored, earned_shares, impressions_of, scored_attempts, seen_in
from assess.validity.cut_scores.forms import FROM_SCORES, Method, elements_of
from assess.validity.cut_scores.material import facilities
from assess.validity.cut_scores.meeting import Record, Round
from assess.validity.cut_scores.models import Meeting
from assess.validity.cut_scores.rules import Given, Values
from assess.validity.errors import ValidityError


def part_of(version: SchemeVersion, name: str) -> Part:
    """A part of the scheme.

    Raises
    ------
    ValidityError
        `no-such-part`.
    """
    parts = {part.identifier: part for part in schemes.parts(version)}
    if name not in parts:
        raise ValidityError("no-such-part", f"The scheme has no part {name[:40]!r}; it has {', '.join(parts)}.")
    return parts[name]


def values_of(one: Round) -> Values:
    """Judge → element → value, as they count in a round."""
    return {judge: {element: rating.value for element, rating in rated.items()} for judge, rated in one.ratings.items()}


def judges_who_rated(record: Record, *, turn: int | None = None) -> tuple[str, ...]:
    """Judges with at least one rating that counts, in the order of their invitation; of one round, or of any."""
    rounds = record.counted_rounds if turn is None else (record.rounds[turn],)
    rated = {judge for one in rounds for judge, values in one.ratings.items() if values}
    return tuple(judge for judge in record.judges if judge in rated)


def gathered(meeting: Meeting, record: Record, *, turn: int | None = None) -> tuple[Given, Seen, dict[str, Any]]:
    """All that the cut of a meeting follows from, the candidates for its impact, and what the document says of the data.

    Parameters
    ----------
    turn
        Of this round alone: what the practice is shown. Otherwise of every round that counts.
    """
    scored = scored_attempts(meeting.scheme_version_id)
    seen = seen_in(scored, meeting.part)
    if Method(meeting.method) in FROM_SCORES:
        part = part_of(meeting.scheme_version, meeting.part)
        impressions, digest, simulated = impressions_of(meeting.scheme_version_id, part.tasks)
        given = Given(method=Method(meeting.method), impressions=impressions)
        return given, seen, {"dataset_sha256": digest, "simulated": simulated}
    return _of_rounds(meeting, record, scored, seen, turn=turn), seen, {}


def _of_rounds(meeting: Meeting, record: Record, scored: tuple[Scored, ...], seen: Seen, *, turn: int | None) -> Given:
    documents: list[Mapping[str, Any]] = meeting.plan["elements"]
    if turn is not None:
        chosen = set(meeting.plan["practice"]) if turn == 0 else {one["id"] for one in documents}
        documents = [one for one in documents if one["id"] in chosen or one["kind"] == "item"]
    rounds = record.counted_rounds if turn is None else (record.rounds[turn],)
    items = [one["id"] for one in documents if one.get("source") == "item"]
    return Given(
        method=Method(meeting.method),
        elements=elements_of(documents),
        judges=judges_who_rated(record, turn=turn),
        rounds=tuple(values_of(one) for one in rounds),
        excluded=frozenset(key for key, judge in record.judges.items() if judge.excluded is not None),
        scores=seen.scores,
        difficulties={one["id"]: one["difficulty"] for one in documents if one.get("difficulty") is not None},
        works={one["id"]: float(one["percent"]) for one in documents if one.get("source") == "work"},
        empirical={**facilities(items), **earned_shares(scored)} if items else {},
    )
