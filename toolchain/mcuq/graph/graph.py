"""Tensors, operators and the graph that binds them: frozen values, tensors known by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.graph.attrs import Attrs
from mcuq.graph.layout import Layout


class OpKind(StrEnum):
    """The operators mcuq builds, named as in the TFLite schema."""

    CONV_2D = "CONV_2D"
    DEPTHWISE_CONV_2D = "DEPTHWISE_CONV_2D"
    FULLY_CONNECTED = "FULLY_CONNECTED"
    ADD = "ADD"
    SUB = "SUB"
    MUL = "MUL"
    AVERAGE_POOL_2D = "AVERAGE_POOL_2D"
    MAX_POOL_2D = "MAX_POOL_2D"
    MEAN = "MEAN"
    PAD = "PAD"
    CONCATENATION = "CONCATENATION"
    RESHAPE = "RESHAPE"
    SQUEEZE = "SQUEEZE"
    TRANSPOSE = "TRANSPOSE"
    STRIDED_SLICE = "STRIDED_SLICE"
    RESIZE_NEAREST_NEIGHBOR = "RESIZE_NEAREST_NEIGHBOR"
    RESIZE_BILINEAR = "RESIZE_BILINEAR"
    SOFTMAX = "SOFTMAX"
    LOGISTIC = "LOGISTIC"
    TANH = "TANH"
    RELU = "RELU"
    RELU6 = "RELU6"
    LEAKY_RELU = "LEAKY_RELU"
    HARD_SWISH = "HARD_SWISH"
    # Of quantized graphs only: a float graph has nothing to convert.
    QUANTIZE = "QUANTIZE"
    DEQUANTIZE = "DEQUANTIZE"


FLOAT_KINDS = tuple(kind for kind in OpKind if kind.value not in ("QUANTIZE", "DEQUANTIZE"))
"""The operators of float graphs."""
MAX_DIMENSIONS = 5
"""Of a tensor: what TensorFlow Lite Micro's operators take."""
WEIGHTED = frozenset({OpKind.CONV_2D, OpKind.DEPTHWISE_CONV_2D, OpKind.FULLY_CONNECTED})
"""Operators whose inputs are (activation, filter[, bias])."""


@dataclass(frozen=True, eq=False)
class Tensor(ByContent):
    """A named float32 tensor; `data` is set for constants only.

    Attributes:
        name: unique in its graph.
        shape: static, batch included (always 1 for activations).
        data: float32 array of `shape`, or None for an activation.
    """

    name: str
    shape: tuple[int, ...]
    data: npt.NDArray[np.float32] | None = None

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
    """

    kind: OpKind
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attrs: Attrs

    @property
    def output(self) -> str:
        """The single output's name."""
        return self.outputs[0]


@dataclass(frozen=True)
class Graph:
    """A float model. `ops` are in execution order; every tensor an op names is in `tensors`.

    Attributes:
        layouts: of the inputs and outputs whose axes the model file names in another order; see
            `layout`.
        ranges: activation → (low, high), low ≤ 0 ≤ high, where the model file stores its
            quantization: its values are clipped to it, as part of what the model computes.
    """

    name: str
    tensors: Mapping[str, Tensor]
    ops: tuple[Op, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def layout(self, name: str) -> Layout:
        """How the model file arranges an input or output."""
        return self.layouts.get(name) or Layout.same(self.tensors[name].shape)

    @property
    def weights(self) -> tuple[str, ...]:
        """Names of the filter tensors, each once, in execution order: what bits are chosen for."""
        return tuple(dict.fromkeys(op.inputs[1] for op in self.ops if op.kind in WEIGHTED))

    @property
    def activations(self) -> tuple[str, ...]:
        """Names of the non-constant tensors: graph inputs first, then op outputs in order."""
        produced = (name for op in self.ops for name in op.outputs)
        return tuple(dict.fromkeys((*self.inputs, *produced)))
