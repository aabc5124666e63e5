"""An image's identity: the SHA-256 of what is loaded, written into the image after linking."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile

from mcuq_hil.errors import WrongImageError
from mcuq_hil.protocol.messages import BUILD_ID_BYTES

SYMBOL = "mcuq_build_id"
"""Where the linker script leaves room for it."""
UNSTAMPED = bytes(BUILD_ID_BYTES)
"""What an image tells that another build system has linked."""
_REBUILD = "build it again with `mcuq build`"


def stamped(elf: bytes) -> bytes:
    """A freshly linked image with its identity in place.

    Raises:
        WrongImageError: it leaves no room for one.
    """
    image = _read(elf, "the image")
    at = image.offset
    return elf[:at] + image.identity + elf[at + BUILD_ID_BYTES :]


def read_build_id(elf: Path) -> bytes:
    """The identity that an image will report, which is that of its content.

    Raises:
        WrongImageError: it has none, or its content has changed since it was linked.
    """
    try:
        data = elf.read_bytes()
    except OSError as error:
        raise WrongImageError(
            f"{elf} is not an ELF file that can be read: {error.strerror}",
            "give the firmware.elf that `mcuq build` wrote",
        ) from error
    image = _read(data, str(elf))
    told = data[image.offset : image.offset + BUILD_ID_BYTES]
    if told not in (UNSTAMPED, image.identity):
        raise WrongImageError(f"{elf} is not as it was linked: it is damaged", _REBUILD)
    return told


@dataclass(frozen=True)
class _Image:
    """Attributes:
    offset: of the identity in the file.
    identity: what belongs there.
    """

    offset: int
    identity: bytes


def _read(data: bytes, name: str) -> _Image:
    try:
        return _parsed(data, name)
    except WrongImageError:
        raise
    except Exception as error:
        # Whatever the reader of ELF files stumbles over in one that is damaged.
        raise WrongImageError(
            f"{name} is not an ELF file that can be read: {type(error).__name__}: {error}",
            "give the firmware.elf that `mcuq build` wrote",
        ) from error


def _parsed(data: bytes, name: str) -> _Image:
    elf = ELFFile(io.BytesIO(data))
    symbols = elf.get_section_by_name(".symtab")
    found = symbols.get_symbol_by_name(SYMBOL) if symbols else None
    if not found:
        raise WrongImageError(f"{name} is not an image of mcuq's", _REBUILD)
    address, offset = found[0]["st_value"], None
    hasher = hashlib.sha256()
    for segment in elf.iter_segments():
        if segment["p_type"] != "PT_LOAD":
            continue
        content, at = bytearray(segment.data()), address - segment["p_vaddr"]
        if 0 <= at <= len(content) - BUILD_ID_BYTES:
            offset = segment["p_offset"] + at
            content[at : at + BUILD_ID_BYTES] = UNSTAMPED
        hasher.update(_place(segment))
        hasher.update(content)
    if offset is None:
        raise WrongImageError(f"{name} does not hold its identity in its flash content", _REBUILD)
    return _Image(offset, hasher.digest()[:BUILD_ID_BYTES])


def _place(segment: Any) -> bytes:
    """Where a segment is stored and where it is run, and how much memory it takes."""
    words = (segment[key] for key in ("p_paddr", "p_vaddr", "p_memsz", "p_filesz"))
    return b"".join(int(word).to_bytes(4, "little") for word in words)
