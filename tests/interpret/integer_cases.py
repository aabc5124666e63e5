"""Random single-operator graphs, and the interpreters that judge them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from tflite_micro.python.tflite_micro import runtime

from mcuq.emit.tflite import tflite_bytes
from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, NoAttrs, Padding
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    SQUEEZE,
    STRIDED_SLICE,
    TRANSPOSE,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    StridedSliceAttrs,
    TransposeAttrs,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, MEAN, MeanAttrs, PoolAttrs
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH, LeakyReluAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs
from mcuq.quantized import QuantizedGraph

Shape = tuple[int, ...]
Rng = np.random.Generator
_ARENA = 1 << 22


@dataclass(frozen=True)
class FixedRanges:
    """Ranges by tensor name, whatever the observer."""

    by_name: dict[str, tuple[float, float]] = field(default_factory=dict)
    default: tuple[float, float] = (-1.0, 1.0)

    def range(self, tensor: str, observer: str) -> tuple[float, float]:
        return self.by_name.get(tensor, self.default)


@dataclass(frozen=True)
class Case:
    """A graph and the ranges of its activations."""

    graph: Graph
    ranges: FixedRanges


def tflm_outputs(
    qgraph: QuantizedGraph, inputs: list[npt.NDArray[Any]], packed_int4: bool = True
) -> list[npt.NDArray[Any]]:
    """Each output of each sample under TFLite Micro, stacked: (N, *shape)."""
    content = tflite_bytes(qgraph, packed_int4)
    interpreter = runtime.Interpreter.from_bytes(content, arena_size=_ARENA)
    collected: list[list[npt.NDArray[Any]]] = [[] for _ in qgraph.outputs]
    for sample in zip(*inputs, strict=True):
        for number, (name, x) in enumerate(zip(qgraph.inputs, sample, strict=True)):
            interpreter.set_input(x.reshape(qgraph.tensors[name].shape), number)
        interpreter.invoke()
        for number, values in enumerate(collected):
            values.append(interpreter.get_output(number))
    return [np.stack(values) for values in collected]


def random_inputs(graph: Graph, rng: Rng, samples: int) -> list[npt.NDArray[np.int8]]:
    shapes = [graph.tensors[name].shape for name in graph.inputs]
    return [rng.integers(-128, 128, (samples, *s[1:])).astype(np.int8) for s in shapes]


def random_case(kind: AnyOperator, rng: Rng) -> Case:
    """A random graph of one operator of `kind`."""
    return _MAKERS[kind](kind, rng)


def _range(rng: Rng) -> tuple[float, float]:
    width = 10.0 ** rng.uniform(-3, 3)
    centre = rng.uniform(-0.7, 0.7)
    return -width * (0.5 + centre), width * (0.5 - centre)


def _case(
    kind: AnyOperator,
    attrs: Attrs,
    rng: Rng,
    inputs: list[Shape],
    output: Shape,
    constants: dict[str, npt.NDArray[np.floating]] | None = None,
) -> Case:
    tensors = {f"x{i}": Tensor(f"x{i}", shape) for i, shape in enumerate(inputs)}
    for name, data in (constants or {}).items():
        tensors[name] = Tensor(name, data.shape, data.astype(np.float32))
    operands = tuple(tensors)
    tensors["y"] = Tensor("y", output)
    names = tuple(f"x{i}" for i in range(len(inputs)))
    graph = Graph("case", tensors, (Op(kind, "op", operands, ("y",), attrs),), names, ("y",))
    ranges = {name: _range(rng) for name in (*names, "y")}
    return Case(graph, FixedRanges(ranges))


def _pick(rng: Rng, *values: object) -> object:
    return values[int(rng.integers(len(values)))]


def _window(rng: Rng, dilated: bool) -> dict[str, object]:
    """A random window: sizes, and what the attributes have in common."""
    stride = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    dilation = (1, 1)
    if dilated and rng.random() < 0.3:
        stride, dilation = (1, 1), (int(rng.integers(1, 3)), int(rng.integers(1, 4)))
    return {
        "size": (int(rng.integers(1, 5)), int(rng.integers(1, 5))),
        "stride": stride,
        "dilation": dilation,
        "padding": _pick(rng, Padding.SAME, Padding.VALID),
        "image": (int(rng.integers(9, 14)), int(rng.integers(12, 16))),
    }


def _out(window: dict[str, object]) -> tuple[int, int]:
    result = []
    for i in (0, 1):
        extent, stride, size, dilation = (
            window[key][i]  # type: ignore[index]
            for key in ("image", "stride", "size", "dilation")
        )
        reach = (size - 1) * dilation + 1
        if window["padding"] is Padding.SAME:
            result.append(math.ceil(extent / stride))
        else:
            result.append((extent - reach) // stride + 1)
    return result[0], result[1]


def _bias(rng: Rng, channels: int) -> dict[str, npt.NDArray[np.floating]]:
    return {"b": rng.normal(size=channels)} if rng.random() < 0.8 else {}


def _filter(rng: Rng, shape: Shape) -> npt.NDArray[np.floating]:
    return rng.normal(size=shape) * 10.0 ** rng.uniform(-3, 1)


def _activation(rng: Rng) -> Activation:
    return _pick(rng, *Activation)  # type: ignore[return-value]


def _conv(kind: AnyOperator, rng: Rng) -> Case:
    w = _window(rng, dilated=True)
    groups, depth, per_group = int(rng.integers(1, 4)), int(rng.integers(1, 6)), 3
    outputs = groups * per_group
    attrs = ConvAttrs(w["stride"], w["dilation"], w["padding"], _activation(rng))  # type: ignore[arg-type]
    weight = _filter(rng, (outputs, *w["size"], depth))  # type: ignore[misc]
    constants = {"w": weight} | _bias(rng, outputs)
    shape = (1, *w["image"], depth * groups)  # type: ignore[misc]
    return _case(kind, attrs, rng, [shape], (1, *_out(w), outputs), constants)


def _depthwise(kind: AnyOperator, rng: Rng) -> Case:
    w = _window(rng, dilated=True)
    w["stride"] = (w["stride"][0],) * 2  # type: ignore[index]
    channels, multiplier = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    attrs = DepthwiseConvAttrs(
        w["stride"],
        w["dilation"],
        w["padding"],
        multiplier,
        _activation(rng),  # type: ignore[arg-type]
    )
    outputs = channels * multiplier
    constants = {"w": _filter(rng, (1, *w["size"], outputs))} | _bias(rng, outputs)  # type: ignore[misc]
    shape = (1, *w["image"], channels)  # type: ignore[misc]
    return _case(kind, attrs, rng, [shape], (1, *_out(w), outputs), constants)


def _dense(kind: AnyOperator, rng: Rng) -> Case:
    depth, outputs, rows = (int(rng.integers(1, n)) for n in (40, 8, 5))
    attrs = FullyConnectedAttrs(_activation(rng), keep_num_dims=rows > 1)
    constants = {"w": _filter(rng, (outputs, depth))} | _bias(rng, outputs)
    middle = (rows,) if rows > 1 else ()
    return _case(kind, attrs, rng, [(1, *middle, depth)], (1, *middle, outputs), constants)


def _binary(kind: AnyOperator, rng: Rng) -> Case:
    shape = (1, *(int(n) for n in rng.integers(2, 6, 3)))
    attrs = BinaryAttrs(_activation(rng))
    form = int(rng.integers(4))
    if form == 0:
        return _case(kind, attrs, rng, [shape, shape], shape)
    if form == 1:
        return _case(kind, attrs, rng, [shape, (1, 1, 1, shape[3])], shape)
    if form == 2:
        return _case(kind, attrs, rng, [(1, shape[1], 1, shape[3]), shape], shape)
    return _case(kind, attrs, rng, [shape], shape, {"c": _filter(rng, (shape[3],))})


def _pool(kind: AnyOperator, rng: Rng) -> Case:
    w = _window(rng, dilated=False)
    attrs = PoolAttrs(w["size"], w["stride"], w["padding"], _activation(rng))  # type: ignore[arg-type]
    channels = int(rng.integers(1, 6))
    shape = (1, *w["image"], channels)  # type: ignore[misc]
    return _case(kind, attrs, rng, [shape], (1, *_out(w), channels))


def _mean(kind: AnyOperator, rng: Rng) -> Case:
    shape = (1, *(int(n) for n in rng.integers(1, 12, 3)))
    axes = _pick(rng, (1, 2), (1, 2), (1,), (2,), (3,), (1, 2, 3))
    keep = bool(rng.integers(2))
    reduced = tuple(1 if i in axes else n for i, n in enumerate(shape))  # type: ignore[operator]
    dropped = tuple(n for i, n in enumerate(shape) if i not in axes)  # type: ignore[operator]
    attrs = MeanAttrs(axes, keep)  # type: ignore[arg-type]
    return _case(kind, attrs, rng, [shape], reduced if keep else dropped)


def _pad(kind: AnyOperator, rng: Rng) -> Case:
    shape = (1, *(int(n) for n in rng.integers(1, 6, 3)))
    around = tuple((int(a), int(b)) for a, b in rng.integers(0, 3, (3, 2)))
    paddings = ((0, 0), *around)
    out = tuple(n + sum(p) for n, p in zip(shape, paddings, strict=True))
    return _case(kind, PadAttrs(paddings), rng, [shape], out)


def _concat(kind: AnyOperator, rng: Rng) -> Case:
    shape = [1, *(int(n) for n in rng.integers(1, 6, 3))]
    axis = int(rng.integers(1, 4))
    sizes = [int(n) for n in rng.integers(1, 5, int(rng.integers(2, 5)))]
    inputs = [tuple([*shape[:axis], n, *shape[axis + 1 :]]) for n in sizes]
    out = tuple([*shape[:axis], sum(sizes), *shape[axis + 1 :]])
    return _case(kind, ConcatAttrs(axis), rng, inputs, out)


def _reshape(kind: AnyOperator, rng: Rng) -> Case:
    return _case(kind, ReshapeAttrs((1, 60)), rng, [(1, 3, 4, 5)], (1, 60))


def _squeeze(kind: AnyOperator, rng: Rng) -> Case:
    attrs = ReshapeAttrs((1, 4, 5), squeeze_dims=(1,))
    return _case(kind, attrs, rng, [(1, 1, 4, 5)], (1, 4, 5))


def _transpose(kind: AnyOperator, rng: Rng) -> Case:
    shape = (1, *(int(n) for n in rng.integers(1, 6, 3)))
    perm = (0, *(int(n) + 1 for n in rng.permutation(3)))
    return _case(kind, TransposeAttrs(perm), rng, [shape], tuple(shape[i] for i in perm))


def _slice(kind: AnyOperator, rng: Rng) -> Case:
    shape = (1, 7, 6, 5)
    forms = [(0, 7, 2), (6, -1, -1), (5, 0, -2), (2, 4, 1), (3, 4, 1)]
    begin, end, stride = forms[int(rng.integers(len(forms)))]
    shrink = (1,) if (begin, end) == (3, 4) else ()
    attrs = StridedSliceAttrs((0, begin, 1, 0), (1, end, 6, 5), (1, stride, 2, 1), shrink)
    rows = len(range(begin, end, stride))
    out = (1, 3, 5) if shrink else (1, rows, 3, 5)
    return _case(kind, attrs, rng, [shape], out)


def _resize(kind: AnyOperator, rng: Rng) -> Case:
    height, width, channels = (int(n) for n in rng.integers(1, 9, 3))
    size = (int(rng.integers(1, 12)), int(rng.integers(1, 12)))
    form = _pick(rng, {}, {"align_corners": True}, {"half_pixel_centers": True})
    attrs = ResizeAttrs(size, **form)  # type: ignore[arg-type]
    return _case(kind, attrs, rng, [(1, height, width, channels)], (1, *size, channels))


def _softmax(kind: AnyOperator, rng: Rng) -> Case:
    shape = _pick(rng, (1, 10), (1, 4, 7), (1, 200), (1, 511))
    return _case(kind, SoftmaxAttrs(float(rng.uniform(0.2, 3))), rng, [shape], shape)  # type: ignore[list-item,arg-type]


def _unary(kind: AnyOperator, rng: Rng) -> Case:
    attrs = LeakyReluAttrs(float(rng.normal())) if kind is LEAKY_RELU else NoAttrs()
    return _case(kind, attrs, rng, [(1, 300)], (1, 300))


_MAKERS: dict[AnyOperator, Callable[[AnyOperator, Rng], Case]] = {
    CONV_2D: _conv,
    DEPTHWISE_CONV_2D: _depthwise,
    FULLY_CONNECTED: _dense,
    ADD: _binary,
    SUB: _binary,
    MUL: _binary,
    AVERAGE_POOL_2D: _pool,
    MAX_POOL_2D: _pool,
    MEAN: _mean,
    PAD: _pad,
    CONCATENATION: _concat,
    RESHAPE: _reshape,
    SQUEEZE: _squeeze,
    TRANSPOSE: _transpose,
    STRIDED_SLICE: _slice,
    RESIZE_NEAREST_NEIGHBOR: _resize,
    RESIZE_BILINEAR: _resize,
    SOFTMAX: _softmax,
    LOGISTIC: _unary,
    TANH: _unary,
    RELU: _unary,
    RELU6: _unary,
    LEAKY_RELU: _unary,
    HARD_SWISH: _unary,
}
