"""The serial port of a machine of QEMU's."""

from __future__ import annotations

import json
import select
import shutil
from collections.abc import Mapping
from pathlib import Path

from mcuq_hil.emulator.process_port import ProcessPort
from mcuq_hil.emulator.wires import ProcessWire
from mcuq_hil.errors import LinkLostError, ToolMissingError
from mcuq_hil.orphans import ending_with_us
from mcuq_hil.settings import PATIENCE

PROGRAM = "qemu-system-arm"
_POLL_SECONDS = 0.1
_ICOUNT_SHIFT = 10
"""One instruction takes 2^10 ns of virtual time, so that the machine's counter, which ticks in
virtual time, tells instructions: 25.6 ticks each at 25 MHz, 20.48 at 20 MHz."""


def find_program() -> str:
    """QEMU's path; raises ToolMissingError."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise ToolMissingError(f"{PROGRAM} is not installed", "apt-get install qemu-system-arm")
    return program


class QemuPort(ProcessPort):
    """Boots an image and talks to its first UART over a socket, to its monitor over another.

    Args:
        machine: QEMU's name of the machine.
        elf: the image it boots.
        timeout: seconds a read waits, None for ever.

    Raises:
        ToolMissingError: QEMU is not installed.
        LinkLostError: QEMU does not start.
    """

    def __init__(self, machine: str, elf: Path, timeout: float | None = None) -> None:
        program = find_program()
        self._said = bytearray()
        super().__init__(
            machine,
            lambda line, control: ending_with_us(_command(program, machine, elf, line, control)),
            timeout=timeout,
        )
        try:
            self._greet()
        except (OSError, ValueError) as error:
            reason = str(self._gone()) if self.process.poll() is not None else str(error)
            self.close()
            raise LinkLostError(
                f"QEMU did not start: {reason}",
                "run `mcuq doctor`; the board asks for a machine that this QEMU may lack",
            ) from error

    def press_reset(self) -> None:
        """Reset the machine."""
        self._command("system_reset")

    def monitor(self, line: str) -> str:
        """What QEMU's monitor for people answers to a line; nothing where it did as asked.

        Raises:
            OSError: the monitor does not answer.
        """
        return str(self._command("human-monitor-command", {"command-line": line}))

    def close(self) -> None:
        """Hang up and end QEMU, which would go on without us."""
        if self.is_open:
            self.process.kill()
        super().close()

    def _greet(self) -> None:
        self._reply()
        self._command("qmp_capabilities")

    def _fill(self, seconds: float | None) -> bool:
        """Where nothing comes, turn QEMU's main loop: it may have left our bytes unread."""
        if super()._fill(0):
            return True
        self._command("query-status")
        return super()._fill(seconds)

    def _command(self, name: str, arguments: Mapping[str, str] | None = None) -> object:
        asked = {"execute": name, "arguments": arguments or {}}
        self.control.sendall(json.dumps(asked).encode() + b"\n")
        while "return" not in (reply := self._reply()):
            pass
        return reply["return"]

    def _reply(self) -> dict[str, object]:
        reply: dict[str, object] = json.loads(self._line())
        if "error" in reply:
            raise OSError(str(reply["error"]))
        return reply

    def _line(self) -> bytes:
        """The monitor's next line; raises OSError."""
        end = self.effort() + PATIENCE.monitor
        while (at := self._said.find(b"\n")) < 0:
            if select.select([self.control], [], [], _POLL_SECONDS)[0]:
                data = self.control.recv(1 << 16)
                if not data:
                    raise OSError("the monitor closed")
                self._said += data
            elif self.effort() >= end:
                raise TimeoutError("the monitor does not answer")
        line = bytes(self._said[:at])
        del self._said[: at + 1]
        return line


def _command(
    program: str, machine: str, elf: Path, uart: ProcessWire, monitor: ProcessWire
) -> list[str]:
    return [
        *(program, "-machine", machine, "-kernel", str(elf)),
        *("-display", "none", "-nodefaults"),
        *("-icount", f"shift={_ICOUNT_SHIFT}"),
        *("-chardev", f"socket,id=uart,{uart.qemu}", "-serial", "chardev:uart"),
        *("-chardev", f"socket,id=qmp,{monitor.qemu}", "-mon", "chardev=qmp,mode=control"),
    ]
