"""The linker's map: how many bytes of flash each object brought."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

_PLACED = re.compile(r"^ (\.[\w.$]+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$", re.MULTILINE)
_GNU = "Linker script and memory map"
_LLD = re.compile(
    r"^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ {9}(\S.*):\((\.[\w.$]+)\)$", re.MULTILINE
)
_MEMBER = re.compile(r"([^/]+\.a)\(([^)]+)\)")
_WRAPPED = re.compile(r"^ (\.[\w.$]+)\n\s+(?=0x)", re.MULTILINE)
_NOT_IN_FLASH = (".bss", ".noinit", ".stack", ".ARM", ".comment", ".debug", ".note")


def flash_contributions(text: str) -> Mapping[str, int]:
    """Bytes in flash by object or library, from the text of a map file."""
    counted: Counter[str] = Counter()
    for section, size, origin in _pieces(text):
        if not section.startswith(_NOT_IN_FLASH):
            counted[_unit(origin)] += size
    return dict(counted)


def _pieces(text: str) -> Iterator[tuple[str, int, str]]:
    """(section, bytes, object) of all that was placed, from GNU ld's map or lld's."""
    if _GNU not in text:
        for address, size, origin, section in _LLD.findall(text):
            if int(address, 16) and int(size, 16):
                yield section, int(size, 16), origin
        return
    placed = text[text.index(_GNU) :]
    for section, address, size, origin in _PLACED.findall(_WRAPPED.sub(r" \1 ", placed)):
        if int(address, 16) and int(size, 16):
            yield section, int(size, 16), origin


def library_members(text: str) -> dict[str, tuple[str, ...]]:
    """Archive → its members of which something was placed, sorted, from the text of a map file."""
    found: dict[str, set[str]] = {}
    for _, _, origin in _pieces(text):
        member = _MEMBER.search(origin)
        if member:
            found.setdefault(member[1], set()).add(member[2])
    return {archive: tuple(sorted(found[archive])) for archive in sorted(found)}


def _unit(origin: str) -> str:
    library = re.search(r"([^/]+\.a)\(", origin)
    return library.group(1) if library else origin.removesuffix(".o")
