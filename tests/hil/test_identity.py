"""An image's identity is that of its content: every bit that is loaded counts."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from mcuq.compiler import FirmwareImage
from mcuq_hil import load_board, open_session
from mcuq_hil.errors import HilError, WrongImageError
from mcuq_hil.identity import read_build_id, stamped
from mcuq_hil.image import flash_content

pytestmark = pytest.mark.arm
BOARD = load_board("stm32f746")


def loaded(elf: bytes) -> list[range]:
    """Byte ranges of the file that end up in the board's memory."""
    segments = ELFFile(io.BytesIO(elf)).iter_segments()
    return [
        range(s["p_offset"], s["p_offset"] + s["p_filesz"])
        for s in segments
        if s["p_type"] == "PT_LOAD"
    ]


def flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def test_a_flip_anywhere_in_the_image_is_refused(plus_one: FirmwareImage, tmp_path: Path) -> None:
    whole, damaged = plus_one.elf.read_bytes(), tmp_path / "firmware.elf"
    rng = random.Random(16)
    places = [at for part in loaded(whole) for at in rng.sample(part, min(25, len(part)))]
    assert len(places) >= 25
    for at in places:
        damaged.write_bytes(flipped(whole, at, rng.randrange(8)))
        with pytest.raises(WrongImageError, match="damaged"):
            read_build_id(damaged)
    with pytest.raises(WrongImageError, match="damaged"):
        open_session(BOARD, damaged)


def test_a_flip_anywhere_in_the_file_is_refused_or_changes_nothing(
    plus_one: FirmwareImage, tmp_path: Path
) -> None:
    """Section names, symbols and notes are not loaded."""
    whole, damaged = plus_one.elf.read_bytes(), tmp_path / "firmware.elf"
    content, rng = plus_one.bin.read_bytes(), random.Random(17)
    for at in [*range(16, 52, 3), *rng.sample(range(len(whole)), 40)]:
        damaged.write_bytes(flipped(whole, at, rng.randrange(8)))
        try:
            told = read_build_id(damaged)
        except WrongImageError as error:
            assert "\n" not in str(error)
            continue
        assert told.hex() == plus_one.build_id
        assert flash_content(damaged, BOARD.flash.origin) == content
    for length in (0, 10, 52, len(whole) // 2):
        damaged.write_bytes(whole[:length])
        with pytest.raises(WrongImageError):
            read_build_id(damaged)


def test_two_images_that_differ_in_a_byte_differ_in_their_identity(
    plus_one: FirmwareImage, tmp_path: Path
) -> None:
    whole, other = plus_one.elf.read_bytes(), tmp_path / "firmware.elf"
    rng = random.Random(18)
    ids = {plus_one.build_id}
    places = [at for part in loaded(whole) for at in rng.sample(part, min(10, len(part)))]
    identity = whole.index(bytes.fromhex(plus_one.build_id))
    places = [at for at in places if not identity <= at < identity + 16]
    for at in places:
        other.write_bytes(stamped(flipped(whole, at, 0)))
        ids.add(read_build_id(other).hex())
    assert len(ids) == len(places) + 1
    assert stamped(whole) == whole


def test_the_wrong_image_of_two_that_differ_in_data_alone_is_noticed(
    plus_one: FirmwareImage, tmp_path: Path
) -> None:
    """The sources, flags and compiler of both may be the same."""
    whole, other = plus_one.elf.read_bytes(), tmp_path / "firmware.elf"
    at = max(at for part in loaded(whole) for at in part)
    other.write_bytes(stamped(flipped(whole, at, 0)))
    with open_session(BOARD, plus_one.elf) as session:
        session._elf = other
        with pytest.raises(WrongImageError, match="runs build"):
            session.open()


def test_an_image_of_another_build_system_tells_nothing(
    plus_one: FirmwareImage, tmp_path: Path
) -> None:
    whole, other = plus_one.elf.read_bytes(), tmp_path / "firmware.elf"
    other.write_bytes(whole.replace(bytes.fromhex(plus_one.build_id), bytes(16)))
    assert read_build_id(other) == bytes(16)
    stripped = tmp_path / "stripped.elf"
    shutil.copyfile(plus_one.elf, stripped)
    subprocess.run(["arm-none-eabi-strip", stripped], check=True)
    with pytest.raises(HilError, match="not an image of mcuq's"):
        read_build_id(stripped)
