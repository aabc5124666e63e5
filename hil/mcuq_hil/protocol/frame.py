"""One frame on the wire: COBS(header, body, CRC-32) and a zero byte.

The header is little-endian: operation u8, status u8, sequence u16, session u32. The CRC (IEEE
802.3, as zlib's) covers header and body. A reply carries its request's operation with the top
bit set, its sequence number and its session.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from cobs import cobs

HEADER = struct.Struct("<BBHI")
CRC = struct.Struct("<I")
OVERHEAD = HEADER.size + CRC.size
"""Bytes of a decoded frame beside its body."""

REPLY = 0x80
"""Set in the operation of every frame from the device."""


@dataclass(frozen=True)
class Frame:
    """A frame taken apart; `status` is 0 in requests."""

    op: int
    sequence: int
    session: int
    body: bytes = b""
    status: int = 0


def encode_frame(frame: Frame) -> bytes:
    """The bytes to send, closing zero included."""
    head = HEADER.pack(frame.op, frame.status, frame.sequence, frame.session)
    plain = head + frame.body
    return bytes(cobs.encode(plain + CRC.pack(zlib.crc32(plain)))) + b"\0"


def decode_frame(encoded: bytes) -> Frame | None:
    """The frame in `encoded` (without its closing zero), or None where it did not arrive whole."""
    try:
        plain = bytes(cobs.decode(encoded))
    except cobs.DecodeError:
        return None
    if len(plain) < OVERHEAD:
        return None
    covered, (crc,) = plain[: -CRC.size], CRC.unpack(plain[-CRC.size :])
    if zlib.crc32(covered) != crc:
        return None
    op, status, sequence, session = HEADER.unpack_from(covered)
    return Frame(op, sequence, session, covered[HEADER.size :], status)


def wire_bytes(body: int) -> int:
    """Bytes on the wire of a frame whose body has `body` bytes: COBS adds one in 254."""
    plain = OVERHEAD + body
    return plain + (plain + 253) // 254 + 1
