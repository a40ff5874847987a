"""What an act of a meeting needs first, each refused in a sentence that names the people and the remedy."""

import uuid
from collections.abc import Mapping

from assess.people.models import Account
from assess.validity.cut_scores.forms import Method, inconsistent
from assess.validity.cut_scores.lifecycle import State
from assess.validity.cut_scores.meeting import Judge, Record
from assess.validity.cut_scores.minutes import round_words
from assess.validity.cut_scores.models import Meeting
from assess.validity.cut_scores.queries import cut_scores_in_force, lacking_in
from assess.validity.errors import ValidityError

LONGEST = 2_000
"""Characters of a text in the record."""


def words_of(text: str, what: str) -> str:
    """A text that has to be there, as it is kept."""
    kept = text.strip()[:LONGEST]
    if not kept:
        raise ValidityError("no-words", f"Say it in words: {what}.")
    return kept


def judge_in(record: Record, judge_id: uuid.UUID) -> Judge:
    """Somebody of the panel."""
    judge = record.judges.get(str(judge_id))
    if judge is None:
        raise ValidityError("not-invited", "This person was not invited to the meeting.")
    return judge


def state_words(record: Record) -> str:
    """Where a meeting stands, for a sentence."""
    return f"in {round_words(record.turn or 0)}" if record.state is State.ROUND else str(record.state.value)


def refuse_unready(meeting: Meeting, record: Record) -> None:
    """Refuse a round while somebody who is there has not declared, lacks something, or has not agreed."""
    sentences = [sentence for told in lacking_in(meeting, record).values() for sentence in told]
    disagreeing = [one.judge for one in record.present if not one.agreed]
    if disagreeing:
        names = ", ".join(str(account) for account in Account.objects.filter(pk__in=disagreeing))
        sentences.append(f"Not agreed to the description yet: {names}.")
    if len(record.present) < 2:
        sentences.append("At least two judges have to be there.")
    if sentences:
        raise ValidityError("not-ready", f"{' '.join(sentences)} Settle that first, or record who is not there.")


def refuse_at_odds(meeting: Meeting, values: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse to close a round while somebody's limits contradict each other."""
    said = {judge: inconsistent(Method(meeting.method), given) for judge, given in values.items()}
    names = {
        str(account.pk): str(account) for account in Account.objects.filter(pk__in=[key for key in said if said[key]])
    }
    if names:
        sentences = " ".join(f"{names[judge]}: {said[judge]}" for judge in names)
        raise ValidityError("at-odds", f"{sentences} Ask the judge to correct it.")


def previous_cut(meeting: Meeting) -> float | None:
    """The cut in force for the part, in per cent; None while none is adopted."""
    cuts = {cut.part: cut for cut in cut_scores_in_force(meeting.scheme_version_id)}
    cut = cuts.get(meeting.part)
    return None if cut is None or cut.adopted_at is None else float(cut.value)
