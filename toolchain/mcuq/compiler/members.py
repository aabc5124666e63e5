"""Object files inside an archive, such as a library that somebody else compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from mcuq.compiler.kept import Object
from mcuq.compiler.toolchain import CompilerError

_MAGIC = b"!<arch>\n"
_HEADER = 60


def archive_members(archive: Path) -> tuple[Object, ...]:
    """The objects of `archive`, by name; gcc's notes on them are missing.

    Raises:
        CompilerError: it is not an archive of objects.
    """
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()[:40]
    found = sorted(archive_content(archive))
    return tuple(
        Object(f"{archive.name}/{name}", digest, content)
        for name, content in found
        if name.endswith((".o", ".obj"))
    )


def archive_content(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the members of an archive in System V's form, GNU's variant.

    Raises:
        CompilerError: it is none.
    """
    data = archive.read_bytes()
    if not data.startswith(_MAGIC):
        raise CompilerError(f"{archive} is no archive of objects", "give one that ar has written")
    at, long_names = len(_MAGIC), b""
    while at + _HEADER <= len(data):
        header = data[at : at + _HEADER]
        if header[58:] != b"`\n" or not header[48:58].strip().isdigit():
            raise CompilerError(f"{archive} is damaged", "give one that ar has written")
        name, size = header[:16].rstrip(), int(header[48:58])
        content = data[at + _HEADER : at + _HEADER + size]
        if len(content) < size:
            raise CompilerError(f"{archive} is cut short", "give one that ar has written")
        at += _HEADER + size + size % 2
        if name == b"//":
            long_names = content
        elif name not in (b"/", b"/SYM64/"):
            yield _member_name(name, long_names), content


def _member_name(name: bytes, long_names: bytes) -> str:
    if name[:1] == b"/" and name[1:].isdigit():
        name = long_names[int(name[1:]) :].split(b"\n", maxsplit=1)[0]
    return name.removesuffix(b"/").decode("utf-8", "surrogateescape")
