"""The C side's view of the protocol: `python -m mcuq_hil.protocol.header > mcuq_protocol.h`."""

from __future__ import annotations

import sys

from mcuq_hil.protocol import frame, messages
from mcuq_hil.protocol.messages import MESSAGES, Message, Status, field_offsets, fixed_struct

_FLAGS = (
    "BUILD_ID_BYTES",
    "READY_FAULT",
    "READY_PROFILE",
    "READY_MORE_MODELS_SHIFT",
    "RUN_COUNT",
    "ARENA_PAINT",
    "ARENA_MEASURE",
    "FAULT_READ",
    "FAULT_CLEAR",
)


def render_header() -> str:
    """Text of mcuq_protocol.h: numbers of operations, sizes and offsets of their fields."""
    lines = [
        "/* Generated from mcuq_hil.protocol; a test keeps it equal. Little-endian, no padding. */",
        "#ifndef MCUQ_PROTOCOL_H",
        "#define MCUQ_PROTOCOL_H",
        "",
        _define("PROTOCOL_VERSION", messages.PROTOCOL_VERSION),
        _define("FRAME_HEADER_BYTES", frame.HEADER.size),
        _define("FRAME_CRC_BYTES", frame.CRC.size),
        _define("REPLY", frame.REPLY),
        *(_define(name, getattr(messages, name)) for name in _FLAGS),
        "",
        *(_define(f"STATUS_{status.name}", status.value) for status in Status),
    ]
    for message in MESSAGES:
        lines += ["", *_message(message)]
    return "\n".join([*lines, "", "#endif", ""])


def _message(message: Message) -> list[str]:
    lines = [_define(f"OP_{message.name}", message.op)]
    for side, fields in (("REQUEST", message.request), ("REPLY", message.reply)):
        prefix = f"{message.name}_{side}"
        lines.append(_define(f"{prefix}_SIZE", fixed_struct(fields).size))
        lines += [
            _define(f"{prefix}_{name.upper()}", offset)
            for name, offset in field_offsets(fields).items()
        ]
    return lines


def _define(name: str, value: int) -> str:
    return f"#define MCUQ_{name} {value}u"


if __name__ == "__main__":
    sys.stdout.write(render_header())
