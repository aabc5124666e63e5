"""What a machine of QEMU's executes, instruction by instruction."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from mcuq_hil.emulator.qemu import QemuPort
from mcuq_hil.errors import LinkLostError
from mcuq_hil.leftovers import scratch_folder
from mcuq_hil.settings import PATIENCE

_READ_BYTES = 1 << 20
_WAIT_SECONDS = 0.01
_ONE_AT_A_TIME = ("one-insn-per-tb on", "singlestep on")
"""From QEMU 8.1 on, and before."""
_EXECUTED = b"Trace "
_UNDONE = (b"Stopped execution", b"cpu_io_recompile")
"""QEMU tells an instruction before it executes it, and so where it then did not."""


@contextlib.contextmanager
def traced(port: QemuPort) -> Iterator[Path]:
    """Let QEMU write what it executes into a file, which `executed` reads, until the end.

    Raises:
        LinkLostError: this QEMU does not.
    """
    with scratch_folder() as folder:
        log = folder / "executed"
        answers = [port.monitor(line) for line in _ONE_AT_A_TIME]
        if all(answers):
            raise _hidden(answers[0])
        for line in (f'logfile "{log}"', "log exec,nochain"):
            if answer := port.monitor(line):
                raise _hidden(answer)
        try:
            yield log
        finally:
            port.monitor("log none")


def _hidden(answer: str) -> LinkLostError:
    return LinkLostError(
        f"QEMU does not show what it executes: {answer.strip()}", "use QEMU 7.2 or newer"
    )


def executed(log: Path, last: int) -> Iterator[int]:
    """Addresses of the instructions in their order, to the first one at `last`.

    Raises:
        LinkLostError: that one is not among them.
    """
    before: int | None = None
    for line in _lines(log):
        if line.startswith(_UNDONE):
            before = None
        elif line.startswith(_EXECUTED):
            if before is not None:
                yield before
            if before == last:
                return
            # Trace CPU: HOST-ADDRESS [CODE-SEGMENT/ADDRESS/FLAGS/OPTIONS] FUNCTION
            before = int(line.split(b"/", 2)[1], 16)
    raise LinkLostError("QEMU did not tell all that it executed", "look for room in $TMPDIR")


def _lines(log: Path) -> Iterator[bytes]:
    """Whole lines. QEMU goes on writing for a while after it was asked to end."""
    rest, end = b"", time.monotonic() + PATIENCE.monitor
    with log.open("rb") as stream:
        while time.monotonic() < end:
            if data := stream.read(_READ_BYTES):
                *whole, rest = (rest + data).split(b"\n")
                yield from whole
                end = time.monotonic() + PATIENCE.monitor
            else:
                time.sleep(_WAIT_SECONDS)
