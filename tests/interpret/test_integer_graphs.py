"""Random graphs of many operators: shared scales and all, equal to TFLite Micro."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_cases import FixedRanges, random_inputs, tflm_outputs

from mcuq.graph import Graph, Op, Tensor
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, NoAttrs, Padding
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    STRIDED_SLICE,
    ConcatAttrs,
    PadAttrs,
    StridedSliceAttrs,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, PoolAttrs
from mcuq.ops.resize import RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH, LeakyReluAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs
from mcuq.quantize import Config, WeightChoice, quantize

Shape = tuple[int, ...]


@dataclass
class Grower:
    """Adds operators to a graph, each on activations that are there already."""

    rng: np.random.Generator
    tensors: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    def add(self, kind: AnyOperator, attrs: Attrs, inputs: list[str]) -> None:
        shape = kind.shape(attrs, [self.tensors[name].shape for name in inputs])
        name = f"t{len(self.ops)}"
        self.tensors[name] = Tensor(name, shape)
        self.ops.append(Op(kind, name, tuple(inputs), (name,), attrs))
        self.images.append(name)

    def pick(self) -> str:
        return self.images[int(self.rng.integers(len(self.images)))]

    def like(self, name: str) -> str:
        """An activation of the same shape, perhaps itself."""
        shape = self.tensors[name].shape
        same = [other for other in self.images if self.tensors[other].shape == shape]
        return same[int(self.rng.integers(len(same)))]

    def constant(self, *shape: int) -> str:
        name = f"c{len(self.tensors)}"
        self.tensors[name] = Tensor(name, shape, self.rng.normal(size=shape).astype(np.float32))
        return name


def _conv(g: Grower) -> None:
    x = g.pick()
    inputs = [x, g.constant(3, 2, 2, g.tensors[x].shape[3]), g.constant(3)]
    g.add(CONV_2D, ConvAttrs(padding=Padding.SAME, activation=Activation.RELU), inputs)


def _depthwise(g: Grower) -> None:
    x = g.pick()
    channels = g.tensors[x].shape[3]
    inputs = [x, g.constant(1, 3, 3, channels), g.constant(channels)]
    g.add(DEPTHWISE_CONV_2D, DepthwiseConvAttrs(padding=Padding.SAME), inputs)


def _binary(kind: AnyOperator) -> Callable[[Grower], None]:
    def grow(g: Grower) -> None:
        x = g.pick()
        other = g.like(x) if g.rng.random() < 0.7 else g.constant(g.tensors[x].shape[3])
        g.add(kind, BinaryAttrs(), [x, other])

    return grow


def _concat(g: Grower) -> None:
    x = g.pick()
    inputs = [x, g.like(x), *([g.like(x)] if g.rng.random() < 0.4 else [])]
    g.add(CONCATENATION, ConcatAttrs(3), inputs)


def _one(kind: AnyOperator, attrs: Attrs | None = None) -> Callable[[Grower], None]:
    return lambda g: g.add(kind, attrs or NoAttrs(), [g.pick()])


GROW: list[Callable[[Grower], None]] = [
    _conv,
    _depthwise,
    _binary(ADD),
    _binary(SUB),
    _binary(MUL),
    _concat,
    _concat,
    _one(MAX_POOL_2D, PoolAttrs((2, 2), (1, 1), Padding.SAME)),
    _one(AVERAGE_POOL_2D, PoolAttrs((2, 2), (1, 1), Padding.SAME)),
    _one(PAD, PadAttrs(((0, 0), (1, 0), (0, 1), (0, 0)))),
    _one(STRIDED_SLICE, StridedSliceAttrs((0, 0, 0, 0), (1, 4, 4, 1), (1, 1, 1, 1))),
    _one(RESIZE_NEAREST_NEIGHBOR, ResizeAttrs((4, 4))),
    _one(SOFTMAX, SoftmaxAttrs()),
    _one(LEAKY_RELU, LeakyReluAttrs(0.1)),
    *(
        _one(kind)
        for kind in (
            LOGISTIC,
            TANH,
            RELU,
            RELU6,
            HARD_SWISH,
        )
    ),
]


def grow(seed: int) -> Graph:
    rng = np.random.default_rng(seed)
    g = Grower(rng, {"x": Tensor("x", (1, 4, 4, 2))}, images=["x"])
    for _ in range(int(rng.integers(3, 12))):
        GROW[int(rng.integers(len(GROW)))](g)
    used = {name for op in g.ops for name in op.inputs}
    outputs = tuple(op.output for op in g.ops if op.output not in used)
    return Graph("random", g.tensors, tuple(g.ops), ("x",), outputs)


@pytest.mark.parametrize("bits", [8, 4])
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_graphs_equal_tflite_micro(bits: int, seed: int) -> None:
    graph = grow(seed)
    rng = np.random.default_rng(seed)
    seen = run_float(graph, [rng.normal(size=(8, 4, 4, 2))], keep=graph.activations)
    ranges = FixedRanges({name: (float(v.min()), float(v.max())) for name, v in seen.items()})
    qgraph = quantize(graph, ranges, Config(default_weight=WeightChoice(bits)))
    inputs = random_inputs(graph, rng, samples=3)
    found = run_integer(qgraph, inputs)
    expected = tflm_outputs(qgraph, inputs)
    for name, values in zip(graph.outputs, expected, strict=True):
        np.testing.assert_array_equal(found[name], values.reshape(found[name].shape))
