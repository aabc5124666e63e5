"""A device that says what no firmware of ours can: one typed error, and no wait without end."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest

from mcuq_fuzz.seeds import serial_host
from mcuq_fuzz.serial_host import talk
from mcuq_hil.errors import HilError, WrongImageError

PIECES = {
    "ready": 0,
    "info": 1,
    "output": 3,
    "data": 10,
    "layers": 11,
}
"""Which answer of the whole session is changed."""


def pieces() -> list[bytes]:
    """The answers of a session that goes well."""
    content, found = serial_host()[0], []
    while content:
        size = 2 + content[1]
        found.append(content[2:size])
        content = content[size:]
    return found


def session(name: str, body: bytes) -> bytes:
    changed = pieces()
    changed[PIECES[name]] = body
    return b"".join(bytes([0, len(each)]) + each for each in changed)


def patched(name: str, offset: int, form: str, value: int) -> bytes:
    body = bytearray(pieces()[PIECES[name]])
    struct.pack_into(form, body, offset, value)
    return session(name, bytes(body))


CASES = {
    "chunks of nothing": patched("ready", 2, "<H", 0),
    "chunks of a head alone": patched("ready", 2, "<H", 5),
    "300 inputs": patched("info", 12, "<H", 300),
    "65535 outputs": patched("info", 14, "<H", 65535),
    "an output larger than the RAM": patched("output", 0, "<I", 0xFFFFFFFF),
    "too little of an output": session("data", b"abc"),
    "too much of an output": session("data", b"abcde"),
    "no counts": session("layers", b""),
    "half a count": session("layers", bytes(6)),
    "more counts than layers": session("layers", bytes(12)),
}


def test_the_session_itself_goes_well() -> None:
    talk(serial_host()[0])


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(WrongImageError, match="the device says") as caught:
        talk(CASES[name])
    assert caught.value.hint


def test_every_answer_cut_short() -> None:
    whole = serial_host()[0]
    for size in range(0, len(whole), 3):
        # A name that ends early is a name, too.
        with suppress(HilError):
            talk(whole[:size])
