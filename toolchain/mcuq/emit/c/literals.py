"""C literals."""

from __future__ import annotations

import numpy as np

from mcuq.shown import visible


def c_string(text: str) -> str:
    """A C string literal of any text, ASCII only."""
    body = "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}"
        for byte in text.encode()
    )
    return f'"{body}"'


def c_comment(text: str) -> str:
    """`text` in one line, unable to end the comment it stands in or to begin another."""
    return visible(text).replace("*/", "* /").replace("/*", "/ *")


def c_float(value: float) -> str:
    """The shortest float32 literal that reads back to the same bits."""
    text = np.format_float_scientific(np.float32(value), unique=True, trim="0")
    return f"{text}f"
