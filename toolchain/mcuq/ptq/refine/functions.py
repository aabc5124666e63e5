"""Real-valued operators with their gradients, over (samples, *shape) arrays.

Each takes its inputs and returns its output and a function from the output's gradient to the
inputs' gradients. Weighted operators are in `weighted`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from mcuq.graph import (
    ConcatAttrs,
    LeakyReluAttrs,
    MeanAttrs,
    Op,
    OpKind,
    PadAttrs,
    SoftmaxAttrs,
    StridedSliceAttrs,
    TransposeAttrs,
)

Array = npt.NDArray[Any]
Backward = Callable[[Array], list[Array]]
Forward = Callable[[Op, list[Array], tuple[int, ...]], tuple[Array, Backward]]
"""(operator, inputs, output shape without samples) → (output, backward)."""


def _unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum of `gradient` over the dimensions along which `shape` was broadcast."""
    extra = gradient.ndim - len(shape)
    if extra:
        # Dimensions were inserted behind the sample dimension.
        gradient = gradient.sum(axis=tuple(range(1, 1 + extra)))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=axes, keepdims=True) if axes else gradient


def _aligned(xs: list[Array]) -> list[Array]:
    rank = max(x.ndim for x in xs)
    return [x.reshape(x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:]) for x in xs]


def _add(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
    a, b = _aligned(xs)
    sign = -1.0 if op.kind is OpKind.SUB else 1.0
    out = a + b if sign > 0 else a - b
    return out, lambda g: [_unbroadcast(g, xs[0].shape), sign * _unbroadcast(g, xs[1].shape)]


def _mul(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
    a, b = _aligned(xs)
    return a * b, lambda g: [_unbroadcast(g * b, xs[0].shape), _unbroadcast(g * a, xs[1].shape)]


def _mean(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
    (x,) = xs
    axes = tuple(axis + 1 for axis in cast(MeanAttrs, op.attrs).axes)
    kept = x.mean(axis=axes, keepdims=True)
    count = x.size // kept.size

    def backward(g: Array) -> list[Array]:
        return [np.broadcast_to(g.reshape(kept.shape) / count, x.shape)]

    return kept.reshape(len(x), *shape), backward


def _reshape(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
    (x,) = xs
    return x.reshape(len(x), *shape), lambda g: [g.reshape(x.shape)]


def _pad(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
    (x,) = xs
    paddings = ((0, 0), *cast(PadAttrs, op.attrs).paddings)
    inside = tuple(slice(b, b + n) for (b, _), n in zip(paddings, x.shape, strict=True))
    return np.pad(x, paddings), lambda g: [g[inside]]


def _concat(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
    axis = cast(ConcatAttrs, op.attrs).axis + 1
    samples = max(len(x) for x in xs)
    full = [np.broadcast_to(x, (samples, *x.shape[1:])) for x in xs]
    edges = np.cumsum([x.shape[axis] for x in xs])[:-1]
    return np.concatenate(full, axis=axis), lambda g: np.split(g, edges, axis=axis)


def _transpose(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
    order = (0, *(axis + 1 for axis in cast(TransposeAttrs, op.attrs).perm))
    return xs[0].transpose(order), lambda g: [g.transpose(np.argsort(order))]


def _strided_slice(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
    (x,) = xs
    attrs = cast(StridedSliceAttrs, op.attrs)
    kept = zip(attrs.begin, attrs.end, attrs.strides, strict=True)
    part = (slice(None), *(slice(b, None if e < 0 else e, step) for b, e, step in kept))
    picked = x[part]

    def backward(g: Array) -> list[Array]:
        whole = np.zeros_like(x)
        whole[part] = g.reshape(picked.shape)
        return [whole]

    return picked.reshape(len(x), *shape), backward


def _softmax(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
    beta = cast(SoftmaxAttrs, op.attrs).beta
    power = np.exp(beta * (xs[0] - xs[0].max(axis=-1, keepdims=True)))
    p = power / power.sum(axis=-1, keepdims=True)
    return p, lambda g: [beta * p * (g - (g * p).sum(axis=-1, keepdims=True))]


def _unary(value: Callable[[Array, Op], Array], slope: Callable[[Array, Op], Array]) -> Forward:
    def forward(op: Op, xs: list[Array], shape: tuple[int, ...]) -> tuple[Array, Backward]:
        (x,) = xs
        return value(x, op), lambda g: [g * slope(x, op)]

    return forward


def _sigmoid(x: Array) -> Array:
    return cast(Array, expit(x))


def _alpha(op: Op) -> float:
    return cast(LeakyReluAttrs, op.attrs).alpha


FUNCTIONS: Mapping[OpKind, Forward] = {
    OpKind.ADD: _add,
    OpKind.SUB: _add,
    OpKind.MUL: _mul,
    OpKind.MEAN: _mean,
    OpKind.RESHAPE: _reshape,
    OpKind.SQUEEZE: _reshape,
    OpKind.PAD: _pad,
    OpKind.CONCATENATION: _concat,
    OpKind.TRANSPOSE: _transpose,
    OpKind.STRIDED_SLICE: _strided_slice,
    OpKind.SOFTMAX: _softmax,
    OpKind.RELU: _unary(lambda x, op: np.maximum(x, 0), lambda x, op: x > 0),
    OpKind.RELU6: _unary(lambda x, op: np.clip(x, 0, 6), lambda x, op: (x > 0) & (x < 6)),
    OpKind.LEAKY_RELU: _unary(
        lambda x, op: np.where(x > 0, x, _alpha(op) * x),
        lambda x, op: np.where(x > 0, 1.0, _alpha(op)),
    ),
    OpKind.TANH: _unary(lambda x, op: np.tanh(x), lambda x, op: 1 - np.tanh(x) ** 2),
    OpKind.LOGISTIC: _unary(
        lambda x, op: _sigmoid(x), lambda x, op: _sigmoid(x) * (1 - _sigmoid(x))
    ),
    OpKind.HARD_SWISH: _unary(
        lambda x, op: x * np.clip(x + 3, 0, 6) / 6,
        lambda x, op: np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, (2 * x + 3) / 6)),
    ),
}
