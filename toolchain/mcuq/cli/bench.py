"""`mcuq bench`: kernels' executed instructions, counted by emulators; all models of a folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli.bench_mlperf import mlperf
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.cli.zoo import zoo
from mcuq.units import format_bytes

if TYPE_CHECKING:
    from mcuq.bench.kernels import KernelBench


app = typer.Typer(no_args_is_help=True, help="Measure kernels; try the models of a folder.")
app.command()(zoo)
app.command()(mlperf)


@app.command()
def kernels(
    trained: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of MLPerf Tiny's trained models: count them whole, too."
        ),
    ] = None,
    vector: Annotated[
        bool, typer.Option("--vector/--no-vector", help="Cortex-M55 too, where QEMU is there.")
    ] = True,
    json: JsonFlag = False,
) -> None:
    """Count the kernels' instructions, code and scratch bytes on emulated cores."""
    from mcuq.bench.kernels import KERNEL_BENCH, bench_kernels

    with shown_progress() as progress:
        bench = bench_kernels(progress, vector=vector, trained=trained)
    if json:
        write_json(KERNEL_BENCH, bench)
    else:
        _draw(bench)


def _draw(bench: KernelBench) -> None:
    from rich.table import Table

    layers = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("core", "layer", "weights"):
        layers.add_column(title, no_wrap=True)
    for title in ("instructions", "a MAC", "code", "scratch"):
        layers.add_column(title, justify="right", no_wrap=True)
    for cost in bench.layers:
        sizes = format_bytes(cost.code_bytes), format_bytes(cost.scratch_bytes)
        counts = f"{cost.instructions:,}", f"{cost.per_mac:.2f}"
        layers.add_row(cost.core, cost.layer, cost.weights, *counts, *sizes)
    console = stdout()
    console.print(f"{bench.compiler}, layers {bench.flags}; counted, not estimated")
    console.print()
    console.print(layers)
    if not bench.models:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("core", "model", "weights", "optimize"):
        table.add_column(title, no_wrap=True)
    for title in ("instructions", "code", "arena"):
        table.add_column(title, justify="right", no_wrap=True)
    for model in map(asdict, bench.models):
        names = (model[key] for key in ("core", "model", "weights", "optimize"))
        memory = (format_bytes(model[key]) for key in ("code_bytes", "arena_bytes"))
        table.add_row(*names, f"{model['instructions']:,}", *memory)
    console.print()
    console.print(table)
