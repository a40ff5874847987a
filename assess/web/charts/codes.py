"""QR codes as SVG, for badges and for credentials that a holder shares."""

import qrcode
from django.utils.safestring import SafeString, mark_safe
from qrcode.image.svg import SvgPathImage


def qr(text: str) -> SafeString:
    """A QR code of a short text, as an SVG element without any style of its own."""
    drawn = qrcode.make(text, image_factory=SvgPathImage, box_size=10, border=2)
    svg: str = drawn.to_string().decode()
    return mark_safe(svg)  # our own drawing; the text is in its path, not in its markup
