"""LiteRT on files from anywhere, in a child process: what it does not survive is one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.isolated import IsolatedError, call_isolated, progressed
from mcuq.numeric import dequantize, quantize_values
from mcuq.tflite.excerpt import keeps_state

Reals = npt.NDArray[np.float32]


def run_litert(
    flatbuffer: bytes, inputs: Sequence[Reals], tensors: Sequence[int] | None = None
) -> list[Reals]:
    """Real values of a model for samples, one at a time, by LiteRT's own kernels.

    Args:
        flatbuffer: a model of batch 1, float or quantized.
        inputs: float32 (samples, …), one a model input, in the file's layout; of a model with
            variables (samples, steps, …): an interpreter of its own runs each sample's steps.
        tensors: indices in the file; None takes the model's outputs.

    Returns:
        float32 (samples, …) or (samples, steps, …), each of the shape that the file has behind its
        batch.

    Raises:
        IsolatedError: it does not load or run the model.
    """
    wanted = None if tensors is None else list(tensors)
    try:
        return call_isolated(
            _run, flatbuffer, list(inputs), wanted, "BUILTIN_WITHOUT_DEFAULT_DELEGATES"
        )
    except IsolatedError:
        # The fast kernels read a bias that is not there; the slow ones do not.
        return call_isolated(_run, flatbuffer, list(inputs), wanted, "BUILTIN_REF")


def _run(
    flatbuffer: bytes, inputs: list[Reals], tensors: list[int] | None, kernels: str
) -> list[Reals]:
    """In the child; `kernels` is the name of an `OpResolverType`."""
    if keeps_state(flatbuffer):
        parts = [
            _run_samples(flatbuffer, [x[i] for x in inputs], tensors, kernels)
            for i in range(len(inputs[0]))
        ]
        return [np.stack(found) for found in zip(*parts, strict=True)]
    return _run_samples(flatbuffer, inputs, tensors, kernels)


def _run_samples(
    flatbuffer: bytes, inputs: list[Reals], tensors: list[int] | None, kernels: str
) -> list[Reals]:
    """All samples, one after the other, in one interpreter."""
    from mcuq.tflite.runtime import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=flatbuffer,
        experimental_op_resolver_type=OpResolverType[kernels],
        experimental_preserve_all_tensors=tensors is not None,
        num_threads=1,
    )
    interpreter.allocate_tensors()
    sources = interpreter.get_input_details()
    details = {detail["index"]: detail for detail in interpreter.get_tensor_details()}
    wanted = tensors
    if wanted is None:
        wanted = [detail["index"] for detail in interpreter.get_output_details()]
    rows: list[list[Reals]] = [[] for _ in wanted]
    for sample in range(len(inputs[0])):
        progressed()
        for detail, values in zip(sources, inputs, strict=True):
            value = _stored(values[sample], detail).reshape(detail["shape"])
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        for row, index in zip(rows, wanted, strict=True):
            row.append(_real(interpreter.get_tensor(index), details[index]))
    return [np.stack(row) for row in rows]


def _stored(values: Reals, detail: dict[str, Any]) -> npt.NDArray[Any]:
    """Reals as the input stores them."""
    dtype, (scale, zero_point) = np.dtype(detail["dtype"]), detail["quantization"]
    if dtype.kind not in "iu" or scale == 0.0:
        return values.astype(dtype)
    if dtype == np.uint8:
        return quantize_values(values, np.float32(scale), zero_point - 128).view(np.uint8) ^ 0x80
    return quantize_values(values, np.float32(scale), zero_point, 8 * dtype.itemsize)


def _real(values: npt.NDArray[Any], detail: dict[str, Any]) -> Reals:
    scale, zero_point = detail["quantization"]
    if values.dtype.kind in "iu" and scale != 0.0:
        return dequantize(values, np.float32(scale), zero_point)
    return values.astype(np.float32)
