"""An emulated board behind a device file: a pseudo-terminal, as a USB serial port is one."""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections.abc import Iterator

import serial

from mcuq_hil.emulator.process_port import ProcessPort
from mcuq_hil.errors import PortError

_LOOK_SECONDS = 0.05
_LEAVE_SECONDS = 5.0
_BLOCK_BYTES = 4096


@contextlib.contextmanager
def behind_pty(port: ProcessPort) -> Iterator[str]:
    """Name of a terminal device with the emulated board on it, which is closed at the end.

    Raises:
        PortError: this system has no pseudo-terminals.
    """
    if not hasattr(os, "openpty"):
        raise PortError("this system has no pseudo-terminals", "serve the board on Linux or macOS")
    import tty

    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, ours)
        # Kept open: a terminal that nobody has open reads as one that was hung up.
        stack.callback(os.close, theirs)
        stack.enter_context(pumping(port, ours))
        yield os.ttyname(theirs)


@contextlib.contextmanager
def pumping(port: ProcessPort, descriptor: int) -> Iterator[None]:
    """Carry bytes both ways until the block ends; the port is closed then.

    What nobody takes is lost, as on a wire.
    """
    stop, wire = threading.Event(), port.fileno()

    def pump() -> None:
        while not stop.is_set():
            ready, _, _ = select.select([descriptor, wire], [], [], _LOOK_SECONDS)
            try:
                if descriptor in ready:
                    port.write(os.read(descriptor, _BLOCK_BYTES))
                if wire in ready:
                    _hand_on(descriptor, port.read(port.in_waiting))
            except serial.SerialException:
                return  # the emulator has gone
            except OSError:
                continue  # the other side has hung up, and may come back

    thread = threading.Thread(target=pump, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=_LEAVE_SECONDS)
        port.close()


def _hand_on(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left and select.select([], [descriptor], [], _LOOK_SECONDS)[1]:
        left = left[os.write(descriptor, left) :]
