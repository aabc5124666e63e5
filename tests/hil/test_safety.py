"""What an image watches of itself is noticed and told in words, on the emulated board."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flipped_image import flipped

from mcuq.resources import firmware_dir
from mcuq.safety import Safety
from mcuq_hil import Session, load_board, open_session
from mcuq_hil.bench import boot_emulator
from mcuq_hil.errors import (
    ArenaOverrunError,
    DamagedConstantsError,
    DeviceFaultError,
    StackOverflowError,
    WatchdogError,
)
from mcuq_hil.protocol import messages

if TYPE_CHECKING:
    from conftest import BuildImage

pytestmark = pytest.mark.arm

ALL = Safety(watchdog=400, canaries=True, check_constants=True, stack_guard=True)
ZEROS = bytes(16)
# Between them: every kind of memory protection unit, every watchdog.
BOARDS = ("stm32f746", "nucleo-g071rb", "nucleo-u575zi", "nrf52840-dk", "rp2040-pico")


@pytest.mark.parametrize("board", BOARDS)
def test_a_sound_image_runs_as_without(build_image: BuildImage, board: str) -> None:
    watched = build_image("plus_one", board, safety=ALL)
    plain = build_image("plus_one", board)
    found = []
    for image in (watched, plain):
        with open_session(load_board(board), image.elf) as session:
            found.append(session.run_counted([bytes(io.bytes) for io in session.info.inputs]))
    assert found[0] == found[1]


@pytest.mark.parametrize("board", BOARDS)
def test_a_firmware_that_hangs_is_reset(build_image: BuildImage, board: str) -> None:
    image = build_image("silent", board, safety=Safety(watchdog=200))
    with (
        open_session(load_board(board), image.elf) as session,
        pytest.raises(WatchdogError, match="did not feed it for 200 ms"),
    ):
        session.run([bytes(io.bytes) for io in session.info.inputs])


@pytest.mark.parametrize("offset", [-1, 64, 79])
@pytest.mark.parametrize("board", ["stm32f746", "rp2040-pico"])
def test_an_overwritten_canary_is_told(build_image: BuildImage, board: str, offset: int) -> None:
    image = build_image("overrun", board, safety=Safety(canaries=True))
    with open_session(load_board(board), image.elf) as session:
        session.run([ZEROS])
        with pytest.raises(ArenaOverrunError, match="outside the model's memory: the guard word"):
            session.run([bytes([offset & 0xFF]) + ZEROS[1:]])
        session.open()
        session.run([ZEROS])


@pytest.mark.parametrize("symbol", ["weights", "mcuq_run", "mcuq_constants_sum"])
def test_a_changed_bit_in_flash_is_told(
    build_image: BuildImage, symbol: str, tmp_path: Path
) -> None:
    image = build_image("overrun", safety=Safety(check_constants=True))
    damaged = flipped(image.elf, symbol, tmp_path / "damaged.elf")
    board = load_board("stm32f746")
    with Session(board, damaged, boot_emulator(board, damaged), unit="instructions") as session:
        with pytest.raises(DamagedConstantsError, match="in the device's flash changed: CRC"):
            session.open()
        session.open()  # what was told is told once, but nothing runs
        with pytest.raises(DamagedConstantsError):
            session.run([ZEROS])


def test_a_stack_overflow_ends_in_the_guard(build_image: BuildImage) -> None:
    image = build_image("stack_overflow", stack_bytes=1024, safety=Safety(stack_guard=True))
    board = load_board("stm32f746")
    with (
        open_session(board, image.elf) as session,
        pytest.raises(StackOverflowError, match="overflowed its stack") as caught,
    ):
        session.run([ZEROS])
    assert caught.value.registers["mmfar"] in range(board.ram.origin, board.ram.origin + 32)


@pytest.mark.parametrize("board", ["nucleo-u575zi", "mps3-an547"])
def test_a_stack_overflow_on_armv8m(build_image: BuildImage, board: str) -> None:
    """There the limit register sees it before the guard."""
    image = build_image("stack_overflow", board, stack_bytes=1024, safety=Safety(stack_guard=True))
    with (
        open_session(load_board(board), image.elf) as session,
        pytest.raises(StackOverflowError, match="overflowed its stack"),
    ):
        session.run([ZEROS])


@pytest.mark.qemu
def test_a_sound_image_runs_on_a_cortex_m55(build_image: BuildImage) -> None:
    """Its emulator is another one; its family has no watchdog's driver."""
    safety = Safety(canaries=True, check_constants=True, stack_guard=True)
    image = build_image("plus_one", "mps3-an547", safety=safety)
    with open_session(load_board("mps3-an547"), image.elf) as session:
        session.run([bytes(io.bytes) for io in session.info.inputs])


@pytest.mark.parametrize("board", ["stm32f746", "nucleo-g071rb", "nucleo-u575zi", "mps3-an547"])
def test_a_wild_write_below_the_stack_faults(build_image: BuildImage, board: str) -> None:
    image = build_image("guard", board, safety=Safety(stack_guard=True))
    cause = "hard fault on the device in run.*data access violation at address 0x20000008"
    with (
        open_session(load_board(board), image.elf) as session,
        pytest.raises(DeviceFaultError, match=cause if board != "nucleo-g071rb" else "in run"),
    ):
        session.run([b"\x02" + ZEROS[1:]])


def test_both_sides_have_the_same_reasons() -> None:
    text = (firmware_dir() / "runtime" / "mcuq_port.h").read_text(encoding="utf-8")
    said = {name: int(value) for name, value in re.findall(r"MCUQ_(REASON_\w+) (\d+)u", text)}
    known = {name: value for name, value in vars(messages).items() if name.startswith("REASON_")}
    assert said == known and len(said) == 5
