"""Comparisons, logic, SELECT_V2, ARG_MAX and ARG_MIN in TensorFlow, over float32 as all else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from mcuq.numeric.element import Element
from mcuq.ops.attrs import Attrs
from mcuq.ops.cast import CAST, CastAttrs
from mcuq.ops.comparison import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, NOT_EQUAL
from mcuq.ops.logic import LOGICAL_AND, LOGICAL_NOT, LOGICAL_OR, REDUCE_ALL
from mcuq.ops.mean import MeanAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.position import ARG_MAX, ARG_MIN, PositionAttrs
from mcuq.ops.selection import SELECT_V2

# TensorFlow has no types of its own.
Array = Any
Form = Callable[[Any, Sequence[Array]], Array]


def _compared(function: Callable[[Array, Array], Array]) -> Form:
    def form(attrs: Attrs, operands: Sequence[Array]) -> Array:
        return tf.cast(function(*operands), tf.float32)

    return form


def _logical(function: Callable[..., Array]) -> Form:
    def form(attrs: Attrs, operands: Sequence[Array]) -> Array:
        return tf.cast(function(*(operand != 0.0 for operand in operands)), tf.float32)

    return form


def _select(attrs: Attrs, operands: Sequence[Array]) -> Array:
    condition, first, second = operands
    return tf.where(condition != 0.0, first, second)


def _position(function: Callable[..., Array]) -> Form:
    def form(attrs: PositionAttrs, operands: Sequence[Array]) -> Array:
        return tf.cast(function(operands[0], axis=attrs.axis), tf.float32)

    return form


def _cast(attrs: CastAttrs, operands: Sequence[Array]) -> Array:
    if attrs.element is not Element.INT32:
        return operands[0]
    return tf.cast(tf.cast(operands[0], tf.int32), tf.float32)


def _all(attrs: MeanAttrs, operands: Sequence[Array]) -> Array:
    whole = tf.reduce_all(operands[0] != 0.0, attrs.axes, attrs.keep_dims)
    return tf.cast(whole, tf.float32)


FORMS: Mapping[AnyOperator, Form] = {
    EQUAL: _compared(tf.equal),
    NOT_EQUAL: _compared(tf.not_equal),
    GREATER: _compared(tf.greater),
    GREATER_EQUAL: _compared(tf.greater_equal),
    LESS: _compared(tf.less),
    LESS_EQUAL: _compared(tf.less_equal),
    LOGICAL_AND: _logical(tf.logical_and),
    LOGICAL_OR: _logical(tf.logical_or),
    LOGICAL_NOT: _logical(tf.logical_not),
    SELECT_V2: _select,
    ARG_MAX: _position(tf.argmax),
    ARG_MIN: _position(tf.argmin),
    CAST: _cast,
    REDUCE_ALL: _all,
}
