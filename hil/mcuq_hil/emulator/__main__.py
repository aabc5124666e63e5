"""The emulator's own process: `python -m mcuq_hil.emulator ELF FD PARENT`, spec on stdin.

A process of its own can be killed like a cable can be pulled, and several run on several cores.
SIGUSR1 is the reset button.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

from mcuq_hil.emulator.exceptions import LockupError
from mcuq_hil.emulator.line import Line
from mcuq_hil.emulator.machine import Machine
from mcuq_hil.emulator.spec import MachineSpec
from mcuq_hil.errors import NoBoundError
from mcuq_hil.orphans import end_with_parent


def main(elf: str, descriptor: str, parent: str) -> int:
    """Run until the host closes its end, or its process ends; 1 where the core locked up."""
    end_with_parent(int(parent))
    spec = MachineSpec.from_json(sys.stdin.read())
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    with socket.socket(fileno=int(descriptor)) as host:
        machine = Machine(spec, Path(elf), Line(host, wake_read))

        def pressed(_signal: int, _frame: FrameType | None) -> None:
            machine.press_reset()
            os.write(wake_write, b"r")

        signal.signal(signal.SIGUSR1, pressed)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            machine.run()
        except (LockupError, NoBoundError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
