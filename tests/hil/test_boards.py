"""The registry, and one image for every board: it links, and it runs where an emulator exists."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import pytest
from hil_samples import LARGE, SMALL, plus

from board_table import render_table
from mcuq_hil import Board, list_boards, load_board, open_session
from mcuq_hil.boards import Memory, Pin
from mcuq_hil.boards.registry import boards_dir, read_board
from mcuq_hil.emulator.families import FAMILIES
from mcuq_hil.emulator.uarts import UARTS
from mcuq_hil.errors import BoardError, ToolMissingError

BOARDS = list_boards()
RECORD = Path(__file__).parent / "board_sizes.json"
SIZE_TOLERANCE = 0.02
SOUGHT = (
    *("STM32G4", "STM32L4", "STM32U5", "STM32H5", "nRF52840", "nRF5340", "RP2040", "RP2350"),
    *("MIMXRT1062", "ATSAMD51", "AMAP42KK"),
)


def by_name(board: Board) -> str:
    return board.name


def emulated(engine: str) -> list[Board]:
    return [board for board in BOARDS if board.emulator and board.emulator.engine == engine]


def test_enough_boards_of_every_core() -> None:
    real = [board for board in BOARDS if board.real]
    assert len(real) >= 12
    assert {board.core for board in real} == {
        *("cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55")
    }


def test_no_board_claims_a_run_on_hardware_that_never_happened() -> None:
    assert not any(board.hardware_tested for board in BOARDS)


@pytest.mark.parametrize("board", emulated("unicorn"), ids=by_name)
def test_the_emulator_knows_the_family(board: Board) -> None:
    assert board.port in FAMILIES
    assert board.uart.driver in UARTS


@pytest.mark.arm
@pytest.mark.parametrize("board", BOARDS, ids=by_name)
def test_an_image_links_and_keeps_its_recorded_size(board: Board, build_image) -> None:
    image = build_image("plus_one", board.name)
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))[board.name]
    assert image.flash_bytes == pytest.approx(recorded["flash"], rel=SIZE_TOLERANCE)
    assert image.ram_bytes == pytest.approx(recorded["ram"], rel=SIZE_TOLERANCE)


@pytest.mark.arm
@pytest.mark.parametrize("board", emulated("unicorn"), ids=by_name)
def test_an_image_runs_on_unicorn(board: Board, build_image) -> None:
    runs_and_counts(board, build_image)


@pytest.mark.arm
@pytest.mark.parametrize("board", emulated("qemu"), ids=by_name)
def test_an_image_runs_on_qemu(board: Board, build_image) -> None:
    if shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed (apt-get install qemu-system-arm)")
    runs_and_counts(board, build_image)


def runs_and_counts(board: Board, build_image) -> None:
    with open_session(board, build_image("plus_one", board.name).elf) as session:
        assert session.run([SMALL, LARGE]) == [plus(SMALL), plus(LARGE)]
        first, second = session.count([SMALL, LARGE]), session.count([SMALL, LARGE])
    assert first == second
    assert first.unit == "instructions"
    assert 1000 < first.total < 50_000


@pytest.mark.arm
@pytest.mark.parametrize("name", ["stm32f746", "nucleo-g071rb", "mps2-an386"])
def test_every_counter_counts_a_loop_exactly(name: str, build_image) -> None:
    if name.startswith("mps") and shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed (apt-get install qemu-system-arm)")
    with open_session(load_board(name), build_image("loop", name).elf) as session:
        short, long = (
            session.count([turns.to_bytes(3, "little") + bytes(13)]).total
            for turns in (1000, 101_000)
        )
    assert long - short == 200_000


@pytest.mark.arm
def test_systick_counts_past_its_24_bits(build_image) -> None:
    """The wrap's interrupt is emulated; it costs the handler's few instructions."""
    image = build_image("loop", "nucleo-g071rb")
    with open_session(load_board("nucleo-g071rb"), image.elf) as session:
        turns = 0xFFFFFF
        total = session.count([turns.to_bytes(3, "little") + bytes(13)]).total
    assert 0 <= total - 2 * turns < 200


@pytest.mark.arm
def test_the_second_stage_boot_loader_has_its_crc(build_image) -> None:
    boot = build_image("plus_one", "rp2040-pico").bin.read_bytes()[:256]
    crc = 0xFFFF_FFFF
    for byte in boot[:252]:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C1_1DB7 if crc >> 31 else 0)) & 0xFFFF_FFFF
    assert boot[252:] == crc.to_bytes(4, "little")


def words(content: bytes, at: int, count: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{count}I", content, at)


@pytest.mark.arm
def test_the_boot_rom_of_the_rp2350_finds_an_image_for_its_arm_core(build_image) -> None:
    image = build_image("plus_one", "rp2350-pico2")
    content = image.bin.read_bytes()
    start, image_type, vectors_follow, vectors, last, following, end = words(content, 0, 7)
    assert (start, end) == (0xFFFF_DED3, 0xAB12_3579)
    assert image_type == 0x1021_0142  # executable, secure, Arm, RP2350: one word
    assert vectors_follow == 0x0000_0203  # two words
    assert (last, following) == (0x0000_03FF, 0)  # three words of items, one block
    stack, entry = words(content, vectors - 0x1000_0000, 2)
    assert 0x2000_0000 < stack <= 0x2008_2000
    assert 0x1000_0000 < entry < 0x1000_0000 + len(content)


@pytest.mark.arm
def test_the_boot_rom_of_the_imxrt1060_finds_flash_and_image(build_image) -> None:
    content = build_image("plus_one", "mimxrt1060-evk").bin.read_bytes()
    assert content[:4] == b"FCFB"
    assert words(content, 0x80, 2) == (0x0A18_04EB, 0x2604_3206)  # EBh, 24 bits, 6 dummies, read
    assert words(content, 0x50, 1) == (8 << 20,)
    header, entry, _, _, boot_data, itself, signature, _ = words(content, 0x1000, 8)
    assert (header, itself, signature) == (0x4120_00D1, 0x6000_1000, 0)
    assert words(content, boot_data - 0x6000_0000, 3) == (0x6000_0000, 8 << 20, 0)
    stack, reset = words(content, entry - 0x6000_0000, 2)
    assert 0x2020_0000 < stack <= 0x2028_0000
    assert 0x6000_2000 < reset < 0x6000_0000 + len(content)


@pytest.mark.parametrize("name", SOUGHT)
def test_families_that_users_have_are_there(name: str) -> None:
    assert any(board.part.startswith(name) and board.real for board in BOARDS)


def test_a_missing_qemu_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(ToolMissingError, match="qemu-system-arm is not installed"):
        open_session(load_board("mps2-an386"), tmp_path / "any.elf")


@pytest.mark.parametrize("name", ["", "../boards/stm32f746", "x" * 300, "stm32f746\n", "/"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(BoardError, match="no board called"):
        load_board(name)


def test_capitals_are_a_near_name() -> None:
    with pytest.raises(BoardError) as caught:
        load_board("STM32F746")
    assert caught.value.hint == "did you mean stm32f746?"


def test_an_unknown_board_gets_a_suggestion() -> None:
    with pytest.raises(BoardError, match="no board called 'stm32f764'") as caught:
        load_board("stm32f764")
    assert "stm32f746" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('core = "cortex-m7"', 'core = "cortex-m8"', "core"),
        ('maker = "STMicroelectronics"', 'makr = "ST"', "maker"),
        ("origin = 0x2000_0000", "origin = 0x0800_1000", "overlap"),
        ("baud = 921_600", "baud = 70_000_000", "baud"),
        ('pin = "PA9"', 'pin = "A9"', "not a pin name"),
        ('"0483:374b"', '"0483:374B"', "lower-case vid:pid"),
        ("bytes = 327_680", "bytes = 0", "ram.bytes"),
        ('title = "STM32', 'title = STM32"', "not valid TOML"),
    ],
)
def test_a_wrong_board_file_says_which_field(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = (boards_dir() / "stm32f746.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "broken.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BoardError, match=rf"broken\.toml.*{message}"):
        read_board(path)


def test_memories_that_touch_do_not_overlap() -> None:
    first = Memory(origin=0x1000, bytes=0x1000)
    assert not first.overlaps(Memory(origin=0x2000, bytes=16))
    assert first.overlaps(Memory(origin=0x1FFF, bytes=16))


@pytest.mark.parametrize(
    ("name", "port", "number"),
    [("PA9", 0, 9), ("PD15", 3, 15), ("P0.06", 0, 6), ("P1.12", 1, 12), ("GP17", 0, 17)],
)
def test_pin_names(name: str, port: int, number: int) -> None:
    pin = Pin(pin=name)
    assert (pin.port, pin.number) == (port, number)


def test_the_documented_table_is_the_registrys() -> None:
    text = (Path(__file__).parents[2] / "docs" / "boards.md").read_text(encoding="utf-8")
    start = text.index("scripts/board_table.py -->\n") + len("scripts/board_table.py -->\n")
    assert text[start : text.index("\n<!-- end of table")] == render_table()
