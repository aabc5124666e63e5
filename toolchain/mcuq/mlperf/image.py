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
from mcuq.mlperf.pulse import Pulse
from mcuq.mlperf.sound import render_tables
from mcuq_hil.boards import Board

_FOLDER = "mlperf"
_COMMAND_BYTES = 80
_SOUND_COMMAND_BYTES = 1028
"""Of a command: what the benchmark's own firmware has room for."""
_SENT = {"u8": "MCUQ_SENT_U8", "s8": "MCUQ_SENT_S8", "f32": "MCUQ_SENT_F32"}


def build_mlperf(
    board: Board,
    model_dir: Path,
    out_dir: Path,
    benchmark: Benchmark,
    *,
    optimize: Optimize = "speed",
    pulse: Pulse | None = None,
) -> FirmwareImage:
    """Compile and link the model of `model_dir`; writes firmware.elf, .bin and .map in `out_dir`.

    The model has passed `check_model`.

    Args:
        pulse: for the energy mode.

    Raises:
        CompilerError, BudgetError, StackError, HeapError: see `build_firmware`.
    """
    runner = mlperf_runner(benchmark, pulse)
    return build_firmware(board, model_dir, out_dir, optimize=optimize, runner=runner)


def mlperf_runner(benchmark: Benchmark, pulse: Pulse | None = None) -> Runner:
    """What answers in an image of this benchmark."""
    written = {"mcuq_benchmark.c": render_benchmark(benchmark)}
    folders = [_FOLDER, f"{_FOLDER}/{'stream' if benchmark.listens else 'single'}"]
    if benchmark.listens:
        written["mcuq_sound_tables.c"] = render_tables()
    if pulse is None:
        folders.append(f"{_FOLDER}/lap")
    else:
        written["mcuq_pulse_pin.c"] = pulse.text()
        folders += [f"{_FOLDER}/pulse", pulse.driver]
    return Runner(tuple(folders), written)


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
    command_bytes = _SOUND_COMMAND_BYTES if benchmark.listens else _COMMAND_BYTES
    buffers = [
        f"static char command[{command_bytes + 1}];",
        f"static uint8_t buffer[{size}];",
    ]
    taken = "(int8_t *)buffer"
    if size != benchmark.values:
        buffers.append(f"static int8_t input[{benchmark.values}];")
        taken = "input"
    fields = {
        "model": f'"{benchmark.model}"',
        "command": "command",
        "command_bytes": "sizeof command - 1",
        "echoes": str(benchmark.listens).lower(),
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
