"""`bundle.json`: the models of one image, what each takes of it, and how they were compared.

No times, no paths: the same results give the same bytes on any machine.
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from mcuq.choices import Optimize
from mcuq.document import Document
from mcuq.result.manifest import BudgetFigures, DeviceFigures, Target
from mcuq.written import Written

ArenaUse = Literal["separate", "shared"]
ARENA_USES: tuple[ArenaUse, ...] = get_args(ArenaUse)
"""Whether models have arenas of their own, or one for all because they never run at once."""


class BundledModel(Written):
    """One model of the image."""

    name: str = Field(description="How its C names begin; it is called so on the device, too.")
    model: str = Field(description="The file that it was built from.")
    digest: str = Field(description="SHA-256 of its `.tflite`.")
    flash_bytes: int = Field(description="Its constants and calls in this image, kernels apart.")
    arena_bytes: int = Field(description="Its activations and scratch.")
    state_bytes: int = Field(description="What it keeps from run to run.")
    alone_flash_bytes: int = Field(description="Of the image that holds it alone.")
    alone_ram_bytes: int = Field(description="Of the image that holds it alone.")
    samples: int = Field(
        description="Samples run on the device in this image, in turn with those of the others; "
        "of a model that keeps states, steps of sequences."
    )
    equal_device: bool = Field(description="Every output byte of those is as evaluated here.")
    equal_tflm: bool | None = Field(
        default=True,
        description="Every one is TensorFlow Lite Micro's; null where that was not available.",
    )
    counts: int = Field(description="Instructions or cycles of one inference in this image.")
    arena_high_water: int = Field(description="Arena bytes that one inference touched.")


class BundleFigures(Written):
    """The linked image, in bytes."""

    flash_bytes: int = Field(description="Code, constants, start-up values.")
    kernel_bytes: int = Field(description="Of that, kernels: each is there once.")
    ram_bytes: int = Field(description="Arenas, states, static data and reserved stack.")
    arena_bytes: int = Field(description="Of that, all arenas.")
    state_bytes: int = Field(
        description="Of that, what models keep from run to run; no two of them share any."
    )
    stack_bytes: int = Field(description="Of that, reserved stack.")
    saved_kernel_bytes: int = Field(
        description="What a copy of its kernels for each model would take more; of a compiled "
        "library that is not known."
    )
    saved_arena_bytes: int = Field(
        description="What arenas of their own would take more; 0 where they are separate."
    )
    alone_flash_bytes: int = Field(description="Of one image a model, in all.")


class Bundle(Written):
    """Several built models in one image."""

    models: tuple[BundledModel, ...] = Field(
        description="In the order of their names, which is that of their numbers on the device."
    )
    arena: ArenaUse = Field(description="Whether each has its own, or all have one.")
    optimize: Optimize = Field(description="As each was built.")
    target: Target = Field(description="The board.")
    budget: BudgetFigures = Field(description="What the image may take.")
    result: BundleFigures = Field(description="What it takes.")
    device: DeviceFigures = Field(description="Where the models were compared.")
    build_id: str = Field(description="Of the image: what the device tells when it starts.")
    versions: dict[str, str] = Field(description="Of mcuq and what figures depend on.")


BUNDLE = Document(
    "bundle",
    Bundle,
    "several models in one image: figures, and what was compared",
    "`bundle.json`; `mcuq bundle --json`, `mcuq report --json` of one",
    version=3,
    oldest=1,
)
