"""A graph written as TFLite is read back as the same graph, for every operator."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kinds_of_tests import FLOAT
from movement_strategies import is_read_otherwise
from operator_cases import cases, random_reals

from mcuq.graph import Graph
from mcuq.importers import load_tflite
from mcuq.interpret.float import run_float
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.tflite.operators.catalog import FORMS


def assert_same_graph(actual: Graph, expected: Graph) -> None:
    assert actual.ops == expected.ops
    assert (actual.inputs, actual.outputs) == (expected.inputs, expected.outputs)
    assert set(actual.tensors) == set(expected.tensors)
    for name, tensor in expected.tensors.items():
        assert actual.tensors[name].shape == tensor.shape
        if tensor.data is None:
            assert actual.tensors[name].data is None
        else:
            np.testing.assert_array_equal(actual.tensors[name].data, tensor.data)


def assert_same_values(actual: Graph, expected: Graph) -> None:
    """In other words: the same outputs of the same inputs."""
    inputs = random_reals(expected, seed=0)
    (found,), (wanted,) = (run_float(graph, inputs).values() for graph in (actual, expected))
    np.testing.assert_array_equal(found, wanted)


KINDS = [kind for kind in FLOAT.operators if FORMS[kind].real_links is None]
"""Operators that TensorFlow Lite has; the others are written as several."""


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=25)
def test_written_graph_is_read_back(kind: AnyOperator, data: st.DataObject) -> None:
    graph = data.draw(cases(kind)).graph
    # The writer gives a convolution without bias one of zeros, which LiteRT asks for.
    assume(kind is not CONV_2D or len(graph.ops[0].inputs) == 3)
    found = load_tflite(float_tflite_bytes(graph))
    if is_read_otherwise(graph):
        assert_same_values(found, graph)
    else:
        assert_same_graph(found, graph)
