"""RNN, GRU and LSTM over a sequence of known length: the cell once a step.

What a cell does with the inputs of all steps is one dense layer over the sequence; what it does
with its state is a dense layer a step, which share their weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.rules.cells import CELLS, FUNCTIONS, Array, Cell, Projection, Weights
from mcuq.importers.onnx.rules.common import NodeRule, computed_input, constant_inputs
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Constraint, Node, NodeValue

LONGEST = 1024
"""Steps: each is several operators of the graph."""
_WEIGHTS, _RECURRENCE, _BIASES, _LENGTHS, _STATE, _CELL, _PEEPHOLES = 1, 2, 3, 4, 5, 6, 7
_GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
_DEFAULTS = {"RNN": ("Tanh",), "GRU": ("Sigmoid", "Tanh"), "LSTM": ("Sigmoid", "Tanh", "Tanh")}
_DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}


def one_series(node: Node) -> str | None:
    """A recurrent layer reads one series of at most 1024 steps.

    Export with batch size 1; split longer series, or carry the state from call to call.
    """
    x = node.value()
    if x.rank != 3:
        return f"its input is {x.shape}"
    length, batch = _length(node), x.shape[_batch_axis(node)]
    return None if batch == 1 and length <= LONGEST else f"{batch} of {length} steps"


def fitting_cell(node: Node) -> str | None:
    """The weights of a recurrent layer fit each other and its input.

    The model is damaged: export it again.
    """
    direction = node.text("direction", "forward")
    if direction not in _DIRECTIONS:
        return f"direction {direction}"
    count, gates = len(_DIRECTIONS[direction]), _GATES[node.kind]
    size, depth = _size(node), node.value().shape[-1]
    wanted = {
        _WEIGHTS: (count, gates * size, depth),
        _RECURRENCE: (count, gates * size, size),
        _BIASES: (count, 2 * gates * size),
        _PEEPHOLES: (count, 3 * size),
    }
    states = {number: (count, 1, size) for number in (_STATE, _CELL)}
    if node.integer("layout", 0):
        states = {number: (1, count, size) for number in states}
    for number, shape in {**wanted, **states}.items():
        if node.has(number) and node.value(number).shape != shape:
            return f"input {number} is {node.value(number).shape}, not {shape}"
    return None


def whole_series(node: Node) -> str | None:
    """A recurrent layer runs over all steps.

    Export without packed sequences or sequence lengths.
    """
    lengths = node.constant(_LENGTHS)
    if lengths is None and not node.has(_LENGTHS):
        return None
    fits = lengths is not None and lengths.tolist() == [_length(node)]
    return None if fits else "it is told another length"


def known_functions(node: Node) -> str | None:
    """The activations of a recurrent layer are Sigmoid, Tanh, Relu or HardSigmoid, unclipped.

    Use the layer as PyTorch has it.
    """
    if "clip" in node.attributes or node.integer("input_forget", 0):
        return "it is clipped, or couples input and forget gate"
    names = _function_names(node)
    unknown = [name for name in names if name not in FUNCTIONS]
    if len(names) % len(_DEFAULTS[node.kind]):
        return f"it names {len(names)}"
    stated = any(node.attributes.get(name) for name in ("activation_alpha", "activation_beta"))
    return unknown[0] if unknown else "with factors of its own" if stated else None


def _function_names(node: Node) -> tuple[str, ...]:
    given = node.attributes.get("activations")
    if not given:
        return _DEFAULTS[node.kind] * len(_DIRECTIONS[node.text("direction", "forward")])
    return tuple(name.decode(errors="replace").capitalize() for name in given)


def _batch_axis(node: Node) -> int:
    return 0 if node.integer("layout", 0) else 1


def _length(node: Node) -> int:
    return node.value().shape[1 - _batch_axis(node)]


def _size(node: Node) -> int:
    return node.value(_RECURRENCE).shape[-1]


@dataclass(frozen=True)
class _Direction:
    """One direction of a layer.

    Attributes:
        number: its place among the weights.
        backwards: whether it begins with the last step.
    """

    number: int
    backwards: bool
    suffix: str


def _lower(build: GraphBuilder, node: Node) -> list[NodeValue]:
    steps = Steps(build, node)
    batch = _batch_axis(node)
    x = steps.transpose(node.value(), (batch, 1 - batch, 2))
    ways = [
        _Direction(number, backwards, "reverse/" if backwards else "")
        for number, backwards in enumerate(_DIRECTIONS[node.text("direction", "forward")])
    ]
    runs = [_run(steps, x, way) for way in ways]
    states = [
        steps.reshape(steps.concat(hs, 1, "series"), (1, _length(node), 1, _size(node)), "states")
        for hs, _ in runs
    ]
    everything = steps.concat(states, 2)  # batch, step, direction, unit
    last = [hs[0 if way.backwards else -1] for way, (hs, _) in zip(ways, runs, strict=True)]
    found = [
        everything if node.integer("layout", 0) else steps.transpose(everything, (1, 2, 0, 3)),
        _last(steps, node, last, "last"),
    ]
    if node.kind == "LSTM":
        found.append(_last(steps, node, [cell for _, cell in runs], "cell"))
    return found


def _last(steps: Steps, node: Node, states: list[NodeValue], suffix: str) -> NodeValue:
    """States of all directions as ONNX arranges them: direction, batch, unit."""
    joined = steps.concat(states, 1, suffix)  # batch, direction, unit
    return joined if node.integer("layout", 0) else steps.transpose(joined, (1, 0, 2))


def _run(steps: Steps, x: NodeValue, way: _Direction) -> tuple[list[NodeValue], NodeValue]:
    """States in the order of the series, and the last state of the cell: batch, step, unit each.

    Args:
        x: batch, step, input.
    """
    node, gates = steps.node, _GATES[steps.node.kind]
    functions = _function_names(node)
    each = len(_DEFAULTS[node.kind])
    names = functions[way.number * each : (way.number + 1) * each]
    weights = Weights(
        np.split(_constant(node, _WEIGHTS, way), gates),
        np.split(_constant(node, _RECURRENCE, way), gates),
        np.split(_constant(node, _BIASES, way), 2 * gates) if node.has(_BIASES) else None,
        np.split(_constant(node, _PEEPHOLES, way), 3) if node.has(_PEEPHOLES) else None,
        bool(node.integer("linear_before_reset", 0)),
    )
    cell: Cell = CELLS[node.kind](steps, weights, [FUNCTIONS[name] for name in names], way.suffix)
    projections = [_project(steps, x, part) for part in cell.projections]
    h, c = _initial(steps, way, _STATE), _initial(steps, way, _CELL)
    found: list[NodeValue] = []
    length = x.shape[1]
    for step in range(length - 1, -1, -1) if way.backwards else range(length):
        now = [_at(steps, projection, step) for projection in projections]
        h, c = cell.step(now, h, c)
        found.append(h)
    return (found[::-1] if way.backwards else found), c


def _project(steps: Steps, x: NodeValue, part: Projection) -> NodeValue:
    filters = steps.constant(part.filters, f"{part.name}/filter")
    bias = steps.constant(part.bias, f"{part.name}/bias") if np.any(part.bias) else None
    return steps.dense(x, filters, bias, part.name)


def _at(steps: Steps, values: NodeValue, step: int) -> NodeValue:
    return steps.rows(values, 1, step, 1, "step") if values.shape[1] > 1 else values


def _constant(node: Node, number: int, way: _Direction) -> Array:
    weights: Array = np.asarray(node.constant(number), np.float64)[way.number]
    return weights


def _initial(steps: Steps, way: _Direction, number: int) -> NodeValue:
    """The state before the first step: batch, step, unit; zeros where none is given."""
    node, shape = steps.node, (1, 1, _size(steps.node))
    if not node.has(number):
        return constant(np.zeros(shape))
    given = node.value(number)
    axis = 1 if node.integer("layout", 0) else 0
    if given.data is not None:
        return constant(given.data.take(way.number, axis).reshape(shape))
    if given.shape[axis] > 1:
        given = steps.rows(given, axis, way.number, 1, "begin")
    return steps.reshape(given, shape, "initial")


def _rule() -> NodeRule:
    constants = constant_inputs(_WEIGHTS, _RECURRENCE, _BIASES, _PEEPHOLES)
    checks: tuple[Constraint, ...] = (
        computed_input, constants, one_series, fitting_cell, whole_series, known_functions,
    )  # fmt: skip
    lower: Callable[[GraphBuilder, Node], list[NodeValue]] = _lower
    return NodeRule(lower, checks, 3)


RULES = {kind: _rule() for kind in _GATES}
