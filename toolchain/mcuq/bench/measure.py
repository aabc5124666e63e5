"""Whole models: instructions of one inference, code and arena bytes, on an emulated board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import calibrate
from mcuq.choices import Optimize
from mcuq.compiler import build_firmware
from mcuq.cost import plan_program
from mcuq.data import load_data
from mcuq.emit.c import write_c_model
from mcuq.errors import DeviceError
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.lower import LowerOptions, has_lanes, lower, multiplies_pairs
from mcuq.pipeline.elimination import without_idle_channels
from mcuq.pipeline.profile import most_instructions
from mcuq.quantize import quantize
from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantized import QuantizedGraph
from mcuq.resources import firmware_dir
from mcuq.temporary import temporary_folder
from mcuq_hil import load_board, open_session

TRAINED: Mapping[str, tuple[str, str]] = {
    "resnet8": ("resnet8_float32.tflite", "resnet8_calibration.npz"),
    "kws": ("kws_float32.tflite", "kws_search.npz"),
    "vww": ("vww_96_float.tflite", "vww_calibration.npz"),
    "ad": ("ad01_fp32.tflite", "ad_calibration.npz"),
    "sww": ("str_ww_ref_model.tflite", "sww_calibration.npz"),
}
"""MLPerf Tiny's trained models: model and calibration data, as files of one folder."""

_SAMPLES = 64
"""Of the calibration data."""


@dataclass(frozen=True)
class ModelCost:
    """One model on one core.

    Attributes:
        core: the compiler's name of the board's core.
        board: where it ran.
        model: a key of TRAINED, or the name of a graph.
        weights: "s8" or "s4", all filters alike.
        optimize: "speed" or "size".
        instructions: of one inference.
        code_bytes: flash of the model's code, its parameter structures and the kernels: all that
            an application gains beside weights, biases and multipliers.
        image_code_bytes: the same with start-up, serial runner and C library.
        arena_bytes: activations and scratch, input and output included.
    """

    core: str
    board: str
    model: str
    weights: str
    optimize: str
    instructions: int
    code_bytes: int
    image_code_bytes: int
    arena_bytes: int


def measure_model(
    model: str, folder: Path, bits: int, board_name: str, optimize: Optimize
) -> ModelCost:
    """Build one of TRAINED, run it once against the evaluation, and count.

    Args:
        model: a key of TRAINED.
        folder: with its files.
        bits: of every filter, 8 or 4.
        board_name: an emulated board.
        optimize: as `mcuq build --optimize`.

    Raises:
        InputError: a file is missing or cannot be read.
        DeviceError: the board computes something else than the evaluation.
    """
    return measure_quantized(model, *trained(model, folder, bits), board_name, optimize)


def measure_graph(
    name: str, graph: Graph, bits: int, board_name: str, optimize: Optimize
) -> ModelCost:
    """The same for any graph of one input, calibrated on noise, under `name`."""
    return measure_quantized(name, *quantized(graph, bits), board_name, optimize)


def measure_quantized(
    name: str,
    qgraph: QuantizedGraph,
    sample: npt.NDArray[np.int8],
    board_name: str,
    optimize: Optimize,
) -> ModelCost:
    """The same for a quantized graph of one input and an int8 sample."""
    board = load_board(board_name)
    core, speed = board.core, optimize == "speed"
    options = LowerOptions(speed=speed, lanes=has_lanes(core), pairs=multiplies_pairs(core))
    program = lower(qgraph, options)
    weights = f"s{max(call.weight_bits for call in program.calls)}"
    memory = plan_program(program)
    with temporary_folder() as folder:
        write_c_model(memory, firmware_dir(), folder / "model")
        image = build_firmware(board, folder / "model", folder / "out", optimize=optimize)
        with open_session(board, image.elf, None) as session:
            session.expect(most_instructions(program.macs))
            output = session.run([sample.tobytes()])[0]
            counts = session.count([sample.tobytes()])
    if output != run_integer(qgraph, [sample])[qgraph.outputs[0]].tobytes():
        raise DeviceError(
            f"{name} with {weights} weights: the board's output is wrong", "please report it"
        )
    arrays = {array.key: array for call in program.calls for array in call.arrays()}
    constants = sum(array.nbytes for array in arrays.values())
    return ModelCost(
        core=board.core,
        board=board_name,
        model=name,
        weights=weights,
        optimize=optimize,
        instructions=counts.total,
        code_bytes=image.flash_bytes - image.fixed_flash_bytes - constants,
        image_code_bytes=image.flash_bytes - constants,
        arena_bytes=memory.arena_bytes,
    )


def trained(
    model: str, folder: Path, bits: int, *, with_idle: bool = True
) -> tuple[QuantizedGraph, npt.NDArray[np.int8]]:
    """One of TRAINED with all filters alike, calibrated on its data, and one int8 sample.

    Args:
        model: a key of TRAINED.
        folder: with its files.
        bits: of every filter.
        with_idle: keep the channels that cannot matter, which a build takes out.

    Raises:
        InputError: a file is missing or cannot be read.
    """
    weights, file = (folder / name for name in TRAINED[model])
    graph = load_model(weights)
    data = load_data(file, graph)
    if not with_idle:
        graph = without_idle_channels(graph, [data], None).graph
    samples = [values[:_SAMPLES] for values in data.inputs]
    return _quantized(graph, samples, bits)


def quantized(graph: Graph, bits: int) -> tuple[QuantizedGraph, npt.NDArray[np.int8]]:
    """The model with all filters alike, calibrated on noise, and one int8 sample."""
    shape = graph.tensors[graph.inputs[0]].shape
    values = np.random.default_rng(0).normal(0, 1, (8, *shape[1:])).astype(np.float32)
    return _quantized(graph, [values], bits)


def _quantized(
    graph: Graph, samples: Sequence[npt.NDArray[np.float32]], bits: int
) -> tuple[QuantizedGraph, npt.NDArray[np.int8]]:
    """min-max throughout, all filters alike, and the first sample; of a model of one input."""
    ranges = calibrate(graph, samples, ("minmax",))
    qgraph = quantize(graph, ranges, Config(default_weight=WeightChoice(bits)))
    return qgraph, quantize_inputs(qgraph, [values[:1] for values in samples])[0]
