"""Documents that people hand in: what they are is told by their bytes, and only what can be kept for years is taken; pure."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from assess.schemes.errors import SchemeError

MOST_BYTES = 5_000_000
LONGEST_NAME = 120
ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "text/plain": ".txt",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""What is taken, and what its file is called."""
BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


@dataclass(frozen=True)
class Attachment:
    """A document that may be kept: its cleaned name, what it is, and its bytes."""

    name: str
    media_type: str
    body: bytes


def read_attachment(name: str, body: bytes) -> Attachment:
    """Look at a document's bytes and clean its name.

    Raises
    ------
    SchemeError
        `document`: nothing in it, too large, or of a kind that is not taken.

    Examples
    --------
    >>> read_attachment("../right to award.exe", b"%PDF-1.7 ...").name
    'right to award.pdf'
    """
    if not body:
        raise SchemeError("document", "The document is empty. Choose its file again.")
    if len(body) > MOST_BYTES:
        raise SchemeError(
            "document", f"The document is larger than {MOST_BYTES // 1_000_000} MB. Hand in a smaller one."
        )
    media_type = _media_type(body)
    if media_type is None:
        taken = ", ".join(sorted(ending.lstrip(".").upper() for ending in ENDINGS.values()))
        raise SchemeError("document", f"This is none of the kinds of document that are kept ({taken}). Save it as PDF.")
    return Attachment(_named(name, ENDINGS[media_type]), media_type, body)


def _media_type(body: bytes) -> str | None:
    for beginning, media_type in BEGINNINGS:
        if body.startswith(beginning):
            return media_type
    if body.startswith(b"PK\x03\x04"):
        return _packed(body)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in text) else "text/plain"


def _packed(body: bytes) -> str | None:
    """An ODT or DOCX by what lies in its package; nothing is unpacked but a name."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if "word/document.xml" in names:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return "application/vnd.oasis.opendocument.text" if {"mimetype", "content.xml"} <= names else None


def _named(name: str, ending: str) -> str:
    """The last part of a name without its ending, in letters, digits and plain signs; `document` where nothing is left."""
    last = re.split(r"[/\\]", name)[-1]
    stem = last.rsplit(".", 1)[0] if "." in last else last
    plain = re.sub(r"[^\w .,()+-]", "", stem).strip(" .")
    return f"{plain[: LONGEST_NAME - len(ending)].strip() or 'document'}{ending}"
