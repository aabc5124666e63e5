"""The bound of an image's inference, compared on inputs that differ as far as they can."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mcuq_hil.bench import check_emulated, open_session, opened
from mcuq_hil.boards import Board
from mcuq_hil.emulator.qemu import QemuPort
from mcuq_hil.errors import LinkLostError, NoBoundError
from mcuq_hil.identity import read_build_id
from mcuq_hil.session import Session


def bounding_session(board: Board, elf: Path) -> Session:
    """A session whose counts are bounds.

    Raises:
        BoardError: the board has no emulator. HilError: it fails.
    """
    check_emulated(board)
    if board.emulator is None or board.emulator.machine is None:
        return open_session(board, elf, bounding=True)
    # It takes a library that cannot be loaded under sanitizers, where tests import this.
    from mcuq_hil.worst.traced import TracedSession

    read_build_id(elf)  # a damaged image is not run
    return opened(TracedSession(board, elf, QemuPort(board.emulator.machine, elf)))


def most_instructions(session: Session, tried: Sequence[Sequence[bytes]]) -> int:
    """What no input of the selected model exceeds.

    Args:
        session: as `bounding_session` opens it.
        tried: inputs, each the bytes of every input of the model: the extremes, and any others.

    Raises:
        NoBoundError: loops depend on the input, or their code is not understood.
        HilError: the emulated run failed.
    """
    try:
        for inputs in tried:  # how often loops turn that not all of them enter
            session.count(inputs)
        found = {session.count(inputs).total for inputs in tried}
    except LinkLostError as error:
        raise NoBoundError(f"there is no bound: {error.cause}") from error
    if len(found) != 1:
        raise NoBoundError(
            f"how often a loop turns depends on the input: from {min(found):,} to {max(found):,} "
            "instructions at most"
        )
    return found.pop()
