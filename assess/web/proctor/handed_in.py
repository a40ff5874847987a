"""The file of a device that could not send: its entries and pictures come in as over the network, each by its own rules."""

import hashlib
import uuid
from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from assess import door
from assess.attempts.files.media import PictureRefused, read_picture
from assess.attempts.journal import grants
from assess.attempts.journal.append import Acknowledgement
from assess.attempts.journal.batches import Refusal
from assess.attempts.journal.handed_in import MOST_BYTES, HandedBatch, HandedInError, HandedPicture, read_file
from assess.attempts.journal.intake import take
from assess.attempts.models import Attempt
from assess.attempts.queries import pledged, stream_by_id, writer_of
from assess.people.queries import Actor, actor
from assess.proctoring import queries as proctoring
from assess.web.access import page
from assess.web.proctor.board import watched

WAIT_S = 30


@require_POST
@page("proctor", "director")
def hand_in(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID) -> HttpResponse:
    sitting = watched(actor, sitting_id)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise HandedInError("Choose the file that the device saved (assayer-unsent.json).")
        found = read_file(sent.read(MOST_BYTES + 1))
    except HandedInError as refused:
        messages.error(request, str(refused))
        return redirect("proctor-seals", sitting_id=sitting.pk)
    attempts = {one.pk: one for one in proctoring.attempts_in(sitting.pk)}
    new: Counter[str] = Counter()
    trouble: list[str] = []
    for batch in found.batches:
        name, appended, sentence = _entries(batch, attempts)
        new[name] += appended
        trouble += [sentence] if sentence else []
    pictures = 0
    for picture in found.pictures:
        if sentence := _picture(picture, attempts):
            trouble.append(sentence)
        else:
            pictures += 1
    for name, count in sorted(new.items()):
        if name:
            messages.success(request, f"{name}: {count} entries are new; the rest was here already.")
    if pictures:
        messages.success(request, f"Pictures now on the server: {pictures}.")
    if not (found.batches or found.pictures):
        messages.warning(request, "The file holds nothing: everything had been sent.")
    for sentence in dict.fromkeys(trouble):
        messages.error(request, sentence)
    return redirect("proctor-seals", sitting_id=sitting.pk)


def _entries(batch: HandedBatch, attempts: dict[uuid.UUID, Attempt]) -> tuple[str, int, str]:
    """Whose entries these are, how many were new, and what stood in the way."""
    try:
        stream = stream_by_id(grants.stream_of(batch.grant))
        if stream is None or stream.subject not in attempts:
            return "", 0, "The file holds entries of another sitting. Hand it in there."
        name = f"{attempts[stream.subject].registration.candidate} ({stream.role})"
        outcome = take(batch.grant, batch.body).result(timeout=WAIT_S)
    except Refusal as refused:
        return "", 0, refused.sentence
    if isinstance(outcome, Acknowledgement):
        return name, outcome.appended, ""
    return name, 0, f"{name}: {outcome.refusal.sentence} It waits below."


def _picture(picture: HandedPicture, attempts: dict[uuid.UUID, Attempt]) -> str:
    """Keep a picture in the name of who took it, if their journal names it; otherwise why not."""
    try:
        attempt = attempts[uuid.UUID(picture.subject)]
    except (ValueError, KeyError):
        return "The file holds pictures of another sitting. Hand it in there."
    taker = writer_of(attempt.pk, picture.role)
    if taker is None or not pledged(attempt.pk, picture.role, hashlib.sha256(picture.body).hexdigest()):
        return f"A picture of {attempt.registration.candidate} is named in no journal. It is not kept."
    try:
        asked = {"attempt_id": attempt.pk, "role": picture.role, "kind": picture.kind}
        taken_ms = picture.taken_ms if 0 <= picture.taken_ms < 2**53 else 0
        door.act(
            actor(taker), "attempts.keep_media", picture=read_picture(picture.body), taken_device_ms=taken_ms, **asked
        )
    except PictureRefused as refused:
        return str(refused)
    except door.REFUSALS as refused:
        return str(refused)
    return ""
