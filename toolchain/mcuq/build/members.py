"""Object files inside an archive, such as a library that somebody else compiled."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

from mcuq.build.compile import Object, cache_dir
from mcuq.build.toolchain import run_tool


def archive_members(archive: Path) -> tuple[Object, ...]:
    """The objects of `archive`, extracted once into the cache; gcc's notes on them are missing.

    Raises:
        CompilerError: it is not an archive of objects.
    """
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()[:40]
    folder = cache_dir() / f"{digest}-members"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            fresh = Path(scratch) / "fresh"
            fresh.mkdir()
            run_tool(["ar", "x", str(archive.resolve())], cwd=fresh)
            shutil.move(fresh, folder)
    return tuple(
        Object(f"{archive.name}/{path.name}", path, digest)
        for path in sorted(folder.iterdir())
        if path.suffix in (".o", ".obj")
    )
