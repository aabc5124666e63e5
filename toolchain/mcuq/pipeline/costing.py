"""Costs from the board's own compiler and a profiled run, before any configuration is linked.

The model is lowered once a bit width and compiled for the board. Section sizes and the calls
between them give the code of any set of kernels; what remains of the image is the same for every
configuration. A profiled run of each width gives each layer's count.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.compiler.firmware import build_firmware, compile_program, stack_bytes_needed
from mcuq.compiler.heap import ROOTS
from mcuq.compiler.sections import Section, closure
from mcuq.cost import CodeModel, CostTable, FunctionSize, constant_bytes, plan_program
from mcuq.errors import BudgetError
from mcuq.lower import Program
from mcuq.pipeline.lowering import lower_for, write_model
from mcuq.pipeline.profile import Layers, ProfileTarget, profile_layers
from mcuq.quantized import QuantizedGraph
from mcuq.temporary import temporary_folder

_MODEL_SYMBOLS = frozenset(
    {"mcuq_model", "model_run", "model_reset", "model_input", "model_output", "model_state"}
)


def cost_table(
    target: ProfileTarget,
    qgraphs: Mapping[int, QuantizedGraph],
    sample: Sequence[npt.NDArray[np.int8]],
) -> CostTable:
    """Compile one model a width, link the narrowest, profile each.

    Args:
        target: where it shall run.
        qgraphs: width → the model with every filter at that width.
        sample: one int8 sample, an array an input, for the profiled runs.

    Raises:
        BudgetError: not even the narrowest fits the board's memories. CompilerError: the
            compiler is missing or refuses a file. HilError: a profiled run failed.
    """
    programs = {bits: lower_for(target, qgraph) for bits, qgraph in qgraphs.items()}
    with temporary_folder() as scratch:
        folders = {bits: scratch / f"int{bits}" for bits in programs}
        for bits, program in programs.items():
            write_model(target, plan_program(program), folders[bits])
        code = _code_model(target, programs, folders)
        counts: Layers = {}
        cycles: Layers = {}
        for bits, program in programs.items():
            with contextlib.suppress(BudgetError):  # too large to link: costed all the same
                counted, timed = profile_layers(target, program, folders[bits], sample)
                counts |= counted
                cycles |= timed
    return CostTable(programs, code, counts, cycles)


def with_kernels_of(code: CodeModel, target: ProfileTarget, program: Program) -> CodeModel:
    """The code model with kernels that it lacks and `program` calls, compiled for the board.

    Raises:
        CompilerError: as `cost_table`.
    """
    if code.functions.keys() >= set(program.functions):
        return code
    with temporary_folder() as scratch:
        write_model(target, plan_program(program), scratch / "model")
        sections = compile_program(
            target.board, scratch / "model", optimize=target.optimize, safety=target.safety
        ).sections
    # What every image holds is no kernel of a model's: it stays unknown, with nothing to add.
    everywhere = {name: FunctionSize(0) for name in program.functions}
    return replace(code, functions={**everywhere, **code.functions, **_kernels(sections)})


def _code_model(
    target: ProfileTarget, programs: Mapping[int, Program], folders: Mapping[int, Path]
) -> CodeModel:
    """Sizes of all kernels; the rest is what the narrowest image holds beside its own."""
    functions: dict[str, FunctionSize] = {}
    stacks = []
    for folder in folders.values():
        sections = compile_program(
            target.board, folder, optimize=target.optimize, safety=target.safety
        ).sections
        functions |= _kernels(sections)
        stacks.append(stack_bytes_needed(target.board, sections))
    narrowest = min(programs)
    program, folder = programs[narrowest], folders[narrowest]
    image = build_firmware(
        target.board,
        folder,
        folder.parent / "linked",
        optimize=target.optimize,
        safety=target.safety,
    )
    sizes = CodeModel(functions)
    memory = plan_program(program)
    own = sizes.kernel_bytes(program.functions) + constant_bytes(memory).total
    return CodeModel(
        functions,
        fixed_flash=image.flash_bytes - own,
        fixed_ram=image.ram_bytes - image.stack_bytes - memory.ram_bytes + max(stacks),
    )


def _kernels(sections: Mapping[str, Section]) -> dict[str, FunctionSize]:
    """Everything that an image holds only because model code calls it."""
    needs = {
        name: frozenset(filter(_of_model, section.needs)) if _of_model(name) else section.needs
        for name, section in sections.items()
    }
    everywhere = closure(needs, ROOTS)
    return {
        name: FunctionSize(section.flash_bytes, tuple(sorted(section.needs)))
        for name, section in sections.items()
        if name not in everywhere and not _of_model(name)
    }


def _of_model(name: str) -> bool:
    return name in _MODEL_SYMBOLS or name.startswith("model/model.c")
