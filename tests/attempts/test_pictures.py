"""What is made of a picture that a device sent: its content decides, nothing hidden stays, and nothing large is unpacked."""

import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image

from assess.attempts.files.media import LONGEST_SIDE, MOST_BYTES, PictureRefused, read_picture

PLACE = 0x8825  # EXIF's pointer to where a picture was taken


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "orange").save(made, form, **more)
    return made.getvalue()


def test_a_picture_is_encoded_anew_and_keeps_the_digest_of_what_was_sent() -> None:
    sent = picture()
    kept = read_picture(sent)
    assert (kept.mime, kept.width, kept.height) == ("image/jpeg", 40, 30)
    assert kept.sent_sha256 == hashlib.sha256(sent).hexdigest()
    assert kept.sha256 == hashlib.sha256(kept.body).hexdigest()


def test_a_screen_stays_a_png_and_a_webp_becomes_a_jpeg() -> None:
    assert read_picture(picture("PNG")).mime == "image/png"
    assert read_picture(picture("WEBP")).mime == "image/jpeg"


@pytest.mark.slow
def test_a_large_picture_is_made_smaller_and_keeps_its_shape() -> None:
    kept = read_picture(picture(size=(4000, 2000)))
    assert (kept.width, kept.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_i04_where_and_with_what_it_was_taken_does_not_stay() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera of a maker"
    exif.get_ifd(PLACE)[1] = "N"
    sent = picture(exif=exif.tobytes(), comment=b"serial 4711")
    assert b"a camera of a maker" in sent
    kept = Image.open(io.BytesIO(read_picture(sent).body))
    assert dict(kept.getexif()) == {}
    assert b"4711" not in read_picture(sent).body
    text = Image.open(io.BytesIO(read_picture(picture("PNG")).body))
    assert text.info == {}


def test_a_picture_that_was_held_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = read_picture(picture(exif=exif.tobytes()))
    assert (kept.width, kept.height) == (30, 40)


def test_i04_a_second_file_behind_the_picture_is_gone() -> None:
    kept = read_picture(picture() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"<script>" not in kept.body


def test_a_transparent_picture_stands_on_white() -> None:
    made = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(made, "PNG")
    assert Image.open(io.BytesIO(read_picture(made.getvalue()).body)).getpixel((0, 0)) == (255, 255, 255)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def moving() -> bytes:
    made = io.BytesIO()
    first, second = Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")
    first.save(made, "PNG", save_all=True, append_images=[second])
    return made.getvalue()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "not-a-picture"),
        (b"GIF89a" + b"\0" * 50, "not-a-picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not-a-picture"),
        (b"%PDF-1.7", "not-a-picture"),
        (b"MZ" + b"\0" * 200, "not-a-picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 40, "not-a-picture"),
        (claims(50_000, 50_000), "too-many-pixels"),
        (claims(6_000, 6_000), "too-many-pixels"),
        (claims(500, 500), "broken"),
        (picture(size=(400, 400))[:900], "broken"),
        (moving(), "moving"),
        (b"\0" * (MOST_BYTES + 1), "too-large"),
    ],
)
def test_i04_what_is_no_still_picture_is_refused_with_a_sentence(sent: bytes, code: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        read_picture(sent)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")
