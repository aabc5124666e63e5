"""What a device says of itself and gives back, checked before anything relies on it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from mcuq_hil.errors import WrongImageError
from mcuq_hil.link import Link
from mcuq_hil.protocol import messages as m

MOST_TENSORS = 256
"""Inputs, or outputs: the protocol's index has 8 bits."""
LOAD_HEAD = 5
"""Bytes of a LOAD request before its data."""
_COUNT_BYTES = 4


@dataclass(frozen=True)
class IoInfo:
    """An int8 input or output of the model on the device."""

    name: str
    bytes: int
    scale: float
    zero_point: int


@dataclass(frozen=True)
class DeviceInfo:
    """What the firmware says of itself. Sizes in bytes."""

    model: str
    core_hz: int
    arena_bytes: int
    stack_bytes: int
    layers: int
    layer_capacity: int
    inputs: tuple[IoInfo, ...]
    outputs: tuple[IoInfo, ...]


def impossible(what: str) -> WrongImageError:
    """The error for a device that says what no firmware of ours can."""
    return WrongImageError(f"the device says {what}", "build and flash the image again")


def read_info(link: Link, memory: int) -> DeviceInfo:
    """Ask the firmware for the model that is selected.

    Args:
        memory: bytes of RAM of the board, which hold every input and output.

    Raises:
        WrongImageError: it tells of more inputs or bytes than there can be. LinkTimeoutError,
            CorruptFrameError, LinkLostError, RefusedError: the link failed.
    """
    fields = link.exchange(m.INFO)
    counts = [int(fields["inputs"]), int(fields["outputs"])]
    if max(counts) > MOST_TENSORS:
        raise impossible(f"that its model has {counts[0]} inputs and {counts[1]} outputs")
    return DeviceInfo(
        model=_text(fields["name"]),
        core_hz=int(fields["core_hz"]),
        arena_bytes=int(fields["arena_bytes"]),
        stack_bytes=int(fields["stack_bytes"]),
        layers=int(fields["layers"]),
        layer_capacity=int(fields["layer_capacity"]),
        inputs=tuple(_read_io(link, False, i, memory) for i in range(counts[0])),
        outputs=tuple(_read_io(link, True, i, memory) for i in range(counts[1])),
    )


def _read_io(link: Link, is_output: bool, index: int, memory: int) -> IoInfo:
    fields = link.exchange(m.IO, is_output=int(is_output), index=index)
    info = IoInfo(
        name=_text(fields["name"]),
        bytes=int(fields["bytes"]),
        scale=float(fields["scale"]),
        zero_point=int(fields["zero_point"]),
    )
    if info.bytes > memory:
        what = "output" if is_output else "input"
        raise impossible(f"that {what} {index} has {info.bytes} bytes, its RAM has {memory}")
    return info


def read_output(link: Link, index: int, size: int, step: int) -> bytes:
    """An output's `size` bytes, `step` at a time; raises as `read_info`."""
    parts = []
    for offset in range(0, size, step):
        length = min(step, size - offset)
        fields = link.exchange(m.READ, index=index, offset=offset, length=length)
        part = _bytes(fields["data"])
        if len(part) != length:
            raise impossible(f"{len(part)} bytes of output {index} where {length} were asked for")
        parts.append(part)
    return b"".join(parts)


def read_ticks(link: Link, wanted: int) -> list[int]:
    """The counts of `wanted` layers; raises as `read_info`."""
    ticks: list[int] = []
    while len(ticks) < wanted:
        raw = _bytes(link.exchange(m.LAYERS, first=len(ticks))["counts"])
        count = len(raw) // _COUNT_BYTES
        if not 0 < count <= wanted - len(ticks) or len(raw) % _COUNT_BYTES:
            raise impossible(f"{len(raw)} bytes of counts for {wanted - len(ticks)} layers")
        ticks += struct.unpack(f"<{count}I", raw)
    return ticks


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)  # the message's last field takes the rest
    return value


def _text(value: object) -> str:
    return _bytes(value).decode(errors="replace")
