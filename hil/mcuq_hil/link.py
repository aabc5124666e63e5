"""Request and reply over a serial port that may lose, damage, repeat or delay bytes."""

from __future__ import annotations

import secrets
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import serial

from mcuq_hil.errors import (
    CorruptFrameError,
    LinkLostError,
    LinkTimeoutError,
    NoHelloError,
    RefusedError,
    WrongImageError,
)
from mcuq_hil.protocol import PROTOCOL_VERSION, Frame, Message, Status, decode_frame, encode_frame
from mcuq_hil.protocol import messages as m
from mcuq_hil.protocol.frame import REPLY, wire_bytes
from mcuq_hil.protocol.messages import FieldValue
from mcuq_hil.settings import LINK

_HELLO_SEQUENCE = 0


class Transport(Protocol):
    """What the link needs of a pyserial port. `timeout` is set once, to a short time."""

    timeout: float | None

    @property
    def in_waiting(self) -> int: ...
    def read(self, size: int = 1, /) -> bytes: ...
    def write(self, data: bytes, /) -> int | None: ...
    def reset_input_buffer(self) -> None: ...
    def close(self) -> None: ...


class DeviceRestartedError(LinkLostError):
    """The device said hello again, unasked, or forgot the session: it has started anew."""


@dataclass(frozen=True)
class Ready:
    """What a device says when it starts: see HELLO's reply."""

    version: int
    chunk: int
    boot: int
    flags: int
    build_id: bytes

    @property
    def has_fault(self) -> bool:
        return bool(self.flags & m.READY_FAULT)

    @property
    def has_profile(self) -> bool:
        return bool(self.flags & m.READY_PROFILE)

    @property
    def models(self) -> int:
        """How many there are in the image."""
        return 1 + (self.flags >> m.READY_MORE_MODELS_SHIFT)


class Link:
    """One session with a device.

    A request is repeated with its sequence number until its reply comes: at once when the device
    (or we) saw a damaged frame, else after a time that grows. The device does nothing twice.

    Args:
        transport: an open serial port.
        baud: of the wire, for how long a frame takes; None where it takes no time.
        patience: seconds to try before giving up on an exchange.
        clock: what those seconds are of: of the wall, or of work that an emulator did.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        baud: int | None = None,
        patience: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._byte_seconds = 10 / baud if baud else 0.0
        self._patience = patience
        self._session = 0
        self._sequence = _HELLO_SEQUENCE
        self._boot: int | None = None
        self._noise = bytearray()
        self._corrupt = 0
        transport.timeout = LINK.poll

    def hello(self, patience: float | None = None) -> Ready:
        """Open a session of our own.

        Raises:
            NoHelloError: nothing that speaks the protocol answered in time.
            WrongImageError: another version of the protocol.
            LinkLostError: the port went away.
        """
        self._session = secrets.randbits(31) | 1
        self._sequence = _HELLO_SEQUENCE
        try:
            fields = self.exchange(m.HELLO, patience=patience, version=PROTOCOL_VERSION)
        except (LinkTimeoutError, CorruptFrameError) as error:
            raise NoHelloError(
                "nothing on the port speaks mcuq's protocol",
                "check port, baud rate and wiring, and that the image was flashed",
            ) from error
        ready = Ready(**fields)  # type: ignore[arg-type]
        self._boot = ready.boot
        if ready.version != PROTOCOL_VERSION:
            raise WrongImageError(
                f"the firmware speaks protocol {ready.version}, this host {PROTOCOL_VERSION}",
                "build and flash the image again",
            )
        return ready

    def exchange(
        self, message: Message, *, patience: float | None = None, **fields: FieldValue
    ) -> dict[str, FieldValue]:
        """Send a request until its reply arrives; the reply's fields.

        Raises:
            LinkTimeoutError: no reply within `patience` seconds.
            CorruptFrameError: the same, and what arrived was damaged.
            RefusedError: the device refused the request.
            DeviceRestartedError: the device started anew meanwhile.
            LinkLostError: the port went away.
        """
        body = message.pack_request(**fields)
        if message is not m.HELLO:
            self._sequence = (self._sequence + 1) & 0xFFFF
        request = encode_frame(Frame(message.op, self._sequence, self._session, body))
        patience = self._patience if patience is None else patience
        begin = self._clock()
        wait = LINK.retry + self._byte_seconds * (len(request) + wire_bytes(1024))
        self._corrupt = 0
        while (gone := self._clock() - begin) < patience:
            self._write(request)
            # An emulator's clock can stand still: the last wait is not cut to nothing, which would
            # send without end.
            left = max(patience - gone, LINK.retry)
            reply = self._await_reply(message, time.monotonic() + min(wait, left))
            if reply is not None:
                return self._fields(message, reply)
            longest = max(LINK.longest_retry, gone / LINK.repeats)
            wait = min(wait * LINK.growth, longest)
        raise self._given_up(message, patience)

    def _await_reply(self, message: Message, until: float) -> Frame | None:
        """The reply, or None when it is time to send again."""
        while time.monotonic() < until:
            frame = self._receive(until)
            if frame is None:
                continue
            if frame is _MALFORMED or frame.status == Status.CORRUPT:
                self._corrupt += 1
                return None
            if message is not m.HELLO and self._is_restart(frame):
                raise DeviceRestartedError("the device started anew", "look for its fault report")
            if frame.session != self._session or frame.sequence != self._sequence:
                continue
            if frame.op == message.op | REPLY:
                return frame
        return None

    def _is_restart(self, frame: Frame) -> bool:
        """Whether a device says hello unasked, and not just the hello of its last start, late."""
        if frame.op != m.HELLO.op | REPLY or frame.session != 0 or frame.status != Status.OK:
            return False
        try:
            return m.HELLO.unpack_reply(frame.body)["boot"] != self._boot
        except struct.error:
            return False

    def _receive(self, until: float) -> Frame | None:
        """The next frame, _DAMAGED for one that did not arrive whole, None at `until`."""
        while (at := self._noise.find(0)) < 0:
            if time.monotonic() >= until:
                return None
            try:
                self._noise += self._transport.read(max(1, self._transport.in_waiting))
            except (serial.SerialException, OSError) as error:
                raise LinkLostError(
                    f"the port went away: {error}", "check the cable, or what ended the emulator"
                ) from error
            if len(self._noise) > LINK.noise:
                self._noise.clear()
        encoded = bytes(self._noise[:at])
        del self._noise[: at + 1]
        if not encoded:
            return None
        return decode_frame(encoded) or _MALFORMED

    def _write(self, data: bytes) -> None:
        try:
            self._transport.write(data)
        except (serial.SerialException, OSError) as error:
            raise LinkLostError(
                f"the port went away: {error}", "check the cable, or what ended the emulator"
            ) from error

    def _fields(self, message: Message, reply: Frame) -> dict[str, FieldValue]:
        if reply.status == Status.NO_SESSION:
            raise DeviceRestartedError(
                "the device forgot the session: it started anew", "look for its fault report"
            )
        if reply.status != Status.OK:
            raise RefusedError(
                f"the device refused {message.name}: {_status_name(reply.status)}",
                "check that the image was built for this board and version",
                status=reply.status,
            )
        try:
            return message.unpack_reply(reply.body)
        except struct.error as error:
            raise RefusedError(
                f"the reply to {message.name} has the wrong length",
                "build and flash the image again: it speaks another version",
            ) from error

    def _given_up(self, message: Message, patience: float) -> LinkTimeoutError | CorruptFrameError:
        if self._corrupt:
            return CorruptFrameError(
                f"{message.name}: {self._corrupt} damaged frames, no whole one in {patience:g} s",
                "lower the baud rate, shorten the wires, check ground",
            )
        return LinkTimeoutError(
            f"no answer to {message.name} within {patience:g} s of work",
            "the firmware hangs: look for a loop without end, or a wait for an interrupt",
        )


_MALFORMED = Frame(0, 0, 0)


def _status_name(status: int) -> str:
    try:
        return Status(status).name.lower().replace("_", " ")
    except ValueError:
        return f"status {status}"
