"""The emulator's parts, and what it does when things go wrong inside of it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hil_samples import LARGE, SMALL, plus

from mcuq.compiler import FirmwareImage
from mcuq_hil import Session, load_board, open_session
from mcuq_hil.bench import boot_emulator
from mcuq_hil.emulator.families import Constant, Follow
from mcuq_hil.emulator.line import Line
from mcuq_hil.emulator.registers import RegisterFile
from mcuq_hil.emulator.spec import MachineSpec
from mcuq_hil.errors import LinkLostError, NoHelloError, WrongImageError
from mcuq_hil.identity import read_build_id, stamped
from mcuq_hil.image import flash_content, function_at
from mcuq_hil.thumb import thumb_instructions

BOARD = load_board("stm32f746")


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("00bf", 1),  # nop
        ("00bf00bf", 2),
        ("f3bf8f6f", 2),  # bytes f3 bf, 8f 6f: two narrow ones
        ("bff36f8f", 1),  # isb
        ("fff7fefff7d1", 2),  # bl, bne
        ("13f901ef13f901cf9a421efb0c00f7d1", 5),
        ("", 0),
    ],
)
def test_thumb_instructions(code: str, count: int) -> None:
    assert thumb_instructions(bytes.fromhex(code)) == count


@pytest.mark.arm
def test_instruction_lengths_agree_with_the_disassembler(plus_one: FirmwareImage) -> None:
    command = ["arm-none-eabi-objdump", "-d", "--disassemble=mcuq_link_feed", str(plus_one.elf)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in text.splitlines() if line.startswith(" 8")]
    code = [row for row in rows if not row[2].startswith(".")]
    start, end = (int(row[0].strip(" :"), 16) for row in (code[0], code[-1]))
    content = plus_one.bin.read_bytes()
    last = len(bytes.fromhex(code[-1][1].replace(" ", "")))
    at = slice(start - BOARD.flash.origin, end - BOARD.flash.origin + last)
    assert thumb_instructions(content[at]) == len(code)


def test_ready_bits_follow_and_the_rest_is_storage() -> None:
    registers = RegisterFile(
        (Follow(0x10, 1, 0x10, 0), Follow(0x20, 2, 0x24, 0, 3), Constant(8, 4))
    )
    assert registers.read(0x10, 4) == 0
    registers.write(0x10, 4, 1)
    assert registers.read(0x10, 4) == 3
    registers.write(0x24, 4, 2)
    assert registers.read(0x20, 4) == 2 << 2
    assert registers.read(8, 4) == 4
    registers.write(0x101, 1, 0xAB)
    assert (registers.read(0x100, 4), registers.read(0x101, 1)) == (0xAB00, 0xAB)
    registers.clear()
    assert registers.read(0x10, 4) == 0


def test_a_line_sends_in_blocks_and_waits_only_when_asked_often() -> None:
    host, device = socket.socketpair()
    with host, device:
        line = Line(device)
        for byte in b"hello":
            line.put(byte)
        host.setblocking(False)
        with pytest.raises(BlockingIOError):
            host.recv(10)
        host.sendall(b"ab")
        while not line.poll():
            pass
        assert host.recv(10) == b"hello"
        assert (line.take(), line.take(), line.take()) == (ord("a"), ord("b"), 0)
        host.close()
        while not line.closed:
            line.poll()


def test_a_spec_survives_its_journey() -> None:
    spec = MachineSpec.of(BOARD)
    assert MachineSpec.from_json(spec.to_json()) == spec


def patched(image: FirmwareImage, tmp_path: Path, vector: int, value: int) -> Path:
    """The image with another address in its vector table."""
    content = bytearray(image.elf.read_bytes())
    table = content.index(image.bin.read_bytes()[:64])
    content[table + 4 * vector : table + 4 * vector + 4] = value.to_bytes(4, "little")
    path = tmp_path / "patched.elf"
    path.write_bytes(stamped(bytes(content)))
    return path


@pytest.mark.arm
def test_a_fault_in_the_fault_handler_is_a_lockup(build_image, tmp_path: Path) -> None:
    elf = patched(build_image("hard_fault"), tmp_path, vector=3, value=0x3000_0001)
    with (
        open_session(BOARD, elf) as session,
        pytest.raises(LinkLostError, match="fault in the fault handler at 0x30000000"),
    ):
        session.run([bytes(16)])


@pytest.mark.arm
def test_an_image_that_faults_before_it_can_speak_gives_no_hello(
    plus_one: FirmwareImage, tmp_path: Path
) -> None:
    """The handler saves the fault and resets, for ever."""
    elf = patched(plus_one, tmp_path, vector=1, value=0x3000_0001)
    with (
        Session(BOARD, plus_one.elf, boot_emulator(BOARD, elf), unit="instructions") as session,
        pytest.raises(NoHelloError),
    ):
        session.open(hello_seconds=0.5)


@pytest.mark.arm
def test_the_emulator_ends_with_its_port(plus_one: FirmwareImage) -> None:
    port = boot_emulator(BOARD, plus_one.elf)
    port.close()
    assert port.process.poll() is not None
    port.close()


@pytest.mark.arm
def test_the_emulator_ends_with_the_program_that_forgot_it(plus_one: FirmwareImage) -> None:
    program = (
        "import sys; from pathlib import Path; from mcuq_hil import load_board\n"
        "from mcuq_hil.bench import boot_emulator\n"
        f"port = boot_emulator(load_board('stm32f746'), Path({str(plus_one.elf)!r}))\n"
        "print(port.process.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    pid = int(done.stdout)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.1)
    pytest.fail("the emulator's process is still there")


@pytest.mark.arm
def test_modules_in_the_current_directory_do_not_pass_for_ours(
    plus_one: FirmwareImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "socket.py").write_text("raise SystemExit('not the real one')")
    monkeypatch.chdir(tmp_path)
    with open_session(BOARD, plus_one.elf) as session:
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]


@pytest.mark.arm
def test_what_an_image_tells_of_itself(plus_one: FirmwareImage, tmp_path: Path) -> None:
    assert read_build_id(plus_one.elf).hex() == plus_one.build_id
    assert flash_content(plus_one.elf, BOARD.flash.origin) == plus_one.bin.read_bytes()
    vectors = plus_one.bin.read_bytes()
    reset = int.from_bytes(vectors[4:8], "little")
    assert function_at(plus_one.elf, reset) == "mcuq_reset_handler"
    assert function_at(plus_one.elf, 0x1234) == ""
    no_elf = tmp_path / "no.elf"
    no_elf.write_bytes(b"no elf")
    with pytest.raises(WrongImageError, match="is not an ELF file"):
        read_build_id(no_elf)
    with pytest.raises(WrongImageError, match="is not an ELF file"):
        read_build_id(tmp_path / "missing.elf")
