"""Random graphs of many operators: shared scales and all, equal to TFLite Micro."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_cases import FixedRanges, random_inputs, tflm_outputs

from mcuq.graph import (
    Activation,
    Attrs,
    BinaryAttrs,
    ConcatAttrs,
    ConvAttrs,
    DepthwiseConvAttrs,
    Graph,
    LeakyReluAttrs,
    NoAttrs,
    Op,
    OpKind,
    PadAttrs,
    Padding,
    PoolAttrs,
    ResizeAttrs,
    SoftmaxAttrs,
    StridedSliceAttrs,
    Tensor,
)
from mcuq.graph.shapes import infer_shape
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.quantize import Config, WeightChoice, quantize

Shape = tuple[int, ...]


@dataclass
class Grower:
    """Adds operators to a graph, each on activations that are there already."""

    rng: np.random.Generator
    tensors: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    def add(self, kind: OpKind, attrs: Attrs, inputs: list[str]) -> None:
        shape = infer_shape(kind, attrs, [self.tensors[name].shape for name in inputs])
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
    g.add(OpKind.CONV_2D, ConvAttrs(padding=Padding.SAME, activation=Activation.RELU), inputs)


def _depthwise(g: Grower) -> None:
    x = g.pick()
    channels = g.tensors[x].shape[3]
    inputs = [x, g.constant(1, 3, 3, channels), g.constant(channels)]
    g.add(OpKind.DEPTHWISE_CONV_2D, DepthwiseConvAttrs(padding=Padding.SAME), inputs)


def _binary(kind: OpKind) -> Callable[[Grower], None]:
    def grow(g: Grower) -> None:
        x = g.pick()
        other = g.like(x) if g.rng.random() < 0.7 else g.constant(g.tensors[x].shape[3])
        g.add(kind, BinaryAttrs(), [x, other])

    return grow


def _concat(g: Grower) -> None:
    x = g.pick()
    inputs = [x, g.like(x), *([g.like(x)] if g.rng.random() < 0.4 else [])]
    g.add(OpKind.CONCATENATION, ConcatAttrs(3), inputs)


def _one(kind: OpKind, attrs: Attrs | None = None) -> Callable[[Grower], None]:
    return lambda g: g.add(kind, attrs or NoAttrs(), [g.pick()])


GROW: list[Callable[[Grower], None]] = [
    _conv,
    _depthwise,
    _binary(OpKind.ADD),
    _binary(OpKind.SUB),
    _binary(OpKind.MUL),
    _concat,
    _concat,
    _one(OpKind.MAX_POOL_2D, PoolAttrs((2, 2), (1, 1), Padding.SAME)),
    _one(OpKind.AVERAGE_POOL_2D, PoolAttrs((2, 2), (1, 1), Padding.SAME)),
    _one(OpKind.PAD, PadAttrs(((0, 0), (1, 0), (0, 1), (0, 0)))),
    _one(OpKind.STRIDED_SLICE, StridedSliceAttrs((0, 0, 0, 0), (1, 4, 4, 1), (1, 1, 1, 1))),
    _one(OpKind.RESIZE_NEAREST_NEIGHBOR, ResizeAttrs((4, 4))),
    _one(OpKind.SOFTMAX, SoftmaxAttrs()),
    _one(OpKind.LEAKY_RELU, LeakyReluAttrs(0.1)),
    *(
        _one(kind)
        for kind in (
            OpKind.LOGISTIC,
            OpKind.TANH,
            OpKind.RELU,
            OpKind.RELU6,
            OpKind.HARD_SWISH,
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
