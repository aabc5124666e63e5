"""Computes an operator's integers: the one place where scales turn into multipliers.

The formulas are those of TFLite Micro's Prepare functions. Every real factor is made of float32
scales in double precision, and nowhere rounded to float32 on the way: one unit in a multiplier's
last place can show. That is how the wheel computes since `mcuq.tflite.wheel.PRECISE_SINCE`; older
ones round the products and quotients of FULLY_CONNECTED with one scale, SUB, RELU, LEAKY_RELU and
HARD_SWISH to float32, which changes some three outputs in a million.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
import numpy.typing as npt

from mcuq.graph import (
    Activation,
    BinaryAttrs,
    ConcatAttrs,
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    LeakyReluAttrs,
    MeanAttrs,
    Op,
    OpKind,
    PadAttrs,
    PoolAttrs,
    ResizeAttrs,
    SoftmaxAttrs,
    StridedSliceAttrs,
    TransposeAttrs,
)
from mcuq.graph.resize import Blend, fixed_blend, nearest_indices
from mcuq.graph.window import window_axes
from mcuq.numeric import (
    activation_bounds,
    input_radius,
    quantize_multiplier,
    quantize_multipliers,
)
from mcuq.quantized.int16 import exp_table, reciprocal_table, sigmoid_factor, sigmoid_table
from mcuq.quantized.lookup import UNARY, lookup_table
from mcuq.quantized.params import (
    AddParams,
    AffineParams,
    BilinearParams,
    ConcatParams,
    ConvParams,
    CopyParams,
    DepthwiseConvParams,
    FullyConnectedParams,
    Int16SigmoidParams,
    Int16SoftmaxParams,
    LeakyReluParams,
    LookupParams,
    MeanParams,
    MulParams,
    OpParams,
    PadParams,
    PoolParams,
    ResizeParams,
    SoftmaxParams,
    StridedSliceParams,
    TransposeParams,
    WindowParams,
)
from mcuq.quantized.qgraph import QuantizedGraph, QuantizedTensor

_ADD_LEFT_SHIFT = {8: 20, 16: 15}
_SOFTMAX_INTEGER_BITS = 5


def op_params(qgraph: QuantizedGraph, op: Op) -> OpParams:
    """The integer parameters of one operator of `qgraph`."""
    return _COMPUTE[op.kind](qgraph, op)


def _inputs(qgraph: QuantizedGraph, op: Op) -> list[QuantizedTensor]:
    return [qgraph.tensors[name] for name in op.inputs]


def _output(qgraph: QuantizedGraph, op: Op) -> QuantizedTensor:
    return qgraph.tensors[op.output]


def _scale(tensor: QuantizedTensor) -> np.float32:
    return np.float32(tensor.scale[0])


def _bounds(activation: Activation, output: QuantizedTensor) -> tuple[int, int]:
    return activation_bounds(activation, _scale(output), output.zero_point, output.bits)


def window_params(
    attrs: ConvAttrs | DepthwiseConvAttrs | PoolAttrs,
    source: QuantizedTensor,
    size: tuple[int, int],
) -> WindowParams:
    """The sliding window of an operator over `source` with a filter of `size`."""
    rows, columns = window_axes(attrs, (source.shape[1], source.shape[2]), size)
    return WindowParams(
        (rows.stride, columns.stride),
        (rows.dilation, columns.dilation),
        (rows.before, columns.before),
    )


def _channel_multipliers(
    source: QuantizedTensor, weight: QuantizedTensor, result: QuantizedTensor, channels: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    reals = float(_scale(source)) * weight.scale.astype(np.float64) / float(_scale(result))
    return quantize_multipliers(np.broadcast_to(reals, (channels,)))


def _conv(qgraph: QuantizedGraph, op: Op) -> ConvParams:
    attrs = cast(ConvAttrs, op.attrs)
    source, weight = _inputs(qgraph, op)[:2]
    result = _output(qgraph, op)
    size = (weight.shape[1], weight.shape[2])
    return ConvParams(
        window_params(attrs, source, size),
        -source.zero_point,
        result.zero_point,
        *_channel_multipliers(source, weight, result, weight.shape[0]),
        *_bounds(attrs.activation, result),
    )


def _depthwise(qgraph: QuantizedGraph, op: Op) -> DepthwiseConvParams:
    attrs = cast(DepthwiseConvAttrs, op.attrs)
    source, weight = _inputs(qgraph, op)[:2]
    result = _output(qgraph, op)
    size = (weight.shape[1], weight.shape[2])
    return DepthwiseConvParams(
        window_params(attrs, source, size),
        -source.zero_point,
        result.zero_point,
        *_channel_multipliers(source, weight, result, weight.shape[3]),
        *_bounds(attrs.activation, result),
        attrs.depth_multiplier,
    )


def _fully_connected(qgraph: QuantizedGraph, op: Op) -> FullyConnectedParams:
    attrs = cast(FullyConnectedAttrs, op.attrs)
    source, weight = _inputs(qgraph, op)[:2]
    result = _output(qgraph, op)
    pair = _channel_multipliers(source, weight, result, weight.scale.size)
    bounds = _bounds(attrs.activation, result)
    return FullyConnectedParams(-source.zero_point, result.zero_point, *pair, *bounds)


def _add(qgraph: QuantizedGraph, op: Op) -> AddParams:
    first, second = _inputs(qgraph, op)
    result = _output(qgraph, op)
    scales = [float(_scale(t)) for t in (first, second, result)]
    twice_larger = 2 * max(scales[0], scales[1])
    left_shift = _ADD_LEFT_SHIFT[result.bits]
    return AddParams(
        left_shift,
        -first.zero_point,
        *quantize_multiplier(scales[0] / twice_larger),
        -second.zero_point,
        *quantize_multiplier(scales[1] / twice_larger),
        result.zero_point,
        *quantize_multiplier(twice_larger / ((1 << left_shift) * scales[2])),
        *_bounds(cast(BinaryAttrs, op.attrs).activation, result),
    )


def _mul(qgraph: QuantizedGraph, op: Op) -> MulParams:
    first, second = _inputs(qgraph, op)
    result = _output(qgraph, op)
    real = float(_scale(first)) * float(_scale(second)) / float(_scale(result))
    return MulParams(
        -first.zero_point,
        -second.zero_point,
        result.zero_point,
        *quantize_multiplier(real),
        *_bounds(cast(BinaryAttrs, op.attrs).activation, result),
    )


def _pool(qgraph: QuantizedGraph, op: Op) -> PoolParams:
    attrs = cast(PoolAttrs, op.attrs)
    result = _output(qgraph, op)
    window = window_params(attrs, _inputs(qgraph, op)[0], attrs.filter)
    return PoolParams(window, attrs.filter, *_bounds(attrs.activation, result))


def _mean(qgraph: QuantizedGraph, op: Op) -> MeanParams:
    attrs = cast(MeanAttrs, op.attrs)
    source, result = _inputs(qgraph, op)[0], _output(qgraph, op)
    count = math.prod(source.shape[axis] for axis in attrs.axes)
    multiplier, shift = quantize_multiplier(float(_scale(source)) / float(_scale(result)))
    # 1 / count goes into the multiplier with as many bits as the shift leaves room for.
    room = min(count.bit_length() - 1, 32, 31 + shift)
    return MeanParams(
        attrs.axes,
        count,
        -source.zero_point,
        (multiplier << room) // count,
        shift - room,
        result.zero_point,
    )


def _softmax(qgraph: QuantizedGraph, op: Op) -> SoftmaxParams | Int16SoftmaxParams:
    source = _inputs(qgraph, op)[0]
    beta = float(np.float32(cast(SoftmaxAttrs, op.attrs).beta))
    if source.bits == 16:
        return _wide_softmax(source, beta)
    real = min(beta * float(_scale(source)) * (1 << (31 - _SOFTMAX_INTEGER_BITS)), (1 << 31) - 1.0)
    multiplier, shift = quantize_multiplier(real)
    depth = source.shape[-1]
    diff_min = -input_radius(_SOFTMAX_INTEGER_BITS, shift)
    return SoftmaxParams(source.size // depth, depth, multiplier, shift, diff_min)


def _wide_softmax(source: QuantizedTensor, beta: float) -> Int16SoftmaxParams:
    """Differences are brought to steps of 10 / 65535, the resolution of the exp table."""
    depth = source.shape[-1]
    factor = quantize_multiplier(float(_scale(source)) * beta / (10.0 / 65535.0))
    return Int16SoftmaxParams(source.size // depth, depth, *factor, exp_table(), reciprocal_table())


def _leaky_relu(source: QuantizedTensor, result: QuantizedTensor, op: Op) -> LeakyReluParams:
    """Also RELU and RELU6: a slope of 0 below."""
    leaky = isinstance(op.attrs, LeakyReluAttrs)
    alpha = float(np.float32(cast(LeakyReluAttrs, op.attrs).alpha)) if leaky else 0.0
    factor = float(_scale(source)) / float(_scale(result))
    below = float(_scale(source)) * alpha / float(_scale(result))
    activation = Activation.RELU6 if op.kind is OpKind.RELU6 else Activation.NONE
    low, high = _bounds(activation, result)
    pairs = (*quantize_multiplier(factor), *quantize_multiplier(below))
    return LeakyReluParams(*pairs, low, high)


def _wide_sigmoid(source: QuantizedTensor) -> Int16SigmoidParams:
    return Int16SigmoidParams(*sigmoid_factor(float(_scale(source))), sigmoid_table())


def _lookup(qgraph: QuantizedGraph, op: Op) -> LookupParams | LeakyReluParams | Int16SigmoidParams:
    source, result = _inputs(qgraph, op)[0], _output(qgraph, op)
    if result.bits == 16:
        sigmoidal = op.kind in (OpKind.LOGISTIC, OpKind.TANH)
        return _wide_sigmoid(source) if sigmoidal else _leaky_relu(source, result, op)
    pair = (AffineParams(_scale(t), t.zero_point) for t in (source, result))
    return LookupParams(lookup_table(op.kind, op.attrs, *pair))


def _pad(qgraph: QuantizedGraph, op: Op) -> PadParams:
    return PadParams(cast(PadAttrs, op.attrs).paddings, _output(qgraph, op).zero_point)


def _concat(qgraph: QuantizedGraph, op: Op) -> ConcatParams:
    return ConcatParams(cast(ConcatAttrs, op.attrs).axis)


def _copy(qgraph: QuantizedGraph, op: Op) -> CopyParams:
    return CopyParams()


def _transpose(qgraph: QuantizedGraph, op: Op) -> TransposeParams:
    return TransposeParams(cast(TransposeAttrs, op.attrs).perm)


def _strided_slice(qgraph: QuantizedGraph, op: Op) -> StridedSliceParams:
    attrs = cast(StridedSliceAttrs, op.attrs)
    return StridedSliceParams(attrs.begin, attrs.end, attrs.strides)


def _resize(qgraph: QuantizedGraph, op: Op) -> ResizeParams:
    attrs = cast(ResizeAttrs, op.attrs)
    height, width = _inputs(qgraph, op)[0].shape[1:3]
    return ResizeParams(
        tuple(nearest_indices(height, attrs.size[0], attrs).tolist()),
        tuple(nearest_indices(width, attrs.size[1], attrs).tolist()),
    )


def _bilinear(qgraph: QuantizedGraph, op: Op) -> BilinearParams:
    attrs = cast(ResizeAttrs, op.attrs)
    height, width = _inputs(qgraph, op)[0].shape[1:3]
    return BilinearParams(
        _lines(fixed_blend(height, attrs.size[0], attrs)),
        _lines(fixed_blend(width, attrs.size[1], attrs)),
    )


def _lines(blend: Blend) -> npt.NDArray[np.int16]:
    return np.stack([blend.lower, blend.upper, blend.share], axis=1).astype(np.int16)


_COMPUTE: Mapping[OpKind, Callable[[QuantizedGraph, Op], OpParams]] = {
    OpKind.CONV_2D: _conv,
    OpKind.DEPTHWISE_CONV_2D: _depthwise,
    OpKind.FULLY_CONNECTED: _fully_connected,
    OpKind.ADD: _add,
    OpKind.SUB: _add,
    OpKind.MUL: _mul,
    OpKind.AVERAGE_POOL_2D: _pool,
    OpKind.MAX_POOL_2D: _pool,
    OpKind.MEAN: _mean,
    OpKind.PAD: _pad,
    OpKind.CONCATENATION: _concat,
    OpKind.RESHAPE: _copy,
    OpKind.SQUEEZE: _copy,
    OpKind.TRANSPOSE: _transpose,
    OpKind.STRIDED_SLICE: _strided_slice,
    OpKind.RESIZE_NEAREST_NEIGHBOR: _resize,
    OpKind.RESIZE_BILINEAR: _bilinear,
    OpKind.SOFTMAX: _softmax,
    **dict.fromkeys(UNARY, _lookup),
}
