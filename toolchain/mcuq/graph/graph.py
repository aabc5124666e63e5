"""Tensors, operators and the graph that binds them: frozen values, tensors known by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mcuq.brief import Brief
from mcuq.content import ByContent
from mcuq.graph.layout import Layout
from mcuq.graph.state import State
from mcuq.numeric.element import Element
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import AnyOperator

MAX_DIMENSIONS = 5
"""Of a tensor: what TensorFlow Lite Micro's operators take."""


@dataclass(frozen=True, eq=False, repr=False)
class Tensor(Brief, ByContent):
    """A named float32 tensor; `data` is set for constants only.

    Attributes:
        name: unique in its graph.
        shape: static, batch included (always 1 for activations).
        data: float32 array of `shape`, or None for an activation.
        element: what the values are.
    """

    name: str
    shape: tuple[int, ...]
    data: npt.NDArray[np.float32] | None = None
    element: Element = Element.REAL

    @property
    def is_constant(self) -> bool:
        return self.data is not None

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Op:
    """One operator; `inputs` and `outputs` are tensor names, in the TFLite order.

    An absent optional bias is left out: a weighted operator has two or three inputs.
    Shape-giving constants (PAD's paddings, RESHAPE's shape…) live in `attrs`, not in `inputs`.
    Outputs behind the first are the new values of the states that the operator keeps.
    """

    kind: AnyOperator
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attrs: Attrs

    @property
    def output(self) -> str:
        """The name of what it computes for others."""
        return self.outputs[0]

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """(read, written) of each state that it keeps."""
        count = self.kind.kept
        return tuple(zip(self.inputs[len(self.inputs) - count :], self.outputs[1:], strict=True))


@dataclass(frozen=True, repr=False)
class Graph(Brief):
    """A float model. `ops` are in execution order; every tensor an op names is in `tensors`.

    Attributes:
        layouts: of the inputs and outputs whose axes the model file names in another order; see
            `layout`.
        ranges: activation → (low, high), low ≤ 0 ≤ high, where the model file stores its
            quantization: its values are clipped to it, as part of what the model computes.
        states: what it keeps from run to run; without any, each run stands alone.
    """

    name: str
    tensors: Mapping[str, Tensor]
    ops: tuple[Op, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    states: tuple[State, ...] = ()

    def layout(self, name: str) -> Layout:
        """How the model file arranges an input or output."""
        return self.layouts.get(name) or Layout.same(self.tensors[name].shape)

    @property
    def weights(self) -> tuple[str, ...]:
        """Names of the filter tensors, each once, in execution order: what bits are chosen for."""
        return tuple(dict.fromkeys(op.inputs[1] for op in self.ops if op.kind.weighted))

    @property
    def activations(self) -> tuple[str, ...]:
        """Names of the non-constant tensors: graph inputs first, then what states read, then op
        outputs in order.
        """
        produced = (name for op in self.ops for name in op.outputs)
        return tuple(dict.fromkeys((*self.inputs, *(s.read for s in self.states), *produced)))
