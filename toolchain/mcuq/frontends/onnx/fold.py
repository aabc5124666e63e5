"""Nodes that depend on constants and static shapes only, computed while the model is read.

As in the TFLite front door: operators that keep the number of elements fold at any size, shape
arithmetic on short vectors only. ONNX's own reference evaluator does the computing,
except for quantization, which it knows in its newest versions only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper
from onnx.reference import ReferenceEvaluator

from mcuq.errors import InputError
from mcuq.frontends.onnx.quantizing import QUANTIZING
from mcuq.frontends.onnx.value import Node

Array = npt.NDArray[Any]

_SHAPE_ELEMENTS = 1024
_SAME_SIZE = frozenset(
    {
        "Cast", "DequantizeLinear", "Flatten", "Identity", "QuantizeLinear", "Reshape", "Squeeze",
        "Transpose", "Unsqueeze",
    }
)  # fmt: skip
_SHAPE_ARITHMETIC = frozenset(
    {
        "Add", "Concat", "Div", "Equal", "Floor", "Gather", "Mul", "Range", "ReduceProd", "Slice",
        "Split", "Sqrt", "Sub", "Where",
    }
)  # fmt: skip
FOLDABLE = _SAME_SIZE | _SHAPE_ARITHMETIC | {"Constant", "ConstantOfShape", "Shape"}
"""Operators that need no rule of their own where they work on constants."""


def fold(node: Node, proto: Any) -> list[Array] | None:
    """The node's results where they do not depend on the model's inputs, else None.

    Args:
        node: with its inputs in place.
        proto: the same node as ONNX stores it.

    Raises:
        InputError: the constants do not fit the operator.
    """
    if node.kind == "Constant":
        return [_constant(node)]
    if node.kind == "Shape" and node.has(0):
        shape = np.array(node.value().shape, np.int64)
        end = node.attributes.get("end")
        return [shape[node.integer("start", 0) : None if end is None else int(end)]]
    constants = [value.data for value in node.inputs if value is not None]
    if not constants or any(data is None for data in constants):
        return None
    total = sum(data.size for data in constants if data is not None)
    if node.kind == "ConstantOfShape":
        return _filled(node)
    small = node.kind in _SHAPE_ARITHMETIC and total <= _SHAPE_ELEMENTS
    if node.kind not in _SAME_SIZE and not small:
        return None
    if node.kind in QUANTIZING:
        return [QUANTIZING[node.kind](node)]
    return _evaluated(node, proto)


def _constant(node: Node) -> Array:
    for name, value in node.attributes.items():
        if name == "value":
            return np.asarray(onnx.numpy_helper.to_array(value))
        if name in ("value_int", "value_ints"):
            return np.array(value, np.int64)
        if name in ("value_float", "value_floats"):
            return np.array(value, np.float32)
    raise InputError(
        f"{node.where}: constants are dense numbers",
        "export without sparse or text constants",
    )


def _filled(node: Node) -> list[Array] | None:
    shape = tuple(int(size) for size in np.asarray(node.constant(0)).reshape(-1))
    if min(shape, default=1) < 0 or np.prod(shape, dtype=np.float64) > _SHAPE_ELEMENTS:
        return None
    value = node.attributes.get("value")
    fill = np.zeros(1, np.float32) if value is None else onnx.numpy_helper.to_array(value)
    return [np.full(shape, fill.reshape(-1)[0], fill.dtype)]


def _evaluated(node: Node, proto: Any) -> list[Array]:
    feeds = {
        name: np.asarray(value.data)
        for name, value in zip(proto.input, node.inputs, strict=True)
        if value is not None
    }
    inputs = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(data.dtype), data.shape)
        for name, data in feeds.items()
    ]
    outputs = [onnx.ValueInfoProto(name=name) for name in proto.output]
    graph = helper.make_graph([proto], "constant", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", node.opset)])
    try:
        return [np.asarray(values) for values in ReferenceEvaluator(model).run(None, feeds)]
    except Exception as error:
        # The evaluator raises whatever NumPy or its own operators raise.
        raise InputError(
            f"{node.where}: its constants do not fit: {str(error).splitlines()[0]}",
            "the model is damaged: export it again",
        ) from error
