"""The serial port of a board emulated on Unicorn."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from mcuq_hil.emulator.process_port import ProcessPort
from mcuq_hil.emulator.spec import MachineSpec

_EMULATOR = (sys.executable, "-P", "-m", "mcuq_hil.emulator")
"""-P: nothing in the current directory may pass for one of our modules."""


class UnicornPort(ProcessPort):
    """Boots an image in a process of its own and talks to its UART.

    Args:
        spec: the machine.
        elf: the image it boots.
        timeout: seconds a read waits, None for ever.
    """

    def __init__(self, spec: MachineSpec, elf: Path, timeout: float | None = None) -> None:
        super().__init__(
            "the emulator",
            lambda line, control: [
                *(*_EMULATOR, str(elf), line.address, control.address, str(os.getpid())),
            ],
            stdin=spec.to_json().encode(),
            timeout=timeout,
        )

    def press_reset(self) -> None:
        """Reset the board; RAM keeps its content."""
        with contextlib.suppress(OSError):  # it has ended: the next read says so
            self.control.sendall(b"r")
