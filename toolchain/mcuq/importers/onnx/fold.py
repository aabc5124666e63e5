"""Nodes that depend on constants and static shapes only, computed while the model is read.

ONNX's own reference evaluator does the computing, except for quantization, which it knows in its
newest versions only. What a node would give is measured before it is computed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper
from onnx.reference import ReferenceEvaluator

from mcuq.errors import InputError
from mcuq.importers.budget import ConstantBudget
from mcuq.importers.onnx.fold_limits import check_cost
from mcuq.importers.onnx.quantizing import QUANTIZING
from mcuq.importers.onnx.value import Node

Array = npt.NDArray[Any]

_SHAPES = frozenset({"Shape", "Size"})
"""Operators that read nothing of a value but its shape."""
_NOT_COMPUTED = frozenset(
    {
        # No two runs agree.
        "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform",
        "RandomUniformLike",
        # They run other graphs, or far too long.
        "Conv", "ConvTranspose", "DeformConv", "GRU", "GridSample", "If", "LSTM", "Loop",
        "RNN", "Scan",
    }
)  # fmt: skip


def constant_outputs(nodes: Iterable[Any], constants: Collection[str]) -> set[str]:
    """Names of what does not depend on the model's inputs, beside `constants` themselves.

    Args:
        nodes: as ONNX stores them, in order.
        constants: names of the initializers.
    """
    known = {"", *constants}
    for proto in nodes:
        standard = proto.domain in ("", "ai.onnx") or proto.op_type in QUANTIZING
        depends = proto.op_type not in _SHAPES and not known.issuperset(proto.input)
        if standard and not depends and proto.op_type not in _NOT_COMPUTED:
            known.update(proto.output)
    return known - {""}


def fold(node: Node, proto: Any, budget: ConstantBudget) -> list[Array] | None:
    """The node's results where they do not depend on the model's inputs, else None.

    Args:
        node: with its inputs in place.
        proto: the same node as ONNX stores it.
        budget: of the model's constants.

    Raises:
        InputError: the constants do not fit the operator, or give too much.
    """
    if node.kind == "Constant":
        return [_constant(node)]
    if node.kind in _SHAPES and node.has(0):
        return [_shape(node)]
    if node.kind in _NOT_COMPUTED or any(x is not None and x.data is None for x in node.inputs):
        return None
    if node.kind in QUANTIZING:
        return [QUANTIZING[node.kind](node)]
    return _evaluated(node, proto, budget)


def _shape(node: Node) -> Array:
    shape = np.array(node.value().shape, np.int64)
    if node.kind == "Size":
        return np.array(shape.prod(), np.int64)
    end = node.attributes.get("end")
    part: Array = shape[node.integer("start", 0) : None if end is None else int(end)]
    return part


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


def _evaluated(node: Node, proto: Any, budget: ConstantBudget) -> list[Array]:
    feeds = {
        name: np.asarray(value.data)
        for name, value in zip(proto.input, node.inputs, strict=True)
        if value is not None
    }
    model = _model(node, proto, feeds)
    try:
        budget.take(check_cost(node, model, feeds), node.where)
        results = ReferenceEvaluator(model).run(None, feeds)
    except InputError:
        raise
    except Exception as error:
        # The evaluator raises whatever NumPy or its own operators raise.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(
            f"{node.where}: its constants do not fit: {reason}",
            "the model is damaged: export it again",
        ) from error
    if not all(isinstance(values, np.ndarray | np.generic) for values in results):
        raise InputError(f"{node.where}: it gives no tensor", "export without sequences")
    return [np.asarray(values) for values in results]


def _model(node: Node, proto: Any, feeds: dict[str, Array]) -> Any:
    """The node alone, its operands as inputs."""
    inputs = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(data.dtype), data.shape)
        for name, data in feeds.items()
    ]
    outputs = [onnx.ValueInfoProto(name=name) for name in proto.output if name]
    graph = helper.make_graph([proto], "constant", inputs, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", node.opset)])
