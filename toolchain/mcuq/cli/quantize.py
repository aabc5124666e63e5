"""`mcuq quantize`: one configuration, no search."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcuq.cli import options
from mcuq.cli.build import run_job
from mcuq.cli.output import JsonFlag
from mcuq.errors import UsageError


def quantize(
    model: options.Model = None,
    bits: Annotated[
        str | None,
        typer.Option("--bits", help="Of every filter: 8, 4, 2 or ternary.", show_default="8"),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option("--weights", help="How filters become integers.", show_default="minmax"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", help="config.json of a build, or your own: a choice for each tensor."
        ),
    ] = None,
    observer: options.Observer = None,
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
    metric_output: options.MetricOutput = None,
    keep_outliers: options.KeepOutliers = None,
    flash: options.Flash = None,
    ram: options.Ram = None,
    weight_bytes: options.WeightBytes = None,
    workers: options.Workers = None,
    ranges: options.Ranges = None,
    activations: options.Activations = None,
    weights_per: options.WeightsPer = None,
    io: options.Io = None,
    strict: options.Strict = None,
    activation_bits: options.ActivationBits = None,
    wide: options.Wide = None,
    json: JsonFlag = False,
) -> None:
    """Build one configuration without a search: the same width for every filter, or a file's choice
    for each tensor; verified and reported like `mcuq build`."""
    given = dict(locals())
    from mcuq.cli.request import command_job, parse_width
    from mcuq.quantize import WeightChoice

    width, method = given.pop("bits"), given.pop("weights")
    if config is not None and any(value is not None for value in (width, method)):
        raise UsageError(
            "--config says how every filter is quantized",
            "leave out --bits and --weights, or write what they say into the file",
        )
    fixed = (
        None
        if config
        else WeightChoice(
            parse_width("8" if width is None else width), "minmax" if method is None else method
        )
    )
    run_job(command_job(given | {"fixed": fixed}), json=json)
