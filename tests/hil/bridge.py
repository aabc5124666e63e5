"""An emulated board behind a real serial port: a pseudo-terminal, or a TCP socket."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import tty
from collections.abc import Iterator

from mcuq_hil.emulator.port import UnicornPort


@contextlib.contextmanager
def behind_pty(port: UnicornPort) -> Iterator[str]:
    """Name of a terminal device with the emulated board on it."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, ours)
        stack.callback(os.close, theirs)
        stack.enter_context(pumping(port, ours))
        yield os.ttyname(theirs)


@contextlib.contextmanager
def behind_tcp(port: UnicornPort) -> Iterator[str]:
    """URL of a TCP port with the emulated board on it."""
    with socket.create_server(("127.0.0.1", 0)) as server, contextlib.ExitStack() as stack:

        def accept() -> None:
            connection, _ = server.accept()
            stack.enter_context(connection)
            stack.enter_context(pumping(port, connection.fileno()))

        waiting = threading.Thread(target=accept, daemon=True)
        waiting.start()
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        waiting.join(timeout=5)


@contextlib.contextmanager
def pumping(port: UnicornPort, descriptor: int) -> Iterator[None]:
    """Carry bytes both ways until the block ends."""
    stop = threading.Event()

    def pump() -> None:
        while not stop.is_set():
            ready, _, _ = select.select([descriptor, port._socket], [], [], 0.05)
            with contextlib.suppress(OSError):
                if descriptor in ready:
                    port.write(os.read(descriptor, 4096))
                if port._socket in ready:
                    os.write(descriptor, port.read(port.in_waiting))

    thread = threading.Thread(target=pump, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)
        port.close()
