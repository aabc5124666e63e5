"""The firmware speaks exactly the registered messages: every one of them, and no other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mcuq_hil import load_board
from mcuq_hil.bench import boot_emulator
from mcuq_hil.protocol import (
    MESSAGES,
    PROTOCOL_VERSION,
    Frame,
    Status,
    decode_frame,
    encode_frame,
)
from mcuq_hil.protocol import messages as m
from mcuq_hil.protocol.frame import OVERHEAD, REPLY

pytestmark = pytest.mark.arm
SESSION = 0x1234_5678
REQUESTS = {
    "HELLO": {"version": PROTOCOL_VERSION},
    "IO": {"is_output": 0, "index": 1},
    "LOAD": {"offset": 4, "index": 0, "data": b"abc"},
    "RUN": {"flags": m.RUN_COUNT},
    "LAYERS": {"first": 0},
    "READ": {"offset": 1, "length": 5, "index": 1},
    "ARENA": {"action": m.ARENA_MEASURE},
    "ECHO": {"data": b"hello"},
    "FAULT": {"action": m.FAULT_READ},
    "SELECT": {"model": 0},
}


class Wire:
    """Frames to and from an emulated board, without the link's repetitions."""

    def __init__(self, port) -> None:
        self._port = port
        self._port.timeout = 10
        self._sequence = itertools.count(1)

    def receive(self) -> Frame:
        data = b""
        while not data.endswith(b"\0"):
            piece = self._port.read(1)
            assert piece, "no answer"
            data += piece
        frame = decode_frame(data[:-1])
        assert frame is not None
        return frame

    def ask(self, op: int, body: bytes = b"", session: int = SESSION) -> Frame:
        sequence = next(self._sequence)
        self._port.write(encode_frame(Frame(op, sequence, session, body)))
        reply = self.receive()
        assert (reply.op, reply.sequence, reply.session) == (op | REPLY, sequence, session)
        return reply

    def send(self, data: bytes) -> Frame:
        self._port.write(data)
        return self.receive()


@pytest.fixture
def wire(plus_one) -> Iterator[Wire]:
    port = boot_emulator(load_board("stm32f746"), plus_one.elf)
    wire = Wire(port)
    assert wire.receive().op == m.HELLO.op | REPLY, "says hello by itself"
    wire.ask(m.HELLO.op, m.HELLO.pack_request(version=PROTOCOL_VERSION))
    yield wire
    port.close()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_every_message_is_answered_as_registered(wire: Wire, message) -> None:
    reply = wire.ask(message.op, message.pack_request(**REQUESTS.get(message.name, {})))
    assert reply.status == Status.OK
    fields = message.unpack_reply(reply.body)
    assert replace(message, request=message.reply).pack_request(**fields) == reply.body


def test_every_other_number_is_unknown(wire: Wire) -> None:
    registered = {message.op for message in MESSAGES}
    for op in set(range(0x80)) - registered:
        assert wire.ask(op).status == Status.UNKNOWN


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_a_body_of_wrong_length_is_malformed(wire: Wire, message) -> None:
    if message is m.ECHO:
        pytest.skip("takes any length")
    body = message.pack_request(**{**REQUESTS.get(message.name, {}), "data": b""})
    if body:
        assert wire.ask(message.op, body[:-1]).status == Status.MALFORMED
    if message is not m.LOAD:
        assert wire.ask(message.op, body + b"\0").status == Status.MALFORMED


def test_without_a_session_nothing_but_hello_is_served(wire: Wire) -> None:
    for message in MESSAGES:
        if message is not m.HELLO:
            body = message.pack_request(**REQUESTS.get(message.name, {}))
            assert wire.ask(message.op, body, session=SESSION + 1).status == Status.NO_SESSION


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (m.IO, {"is_output": 0, "index": 2}),
        (m.LOAD, {"offset": 0, "index": 2, "data": b"x"}),
        (m.LOAD, {"offset": 16, "index": 0, "data": b"x"}),
        (m.LOAD, {"offset": 0xFFFF_FFFF, "index": 0, "data": b"xx"}),
        (m.READ, {"offset": 10, "length": 7, "index": 0}),
        (m.READ, {"offset": 0, "length": 1025, "index": 1}),
        (m.READ, {"offset": 0xFFFF_FFFF, "length": 2, "index": 0}),
        (m.LAYERS, {"first": 1}),
    ],
)
def test_what_lies_outside_is_refused(wire: Wire, message, fields) -> None:
    assert wire.ask(message.op, message.pack_request(**fields)).status == Status.RANGE


def test_a_damaged_frame_is_reported_and_the_next_one_served(wire: Wire) -> None:
    good = encode_frame(Frame(m.ECHO.op, 500, SESSION, b"again"))
    bad = bytearray(good)
    bad[5] ^= 0x10
    assert wire.send(bytes(bad)).status == Status.CORRUPT
    assert wire.send(b"\xff" * 3000 + b"\0").status == Status.CORRUPT
    assert wire.send(b"\0\0\0" + good).body == b"again"


def test_a_frame_longer_than_the_buffer_is_damaged(wire: Wire) -> None:
    ready = m.HELLO.unpack_reply(
        wire.ask(m.HELLO.op, m.HELLO.pack_request(version=PROTOCOL_VERSION)).body
    )
    largest = bytes([7]) * int(ready["chunk"])
    assert wire.ask(m.ECHO.op, largest).body == largest
    too_long = encode_frame(Frame(m.ECHO.op, 900, SESSION, largest + b"x"))
    assert len(largest) + OVERHEAD < len(too_long)
    assert wire.send(too_long).status == Status.CORRUPT


def test_a_repeated_run_is_not_run_again(wire: Wire) -> None:
    """The output stays as it was, although the input has been overwritten by the run itself."""
    wire.ask(m.LOAD.op, m.LOAD.pack_request(offset=0, index=0, data=bytes(range(16))))
    run = encode_frame(Frame(m.RUN.op, 700, SESSION, m.RUN.pack_request(flags=m.RUN_COUNT)))
    first, second = wire.send(run), wire.send(run)
    assert first == second
    assert m.RUN.unpack_reply(first.body)["count"] > 0


def test_a_late_hello_of_the_same_session_does_not_make_a_run_run_again(wire: Wire) -> None:
    wire.ask(m.LOAD.op, m.LOAD.pack_request(offset=0, index=0, data=bytes([1]) * 16))
    run = encode_frame(Frame(m.RUN.op, 700, SESSION, m.RUN.pack_request(flags=0)))
    hello = encode_frame(
        Frame(m.HELLO.op, 0, SESSION, m.HELLO.pack_request(version=PROTOCOL_VERSION))
    )
    load = encode_frame(
        Frame(m.LOAD.op, 699, SESSION, m.LOAD.pack_request(offset=0, index=0, data=b"x"))
    )
    wire.send(run)
    assert wire.send(hello).op == m.HELLO.op | REPLY
    read = encode_frame(
        Frame(m.READ.op, 701, SESSION, m.READ.pack_request(offset=0, length=1, index=0))
    )
    assert wire.send(load + run + read).op == m.RUN.op | REPLY, "the late LOAD is not answered"
    assert wire.receive().body == bytes([2])


def test_a_late_load_is_dropped(wire: Wire) -> None:
    late = Frame(
        m.LOAD.op, 600, SESSION, m.LOAD.pack_request(offset=0, index=0, data=bytes([9]) * 16)
    )
    run = Frame(m.RUN.op, 700, SESSION, m.RUN.pack_request(flags=0))
    wire.send(encode_frame(run))
    read = Frame(m.READ.op, 701, SESSION, m.READ.pack_request(offset=0, length=4, index=0))
    reply = wire.send(encode_frame(late) + encode_frame(read))
    assert (reply.op, reply.sequence) == (m.READ.op | REPLY, 701)
