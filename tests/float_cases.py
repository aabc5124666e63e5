"""Random one-operator float graphs, for tests that compare them with an independent runtime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

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
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.tflite.runtime import Interpreter, OpResolverType

Shape = tuple[int, ...]
Draw = Callable[[Any], Any]
SAMPLES = 3

activations = st.sampled_from(Activation)
paddings = st.sampled_from(Padding)
small = st.integers(1, 3)


def one_op(
    kind: AnyOperator, attrs: Attrs, inputs: list[Shape], constants: list[Shape], seed: int
) -> Graph:
    """A graph of one operator: activations first, then random constants."""
    rng = np.random.default_rng(seed)
    tensors = {f"x{i}": Tensor(f"x{i}", shape) for i, shape in enumerate(inputs)}
    for i, shape in enumerate(constants):
        data = rng.normal(0, 1, shape).astype(np.float32)
        tensors[f"c{i}"] = Tensor(f"c{i}", shape, data)
    operands = tuple(tensors)
    tensors["y"] = Tensor("y", kind.shape(attrs, [*inputs, *constants]))
    names = tuple(f"x{i}" for i in range(len(inputs)))
    return Graph("main", tensors, (Op(kind, "y", operands, ("y",), attrs),), names, ("y",))


def random_inputs(graph: Graph, seed: int) -> list[np.ndarray]:
    """SAMPLES random samples for each input."""
    rng = np.random.default_rng(seed)
    return [
        rng.normal(0, 3, (SAMPLES, *graph.tensors[name].shape[1:])).astype(np.float32)
        for name in graph.inputs
    ]


def run_litert(content: bytes, inputs: list[np.ndarray]) -> list[list[np.ndarray]]:
    """LiteRT's reference kernels, sample by sample: outputs of each sample."""
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    results = []
    for sample in range(len(inputs[0])):
        for detail, values in zip(interpreter.get_input_details(), inputs, strict=True):
            interpreter.set_tensor(detail["index"], values[sample].reshape(detail["shape"]))
        interpreter.invoke()
        details = interpreter.get_output_details()
        results.append([interpreter.get_tensor(detail["index"]).copy() for detail in details])
    return results


def litert_output(graph: Graph, inputs: list[np.ndarray]) -> np.ndarray:
    """The single output for all samples, shaped as `run_float` returns it."""
    values = np.stack([outputs[0] for outputs in run_litert(float_tflite_bytes(graph), inputs)])
    shape = graph.tensors[graph.outputs[0]].shape
    return values.reshape(len(values), *(shape[1:] if shape[:1] == (1,) else shape))


def cases(kind: AnyOperator) -> st.SearchStrategy[Graph]:
    """Graphs with one operator of `kind`."""
    return _CASES[kind](kind)


@st.composite
def _conv(draw: Draw, kind: AnyOperator) -> Graph:
    groups, depth, per_group = draw(small), draw(small), draw(small)
    window = draw(_windows())
    attrs = ConvAttrs(window["stride"], window["dilation"], window["padding"], draw(activations))
    filters = (groups * per_group, *window["kernel"], depth)
    x = (1, *window["size"], groups * depth)
    bias = draw(st.sampled_from([[], [(filters[0],)]]))
    return one_op(kind, attrs, [x], [filters, *bias], draw(seeds))


@st.composite
def _depthwise(draw: Draw, kind: AnyOperator) -> Graph:
    channels, multiplier = draw(small), draw(small)
    window = draw(_windows())
    attrs = DepthwiseConvAttrs(
        window["stride"], window["dilation"], window["padding"], multiplier, draw(activations)
    )
    filters = (1, *window["kernel"], channels * multiplier)
    bias = draw(st.sampled_from([[], [(channels * multiplier,)]]))
    x = (1, *window["size"], channels)
    return one_op(kind, attrs, [x], [filters, *bias], draw(seeds))


@st.composite
def _windows(draw: Draw) -> dict[str, Any]:
    """Strides, dilations, padding, kernel and an input in which a VALID window fits."""
    kernel, stride, dilation = (draw(st.tuples(small, small)) for _ in range(3))
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    size = tuple(span + draw(st.integers(0, 5)) for span in spans)
    padding = draw(paddings)
    return {
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation,
        "size": size,
        "padding": padding,
    }


@st.composite
def _pool(draw: Draw, kind: AnyOperator) -> Graph:
    window = draw(_windows())
    attrs = PoolAttrs(window["kernel"], window["stride"], window["padding"], draw(activations))
    return one_op(kind, attrs, [(1, *window["size"], draw(small))], [], draw(seeds))


@st.composite
def _fully_connected(draw: Draw, kind: AnyOperator) -> Graph:
    keep = draw(st.booleans())
    shape = (1, *draw(st.lists(small, min_size=1, max_size=3)))
    filters = (draw(st.integers(1, 5)), shape[-1])
    attrs = FullyConnectedAttrs(draw(activations), keep)
    bias = draw(st.sampled_from([[], [(filters[0],)]]))
    return one_op(kind, attrs, [shape], [filters, *bias], draw(seeds))


@st.composite
def _binary(draw: Draw, kind: AnyOperator) -> Graph:
    shape = (1, *draw(st.lists(small, min_size=1, max_size=3)))
    thin = tuple(1 if draw(st.booleans()) else n for n in shape)
    attrs = BinaryAttrs(draw(activations))
    if draw(st.booleans()):
        return one_op(kind, attrs, [shape, thin], [], draw(seeds))
    return one_op(kind, attrs, [shape], [thin[draw(st.integers(0, len(thin))) :]], draw(seeds))


@st.composite
def _unary(draw: Draw, kind: AnyOperator) -> Graph:
    attrs: Attrs = NoAttrs()
    if kind is SOFTMAX:
        attrs = SoftmaxAttrs(draw(st.sampled_from([0.5, 1.0, 2.0])))
    if kind is LEAKY_RELU:
        attrs = LeakyReluAttrs(float(np.float32(draw(st.sampled_from([0.1, 0.3])))))
    shape = (1, *draw(st.lists(small, max_size=3)))
    return one_op(kind, attrs, [shape], [], draw(seeds))


@st.composite
def _mean(draw: Draw, kind: AnyOperator) -> Graph:
    shape = (1, *draw(st.lists(small, min_size=1, max_size=3)))
    axes = draw(st.sets(st.integers(1, len(shape) - 1), min_size=1))
    attrs = MeanAttrs(tuple(sorted(axes)), draw(st.booleans()))
    return one_op(kind, attrs, [shape], [], draw(seeds))


@st.composite
def _pad(draw: Draw, kind: AnyOperator) -> Graph:
    shape = (1, *draw(st.lists(small, min_size=1, max_size=3)))
    count = st.integers(0, 2)
    pairs = tuple((draw(count), draw(count)) for _ in shape[1:])
    return one_op(kind, PadAttrs(((0, 0), *pairs)), [shape], [], draw(seeds))


@st.composite
def _concatenation(draw: Draw, kind: AnyOperator) -> Graph:
    shape = (1, *draw(st.lists(small, min_size=1, max_size=3)))
    axis = draw(st.integers(1, len(shape) - 1))
    shapes = [(*shape[:axis], draw(small), *shape[axis + 1 :]) for _ in range(draw(small))]
    constants = draw(st.integers(0, len(shapes) - 1))
    split = len(shapes) - constants
    return one_op(kind, ConcatAttrs(axis), shapes[:split], shapes[split:], draw(seeds))


@st.composite
def _reshape(draw: Draw, kind: AnyOperator) -> Graph:
    shape = (1, *draw(st.lists(small, min_size=1, max_size=3)))
    target = draw(st.permutations(shape))
    return one_op(kind, ReshapeAttrs(tuple(target)), [shape], [], draw(seeds))


@st.composite
def _squeeze(draw: Draw, kind: AnyOperator) -> Graph:
    shape = (1, *draw(st.lists(st.integers(1, 2), min_size=1, max_size=3)), 1)
    ones = [axis for axis, size in enumerate(shape) if size == 1]
    dims = draw(st.sets(st.sampled_from(ones), min_size=1))
    target = tuple(n for axis, n in enumerate(shape) if axis not in dims)
    attrs = ReshapeAttrs(target or (1,), tuple(sorted(dims)) if target else (ones[0],))
    if not target:
        shape = (1, 1)
    return one_op(kind, attrs, [shape], [], draw(seeds))


@st.composite
def _transpose(draw: Draw, kind: AnyOperator) -> Graph:
    shape = (1, *draw(st.lists(small, min_size=1, max_size=3)))
    perm = tuple(draw(st.permutations(range(len(shape)))))
    return one_op(kind, TransposeAttrs(perm), [shape], [], draw(seeds))


@st.composite
def _strided_slice(draw: Draw, kind: AnyOperator) -> Graph:
    shape = (1, *draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)))
    bounds, shrink = [(0, 1, 1)], []
    for axis, size in enumerate(shape[1:], 1):
        first = draw(st.integers(0, size - 1))
        step = draw(st.sampled_from([-2, -1, 1, 2]))
        last = draw(st.integers(first + 1, size) if step > 0 else st.integers(-1, first - 1))
        if draw(st.integers(0, 3)) == 0:
            shrink.append(axis)
            step, last = 1, first + 1
        bounds.append((first, last, step))
    begin, end, strides = (tuple(column) for column in zip(*bounds, strict=True))
    attrs = StridedSliceAttrs(begin, end, strides, tuple(shrink))
    return one_op(kind, attrs, [shape], [], draw(seeds))


@st.composite
def _resize(draw: Draw, kind: AnyOperator) -> Graph:
    size = st.integers(1, 7)
    mode = draw(st.sampled_from([(False, False), (True, False), (False, True)]))
    attrs = ResizeAttrs((draw(size), draw(size)), *mode)
    return one_op(kind, attrs, [(1, draw(size), draw(size), draw(small))], [], draw(seeds))


seeds = st.integers(0, 2**32 - 1)
_CASES: dict[AnyOperator, Callable[[AnyOperator], st.SearchStrategy[Graph]]] = {
    CONV_2D: _conv,
    DEPTHWISE_CONV_2D: _depthwise,
    FULLY_CONNECTED: _fully_connected,
    ADD: _binary,
    SUB: _binary,
    MUL: _binary,
    AVERAGE_POOL_2D: _pool,
    MAX_POOL_2D: _pool,
    MEAN: _mean,
    PAD: _pad,
    CONCATENATION: _concatenation,
    RESHAPE: _reshape,
    SQUEEZE: _squeeze,
    TRANSPOSE: _transpose,
    STRIDED_SLICE: _strided_slice,
    RESIZE_NEAREST_NEIGHBOR: _resize,
    RESIZE_BILINEAR: _resize,
    SOFTMAX: _unary,
    LOGISTIC: _unary,
    TANH: _unary,
    RELU: _unary,
    RELU6: _unary,
    LEAKY_RELU: _unary,
    HARD_SWISH: _unary,
}
