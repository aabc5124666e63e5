"""Chains of operators in a flatbuffer, see `mcuq.tflite.operators.links`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mcuq.tflite.builder import OperatorSpec, TensorSpec
from mcuq.tflite.operators.links import ChainLink, Held, Links


def chained(
    links: Links, inputs: Sequence[int], output: int, tensors: list[TensorSpec]
) -> list[OperatorSpec]:
    """The operators that stand for one.

    Args:
        links: what they are.
        inputs: indices of the operator's operands.
        output: index of its result.
        tensors: of the flatbuffer; constants and what passes between the links are appended.
    """
    values, operators = list(inputs), []
    name = tensors[output].name
    for number, link in enumerate(links):
        operands = []
        for position, operand in enumerate(link.inputs):
            if isinstance(operand, Held):
                operands.append(len(tensors))
                ending = operand.name or f"{number}operand{position}"
                tensors.append(_constant(f"{name}#{ending}", operand))
            else:
                operands.append(values[operand])
        if link is not links[-1]:
            values.append(len(tensors))
            computed = [values[operand] for operand in link.inputs if isinstance(operand, int)]
            shape = np.broadcast_shapes(*(tensors[index].shape for index in computed))
            tensors.append(_between(f"{name}#{number}", link, tensors[output], shape))
        else:
            values.append(output)
        operators.append(
            OperatorSpec(link.kind, tuple(operands), (values[-1],), link.options, link.version)
        )
    return operators


def _constant(name: str, held: Held) -> TensorSpec:
    scale = None if held.grid is None else np.array([held.grid.scale], np.float32)
    zero_point = None if held.grid is None else np.array([held.grid.zero_point])
    data = held.data
    return TensorSpec(name, data.shape, data.dtype.name, data, scale, zero_point)


def _between(name: str, link: ChainLink, result: TensorSpec, shape: tuple[int, ...]) -> TensorSpec:
    if link.dtype:
        return TensorSpec(name, shape, link.dtype)
    return replace(result, name=name, shape=shape)
