"""Content that is told from damaged content: disks lose power, fill up, and flip bits.

A seal says that nothing has changed by accident. It keeps nobody out who may write the file.
"""

from __future__ import annotations

import hashlib

_DIGEST_BYTES = hashlib.sha256().digest_size
_CHECK_DIGITS = 16
"""64 bits: of a line of a few hundred bytes, that is enough."""


class BrokenSealError(Exception):
    """Not what was sealed; the message says what it is instead."""


def sealed(content: bytes, label: str) -> bytes:
    """The SHA-256 of `label` and `content`, then `content`.

    Args:
        label: what the content is of, so that it is not taken for that of something else.
    """
    return _digest(content, label) + content


def unsealed(data: bytes, label: str) -> bytes:
    """The content that was `sealed` under `label`.

    Raises:
        BrokenSealError: it is empty, cut short or changed, or of something else.
    """
    content = data[_DIGEST_BYTES:]
    if not data:
        raise BrokenSealError("is empty")
    if len(data) < _DIGEST_BYTES or data[:_DIGEST_BYTES] != _digest(content, label):
        raise BrokenSealError("is damaged")
    return content


def check_digits(text: str) -> str:
    """For a text that people read: the first 16 digits of its SHA-256, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()[:_CHECK_DIGITS]


def _digest(content: bytes, label: str) -> bytes:
    hasher = hashlib.sha256(f"{len(label.encode())}:{label}".encode())
    hasher.update(content)
    return hasher.digest()
