"""Simplified graphs have the same inputs, outputs and values, and the operators they should."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.importers.simplify import simplify, tidy
from mcuq.interpret.float import run_float
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs, Padding
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    TRANSPOSE,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    TransposeAttrs,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.unary import RELU, RELU6, TANH
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs

CHANNELS = 3
Draw = Callable[[Any], Any]


class _Chain:
    """Operators one after the other on a (1, H, W, C) tensor."""

    def __init__(self, seed: int) -> None:
        self.build = GraphBuilder()
        self.rng = np.random.default_rng(seed)
        self.names = [self.build.input((1, 6, 5, CHANNELS), "x")]

    @property
    def last(self) -> str:
        return self.names[-1]

    def constant(self, *shape: int) -> str:
        return self.build.constant(self.rng.normal(0, 0.5, shape), "c")

    def op(self, kind: AnyOperator, attrs: Any, *constants: str) -> str:
        self.names.append(self.build.op(kind, attrs, [self.last, *constants], kind.name.lower()))
        return self.last

    def graph(self, *outputs: str) -> Graph:
        return self.build.graph("chain", outputs or (self.last,))


def _assert_same_values(before: Graph, after: Graph) -> None:
    assert (before.inputs, before.outputs) == (after.inputs, after.outputs)
    assert len(after.ops) <= len(before.ops)
    used = {name for op in after.ops for name in (*op.inputs, *op.outputs)}
    assert set(after.tensors) == used | set(after.inputs)
    shape = before.tensors[before.inputs[0]].shape
    x = np.random.default_rng(9).normal(size=(2, *shape[1:])).astype(np.float32)
    expected, actual = run_float(before, [x]), run_float(after, [x])
    for name in before.outputs:
        np.testing.assert_allclose(actual[name], expected[name], rtol=1e-4, atol=1e-4)


def _add_random_step(draw: Draw, chain: _Chain) -> None:
    shape = chain.build.shape(chain.last)
    activation = draw(st.sampled_from([Activation.NONE, Activation.RELU]))
    choice = draw(st.sampled_from(["conv", "depthwise", "pad", "affine", "act", "swap", "bias"]))
    if choice == "conv" and min(shape[1:3]) >= 3:
        padding = draw(st.sampled_from(Padding))
        weights = chain.constant(CHANNELS, 3, 3, shape[3])
        chain.op(CONV_2D, ConvAttrs(padding=padding, activation=activation), weights)
    elif choice == "depthwise" and min(shape[1:3]) >= 2:
        weights = chain.constant(1, 2, 2, shape[3])
        chain.op(DEPTHWISE_CONV_2D, DepthwiseConvAttrs(), weights)
    elif choice == "pad":
        pairs = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(2))
        chain.op(PAD, PadAttrs(((0, 0), *pairs, (0, 0))))
    elif choice == "affine":
        kind = draw(st.sampled_from([ADD, SUB, MUL]))
        size = draw(st.sampled_from([(shape[3],), (1,), (shape[2], 1)]))
        chain.op(kind, BinaryAttrs(activation), chain.constant(*size))
    elif choice == "act":
        chain.op(draw(st.sampled_from([RELU, RELU6, TANH])), NoAttrs())
    elif choice == "swap":
        chain.op(TRANSPOSE, TransposeAttrs((0, 2, 1, 3)))
    else:
        zero = chain.build.constant(np.zeros(1), "zero")
        chain.op(ADD, BinaryAttrs(Activation.RELU_N1_TO_1), zero)


@st.composite
def _graphs(draw: Draw) -> Graph:
    chain = _Chain(draw(st.integers(0, 1000)))
    for _ in range(draw(st.integers(1, 8))):
        _add_random_step(draw, chain)
    if len(chain.names) == 1:
        chain.op(RELU, NoAttrs())
    also = draw(st.sampled_from(chain.names[1:]))
    return chain.graph(*dict.fromkeys((chain.last, also)))


@given(_graphs())
@settings(max_examples=150)
def test_random_chains_keep_their_values(graph: Graph) -> None:
    _assert_same_values(graph, simplify(graph))
    _assert_same_values(graph, tidy(graph))


def test_batch_norm_bias_and_activation_fold_into_one_layer() -> None:
    chain = _Chain(0)
    chain.op(PAD, PadAttrs(((0, 0), (1, 1), (1, 1), (0, 0))))
    chain.op(CONV_2D, ConvAttrs(), chain.constant(4, 3, 3, CHANNELS))
    chain.op(MUL, BinaryAttrs(), chain.constant(1, 1, 1, 4))
    chain.op(ADD, BinaryAttrs(), chain.constant(4))
    chain.op(RELU6, NoAttrs())
    graph = simplify(chain.graph())
    _assert_same_values(chain.graph(), graph)
    assert [op.kind for op in graph.ops] == [CONV_2D]
    assert graph.ops[0].attrs == ConvAttrs(padding=Padding.SAME, activation=Activation.RELU6)


def test_a_shared_filter_is_not_scaled() -> None:
    chain = _Chain(1)
    weights = chain.constant(CHANNELS, 1, 1, CHANNELS)
    chain.op(CONV_2D, ConvAttrs(), weights)
    chain.op(MUL, BinaryAttrs(), chain.constant(CHANNELS))
    chain.op(CONV_2D, ConvAttrs(), weights)
    graph = simplify(chain.graph())
    _assert_same_values(chain.graph(), graph)
    assert len(graph.weights) == 1


def test_a_value_that_others_read_stays() -> None:
    chain = _Chain(2)
    convolved = chain.op(CONV_2D, ConvAttrs(), chain.constant(2, 1, 1, CHANNELS))
    chain.op(RELU, NoAttrs())
    graph = chain.graph(chain.last, convolved)
    assert len(simplify(graph).ops) == 2
    _assert_same_values(graph, simplify(graph))


def test_transpose_moves_into_dense_weights() -> None:
    chain = _Chain(3)
    chain.op(TRANSPOSE, TransposeAttrs((0, 3, 1, 2)))
    chain.op(RESHAPE, ReshapeAttrs((1, 90)))
    chain.op(FULLY_CONNECTED, FullyConnectedAttrs(), chain.constant(4, 90))
    graph = simplify(chain.graph())
    _assert_same_values(chain.graph(), graph)
    assert [op.kind for op in graph.ops] == [RESHAPE, FULLY_CONNECTED]


def test_copies_that_are_no_resize_stay() -> None:
    chain = _Chain(4)
    chain.names.append(chain.build.op(CONCATENATION, ConcatAttrs(1), [chain.last] * 2, "twice"))
    graph = tidy(chain.graph())
    assert [op.kind for op in graph.ops] == [CONCATENATION]
