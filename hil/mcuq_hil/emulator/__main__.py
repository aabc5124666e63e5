"""The emulator's own process: `python -m mcuq_hil.emulator ELF LINE CONTROL PARENT`.

On stdin come a line with the secret of both wires, and the spec.

A process of its own can be killed like a cable can be pulled, and several run on several cores.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
from pathlib import Path

from mcuq_hil.emulator.exceptions import LockupError
from mcuq_hil.emulator.line import Line
from mcuq_hil.emulator.machine import Machine
from mcuq_hil.emulator.spec import MachineSpec
from mcuq_hil.emulator.wires import connected
from mcuq_hil.errors import NoBoundError
from mcuq_hil.orphans import end_with_parent


def main(elf: str, line: str, control: str, parent: str) -> int:
    """Run until the host closes its end, or its process ends; 1 where the core locked up."""
    end_with_parent(int(parent))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    secret = sys.stdin.buffer.readline().rstrip()
    spec = MachineSpec.from_json(sys.stdin.buffer.read().decode())
    with connected(line, secret) as host, connected(control, secret) as button:
        machine = Machine(spec, Path(elf), Line(host))
        threading.Thread(target=_follow, args=(button, machine), daemon=True).start()
        try:
            machine.run()
        except (LockupError, NoBoundError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


def _follow(button: socket.socket, machine: Machine) -> None:
    """Every byte presses the reset button, until the host hangs up."""
    with contextlib.suppress(OSError):
        while button.recv(1):
            machine.press_reset()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
