"""A serial port object whose other end is a process of ours: what both emulators have in common."""

from __future__ import annotations

import contextlib
import select
import subprocess
import tempfile
import time
import weakref
from collections.abc import Callable, Sequence

import serial

from mcuq_hil.emulator.effort import EffortClock
from mcuq_hil.emulator.wires import ProcessWire, new_secret, wire
from mcuq_hil.settings import LINK

_LOOK_SECONDS = 0.05
_STOP_SECONDS = 2.0
_LEAVE_SECONDS = 0.2


class ProcessPort:
    """Starts a process that holds the other ends of two sockets; reads and writes like pyserial.

    Args:
        name: what the port is called in messages.
        command: given both ends that the process takes, the line and what it is steered by, its
            command line.
        stdin: bytes to hand it at the start, behind a line with the secret that it must say on
            each end; None: it is not ours and cannot.
        timeout: seconds a read waits, None for ever; may be changed at any time.

    Attributes:
        effort: seconds that the process had for its work.
        control: our end of what it is steered by.
    """

    def __init__(
        self,
        name: str,
        command: Callable[[ProcessWire, ProcessWire], Sequence[str]],
        *,
        stdin: bytes | None = None,
        timeout: float | None = None,
    ) -> None:
        self.timeout = timeout
        self.port = name
        self.is_open = True
        self._buffer = bytearray()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the port)
        line, control = wire(), wire()
        secret = b"" if stdin is None else new_secret()
        self.process = subprocess.Popen(
            command(line, control),
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=(*line.descriptors, *control.descriptors),
        )
        self.effort = EffortClock(self.process.pid)
        # Whoever forgets to close the port does not leave the process behind.
        self._at_exit = weakref.finalize(self, self.process.kill)
        pipe = self.process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError), pipe:
            pipe.write(b"" if stdin is None else secret + b"\n" + stdin)
        self._socket = line.join(self.process, secret)
        self.control = control.join(self.process, secret)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """Readable where something has arrived, or the process has gone."""
        return self._socket.fileno()

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
        """Send `data`; raises serial.SerialException once the process has gone.

        What a process does not read while it works on something else is lost, as on a wire.
        """
        left, begin = memoryview(data), self.effort()
        while left and self.effort() - begin < LINK.unread:
            if not select.select([], [self._socket], [], _LOOK_SECONDS)[1]:
                continue
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._gone() from error
            begin = self.effort()
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def reset_input_buffer(self) -> None:
        """Forget what has arrived."""
        with contextlib.suppress(serial.SerialException):
            while self._fill(0):
                pass
        self._buffer.clear()

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()

    def close(self) -> None:
        """Hang up and end the process."""
        if not self.is_open:
            return
        self.is_open = False
        self._at_exit.detach()
        self._socket.close()
        self.control.close()
        try:
            # A firmware that computes for long does not notice that the host has gone.
            self.process.wait(timeout=_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()

    def _fill(self, seconds: float | None) -> bool:
        wait = None if seconds is None else max(seconds, 0.0)
        if not select.select([self._socket], [], [], wait)[0]:
            return False
        try:
            data = self._socket.recv(1 << 16)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            raise self._gone()
        self._buffer += data
        return True

    def _gone(self) -> serial.SerialException:
        try:
            end = f"ended with code {self.process.wait(timeout=_STOP_SECONDS)}"
        except subprocess.TimeoutExpired:
            end = "closed its line"
        self._log.seek(0)
        words = self._log.read().decode(errors="replace").strip().splitlines()
        return serial.SerialException(f"{self.port} {end}" + (f": {words[-1]}" if words else ""))
