"""An Arduino library: every source in src/, and a sketch that checks it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mcuq.integrate.built import Built
from mcuq.integrate.selfcheck import check_header
from mcuq.integrate.templates import render, write
from mcuq.shown import visible


def write_arduino(built: Built, folder: Path) -> None:
    """library.properties, src/ and examples/Check/Check.ino.

    The Arduino builder looks for headers in src/ itself, so that all files lie side by side
    there; kernels and headers have distinct names.
    """
    name = library_name(built.manifest.model)
    source = folder / "src"
    source.mkdir(parents=True)
    for relative in (*built.sources, *built.headers):
        target = source / _beside(relative)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(built.model_dir / relative, target)
    write(source / "model_check.h", check_header(built))
    # The builder takes a library for every header in src/: this one is its own.
    write(source / f"{name}.h", render("arduino/library.h", name=name))
    properties = render(
        "arduino/library.properties", name=name, model=visible(built.manifest.model)
    )
    write(folder / "library.properties", properties)
    write(folder / "examples" / "Check" / "Check.ino", render("arduino/Check.ino", name=name))
    write(folder / "README.md", render("arduino/README.md", name=name))


def _beside(relative: str) -> Path:
    """Where a file goes: headers that others include by a folder's name keep it."""
    path = Path(relative)
    return path.relative_to("include") if path.parts[0] == "include" else Path(path.name)


def library_name(model: str) -> str:
    """A name the library manager takes: letters, digits and underscores, a letter first."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", Path(model).stem).strip("_")
    return f"mcuq_{words or 'model'}"[:63]
