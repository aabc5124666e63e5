"""An emulated board behind a TCP port."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from mcuq_hil.emulator.bridge import pumping
from mcuq_hil.emulator.port import UnicornPort


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
