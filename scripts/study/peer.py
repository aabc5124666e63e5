"""The outside peer: litert-quantizer's int4 recipes on the same model and data.

Legal for TFLite Micro: convolutions per channel, dense layers per tensor. litert-quantizer has no
bias correction and its GPTQ covers dense layers only, so what it offers for convolutions is the
choice of clipping; the recipe with the least search loss counts as its best.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph
from mcuq.numeric import dequantize, quantize_values
from mcuq.score.loss import cut, find_loss_outputs
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.tflite.micro import run_micro
from mcuq.tflite.quiet import quiet_native_log
from mcuq.tflite.runtime import Interpreter

NAME = "litert-quantizer"
ALGORITHMS = ("OCTAV", "MSE", "MIN_MAX_UNIFORM_QUANT")
"""Of litert-quantizer, by the names of its AlgorithmName."""
_SIGNATURE = "serving_default"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PeerModel:
    """A quantized model of the peer, ending at the heads that the search compares.

    Attributes:
        algorithm: one of ALGORITHMS.
        flatbuffer: int8 inputs and outputs.
        seconds: what calibrating and quantizing took.
    """

    algorithm: str
    flatbuffer: bytes
    seconds: float


def is_installed() -> bool:
    """Whether the extra `bench` is there."""
    return find_spec("litert_quantizer") is not None


def peer_models(graph: Graph, calibration: Sequence[Floats]) -> tuple[PeerModel, ...]:
    """One model with int4 weights an algorithm.

    Args:
        graph: the float model.
        calibration: float32 (samples, …), one array an input.
    """
    loss_outputs = tuple(head.tensor for head in find_loss_outputs(graph))
    flatbuffer = float_tflite_bytes(cut(graph, loss_outputs))
    samples = [
        {name: x[i : i + 1] for name, x in zip(graph.inputs, calibration, strict=True)}
        for i in range(len(calibration[0]))
    ]
    return tuple(_quantized(flatbuffer, samples, name) for name in ALGORITHMS)


def _quantized(flatbuffer: bytes, samples: list[dict[str, Floats]], algorithm: str) -> PeerModel:
    from litert_quantizer import quantizer
    from litert_quantizer.algorithm_manager import AlgorithmName
    from litert_quantizer.qtyping import (
        ComputePrecision,
        OpQuantizationConfig,
        QuantGranularity,
        TensorQuantizationConfig,
        TFLOperationName,
    )

    def config(granularity: QuantGranularity) -> OpQuantizationConfig:
        return OpQuantizationConfig(
            activation_tensor_config=TensorQuantizationConfig(num_bits=8, symmetric=False),
            weight_tensor_config=TensorQuantizationConfig(
                num_bits=4, symmetric=True, granularity=granularity
            ),
            compute_precision=ComputePrecision.INTEGER,
            explicit_dequantize=False,
            skip_checks=True,
        )

    start = time.perf_counter()
    logging.getLogger("absl").setLevel(logging.ERROR)
    tool = quantizer.Quantizer(flatbuffer)
    tool.add_static_config(".*", TFLOperationName.ALL_SUPPORTED, 8, 8)
    per_channel, per_tensor = QuantGranularity.CHANNELWISE, QuantGranularity.TENSORWISE
    for operation, granularity in (
        (TFLOperationName.CONV_2D, per_channel),
        (TFLOperationName.DEPTHWISE_CONV_2D, per_channel),
        (TFLOperationName.FULLY_CONNECTED, per_tensor),
    ):
        tool.update_quantization_recipe(
            ".*", operation, config(granularity), AlgorithmName[algorithm]
        )
    with quiet_native_log():
        statistics = tool.calibrate({_SIGNATURE: samples}, num_threads=1)
        result = tool.quantize(statistics, enable_progress_report=False)
    return PeerModel(algorithm, bytes(result.quantized_model), time.perf_counter() - start)


def run_fast(flatbuffer: bytes, inputs: Sequence[Floats]) -> list[Floats]:
    """Real outputs by LiteRT's optimized kernels, one sample at a time: for search losses."""
    with quiet_native_log():
        interpreter = Interpreter(model_content=flatbuffer, num_threads=1)
        interpreter.allocate_tensors()
    stored = _stored(interpreter, inputs)
    details = interpreter.get_output_details()
    found: list[list[npt.NDArray[np.int8]]] = [[] for _ in details]
    for sample in range(len(inputs[0])):
        for detail, values in zip(interpreter.get_input_details(), stored, strict=True):
            interpreter.set_tensor(detail["index"], values[sample : sample + 1])
        interpreter.invoke()
        for detail, rows in zip(details, found, strict=True):
            rows.append(interpreter.get_tensor(detail["index"])[0])
    return [
        dequantize(np.stack(rows), *detail["quantization"])
        for detail, rows in zip(details, found, strict=True)
    ]


def run_exact(flatbuffer: bytes, inputs: Sequence[Floats]) -> list[Floats]:
    """Real outputs by TFLite Micro: what a device computes."""
    with quiet_native_log():
        interpreter = Interpreter(model_content=flatbuffer, num_threads=1)
    details = interpreter.get_output_details()
    stored = _stored(interpreter, inputs)
    found = run_micro(flatbuffer, stored, len(details))
    return [
        dequantize(values[:, 0], *detail["quantization"])
        for detail, values in zip(details, found, strict=True)
    ]


def _stored(interpreter: Interpreter, inputs: Sequence[Floats]) -> list[npt.NDArray[np.int8]]:
    details = interpreter.get_input_details()
    return [
        quantize_values(x, np.float32(d["quantization"][0]), d["quantization"][1])
        for x, d in zip(inputs, details, strict=True)
    ]
