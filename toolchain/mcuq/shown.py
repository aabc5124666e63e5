"""Names and messages as they may be shown: data, never an escape sequence or a line of its own."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of control, format (right-to-left among them), surrogate and separator."""


def visible(text: str) -> str:
    """`text` in one line, with what a terminal would obey, or not show, as an escape: `\\x1b`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def encodable(text: str) -> str:
    """`text` that UTF-8 can hold: a file name's bytes that are none become `\\udcff`."""
    return text.encode("utf-8", "backslashreplace").decode()


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    return character.encode("unicode_escape").decode()
