"""An emulated board behind a device file: a pseudo-terminal, as a USB serial port is one."""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections.abc import Callable, Iterable, Iterator

import serial

from mcuq_hil.emulator.process_port import ProcessPort
from mcuq_hil.errors import PortError

Answer = Callable[[str], Iterable[str]]

_LOOK_SECONDS = 0.05
_LEAVE_SECONDS = 5.0
_BLOCK_BYTES = 4096


@contextlib.contextmanager
def behind_pty(port: ProcessPort) -> Iterator[str]:
    """Name of a terminal device with the emulated board on it, which is closed at the end.

    Raises:
        PortError: this system has no pseudo-terminals.
    """
    with _terminal() as (ours, name), pumping(port, ours):
        yield name


@contextlib.contextmanager
def answering_pty(end: bytes, answer: Answer) -> Iterator[str]:
    """Name of a terminal device, on which every command is answered with lines.

    Args:
        end: what ends a command.
        answer: of a command without its end; lines without theirs. It runs in a thread of its own;
            what it raises ends that.

    Raises:
        PortError: this system has no pseudo-terminals.
    """
    stop = threading.Event()

    def serve(descriptor: int) -> None:
        arrived = b""
        while not stop.is_set():
            if not select.select([descriptor], [], [], _LOOK_SECONDS)[0]:
                continue
            with contextlib.suppress(OSError):  # hung up; somebody else may come
                arrived += os.read(descriptor, _BLOCK_BYTES)
            *commands, arrived = arrived.split(end)
            for command in commands:
                for line in answer(command.decode(errors="replace").strip()):
                    _hand_on(descriptor, line.encode() + b"\r\n")

    with _terminal() as (ours, name):
        thread = threading.Thread(target=serve, args=(ours,), daemon=True)
        thread.start()
        try:
            yield name
        finally:
            stop.set()
            thread.join(timeout=_LEAVE_SECONDS)


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, str]]:
    """Our side of a new terminal, and the name of the other one."""
    if not hasattr(os, "openpty"):
        raise PortError("this system has no pseudo-terminals", "serve the board on Linux or macOS")
    import tty

    ours, theirs = os.openpty()
    try:
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        # Theirs is kept open: a terminal that nobody has open reads as one that was hung up.
        yield ours, os.ttyname(theirs)
    finally:
        os.close(ours)
        os.close(theirs)


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
