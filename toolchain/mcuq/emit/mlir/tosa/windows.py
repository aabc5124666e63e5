"""CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV and pooling.

TOSA wants the last window to end exactly with the padded input: rows and columns that no window
reaches are sliced off first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mcuq.emit.mlir.syntax import Attribute, Integers, Number, TensorType, TypeName, Value
from mcuq.emit.mlir.tosa.bias import bias_of
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.tosa.quantization import conv_info, is_quantized, unary_info
from mcuq.ops.pooling import PoolAttrs
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, TransposeConvAttrs
from mcuq.ops.window import Axis, window_axes

Axes = tuple[Axis, Axis]


def conv(block: Block, attrs: ConvAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """tosa.conv2d; groups are convolved one by one and joined."""
    source, filters = inputs[0], inputs[1]
    axes = _axes(attrs, source, filters.type.shape[1:3])
    operands = [_trimmed(block, source, axes), filters, bias_of(block, inputs, output.shape[3])]
    groups = source.type.shape[3] // filters.type.shape[3]
    if groups == 1:
        result = _convolve(block, attrs, axes, operands, output)
        return block.clamp(result, attrs.activation)
    channels = output.shape[3] // groups
    each = replace(output, shape=(*output.shape[:3], channels))
    parts = [
        _convolve(block, attrs, axes, _group(block, operands, number, channels), each)
        for number in range(groups)
    ]
    result = block.emit("tosa.concat", parts, output, axis=Number(3, "i32"))
    return block.clamp(result, attrs.activation)


def depthwise(
    block: Block, attrs: DepthwiseConvAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """tosa.depthwise_conv2d, whose filter is HWCM."""
    source, filters = inputs[0], inputs[1]
    kernel = filters.type.shape[1:3]
    axes = _axes(attrs, source, kernel)
    multiplier = attrs.depth_multiplier
    operands = [
        _trimmed(block, source, axes),
        block.reshape(filters, (*kernel, source.type.shape[3], multiplier)),
        bias_of(block, inputs, output.shape[3]),
    ]
    properties = _window(attrs.stride, axes) | {"dilation": Integers(attrs.dilation)}
    result = block.emit("tosa.depthwise_conv2d", operands, output, **properties)
    return block.clamp(result, attrs.activation)


def transpose_conv(
    block: Block, attrs: TransposeConvAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """tosa.transpose_conv2d; what it pads its result with, behind where TFLite's is longer."""
    source, filters = inputs[0], inputs[1]
    axes = window_axes(attrs, attrs.size, (filters.type.shape[1], filters.type.shape[2]))
    pad = [
        amount
        for axis in axes
        for amount in (-axis.before, axis.size - (_whole(axis) - axis.before))
    ]
    properties = {
        "out_pad": Integers(tuple(pad)),
        "stride": Integers(attrs.stride),
        "out_shape": Integers(output.shape),
        **conv_info(source.type),
    }
    operands = [source, filters, bias_of(block, inputs, output.shape[3])]
    result = block.emit("tosa.transpose_conv2d", operands, output, **properties)
    return block.clamp(result, attrs.activation)


def _whole(axis: Axis) -> int:
    """Extent of all that the inputs, `axis.output` of them, reach."""
    return (axis.output - 1) * axis.stride + axis.kernel


def average_pool(
    block: Block, attrs: PoolAttrs, inputs: Sequence[Value], output: TensorType
) -> Value:
    """tosa.avg_pool2d counts as TFLite does: padding is left out."""
    kind = "i32" if is_quantized(output) else "f32"
    properties = {"acc_type": TypeName(kind), **unary_info(output)}
    return _pool(block, "tosa.avg_pool2d", attrs, inputs[0], output, properties)


def max_pool(block: Block, attrs: PoolAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    return _pool(block, "tosa.max_pool2d", attrs, inputs[0], output, {})


def _pool(
    block: Block,
    name: str,
    attrs: PoolAttrs,
    source: Value,
    output: TensorType,
    properties: dict[str, Attribute],
) -> Value:
    axes = _axes(attrs, source, attrs.filter)
    properties |= _window(attrs.stride, axes) | {"kernel": Integers(attrs.filter)}
    result = block.emit(name, [_trimmed(block, source, axes)], output, **properties)
    return block.clamp(result, attrs.activation)


def _convolve(
    block: Block, attrs: ConvAttrs, axes: Axes, operands: Sequence[Value], output: TensorType
) -> Value:
    properties = _window(attrs.stride, axes) | conv_info(operands[0].type)
    dilation = Integers(attrs.dilation)
    return block.emit("tosa.conv2d", operands, output, dilation=dilation, **properties)


def _group(
    block: Block, operands: Sequence[Value], number: int, channels: int
) -> tuple[Value, Value, Value]:
    """Input channels, filters and biases of one group."""
    source, filters, bias = operands
    depth, first = filters.type.shape[3], number * channels
    return (
        block.slice(source, (0, 0, 0, number * depth), (*source.type.shape[:3], depth)),
        block.slice(filters, (first, 0, 0, 0), (channels, *filters.type.shape[1:])),
        block.slice(bias, (first,), (channels,)),
    )


def _axes(
    attrs: ConvAttrs | DepthwiseConvAttrs | PoolAttrs, source: Value, kernel: Sequence[int]
) -> Axes:
    _, height, width, _ = source.type.shape
    return window_axes(attrs, (height, width), (kernel[0], kernel[1]))


def _window(stride: tuple[int, int], axes: Axes) -> dict[str, Attribute]:
    pad = Integers(tuple(amount for axis in axes for amount in (axis.before, axis.after)))
    return {"stride": Integers(stride), "pad": pad}


def _trimmed(block: Block, source: Value, axes: Axes) -> Value:
    """The part of the input that windows reach."""
    batch, height, width, channels = source.type.shape
    rows, columns = (_reach(axis) for axis in axes)
    if (rows, columns) == (height, width):
        return source
    return block.slice(source, (0, 0, 0, 0), (batch, rows, columns, channels))


def _reach(axis: Axis) -> int:
    span = (axis.kernel - 1) * axis.dilation + 1
    return (axis.output - 1) * axis.stride + span - axis.before - axis.after
