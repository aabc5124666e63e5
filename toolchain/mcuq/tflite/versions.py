"""The operator version a reader needs for given types.

Source: the version table of the TFLite converter (tensorflow, `op_version.cc`). Interpreters refuse
an operator whose version they do not know, so a version is never larger than necessary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_INT8_IS_2 = frozenset(
    {
        "ADD", "SUB", "MUL", "AVERAGE_POOL_2D", "MAX_POOL_2D", "MEAN", "PAD", "CONCATENATION",
        "TRANSPOSE", "STRIDED_SLICE", "RESIZE_NEAREST_NEIGHBOR", "SOFTMAX", "LOGISTIC", "TANH",
        "RESIZE_BILINEAR", "RELU", "RELU6", "DEQUANTIZE",
    }
)  # fmt: skip
_INT16 = {
    "ADD": 3, "SUB": 5, "MUL": 4, "AVERAGE_POOL_2D": 3, "MAX_POOL_2D": 3, "MEAN": 3, "PAD": 3,
    "CONCATENATION": 3, "TRANSPOSE": 5, "STRIDED_SLICE": 4, "RESIZE_NEAREST_NEIGHBOR": 4,
    "SOFTMAX": 3, "LOGISTIC": 3, "TANH": 3, "RELU": 3, "RELU6": 3, "LEAKY_RELU": 2,
    "DEQUANTIZE": 3, "CONV_2D": 4, "DEPTHWISE_CONV_2D": 5, "FULLY_CONNECTED": 7,
}  # fmt: skip
_INT8_WEIGHTED = {"CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 4}
_INT4_WEIGHTED = {"CONV_2D": 7, "DEPTHWISE_CONV_2D": 7, "FULLY_CONNECTED": 10}
_INT4_INT16 = {"FULLY_CONNECTED": 13}
_HYBRID = {"CONV_2D": 5, "DEPTHWISE_CONV_2D": 6, "FULLY_CONNECTED": 12}


def operator_version(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], options: Any = None
) -> int:
    """Version of operator `kind` for the dtypes of its inputs and outputs.

    Args:
        kind: BuiltinOperator name.
        inputs: dtype names of the inputs that are present.
        outputs: dtype names of the outputs.
        options: the operator's `*OptionsT` object, where versions depend on it.
    """
    first = inputs[0] if inputs else outputs[0]
    if kind in _INT8_WEIGHTED:
        return _weighted_version(kind, inputs, options)
    if kind == "QUANTIZE":
        return {"int16": 2, "int4": 4}.get(outputs[0], 1)
    if kind == "RESIZE_NEAREST_NEIGHBOR" and first != "int16" and _aligned(options):
        return 3
    if kind == "RESIZE_BILINEAR" and options is not None and options.halfPixelCenters:
        return 3
    if first == "int16":
        return _INT16.get(kind, 1)
    return 2 if first == "int8" and kind in _INT8_IS_2 else 1


def _weighted_version(kind: str, inputs: Sequence[str], options: Any) -> int:
    activation, weights = inputs[0], inputs[1]
    fully_connected = kind == "FULLY_CONNECTED"
    if activation == "int16":
        return _INT4_INT16.get(kind, 7) if weights == "int4" else _INT16[kind]
    if weights == "int4":
        return _INT4_WEIGHTED[kind]
    if activation == "int8":
        without_bias = 6 if fully_connected and len(inputs) == 2 else 0
        return max(_INT8_WEIGHTED[kind], without_bias, _keep_dims_version(fully_connected, options))
    if weights == "int8":
        return _HYBRID[kind]
    if fully_connected:
        return max(6 if len(inputs) == 2 else 1, _keep_dims_version(True, options))
    return 2 if kind == "DEPTHWISE_CONV_2D" and _dilated(options) else 1


def _keep_dims_version(fully_connected: bool, options: Any) -> int:
    return 5 if fully_connected and options is not None and options.keepNumDims else 1


def _aligned(options: Any) -> bool:
    return options is not None and (options.halfPixelCenters or options.alignCorners)


def _dilated(options: Any) -> bool:
    return options is not None and (options.dilationHFactor, options.dilationWFactor) != (1, 1)
