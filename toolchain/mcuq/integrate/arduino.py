"""An Arduino library: every source in src/, and a sketch that checks it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mcuq.emit.c.names import DEFAULT
from mcuq.integrate.built import Built
from mcuq.integrate.selfcheck import write_checks
from mcuq.integrate.snippets import checks, includes, inits, usage, verdicts
from mcuq.integrate.templates import render, write
from mcuq.shown import visible


def write_arduino(built: Built, folder: Path) -> None:
    """library.properties, src/ and examples/Check/Check.ino.

    The Arduino builder looks for headers in src/ itself, so that all files lie side by side
    there; kernels and headers have distinct names.
    """
    name = library_name(built)
    source = folder / "src"
    source.mkdir(parents=True)
    for relative in (*built.sources, *built.headers):
        target = source / _beside(relative)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(built.model_dir / relative, target)
    write_checks(built, source)
    # The builder takes a library for every header in src/: this one is its own.
    write(source / f"{name}.h", render("arduino/library.h", name=name, includes=includes(built)))
    properties = render("arduino/library.properties", name=name, model=visible(built.title))
    write(folder / "library.properties", properties)
    sketch = render("arduino/Check.ino", name=name, inits=inits(built), checks=checks(built))
    write(folder / "examples" / "Check" / "Check.ino", sketch)
    told = render(
        "arduino/README.md", name=name, usage=usage(built, "src/"), verdicts=verdicts(built)
    )
    write(folder / "README.md", told)


def _beside(relative: str) -> Path:
    """Where a file goes: headers that others include by a folder's name keep it."""
    path = Path(relative)
    return path.relative_to("include") if path.parts[0] == "include" else Path(path.name)


def library_name(built: Built) -> str:
    """A name the library manager takes: letters, digits and underscores, a letter first.

    The models' own names; of one that has none, that of its file.
    """
    named = "_".join(model.names.word for model in built.models)
    if named == DEFAULT:
        named = re.sub(r"[^A-Za-z0-9]+", "_", Path(built.title).stem).strip("_") or DEFAULT
    return f"mcuq_{named}"[:63]
