"""The wire between the emulated UART and the host: a socket, written in blocks, read when idle."""

from __future__ import annotations

import contextlib
import select
import socket

_FLUSH_BYTES = 4096
_IDLE_POLLS = 16
"""Status reads without data after which the firmware is taken to wait for the host. Polls while
it sends are fewer: a byte goes out after every one."""


class Line:
    """Bytes both ways. `closed` is set once the host has gone.

    Args:
        host: connected stream socket.
    """

    def __init__(self, host: socket.socket) -> None:
        self._host = host
        self._woken, self._waker = socket.socketpair()  # of pipes, Windows cannot wait for any
        self._waker.setblocking(False)
        self._sent = bytearray()
        self._received = bytearray()
        self._at = 0
        self._idle = 0
        self.closed = False

    def poll(self) -> bool:
        """Whether a byte waits; blocks where the firmware has asked often enough for one."""
        if self._at < len(self._received):
            return True
        self._idle += 1
        if self._idle >= _IDLE_POLLS:
            self._idle = 0
            self._wait()
        return self._at < len(self._received)

    def take(self) -> int:
        """The next received byte, 0 where there is none."""
        self._idle = 0
        if self._at >= len(self._received):
            return 0
        byte = self._received[self._at]
        self._at += 1
        return byte

    def put(self, byte: int) -> None:
        """Send one byte."""
        self._idle = 0
        self._sent.append(byte & 0xFF)
        if len(self._sent) >= _FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand what was sent to the host."""
        if self._sent:
            try:
                self._host.sendall(self._sent)
            except OSError:
                self.closed = True
            self._sent.clear()

    def wake(self) -> None:
        """End waiting for the host, from another thread: the reset button was pressed."""
        with contextlib.suppress(BlockingIOError):
            self._waker.send(b"w")

    def _wait(self) -> None:
        self.flush()
        ready, _, _ = select.select([self._host, self._woken], [], [])
        if self._woken in ready:
            self._woken.recv(1 << 10)
        if self._host not in ready:
            return
        try:
            data = self._host.recv(1 << 16)
        except OSError:
            data = b""
        self.closed = not data
        self._received = bytearray(data)
        self._at = 0
