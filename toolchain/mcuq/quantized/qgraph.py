"""The quantized model: the same operators over integer tensors with scales and zero points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.brief import Brief
from mcuq.graph import Op, State
from mcuq.numeric import quantize_values
from mcuq.numeric.tensor import QuantizedTensor


@dataclass(frozen=True, repr=False)
class QuantizedGraph(Brief):
    """What is costed, evaluated and emitted. Tensors and ops keep the float graph's names.

    A filter shared by several ops stays one tensor; biases belong to one op each. Initial values of
    `states` are stored integers.
    """

    name: str
    tensors: Mapping[str, QuantizedTensor]
    ops: tuple[Op, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    states: tuple[State, ...] = ()


def one_run(qgraph: QuantizedGraph, inputs: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """What one run takes of samples (samples, …), or of sequences (samples, steps, …): the first
    one.
    """
    return [x[0, 0] if qgraph.states else x[0] for x in inputs]


def stored_states(
    states: tuple[State, ...], tensors: Mapping[str, QuantizedTensor]
) -> tuple[State, ...]:
    """States of a float graph with their initial values as `tensors` store what they read."""
    return tuple(_stored(state, tensors[state.read]) for state in states)


def _stored(state: State, tensor: QuantizedTensor) -> State:
    if tensor.is_float:
        return replace(state, initial=state.initial.astype(np.float32))
    scale = np.float32(tensor.scale[0])
    stored = quantize_values(state.initial, scale, tensor.zero_point, tensor.bits)
    return replace(state, initial=stored)
