"""Reading a picture that a device sent, and making of it the one that is kept: checked by its content, small, without hidden data.

What is kept was encoded here. Nothing of the sent file stays: no place, no serial number of a camera, no second file behind the
picture. The digest of what was sent is kept beside it, because that is what the device wrote into its journal.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass, field

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 8 * 1024**2
MOST_PIXELS = 25_000_000
"""A telephone's picture has 12 million. A small file can claim billions, so the claim is read before anything is unpacked."""
LONGEST_SIDE = 2048
READ = ("JPEG", "PNG", "WEBP")
JPEG_QUALITY = 85
TAKEN_BY: dict[str, frozenset[str]] = {
    "candidate": frozenset({"camera", "screen", "portrait"}),
    "assessor": frozenset({"photo"}),
    "proctor": frozenset({"photo"}),
}
"""Which kinds of picture each family of roles sends: people photograph the work; candidates give a portrait, and
their device takes stills."""
MOST_OF_A_ROLE = 1000
"""So many pictures one role of an attempt may send: more than a camera and a screen give in eight hours."""
LEAVES_WITH = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
}
"""The headers with which every picture leaves: it runs nothing, is shown on no other site, and stays in no cache on the way."""


class PictureRefused(Exception):
    """Bytes that are not kept as a picture: a stable code, the HTTP status that fits, and a sentence for the person."""

    def __init__(self, code: str, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept. `sent_sha256` is the digest of the bytes that came."""

    sent_sha256: str
    sha256: str
    mime: str
    width: int
    height: int
    body: bytes = field(repr=False)


def read_picture(sent: bytes) -> Picture:
    """Make the picture that is kept of the bytes a device sent. Its name and what the device calls it are not asked.

    A PNG stays one (a screen's letters keep their edges); everything else becomes a JPEG.

    Raises
    ------
    PictureRefused
        `too-large`, `not-a-picture`, `too-many-pixels`, `moving`, `broken`.
    """
    if len(sent) > MOST_BYTES:
        raise PictureRefused("too-large", 413, f"A picture has at most {MOST_BYTES // 1024**2} MB. Take a smaller one.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what is checked here, and of odd metadata, which is dropped
        return _made(sent)


def _made(sent: bytes) -> Picture:
    try:
        opened = Image.open(io.BytesIO(sent), formats=READ)
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise PictureRefused(
            "not-a-picture", 415, "This is no JPEG, PNG or WebP picture, whatever its name says. Take it again."
        ) from None
    with opened:
        as_png = opened.format == "PNG"
        if opened.width * opened.height > MOST_PIXELS:
            most = MOST_PIXELS // 1_000_000
            raise PictureRefused(
                "too-many-pixels", 413, f"A picture has at most {most} million pixels. Take a smaller one."
            )
        if getattr(opened, "n_frames", 1) > 1:
            raise PictureRefused("moving", 415, "A moving picture is not kept. Take a still one.")
        try:
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is unpacked no larger than is needed
            turned = ImageOps.exif_transpose(opened)
            plain = _plain(turned)
            plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        except (OSError, ValueError, SyntaxError, EOFError, ZeroDivisionError):
            raise PictureRefused(
                "broken", 415, "The picture is broken or was cut off on its way. Send it again, or take it again."
            ) from None
    body = io.BytesIO()
    if as_png:
        plain.save(body, "PNG", optimize=False)
    else:
        plain.save(body, "JPEG", quality=JPEG_QUALITY)
    kept = body.getvalue()
    return Picture(
        sent_sha256=hashlib.sha256(sent).hexdigest(),
        sha256=hashlib.sha256(kept).hexdigest(),
        mime="image/png" if as_png else "image/jpeg",
        width=plain.width,
        height=plain.height,
        body=kept,
    )


def _too_many_pixels() -> PictureRefused:
    most = MOST_PIXELS // 1_000_000
    return PictureRefused("too-many-pixels", 413, f"A picture has at most {most} million pixels. Take a smaller one.")


def _plain(picture: Image.Image) -> Image.Image:
    """The pixels alone: colours, no transparency (on white), no metadata."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        ground = Image.new("RGB", layered.size, "white")
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    coloured = picture.convert("RGB")
    bare = Image.new("RGB", coloured.size)
    bare.paste(coloured)
    return bare
