"""FULLY_CONNECTED as a CONV_2D of 1 × 1, where the runtime has no such FULLY_CONNECTED.

TensorFlow Lite Micro's FULLY_CONNECTED refuses int4 filters with a scale a channel, its CONV_2D
takes them: same sums, same requantization, over the rows as the pixels of one line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from mcuq.graph import Op
from mcuq.ops.attrs import fused
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import Shape
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs
from mcuq.tflite.builder import OperatorSpec, TensorSpec
from mcuq.tflite.operators.catalog import FORMS


def is_convolution(op: Op, weight: TensorSpec) -> bool:
    """Whether an operator is written so, its filter being `weight`."""
    return op.kind is FULLY_CONNECTED and weight.dtype == "int4" and weight.axis is not None


def as_convolution(weight: TensorSpec) -> TensorSpec:
    """A dense filter (outputs, depth) as that of the convolution."""
    assert weight.data is not None
    outputs, depth = weight.shape
    shape = (outputs, 1, 1, depth)
    return replace(weight, shape=shape, data=weight.data.reshape(shape))


def convolution(
    op: Op, inputs: Sequence[int], output: int, tensors: list[TensorSpec]
) -> list[OperatorSpec]:
    """CONV_2D, with RESHAPE before and behind it where the rows are no line of pixels.

    Args:
        inputs: indices of the operator's operands: rows, the filter of `as_convolution`, bias.
        output: index of its result.
        tensors: of the flatbuffer; what is between the operators is appended.
    """
    depth, outputs = tensors[inputs[1]].shape[3], tensors[inputs[1]].shape[0]
    rows = math.prod(tensors[output].shape) // outputs
    found: list[OperatorSpec] = []
    line, result = (1, 1, rows, depth), (1, 1, rows, outputs)
    source = _reshaped(inputs[0], line, f"{op.output}#rows", tensors, found)
    made = output
    if tensors[output].shape != result:
        made = len(tensors)
        tensors.append(replace(tensors[output], name=f"{op.output}#pixels", shape=result))
    options = FORMS[CONV_2D].options(ConvAttrs(activation=fused(op.attrs)))
    found.append(OperatorSpec(CONV_2D.name, (source, *inputs[1:]), (made,), options))
    if made != output:
        found.append(_reshape(made, output, tensors))
    return found


def _reshaped(
    index: int, shape: Shape, name: str, tensors: list[TensorSpec], found: list[OperatorSpec]
) -> int:
    """A tensor of that shape with the same values; the operator that makes it is appended."""
    if tensors[index].shape == shape:
        return index
    tensors.append(replace(tensors[index], name=name, shape=shape))
    found.append(_reshape(index, len(tensors) - 1, tensors))
    return found[-1].outputs[0]


def _reshape(source: int, result: int, tensors: list[TensorSpec]) -> OperatorSpec:
    attrs = ReshapeAttrs(tensors[result].shape)
    (shape,) = FORMS[RESHAPE].operands(attrs)
    tensors.append(TensorSpec(f"{tensors[result].name}#shape", shape.shape, "int32", shape))
    stored = (source, len(tensors) - 1)
    return OperatorSpec(RESHAPE.name, stored, (result,), FORMS[RESHAPE].options(attrs))
