"""Flash, RAM and instructions of MLPerf Tiny's models as int8: mcuq's C beside bakeNN's.

    pip install 'mcuq[bench]'
    python scripts/compare_bakenn.py MODELS

MODELS holds the trained models. Both are given the same integers, bakeNN as a `.tflite`, and end
before the softmax, which it does not take. What they write is built by one compiler at one level
with one runner around it, and runs once on an emulated board of each core. A program that computes
other bytes than the evaluation has no figures. The table of docs/bakenn.md is written anew.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import bakenn
import numpy as np
import numpy.typing as npt
from bakenn.backend.portable_c.selection import CBackendOptions, KernelPolicy
from bakenn.targets import CORTEX_M4

from mcuq.bench.measure import TRAINED, trained
from mcuq.compiler.firmware import build_firmware
from mcuq.compiler.toolchain import compiler_version
from mcuq.cost import plan_program
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import BudgetError, DeviceError
from mcuq.graph import Op
from mcuq.interpret.integer import run_integer
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.pipeline.lowering import lower_for, write_model
from mcuq.pipeline.profile import ProfileTarget, most_instructions
from mcuq.quantized import QuantizedGraph
from mcuq.temporary import temporary_folder
from mcuq_hil import Board, load_board, open_session
from page_marks import write_between

BOARDS = ("nucleo-f446re", "stm32f746")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "bakenn.md"
BEGIN, END = "<!-- table: scripts/compare_bakenn.py -->", "<!-- end of table -->"
KERNELS = {
    "bakeNN, portable": CBackendOptions(target=CORTEX_M4),
    "bakeNN, CMSIS-NN": CBackendOptions(
        kernel_policy=KernelPolicy.STATIC_PRIORITY, enable_cmsis_nn=True, target=CORTEX_M4
    ),
}
"""bakeNN's kernels: its default, and all that it has for the Cortex-M4, with Arm's library."""
_SLOWEST = 4
"""Times the instructions for which mcuq's own programs are waited for."""
_HEAD = ("core", "model", "program", "flash bytes", "RAM bytes", "instructions")
_CALLER = """\
#include "bknn_{name}.h"
#include "mcuq_model.h"

static int8_t input[BKNN_{macro}_INPUT_BYTES] __attribute__((aligned(16)));
static int8_t output[BKNN_{macro}_OUTPUT_BYTES] __attribute__((aligned(16)));
static uint8_t arena[BKNN_{macro}_ARENA_SIZE]
    __attribute__((aligned(BKNN_{macro}_ARENA_ALIGNMENT)));

static void run(void)
{{
    bknn_{name}_infer(arena, input, output);
}}

static const mcuq_io inputs[] = {{{{.name = "input", .data = input, .bytes = sizeof input}}}};
static const mcuq_io outputs[] = {{{{.name = "output", .data = output, .bytes = sizeof output}}}};

const mcuq_model_t mcuq_model = {{
    .name = "{name}",
    .inputs = inputs,
    .outputs = outputs,
    .input_count = 1,
    .output_count = 1,
    .arena = (int8_t *)arena,
    .arena_bytes = sizeof arena,
    .run = run,
}};
"""


@dataclass(frozen=True)
class Built:
    """One program of a model on a core.

    Attributes:
        program: "mcuq", or bakeNN with which kernels.
        flash, ram: bytes of the whole image, runner, stack and C library included.
        instructions: of one inference.
        refusal: why there are no figures; empty where there are.
    """

    core: str
    model: str
    program: str
    flash: int = 0
    ram: int = 0
    instructions: int = 0
    refusal: str = ""


def without_softmax(qgraph: QuantizedGraph) -> QuantizedGraph:
    """The model up to its last operator, if that is a softmax; dense layers get rows of values."""
    *ops, last = qgraph.ops
    if last.kind.name != "SOFTMAX":
        return qgraph
    tensors = {name: t for name, t in qgraph.tensors.items() if name != last.output}
    kept: list[Op] = []
    for op in ops:
        shape = tensors[op.inputs[0]].shape
        if op.kind.name == "FULLY_CONNECTED" and len(shape) > 2:
            flat = (1, int(np.prod(shape)))
            row = f"{op.inputs[0]}/row"
            tensors[row] = replace(tensors[op.inputs[0]], name=row, shape=flat)
            kept.append(Op(RESHAPE, row, (op.inputs[0],), (row,), ReshapeAttrs(flat)))
            op = replace(op, inputs=(row, *op.inputs[1:]))
        kept.append(op)
    return replace(qgraph, tensors=tensors, ops=tuple(kept), outputs=(last.inputs[0],))


def compare(model: str, models: Path, board: Board) -> Iterator[Built]:
    """mcuq's program and bakeNN's of a key of TRAINED, its files in `models`."""
    whole, sample = trained(model, models, 8)
    qgraph = without_softmax(whole)
    target = ProfileTarget(board, "speed", None)
    program = lower_for(target, qgraph)
    limit = _SLOWEST * most_instructions(program.macs)
    with temporary_folder() as folder:
        for number, side in enumerate(("mcuq", *KERNELS)):
            built = Built(board.core, model, side)
            place = folder / str(number)
            try:
                if side == "mcuq":
                    write_model(target, plan_program(program), place)
                else:
                    place = write_bakenn(model, qgraph, KERNELS[side], place)
            except bakenn.CompileError as error:
                yield replace(built, refusal=str(error))
                continue
            yield _measured(built, board, place, (qgraph, sample), limit)


def write_bakenn(name: str, qgraph: QuantizedGraph, options: CBackendOptions, folder: Path) -> Path:
    """bakeNN's C with a caller that mcuq's runner knows, as a model's folder.

    Raises:
        CompileError: it does not take the model.
    """
    generated = folder / "generated"
    bakenn.compile_tflite(tflite_bytes(qgraph), generated, name=name, backend_options=options)
    model = folder / "model"
    model.mkdir()
    cmake = (generated / "bakenn_sources.cmake").read_text(encoding="utf-8")
    defines = _listed("BAKENN_MODEL_COMPILE_DEFINITIONS", cmake)
    # The runner's build knows one folder of headers and no definitions of a model's own.
    for source in generated.rglob("*.c"):
        text = source.read_text(encoding="utf-8")
        lines = "".join(f"#define {each.replace('=', ' ', 1)}\n" for each in defines)
        (model / source.name).write_text(lines + text, encoding="utf-8")
    for place in _listed("BAKENN_MODEL_INCLUDE_DIRS", cmake):
        here = generated / place.removeprefix("${CMAKE_CURRENT_LIST_DIR}/")
        wanted = shutil.ignore_patterns("*.c", "*.json", "*.txt", "*.cmake")
        shutil.copytree(here, model / "include", ignore=wanted, dirs_exist_ok=True)
    text = _CALLER.format(name=name, macro=name.upper())
    (model / "model.c").write_text(text, encoding="utf-8")
    return model


def _listed(variable: str, cmake: str) -> list[str]:
    """The words of a variable of bakeNN's CMake file, which quotes paths and no definitions."""
    _, _, rest = cmake.partition(f"set({variable}\n")
    return [word.strip('"') for word in rest.partition(")")[0].split()]


def _measured(
    built: Built,
    board: Board,
    model: Path,
    expected: tuple[QuantizedGraph, npt.NDArray[np.int8]],
    limit: int,
) -> Built:
    qgraph, sample = expected
    try:
        image = build_firmware(board, model, model.parent / f"{model.name}-out")
    except BudgetError as error:
        return replace(built, refusal=error.cause)
    with open_session(board, image.elf, None) as session:
        session.expect(limit)
        output = session.run([sample.tobytes()])[0]
        counts = session.count([sample.tobytes()])
    if output != run_integer(qgraph, [sample])[qgraph.outputs[0]].tobytes():
        if built.program == "mcuq":
            raise DeviceError("the board's output is wrong", "please report it")
        return replace(built, refusal="other bytes than the evaluation")
    return replace(built, flash=image.flash_bytes, ram=image.ram_bytes, instructions=counts.total)


def table(rows: Sequence[Built]) -> str:
    """A row each, bakeNN's figures also as multiples of mcuq's."""
    ours = {(row.core, row.model): row for row in rows if row.program == "mcuq"}
    lines = [f"| {' | '.join(_HEAD)} |", "|" + "---|" * len(_HEAD)]
    for row in rows:
        own = ours[row.core, row.model]
        cells = [row.core.removeprefix("cortex-").upper(), row.model, row.program]
        if row.refusal:
            cells += [row.refusal, "", ""]
        elif row is own:
            cells += [f"{value:,}" for value in (row.flash, row.ram, row.instructions)]
        else:
            pairs = (row.flash, own.flash), (row.ram, own.ram), (row.instructions, own.instructions)
            cells += [f"{value:,} ({value / other:.2f}×)" for value, other in pairs]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", type=Path, help="the folder of MLPerf Tiny's models")
    parser.add_argument("--print", action="store_true", help="the table, and leave the page alone")
    asked = parser.parse_args()
    rows: list[Built] = []
    for board in map(load_board, BOARDS):
        for model in TRAINED:
            for row in compare(model, asked.models, board):
                print(row, file=sys.stderr)
                rows.append(row)
    text = f"bakeNN {version('bakenn')}; {compiler_version()}, -O2.\n\n{table(rows)}"
    if asked.print:
        print(text)
        return
    write_between(PAGE, BEGIN, END, text)


if __name__ == "__main__":
    main()
