"""Inputs of an ONNX model: static shapes, batch 1, and whether images flow through them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from onnx import TensorProto

from mcuq.importers.onnx.elements import ELEMENTS
from mcuq.importers.onnx.value import Order, channels_last
from mcuq.numeric.element import Element
from mcuq.settings import READING

_SPATIAL = frozenset(
    {
        "AveragePool", "BatchNormalization", "Conv", "ConvTranspose", "DepthToSpace",
        "GlobalAveragePool", "GlobalMaxPool", "GroupNormalization", "InstanceNormalization",
        "MaxPool", "Resize", "SpaceToDepth",
    }
)  # fmt: skip
_ANY_LAYOUT = frozenset(
    {
        "Add", "Cast", "Clip", "Concat", "DequantizeLinear", "Div", "Dropout", "HardSigmoid",
        "HardSwish", "Identity", "LeakyRelu", "Max", "Min", "Mul", "Pad", "PRelu",
        "QuantizeLinear", "Relu", "Sigmoid", "Sub", "Tanh",
    }
)  # fmt: skip


@dataclass(frozen=True)
class OnnxInput:
    """An input as its constraints see it; open dimensions (in the file maybe -1) are None.

    Attributes:
        name: as in the model.
        shape: sizes, None where open; None where not even the rank is known.
        elem_type: ONNX's type number.
    """

    name: str
    shape: tuple[int | None, ...] | None
    elem_type: int

    @property
    def where(self) -> str:
        return f"input {self.name!r}"


def input_view(proto: Any) -> OnnxInput:
    """The view of a graph input."""
    tensor = proto.type.tensor_type
    shape = None
    if tensor.HasField("shape"):
        shape = tuple(
            int(dim.dim_value) if dim.HasField("dim_value") and dim.dim_value >= 0 else None
            for dim in tensor.shape.dim
        )
    return OnnxInput(proto.name, shape, int(tensor.elem_type))


def unquantized_input(view: OnnxInput) -> str | None:
    """Inputs are real numbers, not the integers behind them.

    Quantize the model with float inputs: QuantizeLinear behind each of them.
    """
    integers = (TensorProto.INT8, TensorProto.UINT8, TensorProto.INT16, TensorProto.UINT16)
    return TensorProto.DataType.Name(view.elem_type) if view.elem_type in integers else None


def known_input(view: OnnxInput) -> str | None:
    """Inputs are real numbers (float32, float16, double), int32 or int64 indices, or truth values.

    Export the model in float32.
    """
    if view.elem_type in ELEMENTS:
        return None
    known = view.elem_type in TensorProto.DataType.values()
    return f"it is {TensorProto.DataType.Name(view.elem_type) if known else view.elem_type}"


def static_shape(view: OnnxInput) -> str | None:
    """Input shapes are static but for the batch.

    Export without dynamic_axes (or with dynamic batch only).
    """
    shape = view.shape
    if shape is None:
        return "the shape is unknown"
    if not shape or None in shape[1:] or 0 in shape:
        return f"the shape is {tuple('?' if size is None else size for size in shape)}"
    return None


def batch_of_one(view: OnnxInput) -> str | None:
    """The first dimension of an input is a batch of 1.

    Export with batch size 1 or a dynamic batch: firmware runs one sample at a time. Build recurrent
    layers with batch_first=True.
    """
    assert view.shape is not None
    return None if view.shape[0] in (1, None) else f"the shape is {view.shape}"


def input_element(nodes: Iterable[Any], view: OnnxInput) -> Element:
    """What an input holds: integers that are made real numbers first are such numbers."""
    readers = [node for node in nodes if view.name in node.input]
    cast = readers and all(node.op_type == "Cast" and _is_real(node) for node in readers)
    return Element.REAL if cast else ELEMENTS[view.elem_type]


def _is_real(cast: Any) -> bool:
    kinds = {entry.name: entry.i for entry in cast.attribute}
    return ELEMENTS.get(kinds.get("to", TensorProto.FLOAT)) is Element.REAL


def input_order(nodes: Iterable[Any], name: str, rank: int) -> Order:
    """Channels last where a layer over images reads the input, maybe behind arithmetic."""
    nodes, seen, waiting = list(nodes), set(), [name]
    while waiting and rank in (3, 4):
        current = waiting.pop()
        seen.add(current)
        for node in nodes:
            if current not in node.input:
                continue
            if node.op_type in _SPATIAL:
                return channels_last(rank)
            if node.op_type in _ANY_LAYOUT:
                waiting.extend(output for output in node.output if output not in seen)
    return tuple(range(rank))


def few_values(view: OnnxInput) -> str | None:
    """An input holds at most 2^24 values.

    Reduce the input's size.
    """
    count = math.prod(size or 1 for size in view.shape or ())
    return f"its shape is {view.shape}" if count > READING.tensor_elements else None


INPUT_CONSTRAINTS = (unquantized_input, known_input, static_shape, batch_of_one, few_values)
