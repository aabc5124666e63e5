"""What the host reads from an image: what is flashed, and which function an address is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile


@dataclass(frozen=True)
class Function:
    """A function of an image.

    Attributes:
        start: its address, without the bit that says Thumb.
        size: bytes, literals included.
    """

    name: str
    start: int
    size: int


def functions(elf: Path) -> tuple[Function, ...]:
    """All functions, in the order of the symbol table; none where the image is stripped."""
    with elf.open("rb") as stream:
        symbols = ELFFile(stream).get_section_by_name(".symtab")
        return tuple(
            Function(str(symbol.name), symbol["st_value"] & ~1, symbol["st_size"])
            for symbol in (symbols.iter_symbols() if symbols else ())
            if symbol["st_info"]["type"] == "STT_FUNC"
        )


def function_at(elf: Path, address: int) -> str:
    """Name of the function that holds `address`, or ""."""
    for function in functions(elf):
        if function.start <= address & ~1 < function.start + max(function.size, 1):
            return function.name
    return ""


def loaded(elf: Path) -> Callable[[int, int], bytes]:
    """Bytes from an address on, as the image's segments have them; fewer at a segment's end."""
    with elf.open("rb") as stream:
        found = [
            (segment["p_vaddr"], segment.data())
            for segment in ELFFile(stream).iter_segments()
            if segment["p_type"] == "PT_LOAD"
        ]

    def read(address: int, size: int) -> bytes:
        for start, data in found:
            if start <= address < start + len(data):
                return bytes(data[address - start : address - start + size])
        return b""

    return read


def flash_content(elf: Path, origin: int) -> bytes:
    """What a programmer writes, from address `origin` on; gaps are zero."""
    content = bytearray()
    with elf.open("rb") as stream:
        for segment in ELFFile(stream).iter_segments():
            if segment["p_type"] != "PT_LOAD" or segment["p_filesz"] == 0:
                continue
            at = segment["p_paddr"] - origin
            content.extend(bytes(max(0, at + segment["p_filesz"] - len(content))))
            content[at : at + segment["p_filesz"]] = segment.data()
    return bytes(content)
