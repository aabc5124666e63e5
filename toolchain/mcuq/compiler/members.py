"""Object files inside an archive, such as a library that somebody else compiled."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mcuq.compiler.kept import Object
from mcuq.compiler.toolchain import run_tool
from mcuq.temporary import temporary_folder


def archive_members(archive: Path) -> tuple[Object, ...]:
    """The objects of `archive`; gcc's notes on them are missing.

    Raises:
        CompilerError: it is not an archive of objects.
    """
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()[:40]
    with temporary_folder() as folder:
        run_tool(["ar", "x", str(archive.resolve())], folder, folder)
        return tuple(
            Object(f"{archive.name}/{path.name}", digest, path.read_bytes())
            for path in sorted(folder.iterdir())
            if path.suffix in (".o", ".obj")
        )
