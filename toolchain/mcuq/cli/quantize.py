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
    kernels: options.Kernels = None,
    cmsis_nn: options.CmsisNn = None,
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
    given = dict(locals())
    from mcuq.cli.request import command_job, parse_width
    from mcuq.quantize import WeightChoice

    fixed = WeightChoice(parse_width(given.pop("bits")), given.pop("weights"))
    run_job(command_job(given | {"fixed": fixed}), json=json)
