"""A quantized file that is built as it is, run by TFLite Micro itself: the witness from outside.

The file may take uint8 or float32 where the built model takes int8, or int32 at its edges; its
QUANTIZE and DEQUANTIZE there are then part of what is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.findings import Finding, about_model
from mcuq.importers.tflite.reader import read_model
from mcuq.importers.tflite.records import FileTensor, Quantization
from mcuq.isolated import IsolatedError
from mcuq.numeric import (
    integer_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    quantize_values,
)
from mcuq.numeric.storage import as_reals
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.pipeline.verify import equal_in_tflm
from mcuq.quantized import QuantizedGraph
from mcuq.tflite.litert import run_litert

Stored = npt.NDArray[Any]


@dataclass(frozen=True)
class Original:
    """What running the given file showed.

    Attributes:
        equal: whether every output byte is the built model's; None where it could not be run.
        findings: why it could not.
    """

    equal: bool | None
    findings: tuple[Finding, ...] = ()


def compare_original(
    source: bytes,
    qgraph: QuantizedGraph,
    inputs: Sequence[Stored],
    expected: Sequence[Stored],
    workers: int,
) -> Original:
    """Run the given file on the samples of the built model.

    Args:
        source: the TFLite file that `qgraph` was taken from.
        inputs, expected: as `qgraph` stores them, (samples, …), one an input or output.
        workers: how many run at once.
    """
    model = read_model(source)
    ends = (
        zip(names, indices, values, strict=True)
        for names, indices, values in (
            (qgraph.inputs, model.inputs, inputs),
            (qgraph.outputs, model.outputs, expected),
        )
    )
    given, wanted = (
        [convert(x, qgraph.tensors[name], model.tensors[index]) for name, index, x in end]
        for convert, end in zip((_before_narrowing, _as_given), ends, strict=True)
    )
    try:
        return Original(equal_in_tflm(source, given, wanted, workers))
    except InputError as error:
        return Original(None, (_not_run(error, source, qgraph, inputs, expected),))


def _before_narrowing(values: Stored, ours: QuantizedTensor, theirs: FileTensor) -> Stored:
    """As `_as_given`, of inputs: int32 of which QUANTIZE makes these values."""
    stored = theirs.quantization
    if theirs.dtype != "int32" or ours.is_float or stored is None:
        return _as_given(values, ours, theirs)
    reals = (values.astype(np.float64) - ours.zero_point) * float(ours.scale[0])
    steps = np.rint(reals / float(stored.scale[0])) + int(stored.zero_point[0])
    given: Stored = np.clip(steps, *integer_limits(32)).astype(np.int32)
    return given


def _as_given(values: Stored, ours: QuantizedTensor, theirs: FileTensor) -> Stored:
    """Stored values of the built model as the file stores the same real numbers."""
    if theirs.dtype == "float32":
        return as_reals(values, ours)
    if theirs.dtype == "int32" and not ours.is_float and theirs.quantization is not None:
        return _widened(values, ours, theirs.quantization)
    if ours.is_float:
        stored = theirs.quantization
        assert stored is not None  # or it would not have been taken as it is
        offset = 128 if theirs.dtype == "uint8" else 0
        zero_point = int(stored.zero_point[0]) - offset
        values = quantize_values(values, np.float32(stored.scale[0]), zero_point)
    return values.view(np.uint8) ^ 0x80 if theirs.dtype == "uint8" else values


def _widened(values: Stored, ours: QuantizedTensor, theirs: Quantization) -> Stored:
    """What QUANTIZE to int32 gives for them (reference_ops::Requantize)."""
    scales = float(ours.scale[0]) / float(theirs.scale[0])
    shifted = values.astype(np.int64) - ours.zero_point
    scaled = multiply_by_quantized_multiplier(shifted, *quantize_multiplier(scales))
    return np.clip(scaled + int(theirs.zero_point[0]), *integer_limits(32)).astype(np.int32)


def _not_run(
    error: InputError,
    source: bytes,
    qgraph: QuantizedGraph,
    inputs: Sequence[Stored],
    expected: Sequence[Stored],
) -> Finding:
    """What LiteRT says instead; its integers may be a step off."""
    tensors = [qgraph.tensors[name] for name in qgraph.inputs]
    reals = [as_reals(x, tensor) for x, tensor in zip(inputs, tensors, strict=True)]
    results = [qgraph.tensors[name] for name in qgraph.outputs]
    try:
        found = run_litert(source, reals)
    except IsolatedError as failure:
        instead = f"nor does LiteRT: {failure.reason}"
    else:
        pairs = zip(found, expected, results, strict=True)
        largest = max(
            float(np.abs(a.reshape(b.shape) - as_reals(b, t)).max(initial=0.0)) for a, b, t in pairs
        )
        instead = f"in LiteRT its outputs differ from the built model's by at most {largest:.3g}"
    return about_model(
        "original-not-run",
        f"TFLite Micro does not run the file that was given ({error.cause}); {instead}",
        "only the file that mcuq wrote anew was compared byte for byte",
    )
