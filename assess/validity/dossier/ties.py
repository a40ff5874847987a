"""What each record rests on, found again in the export by the members that name it: nothing is taken from the trail. Pure.

The trail says what a record rests on; the ledger's own documents say it too. Both have to say the same: a record that the trail
leaves out is named, and so is one that it puts where no document does.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assess.validity.dossier.followed import Files, State, Told, told
from assess.validity.dossier.trail import Key

DOWN: Mapping[str, Mapping[str, str]] = {
    "study": {"dataset": "dataset_id"},
    "score": {"seal": "seal_id"},
    "decision": {"score": "score_id"},
    "cut": {"meeting": "meeting_id"},
    "training": {"training_session": "session_id"},
    "alarm": {"monitoring_look": "look_id"},
    "monitoring_look": {"base_period": "base_id"},
    "duty": {"duty_document": "document_id"},
}
"""Kind above → kind below → the member of the document above that names it."""

UP: Mapping[str, Mapping[str, str]] = {
    "decision": {"signature": "decision_id", "award": "decision_id"},
    "meeting": {"meeting event": "meeting_id", "meeting ratings": "meeting"},
    "exemplar": {"panel_signature": "exemplar_id"},
    "award_review": {"reviewed_award": "review_id"},
}
"""Kind above → kind below → the member of the document below that names the one above."""


def below(files: Files, key: Key) -> dict[Key, str] | None:
    """What a record rests on by the export's documents, each with how it is tied; None where its own is not shown."""
    document = files.document(key)
    if document is None:
        return None
    kind, record = key
    found: dict[Key, str] = {}
    for under, member in DOWN.get(kind, {}).items():
        if document.get(member) is not None:
            found[under, str(document[member])] = f"{member} of the {kind} names it"
    for under, member in UP.get(kind, {}).items():
        for one in files.naming(under, member, record):
            found[under, one] = f"its {member} names the {kind}"
    more = MORE.get(kind)
    return found | (more(files, document) if more is not None else {})


def _of_training(files: Files, document: Mapping[str, Any]) -> dict[Key, str]:
    """The blind marks of this assessor in this session, and the exemplars they mark."""
    found: dict[Key, str] = {}
    theirs = files.naming("blind_marks", "assessor_id", str(document["assessor_id"]))
    for one in theirs & files.naming("blind_marks", "session_id", str(document["session_id"])):
        marks = files.document(("blind_marks", one))
        assert marks is not None
        found["blind_marks", one] = "it names the same assessor and the same session as the training"
        found["exemplar", str(marks["exemplar_id"])] = f"blind marks {one} of this training are of it"
    return found


def _of_cut(files: Files, document: Mapping[str, Any]) -> dict[Key, str]:
    """The frozen data whose digest the cut's own record names."""
    digest = document["document"].get("dataset_sha256")
    if not digest:
        return {}
    same = files.naming("dataset", "sha256", digest)
    same = same & files.naming("dataset", "scheme_version_id", str(document["scheme_version_id"]))
    return {("dataset", one): "the cut names its digest" for one in same}


MORE: Mapping[str, Callable[[Files, Mapping[str, Any]], dict[Key, str]]] = {"training": _of_training, "cut": _of_cut}


def ties(files: Files, key: Key) -> Iterator[Told]:
    """Whether the trail leaves out nothing that a record rests on."""
    line = files.lines.get(key)
    found = below(files, key)
    if line is None or found is None or key[0] == "dataset":
        return
    named = {(one["kind"], one["id"]) for one in line["rests_on"]}
    missing = sorted(found.keys() - named)
    for kind, record in missing:
        yield (
            State.WRONG,
            f"the trail names {kind} {record}, which the ledger has under it ({files.place((kind, record))})",
        )
    if named and not missing:
        yield State.HOLDS, f"the trail names all {len(found)} records that the ledger has under it"


def step(files: Files, above: Key, key: Key) -> Iterator[Told]:
    """Whether the record above rests on this one by a member of one of their documents."""
    if above[0] == "dataset" and key[0] == "score":
        return
    found = below(files, above)
    if found is None:
        yield State.OPEN, f"the tie to {above[0]} {above[1]}, whose document is not shown"
    elif key in found:
        yield State.HOLDS, found[key]
    elif files.document(key) is None and key[0] in UP.get(above[0], {}):
        yield State.OPEN, f"the tie to {above[0]} {above[1]}: the document that would name it is not shown"
    else:
        member = UP.get(above[0], {}).get(key[0]) or DOWN.get(above[0], {}).get(key[0])
        document = files.document(key) or {}
        names = f" (its {member} is {document[member]})" if member is not None and member in document else ""
        yield State.WRONG, f"the documents tie it to {above[0]} {above[1]}, under which the trail has it{names}"
    yield from _digests(files, above, key)


def _digests(files: Files, above: Key, key: Key) -> Iterator[Told]:
    """The digests by which one document names the content of another."""
    mine, theirs = files.document(key), files.document(above)
    if mine is None or theirs is None:
        return
    if (above[0], key[0]) == ("study", "dataset"):
        yield told(theirs["dataset_sha256"] == mine["sha256"], "the study names the digest of this data")
    elif (above[0], key[0]) == ("score", "seal"):
        yield told(theirs["document"].get("seal_digest") == mine["digest"], "the score names the digest of this seal")
    elif (above[0], key[0]) == ("decision", "score"):
        yield told(theirs["document"].get("score") == mine["digest"], "the decision names the digest of this score")
    elif (above[0], key[0]) == ("decision", "award"):
        yield from _credential(files, theirs, mine)


def _credential(files: Files, decision: Mapping[str, Any], award: Mapping[str, Any]) -> Iterator[Told]:
    """Whether the credential's evidence is the salted digest of the seal and the score that were decided on."""
    credential = award["document"]
    stated = [one["digestMultibase"] for one in credential.get("evidence", ()) if "digestMultibase" in one]
    if not credential or not stated:
        yield State.OPEN, "what the credential names as its evidence: its document holds no digest (erased)"
        return
    score = files.document(("score", str(decision["score_id"]))) or {}
    seal = files.document(("seal", str(score.get("seal_id")))) or {}
    salt = next((one["salt"] for one in credential["credentialSubject"].get("identifier", ()) if "salt" in one), None)
    if not score or not seal or salt is None:
        yield State.OPEN, "what the credential names as its evidence: score, seal or the salt are not shown"
        return
    whole = bytes.fromhex(salt) + bytes.fromhex(seal["digest"]) + bytes.fromhex(score["digest"])
    multihash = b"\x12\x20" + hashlib.sha256(whole).digest()
    right = "u" + base64.urlsafe_b64encode(multihash).decode().rstrip("=")
    yield told(stated == [right], "the credential's evidence is the salted digest of this seal and score")
