"""The way to a plugged-in board, with an emulated one behind a real serial port."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hil_samples import LARGE, SMALL, plus
from tcp_bridge import behind_tcp

from mcuq.compiler import FirmwareImage
from mcuq_hil import load_board, open_session
from mcuq_hil.bench import boot_emulator
from mcuq_hil.discovery import FoundPort, find_port, ports_of
from mcuq_hil.emulator.bridge import behind_pty
from mcuq_hil.errors import NoHelloError, PortError, WrongImageError
from mcuq_hil.hardware import Attachment, open_hardware
from mcuq_hil.locks import locked
from mcuq_hil.settings import PATIENCE

BOARD = load_board("stm32f746")


@pytest.fixture(autouse=True)
def own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture
def recorded_flash(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    calls: list[tuple] = []

    def record(board, elf, **how) -> None:
        calls.append((board.name, elf, how))

    monkeypatch.setattr("mcuq_hil.hardware.flash_board", record)
    return calls


@pytest.mark.arm
def test_an_image_that_runs_already_is_not_flashed_again(
    plus_one: FirmwareImage, recorded_flash: list[tuple], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy computer emulates slowly; the answer ends the wait.
    monkeypatch.setattr("mcuq_hil.hardware.PATIENCE", replace(PATIENCE, present=30.0))
    with (
        behind_pty(boot_emulator(BOARD, plus_one.elf)) as device,
        open_hardware(BOARD, plus_one.elf, Attachment(device)) as session,
    ):
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]
        assert session.count([SMALL, LARGE]).unit == "cycles"
    assert recorded_flash == []


@pytest.mark.arm
def test_another_image_is_flashed_and_a_flasher_that_did_nothing_is_found_out(
    plus_one: FirmwareImage, build_image, recorded_flash: list[tuple]
) -> None:
    """The fake flasher leaves the old image on the board."""
    attachment = {"serial_number": "0670", "flasher": "openocd"}
    with (
        behind_pty(boot_emulator(BOARD, build_image("wrong").elf)) as device,
        pytest.raises(WrongImageError),
    ):
        open_hardware(BOARD, plus_one.elf, Attachment(device, **attachment))
    assert recorded_flash == [(BOARD.name, plus_one.elf, attachment)]


@pytest.mark.arm
def test_a_board_behind_a_socket(plus_one: FirmwareImage) -> None:
    with (
        behind_tcp(boot_emulator(BOARD, plus_one.elf)) as url,
        open_session(BOARD, plus_one.elf, url) as session,
    ):
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]


@pytest.mark.arm
def test_a_port_is_one_users(plus_one: FirmwareImage) -> None:
    with behind_pty(boot_emulator(BOARD, plus_one.elf)) as device:
        attachment = Attachment(device, flash=False)
        with (
            open_hardware(BOARD, plus_one.elf, attachment),
            pytest.raises(PortError, match="in use by process"),
        ):
            open_hardware(BOARD, plus_one.elf, attachment)
        with open_hardware(BOARD, plus_one.elf, attachment) as session:
            assert session.echo(SMALL) == SMALL


def test_a_port_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="cannot open /dev/no-such-port"):
        open_session(BOARD, tmp_path / "any.elf", "/dev/no-such-port")


@pytest.mark.arm
def test_a_port_where_nobody_answers(
    plus_one: FirmwareImage, recorded_flash: list[tuple], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import tty

    monkeypatch.setattr("mcuq_hil.hardware.PATIENCE", replace(PATIENCE, hello=0.3))
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    with pytest.raises(NoHelloError, match="nothing on the port"):
        open_hardware(BOARD, plus_one.elf, Attachment(os.ttyname(theirs)))
    assert len(recorded_flash) == 1
    os.close(ours)
    os.close(theirs)


def test_a_lock_holds_across_processes() -> None:
    program = "import sys; from mcuq_hil.locks import locked\nwith locked('probe'): print('got it')"
    with locked("probe"):
        other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert other.returncode != 0
        assert "in use by process" in other.stderr
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


LEFT = FoundPort("/dev/ttyACM0", "0483:374b", "0671", "STLink")
RIGHT = FoundPort("/dev/ttyACM1", "0483:374b", "0672", "STLink")
OTHER = FoundPort("/dev/ttyUSB0", "10c4:ea60", "1", "CP2102")


def test_a_board_is_found_by_its_usb_ids() -> None:
    assert ports_of(BOARD, [OTHER, LEFT, RIGHT]) == [LEFT, RIGHT]
    assert find_port(BOARD, ports=[OTHER, LEFT]) == LEFT
    assert find_port(BOARD, "0672", [LEFT, RIGHT]) == RIGHT


@pytest.mark.parametrize(
    ("ports", "serial_number", "message"),
    [
        ([], None, "no STM32F746G-DISCO is plugged in"),
        ([OTHER], None, "no STM32F746G-DISCO is plugged in"),
        ([LEFT], "0699", "with serial number 0699"),
        ([LEFT, RIGHT], None, r"ttyACM0 \(0671\), /dev/ttyACM1 \(0672\)"),
    ],
)
def test_a_board_that_is_not_there_or_not_alone(ports, serial_number, message) -> None:
    with pytest.raises(PortError, match=message):
        find_port(BOARD, serial_number, ports)
