"""What computing a node on constants may cost, told before it is computed.

ONNX's reference evaluator computes some operators by one call of NumPy, others element by element
in Python: the first may give large tensors, the second small ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy.typing as npt
import onnx
from onnx import numpy_helper

from mcuq.errors import InputError
from mcuq.importers.onnx.infer import infer_shapes
from mcuq.importers.onnx.value import Node
from mcuq.settings import READING

Array = npt.NDArray[Any]
Feeds = Mapping[str, Array]

_AT_ONCE = frozenset(
    {
        "Abs", "Acos", "Acosh", "Add", "And", "ArgMax", "ArgMin", "Asin", "Asinh", "Atan", "Atanh",
        "BatchNormalization", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor",
        "Cast", "CastLike", "Ceil", "Celu", "Clip", "Concat", "ConstantOfShape", "Cos", "Cosh",
        "CumSum", "DepthToSpace", "Div", "Dropout", "Elu", "Equal", "Erf", "Exp", "Expand",
        "EyeLike", "Flatten", "Floor", "Gather", "GatherElements", "GatherND", "Gelu", "Greater",
        "GreaterOrEqual", "HardSigmoid", "HardSwish", "Identity", "IsInf", "IsNaN",
        "LayerNormalization", "LeakyRelu", "Less", "LessOrEqual", "Log", "LogSoftmax", "Max",
        "Mean", "Min", "Mish", "Mod", "Mul", "Neg", "Not", "OneHot", "Or", "PRelu", "Pad", "Pow",
        "Range", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
        "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare",
        "Relu", "Reshape", "Round", "ScatterND", "Selu", "Shape", "Sigmoid", "Sign", "Sin", "Sinh",
        "Size", "Slice", "Softmax", "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt",
        "Squeeze", "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Tile", "TopK", "Transpose",
        "Trilu", "Unsqueeze", "Where", "Xor",
    }
)  # fmt: skip
"""Operators that take NumPy a few passes over operands and result."""
_PRODUCTS = frozenset({"Einsum", "Gemm", "MatMul", "MatMulInteger"})
"""Operators that multiply and add: a result's element takes many."""
_MOST_PRODUCTS = 1 << 28
_MOST_SLOW = 1 << 12
"""Elements that an operator computed in Python may read and give."""


def check_cost(node: Node, model: Any, feeds: Feeds) -> int:
    """How many elements the node gives, at most.

    Args:
        node: with its inputs in place.
        model: the node alone, its operands as inputs.
        feeds: the operands.

    Raises:
        InputError: they are too many, or take too long.
    """
    given = sum(_sizes(node, model, feeds))
    read = sum(data.size for data in feeds.values())
    most = READING.tensor_elements
    if node.kind in _PRODUCTS:
        most = min(most, _MOST_PRODUCTS // max(_depth(node, feeds), 1))
    elif node.kind not in _AT_ONCE:
        most = _MOST_SLOW
        given = max(given, read)
    if given > most:
        raise InputError(
            f"{node.where}: its constants give {given:,} numbers, more than the {most:,} that are "
            "computed",
            "leave the layer out, or export with smaller constants",
        )
    return given


def _depth(node: Node, feeds: Feeds) -> int:
    """Products that one element of the result sums up."""
    if node.kind == "Einsum":
        return math.prod(data.size for data in feeds.values())
    return max((data.shape[-1] if data.ndim else 1) for data in feeds.values())


def _sizes(node: Node, model: Any, feeds: Feeds) -> list[int]:
    known = onnx.ModelProto()
    known.CopyFrom(model)
    known.graph.initializer.extend(
        numpy_helper.from_array(data, name) for name, data in feeds.items() if data.size < 64
    )
    inferred = infer_shapes(known, strict=True)
    return [_size(node, output.type.tensor_type, feeds) for output in inferred.graph.output]


def _size(node: Node, tensor: Any, feeds: Feeds) -> int:
    dims = tensor.shape.dim
    if tensor.HasField("shape") and all(dim.HasField("dim_value") for dim in dims):
        return math.prod(max(dim.dim_value, 0) for dim in dims)
    bound = _UNKNOWN.get(node.kind)
    if bound is None:
        raise InputError(
            f"{node.where}: how much its constants give is not known before",
            "leave the layer out, or export with the constants that it gives",
        )
    return bound(list(feeds.values()))


_UNKNOWN: Mapping[str, Callable[[list[Array]], int]] = {
    "Compress": lambda operands: operands[0].size,
    "NonMaxSuppression": lambda operands: 3 * operands[1].size,
    "NonZero": lambda operands: operands[0].size * max(operands[0].ndim, 1),
    "Unique": lambda operands: operands[0].size,
}
"""Operators whose result depends on values → what it holds at most, from the operands."""
