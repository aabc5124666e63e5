"""How far the simulated model is from the float one, and from the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mcuq.errors import UsageError
from mcuq.graph import Graph, Op
from mcuq.interpret.float import run_float
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import LOGISTIC

# TensorFlow has no types of its own.
Array = Any


@dataclass(frozen=True)
class Term:
    """One output's part of the loss.

    Attributes:
        tensor: compared in the simulated model: the operand of a final SOFTMAX or LOGISTIC, else
            the output itself.
        kind: SOFTMAX, LOGISTIC, or None for a plain output.
        beta: of the SOFTMAX.
        spread: variance of a plain output, that its error is measured against.
    """

    tensor: str
    kind: AnyOperator | None
    beta: float
    spread: float

    def distance(self, values: Array, target: Array) -> Array:
        """Mean over the samples; target is the float model's output."""
        if self.kind is SOFTMAX:
            logits = self.beta * values
            return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(target, logits))
        if self.kind is LOGISTIC:
            return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target, values))
        return tf.reduce_mean(tf.square(values - target)) / self.spread


def make_terms(graph: Graph, targets: Sequence[npt.NDArray[np.float32]]) -> tuple[Term, ...]:
    """A term an output."""
    producers = {op.output: op for op in graph.ops}
    return tuple(
        _term(producers.get(name), name, target)
        for name, target in zip(graph.outputs, targets, strict=True)
    )


def make_targets(
    graph: Graph, inputs: Sequence[npt.NDArray[np.float32]]
) -> list[npt.NDArray[np.float32]]:
    """The float model's outputs."""
    outputs = run_float(graph, inputs)
    return [outputs[name] for name in graph.outputs]


def blend_labels(
    targets: list[npt.NDArray[np.float32]],
    terms: Sequence[Term],
    labels: npt.NDArray[Any] | None,
    share: float,
) -> list[npt.NDArray[np.float32]]:
    """Targets of the first output with `share` of the labels mixed in.

    Cross entropy is linear in its target: this is the weighted sum of both losses.

    Raises:
        UsageError: it is no classifier, or the labels are no class numbers.
    """
    if share == 0.0:
        return targets
    first, classes = targets[0], targets[0].shape[-1]
    if (
        terms[0].kind is not SOFTMAX
        or labels is None
        or labels.dtype.kind not in "iu"
        or labels.size * classes != first.size
        or not 0 <= labels.min() <= labels.max() < classes
    ):
        raise UsageError(
            "labels count only for a model that ends in SOFTMAX, and as class numbers",
            "store them as integers 'y', or train on the float model's outputs alone",
        )
    one_hot = np.eye(classes, dtype=np.float32)[labels.reshape(-1)].reshape(first.shape)
    return [(1 - share) * first + share * one_hot, *targets[1:]]


def _term(op: Op | None, name: str, target: npt.NDArray[np.float32]) -> Term:
    spread = max(float(np.var(target, dtype=np.float64)), 1e-12)
    if op is not None and isinstance(op.attrs, SoftmaxAttrs):
        return Term(op.inputs[0], SOFTMAX, op.attrs.beta, spread)
    if op is not None and op.kind is LOGISTIC:
        return Term(op.inputs[0], LOGISTIC, 1.0, spread)
    return Term(name, None, 1.0, spread)
