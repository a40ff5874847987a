"""The few words of XML that building, reading and redacting share."""

from decimal import Decimal
from typing import TypeAlias

from lxml import etree

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Node: TypeAlias = etree._Element


def node(tag: str, *children: Node, text: str | None = None, **attributes: str) -> Node:
    """An element of the QTI namespace; an underscore in an attribute's name stands for a hyphen."""
    element = etree.Element(f"{{{NAMESPACE}}}{tag}")
    for name, value in attributes.items():
        element.set(name.replace("_", "-"), value)
    element.text = text
    element.extend(children)
    return element


def decimal_text(value: Decimal) -> str:
    """A decimal without an exponent.

    Examples
    --------
    >>> decimal_text(Decimal("1E+2"))
    '100'
    """
    return format(value, "f")
