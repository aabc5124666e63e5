"""`mcuq mlperf`: firmware that MLPerf Tiny's runner measures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from mcuq.choices import check_choice
from mcuq.cli import complete
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.units import format_bytes


def _benchmarks() -> Iterable[str]:
    from mcuq.mlperf import BENCHMARKS

    return BENCHMARKS


def mlperf(
    benchmark: Annotated[
        str,
        typer.Argument(
            help="ic, kws, vww, ad or sww.", autocompletion=complete.one_of(_benchmarks)
        ),
    ],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Directory that mcuq build wrote.")
    ] = Path("out"),
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Directory of the firmware.")
    ] = Path("mlperf"),
    energy: Annotated[
        str | None,
        typer.Option(
            metavar="PIN",
            help="For the energy mode: pulse this pin, such as PA8, where time stamps were told.",
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Write firmware of a built model that speaks MLPerf Tiny's serial protocol."""
    from mcuq.mlperf import BENCHMARKS, MLPERF_IMAGE, publish_image

    check_choice("the benchmark", benchmark, BENCHMARKS)
    with shown_progress() as progress:
        made = publish_image(BENCHMARKS[benchmark], folder, output, progress, energy=energy)
    if json:
        write_json(MLPERF_IMAGE, made)
        return
    sizes = f"{format_bytes(made.flash_bytes)} of flash, {format_bytes(made.ram_bytes)} of RAM"
    stdout().print(f"{made.model} for {made.board}: {sizes}")
    stdout().print(f"{output / 'firmware.elf'}: flash it, or mcuq hil serve it with --timed")
