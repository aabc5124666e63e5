"""FULLY_CONNECTED."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from mcuq.emit.mlir.syntax import TensorType, Value
from mcuq.emit.mlir.tosa.bias import bias_of
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.tosa.quantization import conv_info
from mcuq.ops.weighted_params import FullyConnectedAttrs


def fully_connected(
    block: Block, attrs: FullyConnectedAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """tosa.fully_connected takes rows: other ranks are reshaped before and after."""
    source, filters = inputs[0], inputs[1]
    channels, depth = filters.type.shape
    rows = math.prod(source.type.shape) // depth
    if source.type.shape != (rows, depth):
        source = block.reshape(source, (rows, depth))
    flat = replace(output, shape=(rows, channels))
    operands = [source, filters, bias_of(block, inputs, channels)]
    result = block.emit("tosa.fully_connected", operands, flat, **conv_info(source.type))
    result = block.clamp(result, attrs.activation)
    return result if flat == output else block.reshape(result, output.shape)
