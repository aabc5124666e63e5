"""`manifest.json`: what was built from what, what it costs, how good it is, how that is known.

No times, no paths: the same inputs and seed give the same bytes on any machine.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mcuq.report.front import Role
from mcuq.report.values import Written


class Figures(Written):
    """The result in numbers; bytes but where said otherwise."""

    metric: str = Field(description="Name of the metric of the next three, on evaluation data.")
    higher_is_better: bool
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
    instructions: int | None = Field(default=None, description="Of one inference, emulated.")
    cycles: int | None = Field(default=None, description="Of one inference, on hardware.")


class BudgetFigures(Written):
    """What the firmware may take, in bytes; the board's memories where nothing less was asked."""

    flash: int
    ram: int
    weight_bytes: int | None = None


class Verification(Written):
    """Outputs compared byte for byte with those of our own integer arithmetic."""

    samples: int = Field(description="Evaluation samples compared with TFLite Micro.")
    equal_tflm: bool = Field(description="Every byte of every output of those is equal.")
    device_samples: int = Field(description="Samples run on the board or its emulator.")
    equal_device: bool = Field(description="Every byte of every output of those is equal.")
    constructed: bool = Field(
        default=False, description="The samples are values over the inputs' range, not data."
    )

    @property
    def holds(self) -> bool:
        """Whether everything that was compared is equal."""
        return self.equal_tflm and self.equal_device


class DeviceFigures(Written):
    """What the board or the emulator measured."""

    emulated: bool
    unit: Literal["instructions", "cycles"] = Field(description="Of all counts in this file.")
    stack_high_water: int | None = Field(default=None, description="Stack bytes touched.")
    arena_high_water: int | None = Field(default=None, description="Arena bytes touched.")


class ResultWarning(Written):
    """Something suspicious that did not stop the build."""

    code: str = Field(description="The same for every warning of one kind.")
    message: str
    hint: str = Field(description="What to do about it.")


class Target(Written):
    """The board that it was built for."""

    name: str
    part: str
    core: str
    flash: int
    ram: int


class Layer(Written):
    """One kernel call, in execution order."""

    name: str
    kind: str
    function: str = Field(description="The C function that computes it.")
    library: Literal["mcuq", "cmsis-nn"] = Field(
        default="mcuq", description="Whose function it is: mcuq's, or the linked library's."
    )
    slow: str = Field(
        default="", description="Why it runs on slower kernels than others of its kind; or empty."
    )
    shape: tuple[int, ...] = Field(description="Of its output.")
    macs: int
    filter: str | None = Field(description="Name of its filter tensor; None without one.")
    bits: int | None = Field(description="Of its filter; None without one.")
    method: str = Field(description="How its filter became integers; empty without one.")
    weight_bytes: int
    constant_bytes: int = Field(description="Everything it has in flash, filter included.")
    scratch_bytes: int
    counts: int | None = Field(description="Instructions or cycles spent in it.")


class MemoryBlock(Written):
    """Bytes of the arena from layer `first` to layer `last`, both included.

    Inputs are there from -1 on, outputs until one past the last layer.
    """

    name: str
    offset: int
    size: int
    first: int
    last: int


class SearchFigures(Written):
    """How the configuration was found. Loss is the search's own measure: lower is better."""

    method: str
    evaluations: int = Field(description="Candidates scored.")
    budget: int = Field(description="Candidates allowed.")
    space_size: str = Field(description="Configurations there are, in decimal.")
    loss: float | None = Field(description="Null where a given model was built as it is.")
    int8_loss: float | None = Field(description="Of plain int8; null likewise.")
    int8_fits: bool = Field(description="Whether plain int8 would have fitted the budget.")
    refined_from: float | None = Field(
        default=None, description="Divergence on samples kept back, before the iterative finish."
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
    weight_bytes: int
    instructions: int = Field(description="Estimated.")
    fits: bool


class Manifest(Written):
    """Everything a reader of the result needs, and what the gates of a CI compare."""

    format: Literal[1] = 1
    model: str = Field(description="Name of the model file.")
    target: Target
    result: Figures
    budget: BudgetFigures
    verification: Verification
    device: DeviceFigures
    search: SearchFigures
    compared: tuple[Compared, ...] = Field(
        default=(), description="What was built, the search's front and the baselines."
    )
    warnings: tuple[ResultWarning, ...] = Field(
        default=(), description="What looked wrong about the model, its data or the result."
    )
    layers: tuple[Layer, ...]
    memory: tuple[MemoryBlock, ...]
    arena_lower_bound: int = Field(description="No memory plan can need fewer bytes.")
    seed: int
    optimize: Literal["speed", "size"]
    command: str = Field(description="What to type to get this again.")
    inputs: dict[str, str] = Field(description="Role of each file (model, …) → its SHA-256.")
    versions: dict[str, str] = Field(description="Package or program → version.")
