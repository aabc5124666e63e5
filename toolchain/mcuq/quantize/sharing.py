"""Which activations must share one scale and zero point, and which have theirs fixed.

Operators that only move or select values (RESHAPE, pooling, PAD…) have no requantization: their
output shares the input's parameters. CONCATENATION joins all its inputs. SOFTMAX, LOGISTIC and
TANH have fixed output parameters; where such an output meets other values in a CONCATENATION it is
rescaled first, by a LEAKY_RELU of slope 1 (an identity that requantizes).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mcuq.graph import WEIGHTED, Graph, LeakyReluAttrs, Op, OpKind, Tensor
from mcuq.numeric import symmetric_params
from mcuq.quantize.wide import spelled_out

VIEWS = frozenset(
    {
        OpKind.RESHAPE,
        OpKind.SQUEEZE,
        OpKind.TRANSPOSE,
        OpKind.STRIDED_SLICE,
        OpKind.PAD,
        OpKind.MAX_POOL_2D,
        OpKind.AVERAGE_POOL_2D,
        OpKind.RESIZE_NEAREST_NEIGHBOR,
        OpKind.RESIZE_BILINEAR,
        # TFLite Micro clamps RELU6 in the input's integers.
        OpKind.RELU6,
    }
)
"""Operators whose output shares the input's scale and zero point."""


@dataclass(frozen=True)
class AffineParams:
    """Scale and zero point of an activation."""

    scale: np.float32
    zero_point: int


_UNIT = AffineParams(np.float32(1 / 256), -128)
FIXED_OUTPUT: Mapping[OpKind, AffineParams] = {
    OpKind.SOFTMAX: _UNIT,
    OpKind.LOGISTIC: _UNIT,
    OpKind.TANH: AffineParams(np.float32(1 / 128), 0),
}
"""Operators whose int8 output parameters TFLite prescribes."""
_WIDE_UNIT = AffineParams(np.float32(1 / 32768), 0)
FIXED_WIDE_OUTPUT: Mapping[OpKind, AffineParams] = dict.fromkeys(FIXED_OUTPUT, _WIDE_UNIT)
"""The same for int16."""


@dataclass(frozen=True)
class Sharing:
    """The graph as it will be quantized, and its groups of activations.

    Attributes:
        graph: the float graph, with the rescaling operators and operand copies that integers need.
        leader: activation or constant operand → the first member of its group.
        fixed: leader → parameters, for groups that have them prescribed.
        source: inserted tensor → the tensor of the original graph that it holds.
    """

    graph: Graph
    leader: Mapping[str, str]
    fixed: Mapping[str, AffineParams]
    source: Mapping[str, str]


def share_activations(graph: Graph, bits: int = 8) -> Sharing:
    """Group the activations and constant operands of a float graph; `bits` is 8 or 16."""
    if bits == 8:
        return _Grouping(_separate_operands(graph), FIXED_OUTPUT).result()
    graph, largest = spelled_out(graph)
    sharing = _Grouping(_separate_operands(graph), FIXED_WIDE_OUTPUT).result()
    inserted = {
        name: AffineParams(*symmetric_params(0.0, end, 16)) for name, end in largest.items()
    }
    return replace(sharing, fixed={**sharing.fixed, **inserted})


def _separate_operands(graph: Graph) -> Graph:
    """Give filters and biases that are also ordinary operands a copy for that use."""
    parameters = {name for op in graph.ops if op.kind in WEIGHTED for name in op.inputs[1:]}
    tensors = dict(graph.tensors)

    def operand(name: str) -> str:
        if name not in parameters:
            return name
        copy = f"{name}#operand"
        tensors[copy] = replace(graph.tensors[name], name=copy)
        return copy

    ops = tuple(
        op if op.kind in WEIGHTED else replace(op, inputs=tuple(operand(i) for i in op.inputs))
        for op in graph.ops
    )
    return replace(graph, tensors=tensors, ops=ops)


class _Grouping:
    """Union-find over tensor names, built in one pass over the operators."""

    def __init__(self, graph: Graph, prescribed: Mapping[OpKind, AffineParams]) -> None:
        self._graph = graph
        self._prescribed = prescribed
        self._tensors = dict(graph.tensors)
        self._parent: dict[str, str] = {}
        self._fixed: dict[str, AffineParams] = {}
        self._source: dict[str, str] = {}
        self._ops: list[Op] = []

    def result(self) -> Sharing:
        for name in self._graph.inputs:
            self._find(name)
        for op in self._graph.ops:
            self._visit(op)
        graph = replace(self._graph, tensors=self._tensors, ops=tuple(self._ops))
        leader = {name: self._find(name) for name in self._parent}
        return Sharing(graph, leader, self._fixed, self._source)

    def _visit(self, op: Op) -> None:
        for name in _operands(op):
            self._find(name)
        if op.kind is OpKind.CONCATENATION:
            op = self._with_joinable_inputs(op)
        self._ops.append(op)
        if op.kind in self._prescribed:
            self._fixed[self._find(op.output)] = self._prescribed[op.kind]
        elif op.kind in VIEWS:
            self._union(op.inputs[0], op.output)
        elif op.kind is OpKind.CONCATENATION:
            for name in (*op.inputs[1:], op.output):
                self._union(op.inputs[0], name)
        else:
            self._find(op.output)

    def _with_joinable_inputs(self, op: Op) -> Op:
        """The CONCATENATION, its fixed inputs rescaled unless all are fixed alike."""
        found = {self._fixed.get(self._find(name)) for name in op.inputs}
        if len(found) == 1:
            return op
        inputs = tuple(
            self._rescaled(op, number, name) if self._find(name) in self._fixed else name
            for number, name in enumerate(op.inputs)
        )
        return replace(op, inputs=inputs)

    def _rescaled(self, op: Op, number: int, name: str) -> str:
        new = f"{op.output}#rescaled{number}"
        self._tensors[new] = Tensor(new, self._tensors[name].shape)
        self._source[new] = name
        self._ops.append(Op(OpKind.LEAKY_RELU, new, (name,), (new,), LeakyReluAttrs(1.0)))
        self._find(new)
        return new

    def _find(self, name: str) -> str:
        self._parent.setdefault(name, name)
        while self._parent[name] != name:
            name = self._parent[name]
        return name

    def _union(self, first: str, second: str) -> None:
        a, b = self._find(first), self._find(second)
        if a != b:
            self._parent[b] = a


def _operands(op: Op) -> tuple[str, ...]:
    """The inputs that are quantized as activations."""
    return op.inputs[:1] if op.kind in WEIGHTED else op.inputs


def group_roots(sharing: Sharing) -> dict[str, tuple[str, ...]]:
    """leader → the members whose values span the group: not views, not concatenations.

    These are the tensors whose observer decides the group's range.
    """
    derived = {
        op.output for op in sharing.graph.ops if op.kind in VIEWS or op.kind is OpKind.CONCATENATION
    }
    roots: dict[str, list[str]] = {}
    for name, leader in sharing.leader.items():
        members = roots.setdefault(leader, [])
        if name not in derived:
            members.append(name)
    return {leader: tuple(members) for leader, members in roots.items()}


def use_counts(graph: Graph) -> Counter[str]:
    """Number of uses of each tensor, graph outputs included."""
    uses = Counter(name for op in graph.ops for name in op.inputs)
    uses.update(graph.outputs)
    return uses
