"""XML that vendors publish, read without what their formats do not have: entities first of all."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from mcuq_hil.errors import BoardError

MOST_BYTES = 1 << 26
"""Of a description: the largest public ones have 20 MB."""


class _Plain(TreeBuilder):
    """A document type declares entities, which can grow without end: there is none."""

    def doctype(self, _name: str, _pubid: str | None, _system: str | None) -> None:
        raise ParseError("a document type is declared")


def parse_xml(content: bytes, name: str) -> Element:
    """The root of an XML document.

    Raises:
        BoardError: it is none, too large, or declares a document type.
    """
    if len(content) > MOST_BYTES:
        raise BoardError(f"{name}: too large for a description", "check that it is the right file")
    parser = XMLParser(target=_Plain())
    try:
        parser.feed(content)
        root = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise BoardError(
            f"{name}: not the XML of a description: {error}", "get the file from the vendor again"
        ) from error
    assert isinstance(root, Element)
    return root


def read_bytes(path: Path) -> bytes:
    """A whole file of at most `MOST_BYTES`; raises BoardError."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise BoardError(f"cannot read {path}: {error.strerror}", "check its name") from error
    if len(content) > MOST_BYTES:
        raise BoardError(f"{path}: too large for a description", "check that it is the right file")
    return content


def number(text: str | None) -> int | None:
    """A number as both formats write it, 0x before hexadecimal ones; None where it is none."""
    try:
        value = int((text or "").strip(), 0)
    except ValueError:
        return None
    return value if 0 <= value < 2**32 else None


def words(text: str | None) -> str | None:
    """For people: one printable line; None where nothing is left of it."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text or "").split())
    return line[:80] or None
