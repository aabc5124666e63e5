"""`mcuq emit`: a result as a project for somebody else's tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json


def emit(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Directory that mcuq build wrote.")
    ] = Path("out"),
    project: Annotated[
        str,
        typer.Option(
            "--project",
            "-p",
            help="cmake, make, zephyr, platformio, arduino, stm32cubeide or tflm.",
        ),
    ] = "cmake",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Directory of the project (model-KIND).", show_default=False
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Write a built model as a project that needs no mcuq: sources, example, instructions."""
    from mcuq.integrate import write_project

    target = output or Path(f"model-{project}")
    files = write_project(project, folder, target)
    if json:
        write_json({"folder": str(target), "files": [path.as_posix() for path in files]})
        return
    stdout().print(
        f"wrote {len(files)} files to {target}; see {target / 'README.md'}", markup=False
    )
