"""`manifest.json`: what was built from what, what it costs, how good it is, how that is known.

No times, no paths: the same inputs and seed give the same bytes on any machine.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mcuq.report.values import Written


class Figures(Written):
    """The result in numbers; bytes but where said otherwise."""

    metric: str = Field(description="Name of the metric of the next three, on evaluation data.")
    higher_is_better: bool = True
    float_: float = Field(description="Of the float model.")
    int8: float = Field(description="With every weight in int8.")
    quantized: float = Field(description="Of what was built.")
    flash_bytes: int = Field(description="The linked image: code, constants, start-up values.")
    flash_model_bytes: int = Field(description="Of that, the model's constants.")
    flash_code_bytes: int = Field(description="Of that, everything else.")
    weight_bytes: int = Field(description="All filters as stored.")
    int8_weight_bytes: int = Field(description="All filters, were they int8.")
    ram_bytes: int = Field(description="Arena, static data and reserved stack.")
    arena_bytes: int = Field(description="Planned activations and scratch.")
    stack_bytes: int = Field(description="Reserved stack.")
    macs: int = Field(description="Multiply-accumulates of one inference.")
    instructions: int | None = Field(default=None, description="Of one inference, emulated.")
    cycles: int | None = Field(default=None, description="Of one inference, on hardware.")


class BudgetFigures(Written):
    """What the firmware may take, in bytes; the board's memories where nothing less was asked."""

    flash: int
    ram: int
    weight_bytes: int | None = None


class Verification(Written):
    """Outputs compared byte for byte."""

    samples: int = Field(description="Evaluation samples compared with TFLite Micro.")
    equal_tflm: int = Field(description="Of those, equal in every byte of every output.")
    device_samples: int = Field(description="Samples run on the board or its emulator.")
    equal_device: int = Field(description="Of those, equal in every byte of every output.")
    device: str = Field(description="What ran them, such as 'emulated stm32f746'.")

    @property
    def holds(self) -> bool:
        """Whether everything that was compared is equal."""
        return self.samples == self.equal_tflm and self.device_samples == self.equal_device


class Target(Written):
    """The board that it was built for."""

    name: str
    part: str
    core: str
    flash: int
    ram: int
    emulated: bool


class Layer(Written):
    """One operator, in execution order."""

    name: str = Field(description="Its output tensor, shortened.")
    kind: str
    shape: tuple[int, ...]
    macs: int = 0
    bits: int | None = Field(default=None, description="Of its filter; None without one.")
    method: str | None = Field(default=None, description="How its filter became integers.")
    weight_bytes: int = 0
    constant_bytes: int = Field(default=0, description="Everything it has in flash.")
    counts: int | None = Field(default=None, description="Instructions or cycles spent in it.")
    sensitivity: float | None = Field(
        default=None, description="What the search loss rises by with this filter alone in int4."
    )


class MemoryBlock(Written):
    """Bytes of the arena from `first` to `last` operator, both included."""

    name: str
    offset: int
    size: int
    first: int
    last: int


class SearchFigures(Written):
    """How the configuration was found."""

    method: str
    evaluations: int
    note: str = Field(default="", description="What the user should know, one line.")


class Manifest(Written):
    """Everything a reader of the result needs, and what the gates of a CI compare."""

    format: Literal[1] = 1
    model: str = Field(description="Name of the model file.")
    target: Target
    result: Figures
    budget: BudgetFigures
    verification: Verification
    search: SearchFigures | None = None
    layers: tuple[Layer, ...]
    memory: tuple[MemoryBlock, ...] = ()
    arena_lower_bound: int | None = None
    seed: int
    optimize: Literal["speed", "size"] = "speed"
    command: str = Field(description="What to type to get this again.")
    inputs: dict[str, str] = Field(description="Role of each file (model, …) → its SHA-256.")
    versions: dict[str, str] = Field(description="Package or program → version.")
