"""Emulators without inherited sockets, as on Windows: by loopback, and for nobody else."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
import serial
from hil_samples import LARGE, SMALL, plus

from mcuq_hil import load_board
from mcuq_hil.bench import open_session
from mcuq_hil.emulator import wires
from mcuq_hil.emulator.process_port import ProcessPort
from mcuq_hil.emulator.wires import LoopbackWire, connected, new_secret
from mcuq_hil.errors import LinkLostError

if TYPE_CHECKING:
    from conftest import BuildImage

ENDLESS = [sys.executable, "-c", "import time; time.sleep(600)"]
FAILING = [sys.executable, "-c", "import sys; sys.exit('no such board')"]
BOARDS = ["stm32f746", "mps3-an547"]


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "INHERITS", False)


@pytest.mark.arm
@pytest.mark.parametrize("name", BOARDS)
def test_an_emulator_answers_and_is_reset(
    loopback: None, build_image: BuildImage, name: str
) -> None:
    if name.startswith("mps") and shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed (apt-get install qemu-system-arm)")
    with open_session(load_board(name), build_image("plus_one", name).elf) as session:
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]
        session._transport.press_reset()
        with pytest.raises(LinkLostError, match="reset"):
            for _ in range(1000):
                session.run([SMALL, LARGE])
        session.open()
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]


@pytest.mark.arm
def test_a_killed_one_is_a_lost_link(loopback: None, build_image: BuildImage) -> None:
    with open_session(load_board("stm32f746"), build_image("plus_one").elf) as session:
        session._transport.kill()
        with pytest.raises(LinkLostError, match="went away"):
            session.run([SMALL, LARGE])


def test_a_process_that_never_connects_says_why(loopback: None) -> None:
    port = ProcessPort("the emulator", lambda line, control: FAILING, stdin=b"")
    with pytest.raises(serial.SerialException, match="ended with code 1: no such board"):
        port.read()
    port.close()


@pytest.mark.parametrize("said", [b"", b"x", b"x" * 32])
def test_a_stranger_is_turned_away(said: bytes) -> None:
    """Whoever connects first, without the secret; hung up upon or silent."""
    line, secret = LoopbackWire(), new_secret()
    stranger = socket.create_connection(("127.0.0.1", int(line.address.split(":")[1])))
    stranger.sendall(said)
    stranger.shutdown(socket.SHUT_WR)
    found: list[socket.socket] = []
    with subprocess.Popen(ENDLESS) as process:
        join = threading.Thread(target=lambda: found.append(line.join(process, secret)))
        join.start()
        with connected(line.address, secret) as ours, stranger:
            join.join()
            ours.sendall(b"hello")
            assert found[0].recv(5) == b"hello"
            assert stranger.recv(1) == b""
        found[0].close()
        process.kill()


def test_two_secrets_differ() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
