"""From an ONNX model to a graph: constants folded, nodes lowered in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import helper, numpy_helper

from mcuq.errors import InputError
from mcuq.graph import Graph, Layout
from mcuq.importers.builder import GraphBuilder
from mcuq.importers.constraints import check
from mcuq.importers.malformed import malformed_named
from mcuq.importers.onnx import classical
from mcuq.importers.onnx.control import CONTROL
from mcuq.importers.onnx.fold import constant_outputs, fold
from mcuq.importers.onnx.inputs import INPUT_CONSTRAINTS, input_element, input_order, input_view
from mcuq.importers.onnx.layout import plain, result
from mcuq.importers.onnx.masks import softened
from mcuq.importers.onnx.older import CURRENT, current_forms
from mcuq.importers.onnx.order import needed
from mcuq.importers.onnx.qoperators import spelled_out
from mcuq.importers.onnx.quantizing import QUANTIZING
from mcuq.importers.onnx.rules import RULES, quantized
from mcuq.importers.onnx.rules.quantized import MOVES, common_grid, computes_on_reals
from mcuq.importers.onnx.survey import file_graph, inferred_values
from mcuq.importers.onnx.value import Node, NodeValue, channels_last
from mcuq.importers.operators import unknown_kinds
from mcuq.importers.refusals import Refusals
from mcuq.importers.simplify.sharing import share_constants
from mcuq.numeric.element import Element
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.settings import READING
from mcuq.shown import visible

_DEFAULT_DOMAINS = ("", "ai.onnx")


def enough_inputs(node: Node) -> str | None:
    """An operator has the inputs its kind asks for.

    The model is damaged: export it again.
    """
    required = RULES[node.kind].required
    present = all(node.has(number) for number in range(required))
    return None if present else f"it needs {required}"


def finite_constants(node: Node) -> str | None:
    """Constants are finite.

    The model is broken: look at its training, then export it again.
    """
    for number, value in enumerate(node.inputs):
        data = None if value is None else value.data
        # Clip states "no bound" as infinity.
        if data is None or data.dtype.kind != "f" or node.kind == "Clip":
            continue
        if not np.isfinite(data).all():
            return f"input {number} holds NaN or infinity"
    return None


def convert(model: Any, opset: int, name: str | None) -> Graph:
    """The graph of an ONNX model that its checker has accepted.

    Raises:
        InputError: an operator, type or shape is not supported.
    """
    outputs = [output.name for output in model.graph.output]
    written = classical.spelled_out(current_forms(model.graph.node, opset))
    nodes = needed(spelled_out(written), outputs)
    constants = constant_outputs(nodes, {tensor.name for tensor in model.graph.initializer})
    computed = [(i, node) for i, node in enumerate(nodes) if not constants.issuperset(node.output)]
    known = {*RULES, *CONTROL}
    refusals = Refusals(
        unknown_kinds(
            ((_where(index, node), _kind(node)) for index, node in computed),
            known,
            lambda: file_graph(model, constants, _where, _kind),
        )
    )
    unknown = {index for index, node in computed if _kind(node) not in known}
    conversion = _Conversion(model, nodes, opset, refusals)
    for index, proto in enumerate(nodes):
        if index in unknown:
            conversion.go_on_behind(proto)
        else:
            conversion.add(index, proto)
    refusals.check()
    graph = conversion.graph(name or model.graph.name or "main")
    repeats = any(_kind(node) == "Loop" for node in nodes)
    return share_constants(graph) if repeats else graph


def _kind(proto: Any) -> str:
    """The operator's name, with its domain where that is not the default one.

    onnxruntime's own (De)QuantizeLinear are the standard ones for more types.
    """
    standard = proto.domain in _DEFAULT_DOMAINS or (
        proto.domain == "com.microsoft" and proto.op_type in QUANTIZING
    )
    return visible(proto.op_type if standard else f"{proto.domain}.{proto.op_type}")


def _where(index: int, proto: Any) -> str:
    return f"node {index} {_kind(proto)} (output {(proto.output or [''])[0]!r})"


class _Conversion:
    """The values known so far, by ONNX's names."""

    def __init__(self, model: Any, nodes: Sequence[Any], opset: int, refusals: Refusals) -> None:
        self._model, self._graph = model, model.graph
        self._nodes = nodes
        self._opset, self._written = max(opset, CURRENT), opset
        self._build = GraphBuilder()
        self._added = 0
        self._values: dict[str, NodeValue] = {}
        self._refusals, self._lost = refusals, set[str]()
        for tensor in self._graph.initializer:
            with malformed_named(f"initializer {tensor.name!r}"):
                self._values[tensor.name] = _constant(numpy_helper.to_array(tensor))
        for proto in self._graph.input:
            if proto.name not in self._values:
                self._values[proto.name] = self._input(proto)

    def add(self, index: int, proto: Any) -> None:
        """Fold or lower one node; where it is refused, keep that and go on behind it.

        Raises:
            InputError: there are too many of them: nothing behind is looked at.
        """
        self._added += 1
        if self._added > READING.operators:
            raise InputError(
                f"node {index} {_kind(proto)}: the model has more than {READING.operators:,} "
                "operators with its loops written out",
                "export a smaller model, or one of fewer steps",
            )
        if not self._lost.isdisjoint(proto.input) or not self._refusals.attempt(
            self._add_one, index, proto
        ):
            self.go_on_behind(proto)

    def _add_one(self, index: int, proto: Any) -> bool:
        write_out = CONTROL.get(_kind(proto))
        with malformed_named(f"node {index} {_kind(proto)}"):
            if write_out is not None:
                write_out(self, index, proto, _where(index, proto), self._written)
            else:
                self._add(self._node(index, proto), proto)
        return True

    def go_on_behind(self, proto: Any) -> None:
        """Take what ONNX infers for the results of a node that is refused."""
        read = [self._values[name] for name in proto.input if name in self._values]
        computed = [value for value in read if value.data is None]
        if not self._lost.isdisjoint(proto.input):
            computed = []
        for name in proto.output:
            told = self._inferred.get(name) if computed else None
            if told is None:
                self._lost.add(name)
                continue
            shape, element = told
            order = computed[0].order
            if len(order) != len(shape):
                order = tuple(range(len(shape)))
            stored = Layout(shape, order).graph_shape
            self._values[name] = NodeValue(shape, self._build.input(stored, name, element), order)

    @cached_property
    def _inferred(self) -> Mapping[str, tuple[tuple[int, ...], Element]]:
        return inferred_values(self._model)

    def value(self, name: str) -> NodeValue:
        """What a name of ONNX stands for; KeyError where nothing has computed it."""
        return self._values[name]

    def name(self, name: str, value: NodeValue) -> None:
        """Let a name of ONNX stand for a value."""
        self._values[name] = _constant(value.data) if value.data is not None else value

    def _add(self, node: Node, proto: Any) -> None:
        folded = fold(node, proto, self._build.budget)
        if folded is not None:
            values = [_constant(data) for data in folded]
        else:
            if (error := unknown_kinds([(node.where, node.kind)], RULES)) is not None:
                raise error
            node = softened(node, self._nodes)
            check(node, (enough_inputs, finite_constants))
            check(node, (computes_on_reals,) if node.kind not in quantized.RULES else ())
            grid = common_grid(node)
            known = RULES if grid is None else {**RULES, **quantized.INTEGER_RULES}
            rule = known[node.kind]
            check(node, rule.constraints)
            values = rule.lower(self._build, node)
            if node.kind in MOVES:
                values = [replace(value, grid=grid) for value in values]
        self._values.update(zip(node.outputs, values, strict=False))

    def graph(self, name: str) -> Graph:
        outputs: list[str] = []
        for proto in self._graph.output:
            outputs.append(self._output(proto.name, outputs))
        return self._build.graph(name, tuple(outputs))

    def _input(self, proto: Any) -> NodeValue:
        view = input_view(proto)
        check(view, INPUT_CONSTRAINTS)
        shape = tuple(1 if size is None else size for size in view.shape or ())
        order = input_order(self._nodes, proto.name, len(shape))
        layout = Layout(shape, order)
        element = input_element(self._nodes, view)
        name = self._build.input(layout.graph_shape, proto.name, element)
        self._build.arrange(name, layout)
        return NodeValue(shape, name, order)

    def _node(self, index: int, proto: Any) -> Node:
        attributes = {entry.name: helper.get_attribute_value(entry) for entry in proto.attribute}
        inputs = tuple(self._read(index, proto, name) if name else None for name in proto.input)
        return Node(index, _kind(proto), self._opset, inputs, tuple(proto.output), attributes)

    def _read(self, index: int, proto: Any, name: str) -> NodeValue:
        if name not in self._values:
            raise InputError(
                f"node {index} {proto.op_type} reads {name!r}, which no node has computed",
                "only the first output of Dropout and MaxPool is supported",
            )
        return self._values[name]

    def _output(self, name: str, earlier: list[str]) -> str:
        """The tensor of an output, which is of no other one: each has a layout of its own."""
        value = self._values.get(name)
        if value is None or value.data is not None or self._build.producer(value.name) is None:
            raise InputError(
                f"output {name!r} is computed by no layer",
                "export the model again: each output must depend on an input through a layer",
            )
        if value.grid is not None:
            raise InputError(
                f"output {name!r} is of integers",
                "end the model with DequantizeLinear: mcuq quantizes the outputs itself",
            )
        if value.order != channels_last(value.rank):
            value = result(self._build, plain(self._build, value), tuple(range(value.rank)))
        if value.name in earlier:
            attrs = ReshapeAttrs(value.stored)
            copy = self._build.op(RESHAPE, attrs, [value.name], name)
            value = result(self._build, copy, value.order)
        self._build.arrange(value.name, Layout(value.shape, value.order))
        return value.name


def _constant(data: npt.NDArray[Any]) -> NodeValue:
    """A constant; all other precisions become float32."""
    if data.dtype.kind == "c":
        raise ValueError("complex numbers are not supported")
    real = data.dtype.kind == "f" or data.dtype.name.startswith(("bfloat", "float"))
    values = data.astype(np.float32) if real else data
    return NodeValue(tuple(values.shape), data=values)
