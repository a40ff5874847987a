"""Pictures of an attempt, in and out. The bytes are the body, so that nothing is unpacked before it is known whose they are.

Whatever is not the asker's answers like something that does not exist. A device sends a picture under the grant of the stream in
which it wrote the picture down, so that what one person took on a shared tablet goes out while another is signed in there.
"""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Query, Router, Schema, Status
from ninja.security import HttpBearer, django_auth

from assess import door
from assess.api.streams import HIDDEN, Answer, asker
from assess.attempts.conditions import AttemptError
from assess.attempts.files import shelf
from assess.attempts.files.media import LEAVES_WITH, MOST_BYTES, PictureRefused, read_picture
from assess.attempts.journal import grants
from assess.attempts.journal.batches import Refusal
from assess.attempts.journal.handed_in import HandedPicture
from assess.attempts.models import Media, Stream
from assess.attempts.queries import pledged, writer_of
from assess.people.queries import Actor, actor
from assess.proctoring.queries import may_send_picture, picture_by_digest, picture_for

router = Router(tags=["pictures"], auth=django_auth)
LATEST_MS = 2**53
STATUS = {"disk-full": 507}


@dataclass(frozen=True)
class Granted:
    """Whom a stream's grant was given to, and for which role of which subject: it sends nothing else."""

    actor: Actor
    subject: uuid.UUID
    role: str


class StreamGrant(HttpBearer):
    """The grant of a journal stream, as the intake of entries takes it. One that has run out leaves the session to decide."""

    def authenticate(self, request: HttpRequest, token: str) -> Granted | None:
        try:
            stream = Stream.objects.filter(pk=grants.stream_of(token)).select_related("granted_to").first()
        except Refusal:
            return None
        if stream is None or stream.granted_to is None or not stream.granted_to.is_active:
            return None
        return Granted(actor(stream.granted_to), stream.subject, stream.role)


class Taken(Schema):
    """Under which role it was taken, of which kind it is (photo, portrait, camera, screen), and when, by the device's clock."""

    role: str
    kind: str
    taken_ms: int = 0


Outcomes = {200: Answer, 400: Answer, 404: Answer, 409: Answer, 413: Answer, 415: Answer, 507: Answer}


@router.post(
    "/attempts/{attempt_id}/media",
    response=Outcomes,
    auth=[StreamGrant(), django_auth],
    summary="Keep a picture of an attempt",
)
def keep(request: HttpRequest, attempt_id: uuid.UUID, taken: Query[Taken]) -> Status[Answer]:
    """Send the picture's bytes as the body. They are on disk when this answers; sending them again gives the same answer."""
    granted: Any = request.auth  # type: ignore[attr-defined]  # ninja puts there what let the request in
    who = granted.actor if isinstance(granted, Granted) else asker(request)
    if isinstance(granted, Granted) and (granted.subject, granted.role) != (attempt_id, taken.role):
        return Status(404, HIDDEN)
    if not may_send_picture(who, attempt_id, taken.role, taken.kind):
        return Status(404, HIDDEN)
    if not 0 <= taken.taken_ms < LATEST_MS:
        return _refused(409, "taken-ms", "A device's clock counts whole milliseconds from 1970.")
    body = request.read(MOST_BYTES + 1)
    if len(body) < min(_stated_length(request), MOST_BYTES + 1):
        return _refused(400, "length", "The connection ended before the whole picture had come. Send it again.")
    try:
        picture = read_picture(body)
        media = door.act(
            who,
            "attempts.keep_media",
            attempt_id=attempt_id,
            role=taken.role,
            kind=taken.kind,
            picture=picture,
            taken_device_ms=taken.taken_ms,
        )
    except PictureRefused as refused:
        return _refused(refused.status, refused.code, str(refused))
    except door.Forbidden:
        return Status(404, HIDDEN)
    except AttemptError as refused:
        return _refused(STATUS.get(refused.code, 409), refused.code, str(refused))
    return Status(
        200, {"id": str(media.pk), "sent_sha256": media.sent_sha256, "width": media.width, "height": media.height}
    )


def _stated_length(request: HttpRequest) -> int:
    """What the request says of its length; 0 where it says nothing."""
    stated = request.headers.get("Content-Length", "")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 16 else 0


def _refused(status: int, code: str, sentence: str) -> Status[Answer]:
    return Status(status, {"code": code, "sentence": sentence})


def handed_picture(picture: HandedPicture) -> str:
    """Keep a picture out of a file that was handed in, in the name of who took it, if their journal names it; otherwise why not."""
    try:
        attempt_id = uuid.UUID(picture.subject)
    except ValueError:
        return "The file names an attempt that is none."
    taker = writer_of(attempt_id, picture.role)
    if taker is None or not pledged(attempt_id, picture.role, hashlib.sha256(picture.body).hexdigest()):
        return "A picture in the file is named in no journal. It is not kept."
    try:
        door.act(
            actor(taker),
            "attempts.keep_media",
            attempt_id=attempt_id,
            role=picture.role,
            kind=picture.kind,
            picture=read_picture(picture.body),
            taken_device_ms=picture.taken_ms if 0 <= picture.taken_ms < LATEST_MS else 0,
        )
    except PictureRefused as refused:
        return str(refused)
    except door.REFUSALS as refused:
        return str(refused)
    return ""


@router.get("/media/{media_id}", response={404: Answer, 410: Answer}, summary="A picture of an attempt")
def show(request: HttpRequest, media_id: uuid.UUID) -> Any:
    """For its candidate, who assesses them, and who watches over their sitting. Each look of theirs at a still of camera or
    screen is written down. 410: it was erased."""
    return _shown(request, picture_for(asker(request), media_id))


@router.get(
    "/attempts/{attempt_id}/media/{sha256}",
    response={404: Answer, 410: Answer},
    summary="A picture of an attempt, by what the journal says of it",
)
def show_named(request: HttpRequest, attempt_id: uuid.UUID, sha256: str) -> Any:
    """The same picture by the digest of the bytes that were sent, which is what its `picture` entry names."""
    return _shown(request, picture_by_digest(asker(request), attempt_id, sha256))


def _shown(request: HttpRequest, found: tuple[Media, bool] | None) -> Any:
    if found is None:
        return Status(404, HIDDEN)
    media, is_noted = found
    if media.erased_at is not None:
        return Status(410, {"code": "erased", "sentence": f"Erased: {media.erased_because}"})
    if is_noted:
        door.act(asker(request), "proctoring.look_at_still", media_id=media.pk)
    try:
        body = shelf.get(media.attempt_id, media.file_name)
    except FileNotFoundError:
        return JsonResponse(
            {"code": "missing", "sentence": "The file is not on this machine. Tell the centre to look at its disk."},
            status=503,
        )
    response = HttpResponse(body, content_type=media.mime)
    response["Content-Disposition"] = f'inline; filename="{media.kind}-{media.pk}.{media.file_name.rpartition(".")[2]}"'
    for name, value in LEAVES_WITH.items():
        response[name] = value
    return response
