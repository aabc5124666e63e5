"""Every operation of the protocol: its number and the fields of its request and its reply."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

PROTOCOL_VERSION = 1
BUILD_ID_BYTES = 16

FieldValue = int | float | bytes

_FORMATS = {"u8": "B", "u16": "H", "u32": "I", "i32": "i", "f32": "f", "id": f"{BUILD_ID_BYTES}s"}


class Status(IntEnum):
    """What a reply says about its request."""

    OK = 0
    CORRUPT = 1
    """A frame did not arrive whole; sequence and session mean nothing."""
    NO_SESSION = 2
    """No HELLO with this session since the device started."""
    UNKNOWN = 3
    """No such operation in this image."""
    MALFORMED = 4
    """The body's length is not that of the operation."""
    RANGE = 5
    """An index, offset or length points outside of what it names."""


@dataclass(frozen=True)
class Message:
    """An operation. Fields are (name, type); a trailing "rest" takes the remaining bytes."""

    name: str
    op: int
    request: tuple[tuple[str, str], ...] = ()
    reply: tuple[tuple[str, str], ...] = ()

    def pack_request(self, **values: FieldValue) -> bytes:
        """The request's body; raises KeyError or struct.error on wrong fields."""
        return _pack(self.request, values)

    def unpack_reply(self, body: bytes) -> dict[str, FieldValue]:
        """Fields of a reply; raises struct.error where the length is wrong."""
        return _unpack(self.reply, body)


def fixed_struct(fields: tuple[tuple[str, str], ...]) -> struct.Struct:
    """Layout of the fields before "rest": little-endian, no padding."""
    return struct.Struct("<" + "".join(_FORMATS[kind] for _, kind in fields if kind != "rest"))


def field_offsets(fields: tuple[tuple[str, str], ...]) -> dict[str, int]:
    """Byte offset of each field in the body."""
    offsets, at = {}, 0
    for name, kind in fields:
        offsets[name] = at
        at += 0 if kind == "rest" else struct.calcsize("<" + _FORMATS[kind])
    return offsets


def _pack(fields: tuple[tuple[str, str], ...], values: Mapping[str, FieldValue]) -> bytes:
    head = fixed_struct(fields).pack(*(values[name] for name, kind in fields if kind != "rest"))
    tail = b"".join(bytes(_as_bytes(values[name])) for name, kind in fields if kind == "rest")
    return head + tail


def _unpack(fields: tuple[tuple[str, str], ...], body: bytes) -> dict[str, FieldValue]:
    layout = fixed_struct(fields)
    has_rest = bool(fields) and fields[-1][1] == "rest"
    if len(body) < layout.size or (len(body) > layout.size and not has_rest):
        raise struct.error(f"body of {len(body)} bytes, {layout.size} expected")
    values = list(layout.unpack_from(body))
    if has_rest:
        values.append(body[layout.size :])
    return dict(zip((name for name, _ in fields), values, strict=True))


def _as_bytes(value: FieldValue) -> bytes:
    if not isinstance(value, bytes):
        raise struct.error(f"bytes expected, not {type(value).__name__}")
    return value


READY_FAULT = 1
"""READY flag: a fault record of the previous run waits."""
READY_PROFILE = 2
"""READY flag: the image marks its layers."""
READY_MORE_MODELS_SHIFT = 16
"""The upper half of READY's flags: models beside the first one. Images of one model, and those from
before there could be more, have 0 there."""

RUN_COUNT = 1
"""RUN flag: count while running."""

ARENA_PAINT = 0
ARENA_MEASURE = 1
FAULT_READ = 0
FAULT_CLEAR = 1

REASON_OVERFLOW = 1
"""Reason of a fault record: the stack; 0 where an exception says it."""
REASON_WATCHDOG = 2
"""r0: its milliseconds."""
REASON_CANARY = 3
"""r0: address of the word, r1: what it holds."""
REASON_CONSTANTS = 4
"""r0: CRC of the flash, r1: of the image."""
REASON_NO_GUARD = 5
"""The image asks for a guard, and the core has no memory protection unit."""

_READY = (
    ("version", "u16"),
    ("chunk", "u16"),
    ("boot", "u32"),
    ("flags", "u32"),
    ("build_id", "id"),
)

FAULT_REGISTERS = (
    *("r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr"),
    *("sp", "cfsr", "hfsr", "mmfar", "bfar"),
)

HELLO = Message("HELLO", 1, (("version", "u16"),), _READY)
INFO = Message(
    "INFO",
    2,
    (),
    (
        ("core_hz", "u32"),
        ("arena_bytes", "u32"),
        ("stack_bytes", "u32"),
        ("inputs", "u16"),
        ("outputs", "u16"),
        ("layers", "u16"),
        ("layer_capacity", "u16"),
        ("name", "rest"),
    ),
)
IO = Message(
    "IO",
    3,
    (("is_output", "u8"), ("index", "u8")),
    (("bytes", "u32"), ("scale", "f32"), ("zero_point", "i32"), ("name", "rest")),
)
LOAD = Message("LOAD", 4, (("offset", "u32"), ("index", "u8"), ("data", "rest")))
RUN = Message("RUN", 5, (("flags", "u8"),), (("count", "u32"),))
LAYERS = Message("LAYERS", 6, (("first", "u16"),), (("counts", "rest"),))
READ = Message(
    "READ", 7, (("offset", "u32"), ("length", "u16"), ("index", "u8")), (("data", "rest"),)
)
STACK = Message("STACK", 8, (), (("used", "u32"), ("reserved", "u32")))
ARENA = Message("ARENA", 9, (("action", "u8"),), (("used", "u32"),))
ECHO = Message("ECHO", 10, (("data", "rest"),), (("data", "rest"),))
FAULT = Message(
    "FAULT",
    11,
    (("action", "u8"),),
    (("exception", "u32"), ("reason", "u32"), *((name, "u32") for name in FAULT_REGISTERS)),
)
RESET = Message("RESET", 12)
BEGIN = Message("BEGIN", 13)
SELECT = Message("SELECT", 14, (("model", "u16"),))
"""What follows is about that model; a new session begins with the first one."""

MESSAGES = (
    HELLO,
    INFO,
    IO,
    LOAD,
    RUN,
    LAYERS,
    READ,
    STACK,
    ARENA,
    ECHO,
    FAULT,
    RESET,
    BEGIN,
    SELECT,
)
"""All operations, in the order of their numbers."""
