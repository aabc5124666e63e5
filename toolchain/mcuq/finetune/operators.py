"""The operators in TensorFlow: differentiable, over activations (N, …)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from mcuq.finetune import choice
from mcuq.finetune.windows import conv, depthwise, transpose_conv
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, NoAttrs, fused
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.clip import CLIP, ClipAttrs
from mcuq.ops.conversion import DEQUANTIZE, QUANTIZE
from mcuq.ops.functions import ELU, RSQRT
from mcuq.ops.gather_nd import GATHER_ND, GatherNdParams
from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.interpolation import ResizeAttrs, blend, nearest_indices
from mcuq.ops.l2_normalization import L2_NORMALIZATION, LEAST_LENGTH
from mcuq.ops.log_softmax import LOG_SOFTMAX
from mcuq.ops.matmul import BATCH_MATMUL, MatmulAttrs
from mcuq.ops.mean import MEAN, SUM, MeanAttrs
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    SQUEEZE,
    TRANSPOSE,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    TransposeAttrs,
)
from mcuq.ops.operator import A, AnyOperator, NoForm, Operator, P, W
from mcuq.ops.padding import MIRROR_PAD, PADV2, MirrorPadAttrs
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, PoolAttrs
from mcuq.ops.real_functions import CEIL, COS, LOG, ROUND, SIN, SQRT
from mcuq.ops.reduce_min import REDUCE_MIN
from mcuq.ops.repetition import BROADCAST_TO, BroadcastAttrs
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.ops.smooth import (
    ERF,
    GELU,
    HARD_SIGMOID,
    MISH,
    SIGN,
    SILU,
    SOFTPLUS,
    GeluAttrs,
)
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.table import Table
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH, LeakyReluAttrs
from mcuq.ops.update import DYNAMIC_UPDATE_SLICE, UpdateAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV
from mcuq.ops.weighted_params import FullyConnectedAttrs

# TensorFlow has no types of its own.
Array = Any
Form = Callable[[Any, Sequence[Array]], Array]

ACTIVATIONS: dict[Activation, Callable[[Array], Array]] = {
    Activation.NONE: lambda x: x,
    Activation.RELU: tf.nn.relu,
    Activation.RELU6: tf.nn.relu6,
    Activation.RELU_N1_TO_1: lambda x: tf.clip_by_value(x, -1.0, 1.0),
}


def run(kind: AnyOperator, attrs: Attrs, operands: Sequence[Array]) -> Array:
    """The operator's result, its fused activation included."""
    result = _FORMS[kind](attrs, operands)
    return ACTIVATIONS[fused(attrs)](result)


def _fully_connected(attrs: FullyConnectedAttrs, operands: Sequence[Array]) -> Array:
    x, filters = operands[:2]
    outputs, depth = filters.shape
    rows = tf.matmul(tf.reshape(x, (-1, depth)), filters, transpose_b=True)
    if len(operands) == 3:
        rows += operands[2]
    return tf.reshape(rows, (-1, *x.shape[1:-1], outputs)) if attrs.keep_num_dims else rows


def _matmul(attrs: MatmulAttrs, operands: Sequence[Array]) -> Array:
    return tf.matmul(*operands, transpose_a=attrs.adj_x, transpose_b=attrs.adj_y)


def _by_formula(formula: Callable[..., Array]) -> Form:
    def form(attrs: Attrs, operands: Sequence[Array]) -> Array:
        return formula(tf, *operands)

    return form


def _pool(function: Callable[..., Array]) -> Form:
    """TensorFlow counts like TFLite: padding is left out of averages."""

    def operator(attrs: PoolAttrs, operands: Sequence[Array]) -> Array:
        return function(operands[0], attrs.filter, attrs.stride, attrs.padding.upper())

    return operator


def _reduction(function: Callable[..., Array]) -> Form:
    def operator(attrs: MeanAttrs, operands: Sequence[Array]) -> Array:
        return function(operands[0], attrs.axes, attrs.keep_dims)

    return operator


def _pad(attrs: PadAttrs, operands: Sequence[Array]) -> Array:
    return tf.pad(operands[0], attrs.paddings)


def _concatenation(attrs: ConcatAttrs, operands: Sequence[Array]) -> Array:
    """Constants have a batch of one: they are repeated for every sample."""
    samples = tf.reduce_max([tf.shape(x)[0] for x in operands])
    parts = [tf.repeat(x, samples, axis=0) if x.shape[0] == 1 else x for x in operands]
    return tf.concat(parts, attrs.axis)


def _pad_with(attrs: PadAttrs, operands: Sequence[Array]) -> Array:
    x, value = operands
    return tf.pad(x, attrs.paddings, constant_values=tf.reshape(value, ()))


def _mirror_pad(attrs: MirrorPadAttrs, operands: Sequence[Array]) -> Array:
    return tf.pad(operands[0], attrs.paddings, "SYMMETRIC" if attrs.edge else "REFLECT")


def _gather(attrs: GatherAttrs, operands: Sequence[Array]) -> Array:
    source, indices = operands[0], tf.cast(operands[1], tf.int32)
    return tf.gather(source, indices, axis=attrs.axis, batch_dims=attrs.batch_dims)


def _gather_nd(attrs: NoAttrs, operands: Sequence[Array]) -> Array:
    """Of a constant: samples with elements of their own share no batch."""
    source, indices = operands
    params = GatherNdParams.of(tuple(source.shape), indices.shape[-1])
    places = tf.reduce_sum(tf.cast(indices, tf.int32) * tf.constant(params.strides), -1)
    elements = tf.reshape(source, (params.elements, *source.shape[indices.shape[-1] :]))
    return tf.gather(elements, tf.clip_by_value(places, 0, params.elements - 1))


def _broadcast_to(attrs: BroadcastAttrs, operands: Sequence[Array]) -> Array:
    x = operands[0]
    return tf.broadcast_to(x, (x.shape[0] or tf.shape(x)[0], *attrs.shape[1:]))


def _update(attrs: UpdateAttrs, operands: Sequence[Array]) -> Array:
    """At a known place: a computed one is no dimension of a batch."""
    whole, update = operands
    sizes = zip(attrs.known, update.shape, whole.shape, strict=True)
    around = [(first, most - first - n) for first, n, most in list(sizes)[1:]]
    replaced = tf.pad(tf.ones((1, *update.shape[1:]), tf.bool), [(0, 0), *around])
    return tf.where(replaced, tf.pad(update, [(0, 0), *around]), whole)


def _reshape(attrs: ReshapeAttrs, operands: Sequence[Array]) -> Array:
    return tf.reshape(operands[0], (-1, *attrs.shape[1:]))


def _transpose(attrs: TransposeAttrs, operands: Sequence[Array]) -> Array:
    return tf.transpose(operands[0], attrs.perm)


def _strided_slice(attrs: StridedSliceAttrs, operands: Sequence[Array]) -> Array:
    bounds = list(zip(attrs.begin, attrs.end, attrs.strides, strict=True))[1:]
    slices = (slice(begin, None if end < 0 else end, step) for begin, end, step in bounds)
    part = operands[0][(slice(None), *slices)]
    return tf.squeeze(part, attrs.shrink) if attrs.shrink else part


def _resize(attrs: ResizeAttrs, operands: Sequence[Array]) -> Array:
    x = operands[0]
    for axis in range(2):
        indices = nearest_indices(x.shape[1 + axis], attrs.size[axis], attrs)
        x = tf.gather(x, indices, axis=1 + axis)
    return x


def _resize_bilinear(attrs: ResizeAttrs, operands: Sequence[Array]) -> Array:
    """One matrix an axis."""
    x = operands[0]
    rows, columns = (
        blend(x.shape[1 + axis], attrs.size[axis], attrs).matrix(x.shape[1 + axis])
        for axis in range(2)
    )
    return tf.einsum("yh,xw,nhwc->nyxc", rows, columns, x)


def _softmax(attrs: SoftmaxAttrs, operands: Sequence[Array]) -> Array:
    return tf.nn.softmax(attrs.beta * operands[0])


def _leaky_relu(attrs: LeakyReluAttrs, operands: Sequence[Array]) -> Array:
    return tf.where(operands[0] > 0, operands[0], attrs.alpha * operands[0])


def _unary(function: Callable[[Array], Array]) -> Form:
    def operator(attrs: Attrs, operands: Sequence[Array]) -> Array:
        return function(operands[0])

    return operator


def _l2_normalized(x: Array) -> Array:
    return tf.math.l2_normalize(x, axis=-1, epsilon=LEAST_LENGTH**2)


def _hard_swish(x: Array) -> Array:
    return x * tf.nn.relu6(x + 3.0) / 6.0


def _hard_sigmoid(x: Array) -> Array:
    return tf.nn.relu6(x + 3.0) / 6.0


def _mish(x: Array) -> Array:
    return x * tf.tanh(tf.math.softplus(x))


def _gelu(attrs: GeluAttrs, operands: Sequence[Array]) -> Array:
    return tf.nn.gelu(operands[0], attrs.approximate)


def _clip(attrs: ClipAttrs, operands: Sequence[Array]) -> Array:
    return tf.clip_by_value(operands[0], attrs.low, attrs.high)


def _form(
    operator: Operator[A, P, W], form: Callable[[A, Sequence[Array]], Array]
) -> tuple[AnyOperator, Form]:
    return operator, form


_NOT_REAL = NoForm("only float graphs are trained")
_FORMS: Table[Form] = Table(
    "TensorFlow form",
    dict(
        [
            *((o, _by_formula(o.formula)) for o in OPERATORS if o.formula),
            _form(CONV_2D, conv),
            _form(DEPTHWISE_CONV_2D, depthwise),
            _form(TRANSPOSE_CONV, transpose_conv),
            _form(FULLY_CONNECTED, _fully_connected),
            _form(BATCH_MATMUL, _matmul),
            _form(AVERAGE_POOL_2D, _pool(tf.nn.avg_pool2d)),
            _form(MAX_POOL_2D, _pool(tf.nn.max_pool2d)),
            _form(MEAN, _reduction(tf.reduce_mean)),
            _form(SUM, _reduction(tf.reduce_sum)),
            _form(REDUCE_MIN, _reduction(tf.reduce_min)),
            _form(PAD, _pad),
            _form(PADV2, _pad_with),
            _form(MIRROR_PAD, _mirror_pad),
            _form(CONCATENATION, _concatenation),
            _form(GATHER, _gather),
            _form(GATHER_ND, _gather_nd),
            _form(BROADCAST_TO, _broadcast_to),
            _form(DYNAMIC_UPDATE_SLICE, _update),
            _form(RESHAPE, _reshape),
            _form(SQUEEZE, _reshape),
            _form(TRANSPOSE, _transpose),
            _form(STRIDED_SLICE, _strided_slice),
            _form(RESIZE_NEAREST_NEIGHBOR, _resize),
            _form(RESIZE_BILINEAR, _resize_bilinear),
            _form(SOFTMAX, _softmax),
            _form(LOG_SOFTMAX, _unary(tf.nn.log_softmax)),
            _form(L2_NORMALIZATION, _unary(_l2_normalized)),
            _form(LOGISTIC, _unary(tf.sigmoid)),
            _form(TANH, _unary(tf.tanh)),
            _form(RELU, _unary(tf.nn.relu)),
            _form(RELU6, _unary(tf.nn.relu6)),
            _form(LEAKY_RELU, _leaky_relu),
            _form(HARD_SWISH, _unary(_hard_swish)),
            _form(ELU, _unary(tf.nn.elu)),
            _form(RSQRT, _unary(tf.math.rsqrt)),
            *choice.FORMS.items(),
            _form(SQRT, _unary(tf.sqrt)),
            _form(LOG, _unary(tf.math.log)),
            _form(SIN, _unary(tf.sin)),
            _form(COS, _unary(tf.cos)),
            _form(CEIL, _unary(tf.math.ceil)),
            _form(ROUND, _unary(tf.round)),
            _form(SIGN, _unary(tf.sign)),
            _form(CLIP, _clip),
            _form(GELU, _gelu),
            _form(ERF, _unary(tf.math.erf)),
            _form(SOFTPLUS, _unary(tf.math.softplus)),
            _form(MISH, _unary(_mish)),
            _form(SILU, _unary(tf.nn.silu)),
            _form(HARD_SIGMOID, _unary(_hard_sigmoid)),
            *((o, _NOT_REAL) for o in OPERATORS if o.kept),
            (QUANTIZE, _NOT_REAL),
            (DEQUANTIZE, _NOT_REAL),
        ]
    ),
)
