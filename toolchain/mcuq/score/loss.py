"""What the search compares with the float model: logits where there are any.

An int8 softmax output has steps of 1/256 and hides most of what changed; its input does not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op
from mcuq.numeric.elementary import exp, expit, log_softmax, softplus
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import LOGISTIC
from mcuq.quantized.qgraph import QuantizedGraph

AnyGraph = TypeVar("AnyGraph", Graph, QuantizedGraph)
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class LossOutput:
    """A tensor whose values are compared.

    Attributes:
        tensor: its name; the input of a final SOFTMAX or LOGISTIC, else an output itself.
        kind: SOFTMAX and LOGISTIC compare distributions, None compares values.
        beta: SOFTMAX's factor.
    """

    tensor: str
    kind: AnyOperator | None = None
    beta: float = 1.0


def find_loss_outputs(graph: Graph) -> tuple[LossOutput, ...]:
    """One head an output, in the outputs' order."""
    makers = {name: op for op in graph.ops for name in op.outputs}
    return tuple(_head(name, makers.get(name)) for name in graph.outputs)


def head_tensors(loss_outputs: Sequence[LossOutput]) -> tuple[str, ...]:
    """What has to be computed for them, each activation once."""
    return tuple(dict.fromkeys(head.tensor for head in loss_outputs))


def _head(name: str, maker: Op | None) -> LossOutput:
    if maker is not None and isinstance(maker.attrs, SoftmaxAttrs):
        return LossOutput(maker.inputs[0], SOFTMAX, maker.attrs.beta)
    if maker is not None and maker.kind == LOGISTIC:
        return LossOutput(maker.inputs[0], LOGISTIC)
    return LossOutput(name)


def cut(graph: AnyGraph, outputs: Sequence[str]) -> AnyGraph:
    """The part of `graph` that computes `outputs`, which become its outputs, and their states."""
    wanted = set(outputs)
    while True:
        needed, ops = set(wanted), []
        for op in reversed(graph.ops):
            if needed.intersection(op.outputs):
                ops.append(op)
                needed.update(op.inputs)
        states = tuple(state for state in graph.states if state.read in needed)
        if wanted >= {state.written for state in states}:
            break
        wanted |= {state.written for state in states}
    tensors = {k: v for k, v in graph.tensors.items() if k in needed}
    tensors |= {name: graph.tensors[name] for op in ops for name in op.outputs}
    tensors |= {name: graph.tensors[name] for name in graph.inputs}
    return dataclasses.replace(
        graph, ops=tuple(reversed(ops)), outputs=tuple(outputs), tensors=tensors, states=states
    )


def divergence(
    loss_outputs: Sequence[LossOutput], reference: Mapping[str, Floats], found: Mapping[str, Floats]
) -> npt.NDArray[np.float64]:
    """How far `found` is from `reference`, a figure a sample, summed over the heads.

    SOFTMAX: KL(reference || found) of the last dimension's distributions, nats; LOGISTIC: the
    same for Bernoulli distributions; values: squared error over the reference's variance.

    Args:
        reference, found: head tensor name → array (samples, ...).

    Returns:
        float64 (samples,).
    """
    parts = [_divergence(h, reference[h.tensor], found[h.tensor]) for h in loss_outputs]
    total: npt.NDArray[np.float64] = np.sum(parts, axis=0)
    return total


def _divergence(head: LossOutput, reference: Floats, found: Floats) -> npt.NDArray[np.float64]:
    depth = reference.shape[-1] if reference.ndim > 1 else 1
    a = reference.reshape(len(reference), -1, depth).astype(np.float64)
    b = found.reshape(a.shape).astype(np.float64)
    if head.kind == SOFTMAX:
        log_p, log_q = log_softmax(head.beta * a), log_softmax(head.beta * b)
        per_element = exp(log_p) * (log_p - log_q)
    elif head.kind == LOGISTIC:
        per_element = _bernoulli_kl(a, b)
    else:
        per_element = (a - b) ** 2 / (max(float(a.var()), 1e-12) * a[0].size)
    total: npt.NDArray[np.float64] = per_element.sum(axis=(1, 2))
    return total


def _bernoulli_kl(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """KL of Bernoulli distributions from logits: p(a - b) + softplus(b) - softplus(a)."""
    kl: npt.NDArray[np.float64] = expit(a) * (a - b) + softplus(b) - softplus(a)
    return kl
