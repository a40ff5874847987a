"""HTML and SVG as values: text is always escaped, markup is only ever made here."""

import html
import re

NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML may hold; a name from a file can."""


class Markup(str):
    """Text that already is markup; everything else is escaped when it enters an element."""

    __slots__ = ()


Child = str | None
VOID = frozenset({"br", "meta", "hr"})


def element(tag: str, *children: Child, **attributes: object) -> Markup:
    """One element. A trailing underscore of an attribute's name is dropped, other underscores become hyphens.

    An attribute that is None is left out; floats are written with two places.

    >>> element("p", "5 < 6 ", element("b", "yes"), class_="note", hidden=None)
    '<p class="note">5 &lt; 6 <b>yes</b></p>'
    >>> element("line", stroke_width=1.5)
    '<line stroke-width="1.5"/>'
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(_plain(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    content = join(*children)
    if not content and (tag in VOID or tag in SHAPES):
        return Markup(f"<{tag}{written}/>")
    return Markup(f"<{tag}{written}>{content}</{tag}>")


SHAPES = frozenset({"line", "rect", "circle", "path", "polyline", "polygon"})


def join(*children: Child) -> Markup:
    """Pieces one after the other; what is not markup is escaped."""
    return Markup(
        "".join(child if isinstance(child, Markup) else html.escape(_plain(child)) for child in children if child)
    )


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", str(value))
