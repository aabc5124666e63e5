"""Objects to an image: the linker's call, and what is written into its result."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

from elftools.elf.elffile import ELFFile

from mcuq.choices import Optimize
from mcuq.compiler.chosen import Compiler, compiler
from mcuq.compiler.script import CHECKSUM_SECTION, IDENTIFIED_SECTION
from mcuq.compiler.toolchain import CompilerError
from mcuq.errors import BudgetError
from mcuq_hil.boards import Board
from mcuq_hil.protocol.messages import BUILD_ID_BYTES


def link(
    board: Board, files: Mapping[str, bytes], script: str, optimize: Optimize, work: Path
) -> None:
    """Link to firmware.elf and firmware.map in `work`.

    Args:
        files: name that an object or archive shall have in the map → its content.
        script: text of the linker script.

    Raises:
        BudgetError: the image is larger than a memory. CompilerError: the linker refuses it.
    """
    for name, content in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(content)
    (work / "board.ld").write_text(script, encoding="utf-8")
    used = compiler()
    try:
        used.link(board.core, optimize, tuple(files), work)
    except CompilerError as error:
        _raise_too_large(board, used, error)
        raise


def _raise_too_large(board: Board, used: Compiler, error: CompilerError) -> None:
    for region, size in (("FLASH", board.flash_bytes), ("RAM", board.ram_bytes)):
        excess = used.excess(region, error.output)
        if excess is not None:
            kind = "flash" if region == "FLASH" else "RAM"
            raise BudgetError(
                f"the image needs {size + excess} bytes of {kind}, {board.title} has {size}",
                "choose fewer bits, a smaller model or a larger board"
                if kind == "flash"
                else "choose a model of smaller inputs and layers, or a larger board",
            ) from error


def store_checksum(elf_path: Path) -> None:
    """Write the CRC-32 of what the firmware checks at its start where it looks for it.

    The image's identity is left out: it is the digest of all that is loaded, this sum included.
    """
    with elf_path.open("r+b") as stream:
        elf = ELFFile(stream)
        crc = 0
        for name in (".text", ".rodata", ".data"):
            section = elf.get_section_by_name(name)
            if section is not None and section["sh_type"] == "SHT_PROGBITS":
                skipped = BUILD_ID_BYTES if name == IDENTIFIED_SECTION else 0
                crc = zlib.crc32(section.data()[skipped:], crc)
        place = elf.get_section_by_name(CHECKSUM_SECTION)["sh_offset"]
        stream.seek(place)
        stream.write(crc.to_bytes(4, "little"))
