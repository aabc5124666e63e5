"""Compiled objects as one file each of the cache."""

from __future__ import annotations

from dataclasses import dataclass, field

_FIELD_BYTES = 8
"""Of a length."""


@dataclass(frozen=True)
class Object:
    """A compiled unit, in memory: what was verified when it was read is what is linked.

    Attributes:
        name: what it is called in the image.
        digest: of its content, flags and compiler.
        content: the object file.
        stack_usage: gcc's `.su` file; empty where somebody else compiled it.
        call_graph: gcc's `.ci` file, likewise.
    """

    name: str
    digest: str
    content: bytes = field(repr=False)
    stack_usage: str = field(default="", repr=False)
    call_graph: str = field(default="", repr=False)


def packed(compiled: Object) -> bytes:
    """All but name and digest: each with its length in front."""
    parts = (compiled.content, compiled.stack_usage.encode(), compiled.call_graph.encode())
    return b"".join(len(part).to_bytes(_FIELD_BYTES, "little") + part for part in parts)


def unpacked(data: bytes, name: str, digest: str) -> Object:
    """What `packed` gave; `data` has been verified."""
    parts, at = [], 0
    while at < len(data):
        begin = at + _FIELD_BYTES
        at = begin + int.from_bytes(data[at:begin], "little")
        parts.append(data[begin:at])
    content, stack_usage, call_graph = parts
    return Object(name, digest, content, stack_usage.decode(), call_graph.decode())
