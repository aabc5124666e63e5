"""`manifest.json`: what was built from what, what it costs, how good it is, how that is known.

No times, no paths: the same inputs and seed give the same bytes on any machine.
"""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from mcuq.document import Document
from mcuq.findings import Finding
from mcuq.result.elimination import EliminationFigures
from mcuq.result.front import Role
from mcuq.result.pruning import PruningFigures
from mcuq.written import Written


class Figures(Written):
    """The result in numbers; bytes but where said otherwise."""

    metric: str = Field(description="Name of the metric of the next three, on evaluation data.")
    higher_is_better: bool = Field(description="Whether more of the metric is better.")
    float_: float | None = Field(description="Of the float model; null without evaluation data.")
    int8: float | None = Field(
        description="With every weight in int8; null also where nothing was calibrated."
    )
    quantized: float | None = Field(description="Of what was built; null without evaluation data.")
    flash_bytes: int = Field(description="The linked image: code, constants, start-up values.")
    flash_model_bytes: int = Field(description="Of that, the model's constants.")
    flash_code_bytes: int = Field(description="Of that, everything else.")
    weight_bytes: int = Field(description="All filters as stored.")
    int8_weight_bytes: int = Field(description="All filters, were they int8.")
    ram_bytes: int = Field(description="Arena, static data and reserved stack.")
    arena_bytes: int = Field(description="Planned activations and scratch.")
    stack_bytes: int = Field(description="Reserved stack.")
    predicted_flash_bytes: int = Field(description="What the cost model said before linking.")
    predicted_ram_bytes: int = Field(description="What the cost model said before linking.")
    macs: int = Field(description="Multiply-accumulates of one inference.")
    samples: int = Field(description="Evaluation samples the metric was taken on.")
    metric_output: int | None = Field(
        default=None, description="Number of the one output that is scored; none: all are."
    )
    float_low: float | None = Field(
        default=None, description="95 % confidence interval of the float model's figure."
    )
    float_high: float | None = Field(default=None, description="Its upper end.")
    int8_low: float | None = Field(default=None, description="The same of int8.")
    int8_high: float | None = Field(default=None, description="Its upper end.")
    interval_low: float | None = Field(default=None, description="The same of what was built.")
    interval_high: float | None = Field(default=None, description="Its upper end.")
    change: float | None = Field(
        default=None, description="What was built less the float model, on the same samples."
    )
    change_low: float | None = Field(
        default=None, description="Its 95 % confidence interval, from the paired differences."
    )
    change_high: float | None = Field(default=None, description="Its upper end.")
    int8_change: float | None = Field(
        default=None, description="What was built less plain int8, on the same samples."
    )
    int8_change_low: float | None = Field(
        default=None, description="Its 95 % confidence interval, from the paired differences."
    )
    int8_change_high: float | None = Field(default=None, description="Its upper end.")
    instructions: int | None = Field(default=None, description="Of one inference, emulated.")
    cycles: int | None = Field(default=None, description="Of one inference, on hardware.")
    cycles_estimated: int | None = Field(
        default=None,
        description="Of one inference, by a model of core and memories; null from hardware.",
    )
    cycles_interval: tuple[int, int] | None = Field(
        default=None, description="Around that, as wide as the model's largest known error."
    )
    cycles_basis: Literal["pipeline", "constant"] | None = Field(
        default=None,
        description="`pipeline`: a model of core and flash; `constant`: cycles an instruction.",
    )
    ms_estimated: float | None = Field(
        default=None, description="The same in milliseconds, at the board's clock."
    )
    uj_estimated: float | None = Field(
        default=None,
        description="The same in microjoules, where the board's file gives a current.",
    )


class AlsoMeasured(Written):
    """Another metric, same samples: the AUC of a binary classifier, the R² of a regression."""

    metric: str = Field(description="Its name.")
    float_: float = Field(description="Of the float model.")
    quantized: float = Field(description="Of what was built.")


class BudgetFigures(Written):
    """What the firmware may take, in bytes; the board's memories where nothing less was asked."""

    flash: int = Field(description="Of the linked image.")
    ram: int = Field(description="Arena, static data and reserved stack.")
    weight_bytes: int | None = Field(
        default=None, description="Filters as stored; null where nothing was asked."
    )


class Verification(Written):
    """Outputs compared byte for byte with those of our own integer arithmetic."""

    samples: int = Field(description="Evaluation samples compared with TFLite Micro.")
    equal_tflm: bool | None = Field(
        description="Every byte of every output of those is equal; null where TFLite Micro is not "
        "available."
    )
    device_samples: int = Field(description="Samples run on the board or its emulator.")
    equal_device: bool = Field(description="Every byte of every output of those is equal.")
    constructed: bool = Field(
        default=False, description="The samples are values over the inputs' range, not data."
    )

    equal_original: bool | None = Field(
        default=None,
        description="The same for the quantized file that was given, as it is, in TFLite Micro.",
    )
    import_runtime: str = Field(
        default="",
        description="What the model file was compared in: name and version; empty for nothing.",
    )
    import_samples: int = Field(default=0, description="Samples compared in it.")
    import_difference: float = Field(
        default=0.0, description="Largest difference of a real output there from the float graph."
    )

    @property
    def holds(self) -> bool:
        """Whether everything that was compared is equal."""
        compared = (self.equal_tflm, self.equal_device, self.equal_original)
        return all(equal is not False for equal in compared)


class DeviceFigures(Written):
    """What the board or the emulator measured."""

    emulated: bool = Field(description="Whether no hardware was involved.")
    unit: Literal["instructions", "cycles"] = Field(description="Of all counts in this file.")
    stack_high_water: int | None = Field(default=None, description="Stack bytes touched.")
    arena_high_water: int | None = Field(default=None, description="Arena bytes touched.")


class OutputFigures(Written):
    """An input or output as the user's model file has it, and how `model.tflite` stores it."""

    name: str = Field(description="Of the tensor.")
    shape: tuple[int, ...] = Field(description="In the user's file, batch included.")
    order: tuple[int, ...] = Field(
        description="Dimension i of `model.tflite` is the file's dimension order[i]."
    )
    signed: ClassVar[frozenset[str]] = frozenset({"class_axis"})

    head: Literal["softmax", "sigmoid", "values"] = Field(
        default="values", description="What the values of an output are."
    )
    class_axis: int = Field(
        default=-1, description="The file's dimension along which an output's classes lie."
    )


class Target(Written):
    """The board that it was built for."""

    name: str = Field(description="As `--board` takes it.")
    part: str = Field(description="The maker's name of the microcontroller.")
    core: str = Field(description="The compiler's name of the core.")
    flash: int = Field(description="Bytes that the linker may fill.")
    ram: int = Field(description="Bytes that the linker may fill.")
    core_hz: int | None = Field(
        default=None, description="The core's clock; null where an older mcuq wrote this."
    )


class Layer(Written):
    """One kernel call, in execution order."""

    name: str = Field(description="Of its operator.")
    kind: str = Field(description="The operator, such as `CONV_2D`.")
    function: str = Field(description="The C function that computes it.")
    library: Literal["mcuq", "cmsis-nn"] = Field(
        default="mcuq", description="Whose function it is: mcuq's, or the linked library's."
    )
    slow: str = Field(
        default="", description="Why it runs on slower kernels than others of its kind; or empty."
    )
    shape: tuple[int, ...] = Field(description="Of its output.")
    macs: int = Field(description="Multiply-accumulates of one inference.")
    filter: str | None = Field(description="Name of its filter tensor; None without one.")
    bits: int | None = Field(description="Of its filter; None without one.")
    method: str = Field(description="How its filter became integers; empty without one.")
    weight_bytes: int = Field(description="Its filter as stored.")
    constant_bytes: int = Field(description="Everything it has in flash, filter included.")
    scratch_bytes: int = Field(description="Working memory while it runs.")
    counts: int | None = Field(description="Instructions or cycles spent in it.")
    cycles_estimated: int | None = Field(
        default=None, description="By the model of core and memories; null from hardware."
    )
    cycles_interval: tuple[int, int] | None = Field(
        default=None, description="Around that, as of the whole inference."
    )
    reads: tuple[str, ...] = Field(
        default=(), description="Buffers of `memory` that hold the activations it reads."
    )
    writes: tuple[str, ...] = Field(default=(), description="Those that it fills.")


class MemoryBlock(Written):
    """Bytes of the arena from layer `first` to layer `last`, both included.

    Inputs are there from -1 on, outputs until one past the last layer.
    """

    signed: ClassVar[frozenset[str]] = frozenset({"first", "last"})

    name: str = Field(description="Of the tensor, or what else lies there.")
    offset: int = Field(description="Bytes from the arena's begin.")
    size: int = Field(description="In bytes.")
    first: int = Field(ge=-1, description="Number of the first layer.")
    last: int = Field(ge=-1, description="Number of the last layer.")

    @model_validator(mode="after")
    def _lives(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"a buffer lives from layer {self.first} to {self.last}")
        return self


class SearchFigures(Written):
    """How the configuration was found. Loss is the search's own measure: lower is better."""

    method: str = Field(description="Search method, or `fixed` where nothing was searched.")
    evaluations: int = Field(description="Candidates scored.")
    budget: int = Field(description="Candidates allowed.")
    space_size: str = Field(
        pattern=r"^[0-9]{1,4000}$", description="Configurations there are, in decimal."
    )
    loss: float | None = Field(description="Null where a given model was built as it is.")
    int8_loss: float | None = Field(description="Of plain int8; null likewise.")
    int8_fits: bool = Field(description="Whether plain int8 would have fitted the budget.")
    refined_from: float | None = Field(
        default=None, description="Divergence on samples kept back, before the refinement."
    )
    refined_to: float | None = Field(default=None, description="The same after it.")
    measured: int = Field(default=0, description="Front members counted on a farm.")
    latency_error_mean: float | None = Field(
        default=None, description="Mean relative error of the estimate over those."
    )
    latency_error_worst: float | None = Field(default=None, description="The largest one.")


class Compared(Written):
    """A point of the report's front: figures only, its choices are in `pareto.json`."""

    role: Role = Field(description="As in `pareto.json`.")
    accuracy: float = Field(description="The metric on evaluation data.")
    flash_bytes: int = Field(description="As the cost model says.")
    ram_bytes: int = Field(description="As the cost model says.")
    weight_bytes: int = Field(description="Filters as stored.")
    instructions: int = Field(description="Estimated.")
    cycles: int | None = Field(
        default=None, description="Predicted: from measured layers with `--port`, else estimated."
    )
    fits: bool = Field(description="Whether it keeps the budget.")


class Manifest(Written):
    """Everything a reader of the result needs, and what the gates of a CI compare."""

    model: str = Field(description="Name of the model file.")
    target: Target = Field(description="The board.")
    result: Figures = Field(description="The result in numbers.")
    budget: BudgetFigures = Field(description="What the firmware may take.")
    verification: Verification = Field(description="What was compared byte for byte.")
    device: DeviceFigures = Field(description="What it ran on, and the memory it touched there.")
    search: SearchFigures = Field(description="How the configuration was found.")
    also: tuple[AlsoMeasured, ...] = Field(
        default=(), description="Other metrics that are usual beside the one that counts."
    )
    compared: tuple[Compared, ...] = Field(
        default=(), description="What was built, the search's front and the baselines."
    )
    warnings: tuple[Finding, ...] = Field(
        default=(), description="What looked wrong about the model, its data or the result."
    )
    inputs_as_given: tuple[OutputFigures, ...] = Field(
        default=(), description="The model's inputs: data is in their layout."
    )
    outputs_as_given: tuple[OutputFigures, ...] = Field(
        default=(), description="The model's outputs: metrics see them in that layout."
    )
    elimination: EliminationFigures | None = Field(
        default=None, description="Channels that were left out; null where all matter."
    )
    pruning: PruningFigures | None = Field(
        default=None, description="Channels that the search left out; null where it left all."
    )
    layers: tuple[Layer, ...] = Field(description="In execution order.")
    memory: tuple[MemoryBlock, ...] = Field(
        description="The arena's buffers; behind them, from `arena_bytes` on, the states."
    )

    @property
    def state_bytes(self) -> int:
        """Of what the model keeps from run to run, which lies behind the arena in `memory`."""
        end = max((block.offset + block.size for block in self.memory), default=0)
        return max(0, end - self.result.arena_bytes)

    @model_validator(mode="after")
    def _has_that_output(self) -> Self:
        scored, outputs = self.result.metric_output, self.outputs_as_given
        if scored is not None and scored >= len(outputs):
            raise ValueError(f"output {scored} is judged, and there are {len(outputs)}")
        return self

    @model_validator(mode="after")
    def _is_scored(self) -> Self:
        if self.compared and self.result.float_ is None:
            raise ValueError("points are compared, and the float model was not judged")
        return self

    arena_lower_bound: int = Field(description="No memory plan can need fewer bytes.")
    seed: int = Field(description="Of everything random.")
    optimize: Literal["speed", "size"] = Field(
        description="What the kernels were compiled and chosen for."
    )
    command: str = Field(description="What to type to get this again.")
    inputs: dict[str, str] = Field(description="Role of each file (model, …) → its SHA-256.")
    versions: dict[str, str] = Field(description="Package or program → version.")


MANIFEST = Document(
    "manifest",
    Manifest,
    "what was built, what it costs and how that is known",
    "`manifest.json` and `--json` of `mcuq build` and `mcuq quantize`; `mcuq report --json`",
    version=6,
    oldest=1,
    sealed=True,
)
