"""Recorded command lines, against programs that only write down how they were called."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from mcuq_hil import load_board
from mcuq_hil.errors import FlashError, ToolMissingError
from mcuq_hil.flashers import FLASHERS, choose_flasher, flash_board
from mcuq_hil.flashers.uf2 import find_drive, flash_uf2, uf2_blocks

pytestmark = pytest.mark.arm
F746 = load_board("stm32f746")
PICO = load_board("rp2040-pico")


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """tools(name, script) puts a program on an otherwise empty PATH; tools.calls() → its calls."""
    folder = tmp_path / "bin"
    folder.mkdir()
    record = tmp_path / "calls"
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    class Tools:
        log = tmp_path / "state" / "mcuq" / "flash"

        def __call__(self, name: str, script: str = "exit 0") -> None:
            path = folder / name
            path.write_text(
                f'#!/bin/sh\nprintf "%s|" "{name}" "$@" >> {record}\necho >> {record}\n{script}\n'
            )
            path.chmod(0o755)

        def calls(self) -> list[list[str]]:
            lines = record.read_text().splitlines() if record.is_file() else []
            return [line.rstrip("|").split("|") for line in lines]

    return Tools()


def test_openocd(plus_one, tools) -> None:
    tools("openocd")
    flash_board(F746, plus_one.elf, serial_number="0670FF")
    assert tools.calls() == [
        [
            "openocd",
            "-f",
            "board/stm32f746g-disco.cfg",
            "-c",
            "adapter serial 0670FF",
            "-c",
            "program firmware.elf verify reset exit",
        ]
    ]


def test_openocd_takes_commands_between_scripts(plus_one, tools) -> None:
    tools("openocd")
    flash_board(load_board("nrf52840-dk"), plus_one.elf)
    assert tools.calls()[0][:7] == [
        *("openocd", "-f", "interface/jlink.cfg", "-c", "transport select swd"),
        *("-f", "target/nrf52.cfg"),
    ]


def test_pyocd_compares_what_it_wrote(plus_one, tools) -> None:
    tools("pyocd")
    flash_board(F746, plus_one.elf, flasher="pyocd", serial_number="0670FF")
    load, compare = tools.calls()
    connect = ["--target", "stm32f746nghx", "--no-wait", "--uid", "0670FF"]
    assert load == ["pyocd", "load", *connect, "firmware.elf"]
    assert compare[:7] == ["pyocd", "commander", *connect]
    assert compare[7] == "-c"
    assert compare[8] == "compare 0x8000000 firmware.bin"
    assert compare[9:] == ["-c", "reset"]


def test_st_flash_gets_the_flash_content(plus_one, tools, tmp_path: Path) -> None:
    kept = tmp_path / "kept.bin"
    tools("st-flash", f'while [ "$1" != write ]; do shift; done; /bin/cp "$2" {kept}')
    flash_board(F746, plus_one.elf, flasher="st-flash")
    (call,) = tools.calls()
    assert call[:3] == ["st-flash", "--reset", "write"]
    assert call[4] == "0x08000000"
    assert kept.read_bytes() == plus_one.bin.read_bytes()


def test_a_failure_is_told_in_the_programs_words_and_logged(plus_one, tools) -> None:
    tools("openocd", 'echo "Open On-Chip Debugger"; echo "Error: open failed" >&2; exit 1')
    with pytest.raises(FlashError, match="openocd failed: Error: open failed") as caught:
        flash_board(F746, plus_one.elf)
    log = Path(caught.value.hint.removeprefix("read its log: "))
    assert log.is_relative_to(tools.log)
    assert "Open On-Chip Debugger" in log.read_text()


def test_a_mismatch_fails_even_with_exit_code_0(plus_one, tools) -> None:
    tools("pyocd", 'case "$*" in *compare*) echo "mismatch at 0x8000010";; esac')
    with pytest.raises(FlashError, match="mismatch at 0x8000010"):
        flash_board(F746, plus_one.elf, flasher="pyocd")


def test_a_program_that_hangs_is_stopped(plus_one, tools) -> None:
    tools("openocd", "exec /bin/sleep 30")
    with pytest.raises(FlashError, match=r"did not end within 0\.2 s"):
        flash_board(F746, plus_one.elf, seconds=0.2)


def test_nothing_installed_says_what_to_install(plus_one, tools) -> None:
    with pytest.raises(ToolMissingError, match="openocd or pyocd or st-flash"):
        flash_board(F746, plus_one.elf)


def test_the_first_installed_one_that_knows_the_board_is_taken(tools) -> None:
    tools("pyocd")
    tools("st-flash")
    assert choose_flasher(F746).name == "pyocd"
    assert choose_flasher(F746, "st-flash").name == "st-flash"
    assert choose_flasher(load_board("nucleo-h563zi")).name == "pyocd"


@pytest.mark.parametrize(
    ("board", "wanted", "message"),
    [
        ("stm32f746", "avrdude", "no flasher called 'avrdude'"),
        ("nrf52840-dk", "st-flash", "st-flash cannot write nRF52840-DK"),
        ("mps2-an386", None, "no flasher can write"),
    ],
)
def test_what_cannot_be_flashed(board: str, wanted: str | None, message: str) -> None:
    with pytest.raises(FlashError, match=message):
        choose_flasher(load_board(board), wanted)


def test_every_real_board_names_a_way_to_flash_it() -> None:
    from mcuq_hil import list_boards

    for board in list_boards():
        assert not board.real or any(f.supports(board) for f in FLASHERS.values()), board.name


def test_uf2_blocks_carry_the_content_in_order() -> None:
    content = bytes(range(256)) * 2 + b"tail"
    blocks = uf2_blocks(content, 0x1000_0000, 0xE48B_FF56)
    assert len(blocks) == 3 * 512
    found = b""
    for number in range(3):
        block = blocks[number * 512 : (number + 1) * 512]
        first, second, flags, address, size, index, count, family = struct.unpack_from("<8I", block)
        assert (first, second) == (0x0A324655, 0x9E5D5157)
        assert struct.unpack_from("<I", block, 508) == (0x0AB16F30,)
        assert (flags, address) == (0x2000, 0x1000_0000 + 256 * number)
        assert (size, index, count, family) == (256, number, 3, 0xE48B_FF56)
        found += block[32 : 32 + size]
    assert found == content.ljust(768, b"\0")


def test_uf2_goes_to_the_drive_that_then_disappears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = tmp_path / "user" / "RPI-RP2"
    drive.mkdir(parents=True)
    (drive / "INFO_UF2.TXT").write_text("UF2 Bootloader")
    monkeypatch.setattr("mcuq_hil.flashers.uf2.find_drive", lambda _label: next(drives))
    drives = iter([drive, drive, None])
    flash_uf2(PICO, b"content", seconds=5)
    assert (drive / "mcuq.uf2").stat().st_size == 512
    assert find_drive("RPI-RP2", (str(tmp_path),)) == drive
    assert find_drive("OTHER", (str(tmp_path),)) is None


def test_uf2_without_a_drive_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcuq_hil.flashers.uf2.find_drive", lambda _label: None)
    with pytest.raises(FlashError, match=r"no drive called RPI-RP2.*BOOTSEL"):
        flash_uf2(PICO, b"content", seconds=0.0)
