"""What station agents ask, signed by the station's key: enrol, bookings, grants, evidence, health, seals, handed-in files.

Entries themselves go to `/journal/entries` under their grants, as from every device.
"""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field, ValidationError

from assess import door
from assess.api.pictures import handed_picture
from assess.api.station_signature import (
    LARGEST_JSON,
    Agent,
    StationRefused,
    now_ms,
    proved_request,
    signed_body,
    station,
)
from assess.api.streams import MOST_AT_ONCE, Many, granted
from assess.attempts.conditions import AttemptError
from assess.attempts.desks.station_bookings import bookings_for, sealed_streams
from assess.attempts.journal.append import Acknowledgement
from assess.attempts.journal.batches import Refusal
from assess.attempts.journal.handed_in import MOST_BYTES, HandedBatch, HandedInError, read_file
from assess.attempts.journal.intake import take
from assess.attempts.queries import runs_as
from assess.people.actions import service_account
from assess.people.queries import actor
from assess.sittings.actions import SittingError
from assess.sittings.agents import actions as agents
from assess.sittings.agents.queries import says_the_same
from simulator_adapters import documents

router = Router(tags=["stations"], auth=station)
LARGEST_EVIDENCE = 64 * 1024**2
WAIT_S = 30
MOST_ATTEMPTS = 1000
Answer = dict[str, Any]


class Code(Schema):
    """A one-time code, and the station's public key in hex, which has to have signed the request."""

    code: str = Field(max_length=80)
    public_key: str = Field(pattern="^[0-9a-f]{64}$")


class Attempts(Schema):
    attempts: list[uuid.UUID] = Field(max_length=MOST_ATTEMPTS)


class Health(Schema):
    """How a station is: `ready`, `busy`, `attention` or `down`, and each device with `serial`, `state` and `sentence`."""

    state: str
    sentence: str = Field(max_length=300)
    clock_offset_ms: int | None = Field(None, ge=-(2**53), le=2**53)
    unsent: int = Field(0, ge=0, le=2**31 - 1)
    kept: int = Field(0, ge=0, le=2**31 - 1)
    instruments: list[dict[str, str]] = Field(default_factory=list, max_length=agents.MOST_INSTRUMENTS)


class Piece(Schema):
    """A piece of raw evidence: the attempt and adapter role it is about, its name, its type, its digest."""

    attempt: uuid.UUID
    role: str
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=80)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


def _asker(request: HttpRequest) -> Agent:
    found: Agent = request.auth  # type: ignore[attr-defined]  # ninja puts there what let the request in
    return found


def _read(request: HttpRequest, schema: type[Schema], signed: Any = None) -> Any:
    """The JSON body that was signed, as a schema."""
    body = signed_body(request, signed or _asker(request).signed, most=LARGEST_JSON)
    try:
        return schema.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(one) for one in first["loc"]) or "the body"
        raise StationRefused(422, "bad-request", f"{place}: {first['msg']}.") from None


@router.post(
    "/stations/enrol",
    auth=None,
    response={200: Answer},
    summary="Bind a station's key to its account by a one-time code",
)
def enrol(request: HttpRequest) -> Answer:
    """The body is `{"code", "public_key"}`, signed by that very key."""
    signed = proved_request(request)
    said: Code = _read(request, Code, signed)
    if said.public_key != signed.key:
        raise StationRefused(400, "other-key", "The request is signed by another key than the one it brings.")
    try:
        key = door.act(
            actor(service_account(name="enrolment")),
            "sittings.agents.enrol_agent",
            code=said.code,
            public_key=said.public_key,
        )
    except SittingError as refused:
        raise StationRefused(409, refused.code, str(refused)) from None
    return {"station": str(key.agent_id), "name": str(key.agent), "server_ms": now_ms()}


@router.get("/stations/bookings", response={200: Answer}, summary="What the station is booked for, with the plans")
def bookings(request: HttpRequest) -> Answer:
    """From a day and a half before each sitting, so that a station can fetch them and be without a network on the day."""
    found = bookings_for(_asker(request).actor.id)
    return {"server_ms": now_ms(), "bookings": [documents.encode(one) for one in found]}


@router.post(
    "/stations/streams", response={200: Answer}, summary="Grants of the adapter roles that are booked at the station"
)
def streams(request: HttpRequest) -> Answer:
    """The body is as for `/streams/many`; one answer for each that was asked for, in order: a grant, or `code` and `sentence`."""
    many: Many = _read(request, Many)
    if len(many.wanted) > MOST_AT_ONCE:
        raise StationRefused(413, "too-many", f"Ask for at most {MOST_AT_ONCE} streams at once.")
    who = _asker(request).actor
    answers = [granted(who, wanted, device=many.device, takeover=False)[1] for wanted in many.wanted]
    return {"answers": answers, "server_ms": now_ms()}


@router.post("/stations/evidence", response={200: Answer}, summary="Keep a piece of raw evidence of a run")
def evidence(request: HttpRequest, piece: Query[Piece]) -> Answer:
    """The bytes are the body. They are on disk when this answers; the same bytes again give the same answer."""
    asker = _asker(request)
    data = signed_body(request, asker.signed, most=LARGEST_EVIDENCE)
    if piece.sha256 != asker.signed.body_sha256:
        raise StationRefused(
            400, "bad-evidence", "The digest named is not the one of the bytes. They are not what was recorded."
        )
    if not runs_as(asker.actor.id, piece.attempt, piece.role):
        raise StationRefused(404, "no-subject", "There is nothing of yours to add evidence to here.")
    try:
        kept = door.act(
            asker.actor,
            "attempts.keep_evidence",
            attempt_id=piece.attempt,
            role=piece.role,
            name=piece.name,
            media_type=piece.media_type,
            sha256=piece.sha256,
            data=data,
        )
    except door.Forbidden:
        raise StationRefused(404, "no-subject", "There is nothing of yours to add evidence to here.") from None
    except AttemptError as refused:
        raise StationRefused(507 if refused.code == "disk-full" else 409, refused.code, str(refused)) from None
    return {"id": str(kept.pk), "sha256": piece.sha256, "server_ms": now_ms()}


@router.post(
    "/stations/seals",
    response={200: Answer},
    summary="Which streams of the station are sealed, and under which receipt",
)
def seals(request: HttpRequest) -> Answer:
    """`streams`: by stream, the last sealed `sequence` and the `receipt`'s code. Until then a station keeps everything."""
    asked: Attempts = _read(request, Attempts)
    return {"streams": sealed_streams(_asker(request).actor.id, asked.attempts), "server_ms": now_ms()}


@router.post("/stations/health", response={200: Answer}, summary="Say how the station and its devices are")
def health(request: HttpRequest) -> Answer:
    """About once a minute. Pages are told when something changed; a word that repeats the last one only says that it lives."""
    said: Health = _read(request, Health)
    who = _asker(request).actor
    if says_the_same(who.id, state=said.state, sentence=said.sentence, instruments=said.instruments):
        agents.note_contact(agent_id=who.id, clock_offset_ms=said.clock_offset_ms, unsent=said.unsent, kept=said.kept)
        return {"server_ms": now_ms()}
    try:
        door.act(who, "sittings.agents.report_health", **said.dict())
    except SittingError as refused:
        raise StationRefused(422, refused.code, str(refused)) from None
    return {"server_ms": now_ms()}


@router.post(
    "/stations/handed-in", response={200: Answer}, summary="Hand in the file of a device that could not send itself"
)
def handed_in(request: HttpRequest) -> Answer:
    """What is in the file is taken in as over the network, each batch under its own grant. `trouble`: what stood in the way."""
    body = signed_body(request, _asker(request).signed, most=MOST_BYTES)
    try:
        found = read_file(body)
    except HandedInError as refused:
        raise StationRefused(422, "file", str(refused)) from None
    told = [_taken(batch) for batch in found.batches]
    pictures = [handed_picture(picture) for picture in found.pictures]
    trouble = [sentence for _, sentence in told if sentence] + [sentence for sentence in pictures if sentence]
    appended = sum(count for count, _ in told)
    return {"appended": appended, "trouble": list(dict.fromkeys(trouble)), "server_ms": now_ms()}


def _taken(batch: HandedBatch) -> tuple[int, str]:
    """How many entries of a batch are new, and what stood in the way."""
    try:
        outcome = take(batch.grant, batch.body).result(timeout=WAIT_S)
    except Refusal as refused:
        return 0, refused.sentence
    return (outcome.appended, "") if isinstance(outcome, Acknowledgement) else (0, outcome.refusal.sentence)
