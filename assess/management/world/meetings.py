"""The panel's meetings: two rounds of Angoff by ten made-up judges, borderline regression of the bays, and a board's adoption."""

from collections.abc import Iterator
from typing import Any

from assess import door
from assess.management.world import model
from assess.management.world.cast import Cast
from assess.people.models import Account
from assess.schemes import queries as schemes
from assess.schemes.definition import Part
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.models import CutScore, Meeting
from assess.validity.errors import ValidityError

BOARD = "Certification board (demonstration)"
PANEL = "Ten made-up practitioners"
ASSESSORS = "the assessors of this sitting"
AVERAGE = -0.6
"""How hard the model makes what has no difficulty of its own: simulations and criteria, in logits."""
BACKGROUNDS = ("practitioner", "practitioner", "employer", "trainer", "practitioner", "inspector")
TRAINING = "The description was read aloud and discussed; two items were rated together and compared."
DISCUSSED = "The three elements with the widest spread were talked through; nobody was asked to change a rating."
CUTS = "validity.cut_scores."


def hold_meetings(cast: Cast, version: SchemeVersion, *, left: int = 0) -> list[CutScore]:
    """A meeting for each part of a scheme, and an adopted cut for each; the last `left` cuts wait for their board."""
    cuts = [
        _borderline(cast, version, part) if part.kind == "practical" else hold_angoff(cast, version, part)
        for part in schemes.parts(version)
    ]
    adopted = ({"cut_score_id": cut.pk, "board": BOARD} for cut in cuts[: len(cuts) - left])
    return door.act_on_all(cast.acts_as(cast.board), f"{CUTS}adopt_cut_score", adopted)


def _borderline(cast: Cast, version: SchemeVersion, part: Part) -> CutScore:
    """The content asks for borderline regression and, with too few candidates for it, for an Angoff of the criteria."""
    asked = {"scheme_version_id": version.pk, "part": part.identifier, "panel": ASSESSORS}
    try:
        cut: CutScore = door.act(cast.acts_as(cast.director), f"{CUTS}hold_borderline_meeting", **asked)
    except ValidityError as refused:
        if refused.code != "no-cut":
            raise
        return hold_angoff(cast, version, part)
    return cut


def hold_angoff(cast: Cast, version: SchemeVersion, part: Part) -> CutScore:
    """A two-round Angoff of one part, from the first word to the close; its cut waits for a board."""
    meeting = _prepared(cast, version, part)
    director = cast.acts_as(cast.director)
    for turn in (1, 2):
        door.act(director, f"{CUTS}open_round", meeting_id=meeting.pk)
        for place, judge in enumerate(cast.judges):
            rows = list(_ratings(meeting, judge=place, turn=turn))
            door.act(cast.acts_as(judge), f"{CUTS}save_ratings", meeting_id=meeting.pk, rows=rows)
        door.act(director, f"{CUTS}close_round", meeting_id=meeting.pk)
        if turn == 1:
            door.act(director, f"{CUTS}add_note", meeting_id=meeting.pk, words=DISCUSSED)
    cut: CutScore = door.act(director, f"{CUTS}close_meeting", meeting_id=meeting.pk)
    return cut


def _prepared(cast: Cast, version: SchemeVersion, part: Part) -> Meeting:
    """Drafted, described, declared, agreed, trained and practised: everybody is ready for round 1."""
    director = cast.acts_as(cast.director)
    asked = {"scheme_version_id": version.pk, "part": part.identifier, "method": "angoff", "panel": PANEL, "years": 3}
    meeting: Meeting = door.act(director, f"{CUTS}draft_meeting", **asked)
    texts = {one["id"]: _described(one["statement"]) for one in meeting.plan["outcomes"]}
    described = door.act(director, f"{CUTS}describe_borderline", meeting_id=meeting.pk, texts=texts)
    door.act(director, f"{CUTS}invite_judges", meeting_id=meeting.pk, judge_ids=[one.pk for one in cast.judges])
    door.act(director, f"{CUTS}open_meeting", meeting_id=meeting.pk)
    for place, judge in enumerate(cast.judges):
        _ready(cast, meeting, judge, place, described.number)
    door.act(director, f"{CUTS}start_training", meeting_id=meeting.pk, words=TRAINING)
    door.act(director, f"{CUTS}start_practice", meeting_id=meeting.pk)
    return meeting


def _ready(cast: Cast, meeting: Meeting, judge: Account, place: int, described: int) -> None:
    said: dict[str, Any] = {
        "years": 4 + 3 * place % 17,
        "background": BACKGROUNDS[place % len(BACKGROUNDS)],
        "organisation": f"Made-up firm {1 + place % 7}",
    }
    door.act(cast.acts_as(judge), f"{CUTS}declare_experience", meeting_id=meeting.pk, **said)
    door.act(cast.acts_as(judge), f"{CUTS}agree_to_description", meeting_id=meeting.pk, read=described)


def _described(statement: str) -> str:
    return f"Manages this in plain cases and with the documents at hand; is slow, and needs a hint in unusual ones. ({statement})"


def _ratings(meeting: Meeting, *, judge: int, turn: int) -> Iterator[dict[str, Any]]:
    elements = meeting.plan["elements"]
    said_ms = int(meeting.drafted_at.timestamp() * 1000) + turn * 3_600_000
    for place, one in enumerate(elements):
        sequence = (turn - 1) * len(elements) + place + 1
        value = model.judge_rating(
            judge=judge,
            round_number=turn,
            item=place,
            difficulty=one.get("difficulty", AVERAGE),
            maximum=float(one["maximum"]),
        )
        moment = said_ms + 20_000 * place
        yield {"sequence": sequence, "round": turn, "element": one["id"], "value": value, "said_ms": moment}
