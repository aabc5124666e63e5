"""The host's side of the serial protocol, against a device that answers whatever the input says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from mcuq_fuzz.target import Target
from mcuq_hil import faults, load_board, session
from mcuq_hil import link as link_module
from mcuq_hil.protocol import Frame, decode_frame, encode_frame
from mcuq_hil.protocol.frame import REPLY
from mcuq_hil.protocol.messages import BUILD_ID_BYTES
from mcuq_hil.session import Session
from mcuq_hil.settings import PATIENCE

_ID = bytes(BUILD_ID_BYTES)
_PATIENCE = 0.5
"""Seconds of `Clock`."""


class Clock:
    """Goes on whenever it is looked at: what does not come is not waited for."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        self._now += 0.01
        return self._now


class Device:
    """A port whose other side answers each request with the next piece of the input.

    A piece begins with a byte that says how: a whole reply of ours with the piece as its body and
    the request's sequence and session, such a reply with a status, one that is damaged, bytes that
    are no frame, two replies, or none.
    """

    def __init__(self, data: bytes) -> None:
        self.timeout: float | None = None
        self._data, self._at = data, 0
        self._waiting = bytearray()

    @property
    def in_waiting(self) -> int:
        return len(self._waiting)

    def read(self, size: int = 1, /) -> bytes:
        found = bytes(self._waiting[:size])
        del self._waiting[:size]
        return found

    def write(self, data: bytes, /) -> int:
        request = decode_frame(data.rstrip(b"\0")) or Frame(0, 0, 0)
        how, body = self._take(1), self._take(int.from_bytes(self._take(1)))
        self._waiting += self._answer(how[0] if how else 255, request, body)
        return len(data)

    def reset_input_buffer(self) -> None:
        self._waiting.clear()

    def close(self) -> None:
        self._waiting.clear()

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken

    def _answer(self, how: int, request: Frame, body: bytes) -> bytes:
        reply = replace(request, op=request.op | REPLY, body=body, status=0)
        if how < 160:
            return encode_frame(reply)
        if how < 180:
            return encode_frame(replace(reply, status=how % 8))
        if how < 200:
            damaged = bytearray(encode_frame(reply))
            damaged[how % len(damaged)] ^= 1 << how % 8
            return bytes(damaged)
        if how < 220:
            return body
        if how < 235:
            return encode_frame(replace(reply, sequence=how, session=how % 2)) * 2
        if how < 250:
            return encode_frame(reply) + body + b"\0"
        return b""


def talk(data: bytes) -> None:
    """A whole session: hello, what the image holds, runs, counts, echo, stack, arena, reset."""
    with _quick():
        port = Device(data)
        board, image, clock = load_board("stm32f746"), Path("none.elf"), Clock()
        with (
            patch.object(link_module, "time", clock),
            Session(
                board, image, port, unit="cycles", run_seconds=_PATIENCE, clock=clock.monotonic
            ) as opened,
        ):
            opened.open(_PATIENCE)
            inputs = [bytes(io.bytes) for io in opened.info.inputs]
            opened.select(0)
            opened.begin()
            opened.run_counted(inputs)
            opened.echo(b"echo")
            opened.stack_high_water()
            opened.arena_high_water(inputs)
            opened.reset()


@contextmanager
def _quick() -> Iterator[None]:
    patience = replace(PATIENCE, hello=_PATIENCE, run=_PATIENCE, emulated=_PATIENCE)
    with (
        patch.object(session, "PATIENCE", patience),
        patch.object(session, "read_build_id", lambda elf: _ID),
        patch.object(faults, "function_at", lambda elf, address: ""),
    ):
        yield


TARGETS = (Target("serial_host", talk, largest=1 << 12),)
