"""`mcuq init`: a project to start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.document import Document


@dataclass(frozen=True)
class Started:
    """What `mcuq init` wrote.

    Attributes:
        files: their paths.
    """

    files: tuple[str, ...]


STARTED = Document("init", Started, "the files of a new project", "`mcuq init --json`")


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Made where missing.", show_default=False)
    ] = Path(),
    example: Annotated[
        str | None,
        typer.Option("--example", "-e", help="Copy an example with its data: digits or separable."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    json: JsonFlag = False,
) -> None:
    """Write mcuq.toml, or a whole example with model and data, to DIR (here)."""
    from mcuq.examples import BLANK, copy_example

    written = copy_example(BLANK if example is None else example, folder, overwrite=force)
    if json:
        write_json(STARTED, Started(tuple(map(str, written))))
        return
    console = stdout()
    for path in written:
        console.print(f"wrote {path}")
    step = "mcuq build" if example is not None else "edit mcuq.toml, then: mcuq build"
    console.print(f"next: {'' if folder == Path() else f'cd {folder} && '}{step}")
