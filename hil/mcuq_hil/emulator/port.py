"""The host's end of an emulated board: a serial port object, as pyserial's are."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import serial

from mcuq_hil.emulator.spec import MachineSpec

_STOP_SECONDS = 2.0


class EmulatedPort:
    """Starts the emulator's process and talks to its UART.

    Args:
        spec: the machine.
        elf: the image it boots.
        timeout: seconds a read waits, None for ever; may be changed at any time.
    """

    def __init__(self, spec: MachineSpec, elf: Path, timeout: float | None = None) -> None:
        self.timeout = timeout
        self.port = f"emulator:{spec.family}"
        self._buffer = bytearray()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the port)
        self._socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [*_command(), str(elf), str(theirs.fileno())],
                stdin=subprocess.PIPE,
                stderr=self._log,
                pass_fds=[theirs.fileno()],
            )
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError), self.process.stdin as stdin:
            stdin.write(spec.to_json().encode())
        self.is_open = True

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once."""
        self._fill(0)
        return len(self._buffer)

    def read(self, size: int = 1) -> bytes:
        """Up to `size` bytes, fewer where the time runs out; raises serial.SerialException."""
        deadline = None if self.timeout is None else time.monotonic() + self.timeout
        while len(self._buffer) < size:
            left = None if deadline is None else deadline - time.monotonic()
            if not self._fill(left) and left is not None and left <= 0:
                break
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def write(self, data: bytes) -> int:
        """Send all of `data`; raises serial.SerialException once the emulator has gone."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self._gone() from error
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def reset_input_buffer(self) -> None:
        """Forget what has arrived."""
        with contextlib.suppress(serial.SerialException):
            while self._fill(0):
                pass
        self._buffer.clear()

    def press_reset(self) -> None:
        """Reset the board; RAM keeps its content."""
        self.process.send_signal(signal.SIGUSR1)

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()

    def close(self) -> None:
        """Hang up; the emulator ends."""
        if not self.is_open:
            return
        self.is_open = False
        self._socket.close()
        try:
            # A firmware that computes for long does not notice that the host has gone.
            self.process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=_STOP_SECONDS)
        self._log.close()

    def _fill(self, seconds: float | None) -> bool:
        wait = None if seconds is None else max(seconds, 0.0)
        if not select.select([self._socket], [], [], wait)[0]:
            return False
        try:
            data = self._socket.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            raise self._gone()
        self._buffer += data
        return True

    def _gone(self) -> serial.SerialException:
        code = self.process.wait(timeout=_STOP_SECONDS)
        self._log.seek(0)
        words = self._log.read().decode(errors="replace").strip().splitlines()
        return serial.SerialException(
            f"the emulator ended with code {code}" + (f": {words[-1]}" if words else "")
        )


def _command() -> list[str]:
    return [sys.executable, "-m", "mcuq_hil.emulator.process"]
