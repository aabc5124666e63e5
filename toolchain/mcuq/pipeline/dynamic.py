"""`mcuq dynamic` as one function: a model whose activations are quantized at run time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.compiler import build_firmware
from mcuq.cost import plan_program, weight_bytes
from mcuq.data import load_data
from mcuq.document import Document
from mcuq.emit.c import write_c_model
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import DeviceError, InputError, UsageError
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.isolated import IsolatedError
from mcuq.lower import lower
from mcuq.pipeline.check import check_board, check_readable
from mcuq.pipeline.profile import most_instructions
from mcuq.progress import Progress, ProgressCallback, announce, silent
from mcuq.quantize import Config, WeightChoice, quantize_dynamic
from mcuq.quantized import QuantizedGraph
from mcuq.resources import firmware_dir
from mcuq.score.answers import predictions_of
from mcuq.score.choice import suited_metric
from mcuq.tflite.litert import run_litert
from mcuq.witness import compare_import
from mcuq_hil import open_session
from mcuq_hil.bench import check_emulated
from mcuq_hil.boards import Board, load_board

Reals = npt.NDArray[np.float32]


@dataclass(frozen=True)
class DynamicRequest:
    """Attributes:
    model: float model file.
    evaluation: samples that figures and comparisons come from.
    bits: of every filter, 8 or 4.
    board: name in the registry; it must have an emulator.
    device_samples: samples compared byte by byte on the emulated board.
    """

    model: Path
    evaluation: Path
    bits: int
    board: str
    device_samples: int = 4


@dataclass(frozen=True)
class DynamicResult:
    """A model whose activations are quantized at run time, measured.

    Attributes:
        metric: name of the metric of the next two.
        float_model: its value for the float model.
        dynamic: its value for what was built.
        samples: evaluation samples that it was taken on.
        weight_bytes: all filters as stored.
        flash_bytes: the linked image.
        ram_bytes: arena, static data and reserved stack.
        litert_difference: largest difference of an output from LiteRT's hybrid operators.
        device_samples: how many gave the host's bytes on the emulated board.
    """

    metric: str
    float_model: float
    dynamic: float
    samples: int
    weight_bytes: int
    flash_bytes: int
    ram_bytes: int
    litert_difference: float
    device_samples: int


DYNAMIC = Document(
    "dynamic",
    DynamicResult,
    "a model built with dynamic range",
    "`dynamic.json` and `--json` of `mcuq dynamic`",
)


def build_dynamic(
    request: DynamicRequest, folder: Path, progress: ProgressCallback = silent
) -> DynamicResult:
    """Write model.tflite, model/ and firmware below `folder`, and compare.

    Raises:
        InputError, UsageError: the model or the data cannot be used; an operator has no float form
            in firmware. DeviceError, mcuq_hil's HilError: the board gives other bytes, or failed.
    """
    progress(Progress("load"))
    check_readable(request.model)
    board = load_board(request.board)
    check_readable(request.evaluation)
    check_board(board, None)
    if board.emulator is None:
        raise UsageError(f"{board.name} has no emulator", "choose one that `mcuq boards` says has")
    check_emulated(board)
    graph = load_model(request.model)
    data = load_data(request.evaluation, graph)
    imported = compare_import(request.model, graph, data.inputs)
    announce("load", imported.findings, progress, strict=False)
    choice = WeightChoice(request.bits)
    qgraph = quantize_dynamic(graph, Config(default_weight=choice))
    progress(Progress("evaluate", note=f"{len(data)} samples"))
    outputs = run_integer(qgraph, data.inputs)
    found = tuple(outputs[name] for name in graph.outputs)
    real = run_float(graph, data.inputs)
    reference = tuple(real[name] for name in graph.outputs)
    metric, _ = suited_metric(graph, data)
    flatbuffer = tflite_bytes(qgraph)
    (folder / "model.tflite").write_bytes(flatbuffer)
    difference = _difference(flatbuffer, data.inputs, found)
    progress(Progress("build", note=request.board))
    flash, ram = _on_device(request, board, qgraph, data.inputs, found, folder)
    return DynamicResult(
        metric=metric.name,
        float_model=metric.compute(predictions_of(graph, data, reference, reference)),
        dynamic=metric.compute(predictions_of(graph, data, found, reference)),
        samples=len(data),
        weight_bytes=weight_bytes(qgraph),
        flash_bytes=flash,
        ram_bytes=ram,
        litert_difference=difference,
        device_samples=min(request.device_samples, len(data)),
    )


def _difference(
    flatbuffer: bytes, inputs: tuple[Reals, ...], expected: tuple[npt.NDArray[Any], ...]
) -> float:
    """Largest difference of any output value from LiteRT's.

    Raises:
        InputError: LiteRT does not run the model.
    """
    try:
        others = run_litert(flatbuffer, inputs)
    except IsolatedError as error:
        raise InputError(
            f"LiteRT does not run the model: {error.reason}",
            "quantize it with calibration data instead: mcuq quantize",
        ) from error
    pairs = zip(others, expected, strict=True)
    return max(float(np.abs(a.reshape(b.shape) - b).max(initial=0.0)) for a, b in pairs)


def _on_device(
    request: DynamicRequest,
    board: Board,
    qgraph: QuantizedGraph,
    inputs: tuple[Reals, ...],
    expected: tuple[npt.NDArray[Any], ...],
    folder: Path,
) -> tuple[int, int]:
    """Flash and RAM bytes of the image, once the board has given the host's bytes."""
    memory = plan_program(lower(qgraph))
    write_c_model(memory, firmware_dir(), folder / "model")
    image = build_firmware(board, folder / "model", folder)
    with open_session(board, image.elf) as session:
        session.expect(most_instructions(memory.program.macs))
        for sample in range(min(request.device_samples, len(inputs[0]))):
            found = session.run([x[sample].tobytes() for x in inputs])
            if found != [y[sample].tobytes() for y in expected]:
                raise DeviceError(
                    "outputs differ from the host's: the firmware does not compute what was "
                    "evaluated",
                    "this is a defect of mcuq: please report it with the model",
                )
    return image.flash_bytes, image.ram_bytes
