"""What is proved of channels, beside what they are on random inputs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import BOUND, Planted, samples

from mcuq.eliminate.follow import follow
from mcuq.eliminate.spans import Spans
from mcuq.eliminate.ties import Roles, width
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.float import run_float
from mcuq.ops.attrs import Attrs, Padding
from mcuq.ops.movement import PAD, PadAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, TransposeConvAttrs

_ROUNDING = 1e-4
"""Of float32 values of the size that these networks have, as a share of the largest."""


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(0, 8),
    bounded=st.booleans(),
    stored=st.booleans(),
)
def test_values_are_within_their_bounds(seed: int, steps: int, bounded: bool, stored: bool) -> None:
    graph = Planted(seed, 0.5, ranges=stored).graph(steps)
    span = {"x": (-BOUND, BOUND)} if bounded else {}
    known = follow(graph, Roles(graph), span)
    values = run_float(graph, samples(graph, seed, 6), graph.activations)
    for name, spans in known.spans.items():
        columns = values[name].reshape(-1, width(graph, name))
        slack = _ROUNDING * max(1.0, float(np.abs(columns).max()))
        assert (columns >= spans.low - slack).all(), name
        assert (columns <= spans.high + slack).all(), name
        first = {number: place for place, number in enumerate(known.numbers[name])}
        equal = columns[:, [first[number] for number in known.numbers[name]]]
        np.testing.assert_allclose(equal, columns, rtol=_ROUNDING, atol=slack)


def test_a_bound_is_reached() -> None:
    """They are no wider than what one layer can give: a corner of its inputs gives it."""
    graph = Planted(3, 0.0).graph(0)
    op = graph.ops[0]
    weights = graph.tensors[op.inputs[1]].data
    assert op.kind.name == "CONV_2D" and weights is not None
    high = follow(graph, Roles(graph), {"x": (-BOUND, BOUND)}).spans[op.output].high
    best = BOUND * np.abs(weights).sum(axis=(1, 2, 3)) + graph.tensors[op.inputs[2]].data
    np.testing.assert_allclose(high, np.clip(best, *_clamp(op)), rtol=1e-6)


def _clamp(op) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    low, high = op.attrs.activation.bounds
    return (-np.inf if low is None else low), (np.inf if high is None else high)


def test_infinite_bounds_leave_what_is_certain() -> None:
    spans = Spans(np.array([0.0, -np.inf]), np.array([np.inf, np.inf]))
    assert not spans.fixed.any()
    assert spans.clipped(0, 6).high.tolist() == [6, 6]


@pytest.mark.parametrize("kind", [PAD, CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV])
def test_padding_is_within_the_bounds(kind: AnyOperator) -> None:
    """Of channels that are far from zero everywhere but at the border."""
    build = GraphBuilder()
    x = build.input((1, 5, 5, 2), "x")
    weights, start = (
        build.constant(np.full((2, 1, 1, 2), 0.1), "w"),
        build.constant(np.array([4, -4]), "b"),
    )
    far = build.op(CONV_2D, ConvAttrs(), [x, weights, start], "far")
    ones = np.ones((1, 3, 3, 2) if kind is DEPTHWISE_CONV_2D else (2, 3, 3, 2))
    attrs: dict[AnyOperator, Attrs] = {
        PAD: PadAttrs(((0, 0), (1, 1), (1, 1), (0, 0))),
        CONV_2D: ConvAttrs(padding=Padding.SAME),
        DEPTHWISE_CONV_2D: DepthwiseConvAttrs(padding=Padding.SAME),
        TRANSPOSE_CONV: TransposeConvAttrs((1, 7, 7, 2)),
    }
    operands = [far] if kind is PAD else [far, build.constant(ones * [1, 0.5], "ones")]
    y = build.op(kind, attrs[kind], operands, "y")
    graph = build.graph("padded", (y,))
    spans = follow(graph, Roles(graph), {"x": (-1.0, 1.0)}).spans[y]
    values = run_float(graph, [np.zeros((1, 5, 5, 2))])[y].reshape(-1, 2)
    assert (values >= spans.low).all() and (values <= spans.high).all()
    assert np.isfinite(spans.low).all() and np.isfinite(spans.high).all()
