"""Options that several subcommands share, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcuq.choices import check_finite
from mcuq.cli import complete
from mcuq.units import parse_bytes

_DATA, _BUDGET, _GATES, _SEARCH = "Data", "Budget", "Gates (exit code 6)", "Search"
_SCHEME = "Numbers"


def finite(parameter: typer.CallbackParam, value: float | None) -> float | None:
    """The callback of a number's option: NaN and infinity pass every other bound."""
    check_finite(max(parameter.opts, key=len), value)
    return value


Model = Annotated[
    Path | None,
    typer.Argument(
        help="Float model. Without it, mcuq.toml in the current directory says everything.",
        show_default=False,
    ),
]
Board = Annotated[
    str | None,
    typer.Option(
        "--board",
        "-b",
        help="Name from `mcuq boards`.",
        show_default=False,
        autocompletion=complete.boards,
    ),
]
Port = Annotated[
    str | None,
    typer.Option("--port", help="Serial port of a real board; without it, it is emulated."),
]
AsIs = Annotated[
    bool | None,
    typer.Option(
        "--as-is",
        help="MODEL is an int8 .tflite: keep its integers, search nothing.",
        show_default=False,
    ),
]
MetricOutput = Annotated[
    str | None,
    typer.Option(
        "--metric-output",
        metavar="NAME",
        help="Judge this output alone, by name or number; without it, all of them.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
KeepOutliers = Annotated[
    bool | None,
    typer.Option(
        "--keep-outliers",
        help="Calibrate on every sample, even one that reaches far beyond all others.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
Strict = Annotated[
    bool | None,
    typer.Option(
        "--strict",
        help="What looks wrong about model, data or result is an error, not a warning.",
        show_default=False,
    ),
]
Farm = Annotated[
    Path | None,
    typer.Option(
        "--hil",
        metavar="FILE",
        help="Count the front's candidates on the boards of this hil.toml.",
        show_default=False,
    ),
]
FarmSamples = Annotated[
    int | None,
    typer.Option(
        "--hil-samples",
        min=1,
        help="Judge those candidates by so many search samples on the boards, too.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Directory of the result (out).", show_default=False),
]
Optimize = Annotated[
    str | None,
    typer.Option(
        "--optimize",
        help="speed (default) or size.",
        show_default=False,
        autocompletion=complete.one_of("speed", "size"),
    ),
]
Kernels = Annotated[
    str | None,
    typer.Option(
        "--kernels",
        autocompletion=complete.one_of("mcuq", "cmsis-nn"),
        help="mcuq (default), or cmsis-nn: those of the library in --cmsis-nn.",
        show_default=False,
    ),
]
CmsisNn = Annotated[
    Path | None,
    typer.Option(
        "--cmsis-nn",
        metavar="DIR",
        help="CMSIS-NN: Include/ beside Source/ or a compiled libcmsis-nn.a.",
        show_default=False,
    ),
]
Calibration = Annotated[
    Path | None,
    typer.Option("--calibration", help="Samples for activation ranges.", rich_help_panel=_DATA),
]
SearchData = Annotated[
    Path | None,
    typer.Option("--search-data", help="Samples to compare on.", rich_help_panel=_DATA),
]
Evaluation = Annotated[
    Path | None,
    typer.Option("--evaluation", help="Samples for the final figures.", rich_help_panel=_DATA),
]
Metric = Annotated[
    str | None,
    typer.Option(
        "--metric",
        autocompletion=complete.metrics,
        help="top1, mse, r2, auc, agreement or module:function.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
Flash = Annotated[
    int | None,
    typer.Option(
        "--flash",
        parser=parse_bytes,
        metavar="SIZE",
        help="Most flash for the whole image: 256K, 1M, 0x8000.",
        rich_help_panel=_BUDGET,
    ),
]
Ram = Annotated[
    int | None,
    typer.Option(
        "--ram",
        parser=parse_bytes,
        metavar="SIZE",
        help="Most RAM for everything.",
        rich_help_panel=_BUDGET,
    ),
]
# Parsed with the request: Typer takes no parser for a value of two types.
WeightBytes = Annotated[
    str | None,
    typer.Option(
        "--weight-bytes",
        metavar="SIZE|PERCENT",
        help="Most bytes of weights, or a share of the int8 weights: 60%.",
        rich_help_panel=_BUDGET,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        min=0,
        help="Equal seeds, equal bytes.",
        rich_help_panel=_SEARCH,
        show_default=False,
    ),
]
Evaluations = Annotated[
    int | None,
    typer.Option("--evaluations", min=1, help="Most candidates to score.", rich_help_panel=_SEARCH),
]
Seconds = Annotated[
    float | None,
    typer.Option(
        "--stop-after",
        min=0.0,
        callback=finite,
        metavar="SECONDS",
        help="End the search then; results depend on the machine.",
        rich_help_panel=_SEARCH,
        show_default=False,
    ),
]
Patience = Annotated[
    int | None,
    typer.Option(
        "--stop-stale",
        min=1,
        metavar="GENERATIONS",
        help="End the search after so many generations without gain (12).",
        rich_help_panel=_SEARCH,
        show_default=False,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        max=256,
        help="Processes; results do not depend on it. Default: all cores.",
        rich_help_panel=_SEARCH,
        show_default=False,
    ),
]
Method = Annotated[
    str | None,
    typer.Option(
        "--method",
        autocompletion=complete.methods,
        help="ga (default), knapsack, greedy, random or uniform.",
        rich_help_panel=_SEARCH,
        show_default=False,
    ),
]
MaxFlash = Annotated[
    int | None,
    typer.Option(
        "--max-flash",
        parser=parse_bytes,
        metavar="SIZE",
        rich_help_panel=_GATES,
        help="Fail above this much flash.",
    ),
]
MaxRam = Annotated[
    int | None,
    typer.Option(
        "--max-ram",
        parser=parse_bytes,
        metavar="SIZE",
        rich_help_panel=_GATES,
        help="Fail above this much RAM.",
    ),
]
MinAccuracy = Annotated[
    float | None,
    typer.Option(
        "--min-accuracy",
        callback=finite,
        rich_help_panel=_GATES,
        help="Fail where the metric is worse.",
    ),
]
MaxInstructions = Annotated[
    int | None,
    typer.Option(
        "--max-instructions",
        min=1,
        rich_help_panel=_GATES,
        help="Fail above this many instructions (cycles) an inference.",
    ),
]
Ranges = Annotated[
    Path | None,
    typer.Option(
        "--ranges",
        help="Activation statistics that mcuq calibrate wrote.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
Activations = Annotated[
    str | None,
    typer.Option(
        "--activations",
        autocompletion=complete.one_of("asymmetric", "symmetric"),
        help="asymmetric (default) or symmetric: zero point 0.",
        rich_help_panel=_SCHEME,
        show_default=False,
    ),
]
WeightsPer = Annotated[
    str | None,
    typer.Option(
        "--weights-per",
        autocompletion=complete.one_of("channel", "tensor"),
        help="channel (default) or tensor: what a scale of a filter belongs to.",
        rich_help_panel=_SCHEME,
        show_default=False,
    ),
]
Io = Annotated[
    str | None,
    typer.Option(
        "--io",
        autocompletion=complete.one_of("int8", "float32"),
        help="int8 (default) or float32 inputs and outputs.",
        rich_help_panel=_SCHEME,
        show_default=False,
    ),
]
Observer = Annotated[
    str | None,
    typer.Option(
        "--observer",
        autocompletion=complete.observers,
        help="minmax (default), mse, entropy, …: of every activation that no search decides.",
        rich_help_panel=_SCHEME,
        show_default=False,
    ),
]
ActivationBits = Annotated[
    int | None,
    typer.Option(
        "--activation-bits",
        help="8 (default) or 16, of all activations.",
        rich_help_panel=_SCHEME,
        show_default=False,
    ),
]
Bits = Annotated[
    str | None,
    typer.Option(
        "--bits",
        help="Widths of weights to choose from: 8,4 (default), 8,4,2, 8,4,2,ternary …",
        rich_help_panel=_SEARCH,
        show_default=False,
    ),
]
Wide = Annotated[
    list[str] | None,
    typer.Option(
        "--wide",
        metavar="TENSOR",
        help="An activation that takes 16 bits, with all that share its scale; repeatable.",
        rich_help_panel=_SCHEME,
        show_default=False,
    ),
]
