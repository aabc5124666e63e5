"""`mcuq bundle`: several results in one image."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcuq.choices import check_choice
from mcuq.cli import complete, options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress


def bundle(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR", help="Directories that mcuq build --name wrote."),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Directory of the image that holds them all.")
    ] = Path("bundle"),
    arena: Annotated[
        str,
        typer.Option(
            "--arena",
            autocompletion=complete.one_of(complete.arenas),
            help="separate, or shared: one for models that never run at once.",
        ),
    ] = "separate",
    flash: Annotated[str | None, options.option("flash")] = None,
    ram: Annotated[str | None, options.option("ram")] = None,
    port: Annotated[str | None, options.option("port")] = None,
    watchdog: Annotated[int | None, options.option("safety.watchdog")] = None,
    canaries: Annotated[bool, options.option("safety.canaries")] = False,
    check_constants: Annotated[bool, options.option("safety.check_constants")] = False,
    stack_guard: Annotated[bool, options.option("safety.stack_guard")] = False,
    require_oracle: Annotated[bool, options.option("require_oracle")] = False,
    json: JsonFlag = False,
) -> None:
    """Join built models into one image: kernels once, each model proved in it."""
    from mcuq.bundle import bundle_models
    from mcuq.bundle.summary import bundle_summary
    from mcuq.report.store import PAGE
    from mcuq.result.bundle import BUNDLE
    from mcuq.safety import Safety
    from mcuq.tflite.wheel import check_oracle
    from mcuq.units import parse_bytes

    if require_oracle:
        check_oracle()
    check_choice("--arena", arena, complete.arenas())
    with shown_progress() as progress:
        made = bundle_models(
            folders,
            output,
            arena="shared" if arena == "shared" else "separate",
            flash=None if flash is None else parse_bytes(flash),
            ram=None if ram is None else parse_bytes(ram),
            port=port,
            safety=Safety(watchdog, canaries, check_constants, stack_guard),
            progress=progress,
        )
    if json:
        write_json(BUNDLE, made)
        return
    stdout().print(bundle_summary(made))
    stdout().print(f"report: {output / PAGE}")
