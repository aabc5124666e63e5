"""An image with one bit changed, of which the host notices nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from elftools.elf.elffile import ELFFile

from mcuq_hil.identity import stamped


def flipped(elf: Path, symbol: str, target: Path) -> Path:
    """A copy of an image with one bit of what a symbol names changed.

    Its identity is that of the changed content: the host finds nothing wrong with it.
    """
    shutil.copy(elf, target)
    with target.open("r+b") as stream:
        image = ELFFile(stream)
        found = image.get_section_by_name(".symtab").get_symbol_by_name(symbol)[0]
        section = image.get_section(found["st_shndx"])
        stream.seek(section["sh_offset"] + (found["st_value"] & ~1) - section["sh_addr"] + 1)
        (byte,) = stream.read(1)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([byte ^ 0x10]))
    target.write_bytes(stamped(target.read_bytes()))
    return target
