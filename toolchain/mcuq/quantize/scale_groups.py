"""Which activations must share one scale and zero point, and which have theirs fixed.

Operators that only move or select values (RESHAPE, pooling, PAD…) have no requantization: their
output shares the input's parameters. CONCATENATION, MINIMUM and MAXIMUM join all their inputs.
What a state reads and what is written to it share theirs, too.
Some inputs are rescaled first, by a LEAKY_RELU of slope 1 (an identity that requantizes): outputs
of SOFTMAX, LOGISTIC and TANH, whose parameters are fixed, where they meet other values; and values
of a much smaller range that others read too, so that these keep the finer scale. An average over a
whole image is a MEAN where that gives it a finer scale.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mcuq.graph import Graph, Op, State, Tensor
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.unary import LEAKY_RELU, LeakyReluAttrs
from mcuq.quantize.averages import with_own_averages
from mcuq.quantize.int16 import SpelledOut, spelled_out
from mcuq.quantize.joins import Range, Spans, dragged_inputs, operands


@dataclass(frozen=True)
class ScaleGroups:
    """The graph as it will be quantized, and its groups of activations.

    Attributes:
        graph: the float graph, with the rescaling operators and operand copies that integers need.
        representative: activation or constant operand of real numbers → the first member of its
            group.
        fixed: representative → parameters, for groups that have them prescribed.
        source: inserted tensor → the tensor of the original graph that it holds.
        known: inserted tensor → its range, where the original graph has no such tensor.
    """

    graph: Graph
    representative: Mapping[str, str]
    fixed: Mapping[str, AffineParams]
    source: Mapping[str, str]
    known: Mapping[str, Range]


def share_activations(graph: Graph, bits: int = 8, span: Spans | None = None) -> ScaleGroups:
    """Group the activations and constant operands of a float graph.

    Args:
        graph: the float model.
        bits: of the activations, 8 or 16.
        span: range of each tensor on its own; without it no range is taken for too different from
            those that it is joined with.
    """
    spelled = spelled_out(graph) if bits == 16 else SpelledOut(graph)
    graph = spelled.graph
    known = spelled.known
    graph = _separate_operands(graph)
    dragged = frozenset[tuple[str, int]]()
    if span is not None:
        own = span

        def range_of(name: str) -> Range:
            return known[name] if name in known else own(name)

        if bits == 8:
            graph = with_own_averages(graph, range_of)
        dragged = dragged_inputs(graph, range_of)
    groups = _Grouping(graph, bits, dragged).result()
    return replace(groups, known=known, source={**groups.source, **spelled.source})


def _separate_operands(graph: Graph) -> Graph:
    """Give filters and biases that are also ordinary operands a copy for that use.

    And constants that several operators read one for each that joins its inputs: converters store
    equal constants once, which says nothing about scales.
    """
    uses = use_counts(graph)
    parameters = {name for op in graph.ops if op.kind.weighted for name in op.inputs[1:]}
    tensors = dict(graph.tensors)

    def operand(op: Op, name: str) -> str:
        shared = graph.tensors[name].data is not None and uses[name] > 1
        if op.kind.scale.joined and shared:
            copy = f"{name}#{op.output}"
        elif name in parameters:
            copy = f"{name}#operand"
        else:
            return name
        tensors[copy] = replace(graph.tensors[name], name=copy)
        return copy

    ops = tuple(
        op if op.kind.weighted else replace(op, inputs=tuple(operand(op, i) for i in op.inputs))
        for op in graph.ops
    )
    return replace(graph, tensors=tensors, ops=ops)


class _Grouping:
    """Union-find over tensor names, built in one pass over the operators."""

    def __init__(
        self,
        graph: Graph,
        bits: int,
        dragged: frozenset[tuple[str, int]],
    ) -> None:
        self._graph = graph
        self._bits = bits
        self._dragged = dragged
        self._tensors = dict(graph.tensors)
        self._parent: dict[str, str] = {}
        self._fixed: dict[str, AffineParams] = {}
        self._source: dict[str, str] = {}
        self._ops: list[Op] = []

    def result(self) -> ScaleGroups:
        for name in self._graph.inputs:
            if self._tensors[name].element is Element.REAL:
                self._find(name)
        for op in self._graph.ops:
            self._visit(op)
        states = tuple(self._kept(state) for state in self._graph.states)
        graph = replace(self._graph, tensors=self._tensors, ops=tuple(self._ops), states=states)
        representative = {name: self._find(name) for name in self._parent}
        return ScaleGroups(graph, representative, self._fixed, self._source, {})

    def _visit(self, op: Op) -> None:
        for name in operands(op, self._tensors):
            self._find(name)
        is_real = self._tensors[op.output].element is Element.REAL
        self._ops.append(self._joined(op) if is_real else op)

    def _joined(self, op: Op) -> Op:
        """An operator of a real result, its inputs rescaled where they have to be."""
        if op.kind.scale.joined:
            op = self._with_joinable_inputs(op)
        values = operands(op, self._tensors)
        prescribed = op.kind.scale.prescribed(self._bits)
        if prescribed is not None:
            self._fixed[self._find(op.output)] = prescribed
        elif op.kind.scale.same:
            self._union(values[0], op.output)
        elif op.kind.scale.joined:
            for name in (*values[1:], op.output):
                self._union(values[0], name)
        else:
            self._find(op.output)
        return op

    def _with_joinable_inputs(self, op: Op) -> Op:
        """The operator, dragged inputs rescaled, and fixed ones unless all are alike."""
        values = operands(op, self._tensors)
        mixed = len({self._fixed.get(self._find(name)) for name in values}) > 1
        prescribed = {name for name in values if self._find(name) in self._fixed}
        inputs = tuple(
            self._rescaled(op, number, name)
            if (op.output, number) in self._dragged or (mixed and name in prescribed)
            else name
            for number, name in enumerate(op.inputs)
        )
        return replace(op, inputs=inputs)

    def _kept(self, state: State) -> State:
        """The state, what is read and what is written being of one group.

        A prescribed scale must not reach those that the other side is joined with.
        """
        groups = [self._find(name) for name in (state.written, state.read)]
        written, read = (self._fixed.get(group) for group in groups)
        alone = list(map(self._find, self._parent)).count(groups[1]) == 1
        if written != read and not alone:
            state = replace(state, written=self._copy(state.written, f"{state.read}#written"))
        self._union(state.read if read is not None else state.written, state.read)
        self._union(state.read, state.written)
        return state

    def _rescaled(self, op: Op, number: int, name: str) -> str:
        return self._copy(name, f"{op.output}#rescaled{number}")

    def _copy(self, name: str, new: str) -> str:
        """A tensor of its own scale with the values of `name`."""
        self._tensors[new] = Tensor(new, self._tensors[name].shape)
        self._source[new] = name
        self._ops.append(Op(LEAKY_RELU, new, (name,), (new,), LeakyReluAttrs(1.0)))
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


def group_roots(scale_groups: ScaleGroups) -> dict[str, tuple[str, ...]]:
    """representative → the members whose values span the group: not views, not joined.

    These are the tensors whose observer decides the group's range.
    """
    derived = {
        op.output for op in scale_groups.graph.ops if op.kind.scale.same or op.kind.scale.joined
    }
    roots: dict[str, list[str]] = {}
    for name, representative in scale_groups.representative.items():
        members = roots.setdefault(representative, [])
        if name not in derived:
            members.append(name)
    return {representative: tuple(members) for representative, members in roots.items()}


def use_counts(graph: Graph) -> Counter[str]:
    """Number of uses of each tensor, graph outputs and states included."""
    uses = Counter(name for op in graph.ops for name in op.inputs)
    uses.update(graph.outputs)
    uses.update(state.written for state in graph.states)
    return uses
