"""Checking a place with the self-test image (firmware/selftest): link, arithmetic, counter."""

from __future__ import annotations

import random
from dataclasses import dataclass

from mcuq_hil.errors import WrongResultError
from mcuq_hil.session import Counts, Session


@dataclass(frozen=True)
class Checked:
    """What a check found. `stack` is used bytes of reserved bytes."""

    counts: Counts
    stack: tuple[int, int]
    boot: int


def answer(question: bytes) -> bytes:
    """What the image makes of its input: 3 × this byte + the next one, around the end."""
    following = question[1:] + question[:1]
    return bytes((3 * a + b) & 0xFF for a, b in zip(question, following, strict=True))


def question(session: Session, seed: int) -> bytes:
    """Input bytes of the image's length."""
    return random.Random(seed).randbytes(session.info.inputs[0].bytes)


def check_once(session: Session, seed: int) -> None:
    """One echo and one inference; raises WrongResultError, and what `Session.run` raises."""
    noise = random.Random(~seed).randbytes(session.ready.chunk)
    if session.echo(noise) != noise:
        raise WrongResultError(
            "the echo differs from what was sent", "lower the baud rate, shorten the wires"
        )
    asked = question(session, seed)
    session.check([asked], [answer(asked)])


def check(session: Session) -> Checked:
    """Everything a place must be able to do; raises HilError's subtypes."""
    for seed in range(4):
        check_once(session, seed)
    asked = question(session, 0)
    first, second = session.count([asked]), session.count([asked])
    if session.unit == "instructions" and first != second:
        raise WrongResultError(
            f"two equal runs took {first.total} and {second.total} instructions", "please report it"
        )
    used = session.stack_high_water()
    return Checked(second, (used, session.info.stack_bytes), session.ready.boot)
