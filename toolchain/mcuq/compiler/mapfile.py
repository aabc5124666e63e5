"""The linker's map: how many bytes of flash each object brought."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_PLACED = re.compile(r"^ (\.[\w.$]+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$", re.MULTILINE)
_MEMBER = re.compile(r"([^/]+\.a)\(([^)]+)\)")
_WRAPPED = re.compile(r"^ (\.[\w.$]+)\n\s+(?=0x)", re.MULTILINE)
_NOT_IN_FLASH = (".bss", ".noinit", ".stack", ".ARM", ".comment", ".debug", ".note")


def flash_contributions(text: str) -> Mapping[str, int]:
    """Bytes in flash by object or library, from the text of a map file."""
    placed = text[text.index("Linker script and memory map") :]
    counted: Counter[str] = Counter()
    for section, address, size, origin in _PLACED.findall(_WRAPPED.sub(r" \1 ", placed)):
        if int(address, 16) and int(size, 16) and not section.startswith(_NOT_IN_FLASH):
            counted[_unit(origin)] += int(size, 16)
    return dict(counted)


def library_members(text: str) -> dict[str, tuple[str, ...]]:
    """Archive → its members of which something was placed, sorted, from the text of a map file."""
    placed = text[text.index("Linker script and memory map") :]
    found: dict[str, set[str]] = {}
    for _, address, size, origin in _PLACED.findall(_WRAPPED.sub(r" \1 ", placed)):
        member = _MEMBER.search(origin)
        if member and int(address, 16) and int(size, 16):
            found.setdefault(member[1], set()).add(member[2])
    return {archive: tuple(sorted(found[archive])) for archive in sorted(found)}


def _unit(origin: str) -> str:
    library = re.search(r"([^/]+\.a)\(", origin)
    return library.group(1) if library else origin.removesuffix(".o")
