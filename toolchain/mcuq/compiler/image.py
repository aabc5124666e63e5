"""A linked image and what the linker placed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

from mcuq_hil.boards import Board

_RAM_SECTIONS = (".stack", ".noinit", ".data", ".bss")


@dataclass(frozen=True)
class FirmwareImage:
    """Firmware on disk.

    Attributes:
        elf, bin: the files; `bin` starts at the board's flash origin.
        flash_bytes: length of `bin`.
        ram_bytes: from the start of RAM to the end of what is placed there, stacks included.
        sections: output section name to bytes.
        contributions: unit ("model/…", "runtime/…", "ports/…", "libc.a") to flash bytes.
        build_id: 32 hexadecimal digits; of the content (`mcuq_hil.identity`), told by the device.
        stack_bytes: reserved for the main stack.
    """

    elf: Path
    bin: Path
    flash_bytes: int
    ram_bytes: int
    sections: Mapping[str, int]
    contributions: Mapping[str, int]
    build_id: str
    stack_bytes: int

    @property
    def fixed_flash_bytes(self) -> int:
        """Flash that is neither model nor kernels: start-up, link, runner, libraries, padding."""
        model = (size for name, size in self.contributions.items() if name.startswith("model/"))
        return self.flash_bytes - sum(model)


def section_sizes(elf_path: Path) -> dict[str, int]:
    """Allocated output sections and their sizes in bytes, in address order of the file."""
    with elf_path.open("rb") as stream:
        return {
            section.name: section["sh_size"]
            for section in ELFFile(stream).iter_sections()
            if section["sh_flags"] & 2 and section["sh_size"]
        }


def ram_bytes(elf_path: Path, board: Board) -> int:
    """Bytes from the start of RAM to the end of the last thing placed there."""
    with elf_path.open("rb") as stream:
        ends = [
            section["sh_addr"] + section["sh_size"]
            for section in ELFFile(stream).iter_sections()
            if section.name in _RAM_SECTIONS
        ]
    return max(ends, default=board.ram.origin) - board.ram.origin
