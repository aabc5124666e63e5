"""`mcuq emit`: a result as a project for somebody else's tool."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from mcuq.atomic_write import check_writable, write_atomically
from mcuq.cli import complete, options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.document import Document
from mcuq.errors import UsageError


@dataclass(frozen=True)
class EmittedProject:
    """What `mcuq emit --project` wrote.

    Attributes:
        folder: of the project.
        files: in it, paths relative to it.
    """

    folder: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class EmittedModule:
    """What `mcuq emit --format` wrote.

    Attributes:
        file: the module.
        bytes: size of its text.
    """

    file: str
    bytes: int


PROJECT = Document(
    "emit-project",
    EmittedProject,
    "the files of an emitted project",
    "`mcuq emit --project … --json`",
)
MODULE = Document(
    "emit-module", EmittedModule, "the file of an emitted module", "`mcuq emit --format … --json`"
)


def emit(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="Directory that mcuq build wrote; for MLIR also a model file."
        ),
    ] = Path("out"),
    project: Annotated[
        str,
        typer.Option(
            "--project",
            "-p",
            autocompletion=complete.one_of(complete.projects),
            help="cmake, make, zephyr, platformio, arduino, stm32cubeide or tflm.",
        ),
    ] = "cmake",
    format_: Annotated[
        str | None,
        typer.Option("--format", "-f", help="mlir, instead of a project.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Directory of the project (model-KIND), or file of the module (model.mlir).",
            show_default=False,
        ),
    ] = None,
    require_oracle: Annotated[bool, options.option("require_oracle")] = False,
    json: JsonFlag = False,
) -> None:
    """Write a built model as a project that needs no mcuq, or a model as MLIR."""
    from mcuq.tflite.wheel import check_oracle

    if require_oracle:
        check_oracle()
    if format_ is not None:
        _emit_module(folder, format_, output or Path("model.mlir"), json=json)
        return
    from mcuq.integrate import write_project

    target = output or Path(f"model-{project}")
    files = write_project(project, folder, target)
    if json:
        write_json(PROJECT, EmittedProject(str(target), tuple(p.as_posix() for p in files)))
        return
    stdout().print(f"wrote {len(files)} files to {target}; see {target / 'README.md'}")


def _emit_module(source: Path, format_: str, target: Path, *, json: bool) -> None:
    from mcuq.pipeline.check import check_readable
    from mcuq.pipeline.translate import mlir_of

    if format_ != "mlir":
        raise UsageError(f"--format {format_} is not known", "choose mlir, or a --project")
    check_readable(source)
    check_writable(target)
    text = mlir_of(source)
    write_atomically(target, text)
    if json:
        write_json(MODULE, EmittedModule(str(target), len(text.encode())))
        return
    stdout().print(f"wrote {target}")
