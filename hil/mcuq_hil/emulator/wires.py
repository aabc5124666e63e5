"""Sockets between us and a process of ours: inherited where processes inherit, else by loopback.

A process on Windows inherits no socket by number. There it is told a port of 127.0.0.1 and
connects; one of ours proves with a secret that it is not another program of this computer.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import socket
import subprocess
from typing import Protocol

INHERITS = hasattr(os, "fork")
_HERE = "127.0.0.1"
_LOOK_SECONDS = 0.05
_SECRET_BYTES = 32
_SECRET_SECONDS = 10.0


class ProcessWire(Protocol):
    """A stream to a process that is about to start.

    Attributes:
        address: what our own processes are told, for `connected`.
        qemu: the same for a character device of QEMU's.
        descriptors: what the process inherits.
    """

    address: str
    qemu: str
    descriptors: tuple[int, ...]

    def join(self, process: subprocess.Popen[bytes], secret: bytes) -> socket.socket:
        """Our end, once the process runs; one that is hung up where it ends without connecting.

        Args:
            secret: what it must say first; empty: it cannot.
        """


class InheritedWire:
    """Of a pair, one end is the process's."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        number = self._theirs.fileno()
        self.address, self.qemu = f"fd:{number}", f"fd={number}"
        self.descriptors: tuple[int, ...] = (number,)

    def join(self, process: subprocess.Popen[bytes], secret: bytes) -> socket.socket:
        self._theirs.close()
        return self._ours


class LoopbackWire:
    """The process connects to us."""

    def __init__(self) -> None:
        self._listener = socket.create_server((_HERE, 0), backlog=1)
        self._listener.settimeout(_LOOK_SECONDS)
        port = self._listener.getsockname()[1]
        self.address, self.qemu = f"tcp:{port}", f"host={_HERE},port={port}"
        self.descriptors: tuple[int, ...] = ()

    def join(self, process: subprocess.Popen[bytes], secret: bytes) -> socket.socket:
        with self._listener:
            while True:
                is_over = process.poll() is not None  # looked at before a last try
                with contextlib.suppress(TimeoutError):
                    found, _ = self._listener.accept()
                    if _knows(found, secret):
                        found.settimeout(None)
                        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        return found
                    found.close()
                if is_over:
                    ours, theirs = socket.socketpair()
                    theirs.close()
                    return ours


def wire() -> ProcessWire:
    """Of the kind that this system has."""
    return InheritedWire() if INHERITS else LoopbackWire()


def new_secret() -> bytes:
    """For one process."""
    return secrets.token_hex(_SECRET_BYTES // 2).encode()


def connected(address: str, secret: bytes) -> socket.socket:
    """In the process: its end of a `ProcessWire`."""
    kind, number = address.split(":")
    if kind == "fd":
        return socket.socket(fileno=int(number))
    found = socket.create_connection((_HERE, int(number)))
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    found.sendall(secret)
    return found


def _knows(found: socket.socket, secret: bytes) -> bool:
    found.settimeout(_SECRET_SECONDS)
    said = b""
    with contextlib.suppress(OSError):
        while len(said) < len(secret) and (part := found.recv(len(secret) - len(said))):
            said += part
    return hmac.compare_digest(said, secret)
