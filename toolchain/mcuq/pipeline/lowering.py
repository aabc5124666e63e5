"""Lowering and writing of models for a target, whichever kernels it links."""

from __future__ import annotations

from pathlib import Path

from mcuq.blocks import split
from mcuq.cost import MemoryPlan
from mcuq.emit.c import write_c_model
from mcuq.emit.c.names import DEFAULT_NAMES, Names
from mcuq.lower import Program, lower
from mcuq.pipeline.profile import ProfileTarget
from mcuq.pipeline.scratch import with_asked_scratch
from mcuq.quantized import QuantizedGraph
from mcuq.resources import firmware_dir


def lower_for(target: ProfileTarget, qgraph: QuantizedGraph) -> Program:
    """The calls that `target` runs, with all their scratch.

    Raises:
        InputError, UsageError: as `mcuq.lower.lower` and `mcuq.blocks.split`.
        CompilerError: the kernel library does not link. DeviceError, mcuq_hil's HilError: it could
            not be asked for scratch sizes, or refuses a layer.
    """
    program = lower(split(qgraph), target.lowering)
    return program if target.kernel_library is None else with_asked_scratch(target, program)


def write_model(
    target: ProfileTarget, memory: MemoryPlan, folder: Path, names: Names = DEFAULT_NAMES
) -> None:
    """Write `model/` with everything that it links, so that it builds by itself."""
    library = target.kernel_library
    external = library.kernels_for(memory.program.functions) if library else None
    write_c_model(memory, firmware_dir(), folder, external, names)
