"""`mcuq quantize`: one configuration for every filter, no search."""

from __future__ import annotations

from typing import Annotated

import typer

from mcuq.cli import options
from mcuq.cli.build import run_job
from mcuq.cli.output import JsonFlag


def quantize(
    model: options.Model = None,
    bits: Annotated[str, typer.Option("--bits", help="Of every filter: 8, 4, 2 or ternary.")] = "8",
    weights: Annotated[
        str, typer.Option("--weights", help="How filters become integers.")
    ] = "minmax",
    observer: Annotated[
        str | None, typer.Option("--observer", help="Of every activation.", show_default="minmax")
    ] = None,
    board: options.Board = None,
    port: options.Port = None,
    output: options.Output = None,
    optimize: options.Optimize = None,
    calibration: options.Calibration = None,
    search_data: options.SearchData = None,
    evaluation: options.Evaluation = None,
    metric: options.Metric = None,
    flash: options.Flash = None,
    ram: options.Ram = None,
    weight_bytes: options.WeightBytes = None,
    workers: options.Workers = None,
    ranges: options.Ranges = None,
    activations: options.Activations = None,
    weights_per: options.WeightsPer = None,
    io: options.Io = None,
    activation_bits: options.ActivationBits = None,
    wide: options.Wide = None,
    json: JsonFlag = False,
) -> None:
    """Build with every filter at the same width; verified and reported like `mcuq build`."""
    from mcuq.cli.request import job, parse_width
    from mcuq.quantize import WeightChoice

    asked = {
        "observer": observer,
        "fixed": WeightChoice(parse_width(bits), weights),
        "board": board,
        "port": port,
        "output": output,
        "optimize": optimize,
        "calibration": calibration,
        "search_data": search_data,
        "evaluation": evaluation,
        "metric": metric,
        "flash": flash,
        "ram": ram,
        "weight_bytes": weight_bytes,
        "workers": workers,
        "ranges": ranges,
        "activations": activations,
        "weights_per": weights_per,
        "io": io,
        "activation_bits": activation_bits,
        "wide": tuple(wide) if wide else None,
    }
    run_job(job(model, asked, {}), json=json)
