"""Documents are told by their bytes; only what can be kept and opened later is taken."""

import io
import zipfile

import pytest

from assess.schemes.attachments import MOST_BYTES, read_attachment
from assess.schemes.errors import SchemeError


def packed(*names):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return body.getvalue()


@pytest.mark.parametrize(
    ("name", "body", "kept", "media_type"),
    [
        ("Decree No. 4.pdf", b"%PDF-1.7\n%...", "Decree No. 4.pdf", "application/pdf"),
        ("../../etc/decree.html", b"%PDF-1.7", "decree.pdf", "application/pdf"),
        ("scan", b"\x89PNG\r\n\x1a\n....", "scan.png", "image/png"),
        ("photo.JPG", b"\xff\xd8\xff\xe0", "photo.jpg", "image/jpeg"),
        ("note.txt", "Überprüft am 1. Mai".encode(), "note.txt", "text/plain"),
        ("page.html", b"<script>alert(1)</script>", "page.txt", "text/plain"),
        (
            "letter.docx",
            packed("word/document.xml"),
            "letter.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("letter", packed("mimetype", "content.xml"), "letter.odt", "application/vnd.oasis.opendocument.text"),
        ('"<>:.pdf', b"%PDF-1.4", "document.pdf", "application/pdf"),
        ("x" * 300, b"%PDF-1.4", "x" * 116 + ".pdf", "application/pdf"),
    ],
)
def test_a_document_is_what_its_bytes_say(name, body, kept, media_type):
    found = read_attachment(name, body)
    assert (found.name, found.media_type, found.body) == (kept, media_type, body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b"x" * (MOST_BYTES + 1), "larger than 5 MB"),
        (b"MZ\x90\x00\x03", "none of the kinds"),
        (packed("evil.exe"), "none of the kinds"),
        (b"PK\x03\x04broken", "none of the kinds"),
        (b"text with a \x00 sign", "none of the kinds"),
    ],
    ids=["empty", "large", "program", "archive", "broken", "binary"],
)
def test_anything_else_is_refused_with_a_remedy(body, said):
    with pytest.raises(SchemeError) as caught:
        read_attachment("a.pdf", body)
    assert caught.value.code == "document"
    assert said in caught.value.sentence
