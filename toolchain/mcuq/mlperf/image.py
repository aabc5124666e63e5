"""Firmware that answers MLPerf Tiny's runner, around an emitted model."""

from __future__ import annotations

import math
from pathlib import Path

from mcuq.choices import Optimize
from mcuq.compiler import FirmwareImage, build_firmware
from mcuq.compiler.runner import Runner
from mcuq.emit.c.literals import c_float
from mcuq.errors import UsageError
from mcuq.importers.tflite.reader import read_model
from mcuq.mlperf.benchmarks import Benchmark
from mcuq_hil.boards import Board

_FOLDER = "mlperf"
_SENT = {"u8": "MCUQ_SENT_U8", "s8": "MCUQ_SENT_S8", "f32": "MCUQ_SENT_F32"}


def build_mlperf(
    board: Board,
    model_dir: Path,
    out_dir: Path,
    benchmark: Benchmark,
    *,
    optimize: Optimize = "speed",
) -> FirmwareImage:
    """Compile and link the model of `model_dir`; writes firmware.elf, .bin and .map in `out_dir`.

    The model has passed `check_model`.

    Raises:
        CompilerError, BudgetError, StackError, HeapError: see `build_firmware`.
    """
    runner = Runner(_FOLDER, {"mcuq_benchmark.c": render_benchmark(benchmark)})
    return build_firmware(board, model_dir, out_dir, optimize=optimize, runner=runner)


def check_model(benchmark: Benchmark, flatbuffer: bytes) -> None:
    """Refuse a model that is not one of the benchmark's.

    Args:
        flatbuffer: the built model.tflite.

    Raises:
        UsageError: number, size or type of its inputs or outputs differ.
    """
    model = read_model(flatbuffer)
    for what, indices, values in (
        ("input", model.inputs, benchmark.values),
        ("output", model.outputs, benchmark.outputs),
    ):
        found = [(math.prod(model.tensors[i].shape), model.tensors[i].dtype) for i in indices]
        if found != [(values, "int8")]:
            told = " and ".join(f"{count} values of {dtype}" for count, dtype in found)
            raise UsageError(
                f"the model's {what} is {told}, {benchmark.title} takes {values} of int8",
                "name the benchmark that the model was trained for",
            )


def render_benchmark(benchmark: Benchmark) -> str:
    """Text of mcuq_benchmark.c."""
    sent, size = _SENT[benchmark.sent], benchmark.input_bytes
    buffers = [f"static uint8_t buffer[{size}];"]
    taken = "(int8_t *)buffer"
    if size != benchmark.values:
        buffers.append(f"static int8_t input[{benchmark.values}];")
        taken = "input"
    fields = {
        "model": f'"{benchmark.model}"',
        "sent": sent,
        "scale": c_float(benchmark.scale),
        "zero_point": str(benchmark.zero_point),
        "buffer": "buffer",
        "buffer_bytes": "sizeof buffer",
        "input": taken,
        "reconstructs": str(benchmark.reconstructs).lower(),
    }
    lines = [f"    .{name} = {value}," for name, value in fields.items()]
    return "\n".join(
        [
            f"/* MLPerf Tiny: {benchmark.title}. */",
            '#include "mcuq_mlperf.h"\n',
            *buffers,
            "",
            "const mcuq_mlperf_benchmark mcuq_benchmark = {",
            *lines,
            "};\n",
        ]
    )
