"""The float model in TensorFlow: what it says to samples that are made up while training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from mcuq.finetune.operators import run
from mcuq.graph import Graph

# TensorFlow has no types of its own.
Array = Any


class Teacher:
    """The original graph's outputs."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def __call__(self, inputs: Sequence[Array]) -> list[Array]:
        """One array (N, …) an output."""
        graph = self._graph
        values: dict[str, Array] = dict(zip(graph.inputs, inputs, strict=True))
        for op in graph.ops:
            operands = [
                values[name] if name in values else tf.constant(graph.tensors[name].data)
                for name in op.inputs
            ]
            values[op.output] = run(op.kind, op.attrs, operands)
        return [values[name] for name in graph.outputs]
