"""Framing and messages; the committed C header is the one the registry renders."""

from __future__ import annotations

import re
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.resources import firmware_dir
from mcuq_hil.protocol import MESSAGES, Frame, Status, decode_frame, encode_frame
from mcuq_hil.protocol.frame import OVERHEAD, wire_bytes
from mcuq_hil.protocol.header import render_header

FRAMES = st.builds(
    Frame,
    op=st.integers(0, 255),
    sequence=st.integers(0, 0xFFFF),
    session=st.integers(0, 0xFFFF_FFFF),
    body=st.binary(max_size=600),
    status=st.integers(0, 255),
)


@given(FRAMES)
def test_a_frame_survives_the_wire(frame: Frame) -> None:
    encoded = encode_frame(frame)
    assert encoded.index(0) == len(encoded) - 1
    assert len(encoded) <= wire_bytes(len(frame.body))
    assert decode_frame(encoded[:-1]) == frame


@given(FRAMES, st.data())
def test_a_flipped_bit_is_seen(frame: Frame, data: st.DataObject) -> None:
    encoded = bytearray(encode_frame(frame))[:-1]
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] ^= 1 << data.draw(st.integers(0, 7))
    assert decode_frame(bytes(encoded)) is None


@given(st.binary(max_size=64))
def test_garbage_is_no_frame(garbage: bytes) -> None:
    assert decode_frame(garbage) is None or len(garbage) > OVERHEAD


def test_numbers_are_unique_and_leave_the_reply_bit_free() -> None:
    numbers = [message.op for message in MESSAGES]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number < 0x80 for number in numbers)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_fields_come_back(message) -> None:
    samples = {"f32": 0.5, "id": bytes(range(16)), "rest": b"tail", "i32": -5}
    for fields in (message.request, message.reply):
        both = replace(message, request=fields, reply=fields)
        values = {name: samples.get(kind, 7) for name, kind in fields}
        assert both.unpack_reply(both.pack_request(**values)) == values


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_a_body_of_wrong_length_is_refused(message) -> None:
    if any(kind == "rest" for _, kind in message.reply):
        pytest.skip("takes any length")
    values = {name: _zero(kind) for name, kind in message.reply}
    size = len(replace(message, request=message.reply).pack_request(**values))
    with pytest.raises(struct.error):
        message.unpack_reply(bytes(size + 1))


def _zero(kind: str) -> int | bytes:
    return bytes(16) if kind == "id" else 0


def test_the_committed_header_is_the_rendered_one() -> None:
    committed = firmware_dir() / "runtime" / "mcuq_protocol.h"
    assert committed.read_text(encoding="utf-8") == render_header()


def test_the_firmware_serves_exactly_the_registered_operations() -> None:
    runner = (firmware_dir() / "runtime" / "mcuq_runner.c").read_text(encoding="utf-8")
    served = set(re.findall(r"\[MCUQ_OP_(\w+)\] = \{", runner))
    assert served == {message.name for message in MESSAGES}


def test_the_firmware_answers_only_registered_statuses() -> None:
    runner = (firmware_dir() / "runtime" / "mcuq_runner.c").read_text(encoding="utf-8")
    used = set(re.findall(r"MCUQ_STATUS_(\w+)", runner))
    assert used == {status.name for status in Status}
