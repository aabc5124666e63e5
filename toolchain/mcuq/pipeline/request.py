"""What a user asks for: every option of `mcuq build`, `quantize` and `search`, once.

From these records are made: the options of the command line, the keys of `mcuq.toml`, their pages
in the reference, the command that a manifest repeats, and the fingerprint of a search's log. What
an option does stands where its value is used.

Annotations are evaluated here, not postponed: the records are read from them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mcuq.choices import Compiler, Dask, Kernels, Optimize
from mcuq.declared import Group, Option, TomlTable, documented
from mcuq.declared.offered import (
    ALL,
    BUDGET,
    BUILD,
    DATA,
    PYTHON,
    QUANTIZE,
    SEARCH,
    SEARCHES,
    VERIFIED,
)
from mcuq.pipeline import names
from mcuq.pipeline.scheme import Scheme, Throughout, weight_choice
from mcuq.safety import Safety

if TYPE_CHECKING:
    from mcuq.quantize import WeightChoice

_KERNELS = TomlTable("build", "Whose kernels the firmware links.")
_LIMITS = TomlTable("budget", "What the firmware may take; a key left out means the whole board.")
_samples = partial(Option, commands=ALL, panel=DATA, is_input=True)
_scored = partial(Option, commands=VERIFIED, panel=DATA)
_budget = partial(Option, commands=ALL, panel=BUDGET, metavar="SIZE", table=_LIMITS)
_time = partial(Option, commands=ALL, panel=BUDGET, table=_LIMITS)
_search = partial(Option, commands=SEARCHES, panel=SEARCH)
_farm = partial(Option, commands=BUILD, table=None)  # the bench is this machine's
_silent = partial(Option, commands=PYTHON, table=None, changes_bytes=False)


@documented
@dataclass(frozen=True, kw_only=True)
class BuildRequest:
    """What to build, and how; see `mcuq.pipeline.build.build`."""

    model: Annotated[
        Path,
        Option(
            "Float model. Without it, mcuq.toml in the current directory says everything.",
            "Float model: .tflite, .onnx, .pt2, .keras, .h5 or a SavedModel.",
            commands=ALL,
            is_argument=True,
            is_input=True,
            example="model.tflite",
        ),
    ]
    fixed: Annotated[
        "WeightChoice | None",
        Group(Throughout, weight_choice, "With a choice, no search: every filter takes it."),
    ] = None
    config: Annotated[
        Path | None,
        Option(
            "config.json of a build, or your own: a choice for each tensor.",
            "File that prescribes every tensor's choice, without a search.",
            commands=QUANTIZE,
            table=None,
            is_input=True,
            matters=lambda request: request.fixed is None,
        ),
    ] = None
    board: Annotated[
        str,
        names.BOARD,
        Option(
            "A name that mcuq boards lists.",
            "Boards to build for; the first is the default.",
            commands=ALL,
            short="-b",
            listed_as="boards",
            offered=names.boards,
            is_always_printed=True,
        ),
    ] = "stm32f746"
    port: Annotated[
        str | None,
        Option(
            "Serial port of a real board; without it, it is emulated.",
            commands=ALL,
            table=None,
            changes_bytes=False,
        ),
    ] = None
    as_is: Annotated[
        bool,
        Option(
            "MODEL is an int8 .tflite: keep its integers, search nothing.",
            commands=BUILD,
            table=None,
        ),
    ] = False
    farm: Annotated[
        Path | None,
        _farm(
            "Count the front's candidates on the boards of this hil.toml.",
            flag="--hil",
            metavar="FILE",
            is_input=True,
        ),
    ] = None
    farm_samples: Annotated[
        int,
        _farm(
            "Judge those candidates by so many search samples on the boards, too.",
            flag="--hil-samples",
            least=1,
        ),
    ] = 0
    output: Annotated[
        Path,
        Option(
            "Directory of the result (out).",
            "Directory the results are written to.",
            commands=ALL,
            short="-o",
            changes_bytes=False,
        ),
    ] = Path("out")
    name: Annotated[
        str,
        Option(
            "What C calls the model (model): NAME.h, NAME_run, NAME_input …",
            "How the files and public names of the C project begin; models that are linked "
            "together need different ones.",
            commands=VERIFIED,
            metavar="NAME",
        ),
    ] = "model"
    optimize: Annotated[
        Optimize, Option("speed (default) or size.", "Compiler and kernel choice.", commands=ALL)
    ] = "speed"
    compiler: Annotated[
        Compiler,
        Option(
            "auto (default): gcc where it is installed, else clang.",
            "Arm's GCC, the Clang of the package ziglang, or the first of them that is installed.",
            commands=ALL,
        ),
    ] = "auto"
    kernels: Annotated[
        Kernels,
        Option(
            "mcuq (default), or cmsis-nn: those of the library in --cmsis-nn.",
            "mcuq's own, or those of a library with CMSIS-NN's interface: the default where one is "
            "named.",
            commands=ALL,
            table=_KERNELS,
        ),
    ] = "mcuq"
    cmsis_nn: Annotated[
        Path | None,
        Option(
            "CMSIS-NN: Include/ beside Source/ or a compiled libcmsis-nn.a.",
            "That library's directory: Include/ beside Source/ or libcmsis-nn.a.",
            commands=ALL,
            metavar="DIR",
            table=_KERNELS,
            example="CMSIS-NN",
            matters=lambda request: request.kernels != "mcuq",
        ),
    ] = None
    calibration: Annotated[
        Path | None,
        _samples(
            "Samples for activation ranges.",
            "Samples from which activation ranges are measured.",
            is_key_required=True,
            example="calibration.npz",
        ),
    ] = None
    search_data: Annotated[
        Path | None,
        _samples(
            "Samples to compare on.",
            "Samples the search compares candidates on; without it, calibration.",
            example="search.npz",
        ),
    ] = None
    evaluation: Annotated[
        Path | None,
        _samples(
            "Samples for the final figures.",
            "Samples the final figures come from; without it, search_data.",
            commands=VERIFIED,
            example="evaluation.npz",
        ),
    ] = None
    metric: Annotated[
        str | Callable[..., float] | None,
        names.METRIC,
        _scored(
            "top1, mse, r2, auc, agreement or module:function.",
            "top1, mse, r2, auc, agreement (needs no labels) or module:function; without it, what "
            "suits the outputs and labels.",
            offered=names.metrics,
            example="top1",
        ),
    ] = None
    metric_folder: Annotated[
        Path | None, _silent("Where the module of a metric is looked for first.")
    ] = None
    metric_output: Annotated[
        str | None,
        _scored(
            "Judge this output alone, by name or number; without it, all of them.",
            "The one output that is scored, by name or number; without it, all are.",
            metavar="NAME",
            example="boxes",
        ),
    ] = None
    keep_outliers: Annotated[
        bool,
        Option(
            "Calibrate on every sample, even one that reaches far beyond all others.",
            commands=ALL,
            panel=DATA,
        ),
    ] = False
    keep_channels: Annotated[
        bool,
        Option(
            "Build every channel, even one that cannot matter.",
            "Build every channel, even those that are constant, equal or read by nothing.",
            commands=ALL,
        ),
    ] = False
    drop_channels: Annotated[
        bool,
        _search(
            "Let the search leave out channels, too.",
            "Whether the search may leave out channels of a layer, an eighth, a quarter or half of "
            "them, as it may store weights in fewer bits.",
        ),
    ] = False
    mixed_channels: Annotated[
        bool,
        _search(
            "Let channels of a layer have different widths, too.",
            "Whether a filter may have two widths, a quarter or half of its channels in the wider: "
            "it becomes two layers whose results are joined.",
        ),
    ] = False
    flash: Annotated[
        names.Bytes | None,
        _budget(
            "Most flash for the whole image: 256K, 1M, 0x8000.",
            "Flash for the whole image: code, constants and start-up values.",
            example="256K",
        ),
    ] = None
    ram: Annotated[
        names.Bytes | None,
        _budget(
            "Most RAM for everything.",
            "RAM for everything: arena, static data and reserved stack.",
            example="64K",
        ),
    ] = None
    weight_bytes: Annotated[
        names.BytesOrShare | None,
        _budget(
            "Most bytes of weights, or a share of the int8 weights: 60%.",
            "Bytes of all weights, or a percentage of what int8 weights take.",
            metavar="SIZE|PERCENT",
            example="60%",
        ),
    ] = None
    max_cycles: Annotated[
        int | None,
        _time(
            "Most cycles of an inference; estimated where no hardware counts them.",
            "Cycles of one inference: measured with --port, else as they are estimated.",
            least=1,
            example=12_000_000,
        ),
    ] = None
    max_ms: Annotated[
        float | None,
        _time(
            "The same in milliseconds, at the board's clock.",
            "Milliseconds of one inference at the board's clock, likewise.",
            metavar="MS",
            least=0.0,
            example=50.0,
        ),
    ] = None
    seed: Annotated[
        int,
        _search(
            "Equal seeds, equal bytes.",
            "Seed of everything random; equal seeds, equal bytes.",
            least=0,
            is_always_printed=True,
        ),
    ] = 0
    evaluations: Annotated[
        int | None,
        _search(
            "Most candidates to score under one limit of weight bytes.",
            "Most candidates the search may evaluate under one limit of weight bytes; without it, "
            "mcuq chooses.",
            least=1,
            example=400,
        ),
    ] = None
    seconds: Annotated[
        float | None,
        _search(
            "End the search then; results depend on the machine.",
            "Seconds after which the search ends; results then depend on the machine.",
            commands=BUILD,
            flag="--stop-after",
            metavar="SECONDS",
            least=0.0,
            example=600,
        ),
    ] = None
    patience: Annotated[
        int,
        _search(
            "End the search after so many generations without gain (12).",
            "Generations without a better candidate after which the search ends.",
            commands=BUILD,
            flag="--stop-stale",
            metavar="GENERATIONS",
            least=1,
        ),
    ] = 12
    method: Annotated[
        str,
        _search(
            "ga (default), knapsack, greedy, random or uniform.",
            "How configurations are searched.",
            choices=names.methods,
        ),
    ] = "ga"
    require_oracle: Annotated[
        bool,
        Option(
            "Refuse where TensorFlow Lite Micro cannot be compared with.",
            "Whether a build is refused where TensorFlow Lite Micro is not there to compare with: "
            "its wheel is for Linux on x86-64 only.",
            commands=BUILD,
            changes_bytes=False,
        ),
    ] = False
    exact_scores: Annotated[
        bool,
        _search(
            "Score candidates in the firmware's arithmetic: the same on every kind of processor.",
            "Score candidates in the firmware's own arithmetic, five times slower: the same on "
            "every kind of processor, where LiteRT's is the same on all of one kind.",
        ),
    ] = False
    workers: Annotated[
        int,
        Option(
            "Processes; results do not depend on it. Default: all cores.",
            "Processes that score candidates; results do not depend on it.",
            commands=ALL,
            panel=SEARCH,
            table=None,
            least=1,
            most=256,
            changes_bytes=False,
        ),
    ] = 1
    scheduler: Annotated[
        str | None,
        Option(
            "Dask scheduler whose workers do what can be spread: tcp://HOST:PORT.",
            "Address of a Dask scheduler whose workers compute candidates, score them and run "
            "emulated boards; results do not depend on it.",
            commands=ALL,
            panel=SEARCH,
            table=None,
            metavar="ADDRESS",
            changes_bytes=False,
        ),
    ] = None
    dask: Annotated[
        Dask | None,
        Option(
            "local: --workers are Dask's, on this computer.",
            "Where Dask's workers are started, instead of asking a scheduler for its own; as many "
            "as `workers` says.",
            commands=ALL,
            panel=SEARCH,
            table=None,
            changes_bytes=False,
        ),
    ] = None
    ranges: Annotated[
        Path | None,
        _samples(
            "Activation statistics that mcuq calibrate wrote.",
            commands=VERIFIED,
            example="ranges.json",
        ),
    ] = None
    scheme: Annotated[
        Scheme,
        Group(Scheme, Scheme, "How numbers become integers, as far as no search decides it."),
    ] = field(default_factory=Scheme)
    safety: Annotated[
        Safety,
        Group(Safety, Safety, "What the firmware watches of itself; nothing by default."),
    ] = field(default_factory=Safety)
    strict: Annotated[
        bool,
        Option(
            "What looks wrong about model, data or result is an error, not a warning.",
            commands=ALL,
            changes_bytes=False,
        ),
    ] = False
    no_user_code: Annotated[
        bool,
        Option(
            "Refuse --metric module:function, which runs code that lies beside the model.",
            commands=VERIFIED,
            panel=DATA,
            table=None,
            changes_bytes=False,
        ),
    ] = False
    device_samples: Annotated[
        int, _silent("Evaluation samples that are compared byte by byte on the device.", least=1)
    ] = 32
