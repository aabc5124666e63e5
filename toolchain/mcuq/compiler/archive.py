"""Members of the compiler's libraries (libc.a, libgcc.a): how large what they define is."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from elftools.elf.elffile import ELFFile

from mcuq.compiler.sections import Section
from mcuq.compiler.settings import BUILD

_HEADER = 60
_MAGIC = b"!<arch>\n"


def library_sections(path: Path, names: frozenset[str]) -> dict[str, Section]:
    """The members of archive `path` that define `names`, each as one text section."""
    index = _symbol_index(path)
    return {name: _member(path, name, index[name]) for name in sorted(names & index.keys())}


@cache
def _symbol_index(path: Path) -> dict[str, int]:
    """Symbol to the offset of its member's header, from the archive's "/" member."""
    data = path.read_bytes()
    size = int(data[len(_MAGIC) + 48 : len(_MAGIC) + 58])
    table = data[len(_MAGIC) + _HEADER : len(_MAGIC) + _HEADER + size]
    count = int.from_bytes(table[:4], "big")
    offsets = [int.from_bytes(table[4 + 4 * i : 8 + 4 * i], "big") for i in range(count)]
    names = table[4 + 4 * count :].split(b"\0")
    found: dict[str, int] = {}
    for name, offset in zip(names, offsets, strict=False):
        found.setdefault(name.decode(), offset)
    return found


def _member(path: Path, name: str, offset: int) -> Section:
    with path.open("rb") as stream:
        stream.seek(offset)
        header = stream.read(_HEADER)
        elf = ELFFile(io.BytesIO(stream.read(int(header[48:58]))))
    sizes = [
        -(-section["sh_size"] // section["sh_addralign"]) * section["sh_addralign"]
        for section in elf.iter_sections()
        if section.name.startswith((".text", ".rodata")) and section["sh_size"] > 0
    ]
    undefined = {
        symbol.name
        for symbol in elf.get_section_by_name(".symtab").iter_symbols()
        if symbol["st_shndx"] == "SHN_UNDEF" and symbol.name
    }
    needs = frozenset(undefined - {"__aeabi_unwind_cpp_pr0"})
    return Section(name, "text", sum(sizes), needs, BUILD.c_library_stack)
