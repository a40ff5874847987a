"""The files a dossier is handed over with: pages, trail, frozen data and ratings, and on request entries and documents."""

import json
import uuid
from collections.abc import Iterator
from pathlib import PurePath

from assess.attempts.models import Entry, Seal
from assess.schemes.models import DutyDocument
from assess.validity.cut_scores.models import JudgeRating
from assess.validity.datasets.models import Dataset
from assess.validity.datasets.queries import body_of
from assess.validity.dossier.assembled import Dossier
from assess.validity.dossier.files import FILES


def files_of(dossier: Dossier) -> dict[str, bytes]:
    """Name → content of every file that `follow` needs beside an export of the ledger.

    `dataset.json` is the data of the latest study; what other cited data there are stand under their own identifiers.
    """
    made = {name: make(dossier) for name, make in FILES.items()}
    study = dossier.facts.study
    latest = None if study is None or study.dataset is None else study.dataset.id
    for line in dossier.trail:
        if line.kind == "dataset":
            name = "dataset.json" if line.id == latest else f"dataset-{line.id}.json"
            made[name] = body_of(Dataset.objects.get(pk=line.id))
        elif line.kind == "meeting":
            made[f"ratings-{line.id}.jsonl"] = "".join(_ratings(uuid.UUID(line.id))).encode()
    return made


def duty_documents(dossier: Dossier) -> dict[str, bytes]:
    """Name → content of the documents under the duties a dossier cites, byte for byte."""
    ids = [line.id for line in dossier.trail if line.kind == "duty_document"]
    rows = DutyDocument.objects.filter(pk__in=ids)
    return {f"document-{row.pk}{PurePath(row.name).suffix}": bytes(row.body) for row in rows}


def _ratings(meeting_id: uuid.UUID) -> Iterator[str]:
    """Every rating of a meeting by judge and number; `after` is the meeting's last event when it arrived."""
    for row in JudgeRating.objects.filter(meeting=meeting_id).order_by("judge_id", "sequence"):
        rating = {
            "id": str(row.pk),
            "judge": str(row.judge_id),
            "sequence": row.sequence,
            "turn": row.turn,
            "element": row.element,
            "value": row.value,
            "after": row.after,
            "saved_by": str(row.saved_by_id),
            "said_at": row.said_at.isoformat(),
            "saved_at": row.saved_at.isoformat(),
        }
        yield json.dumps(rating, ensure_ascii=False, sort_keys=True) + "\n"


def sealed_entries(seal_id: uuid.UUID) -> Iterator[str]:
    """The lines of a file that `assess.validity.dossier.follow` holds against the seal: every entry up to the sealed heads.

    Raises
    ------
    LookupError
        There is no such seal.
    """
    seal = Seal.objects.filter(pk=seal_id).first()
    if seal is None:
        raise LookupError(f"There is no seal {seal_id}. evidence.jsonl names every seal a dossier rests on.")
    for head in seal.document["heads"]:
        rows = Entry.objects.filter(stream=head["stream"], sequence__lte=head["sequence"]).order_by("sequence")
        for row in rows:
            entry = {
                "stream": head["stream"],
                "role": head["role"],
                "epoch": head["epoch"],
                "sequence": row.sequence,
                "kind": row.kind,
                "payload": row.payload,
                "device_ms": row.device_ms,
                "monotonic_ms": row.monotonic_ms,
                "server_us": row.server_us,
                "digest": bytes(row.digest).hex(),
            }
            yield json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"
