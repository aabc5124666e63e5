"""RNN, GRU and LSTM, written out step by step.

W x + b of all steps is one dense layer; every step adds R h and goes through its gates. An initial
state that is constant, zeros as a rule, is computed away in the first step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import plain, result
from mcuq.importers.onnx.rules.common import NodeRule, computed_input, constant_inputs
from mcuq.importers.onnx.rules.stepping import Stepping, Value
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.movement import CONCATENATION, RESHAPE, ConcatAttrs, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.unary import LOGISTIC, RELU, TANH

Array = npt.NDArray[Any]
MOST_STEPS = 128
"""Each is a dozen operators."""

_X, _W, _R, _B, _LENGTHS, _HIDDEN, _CELL, _PEEPHOLES = range(8)
_GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
_ACTIVATIONS = {"RNN": ("Tanh",), "GRU": ("Sigmoid", "Tanh"), "LSTM": ("Sigmoid", "Tanh", "Tanh")}
_SIMPLE: dict[str, AnyOperator] = {"Tanh": TANH, "Relu": RELU, "Sigmoid": LOGISTIC}


@dataclass(frozen=True)
class _Direction:
    """Constants of one direction.

    Attributes:
        weights, recurrent: (gates × units, features or units).
        bias, recurrent_bias: (gates × units,).
        hidden, cell: initial ones.
    """

    weights: Array
    recurrent: Array
    bias: Array
    recurrent_bias: Array
    hidden: Value
    cell: Value


def plain_cell(node: Node) -> str | None:
    """A recurrent layer has the default activations, no clip, peepholes or coupled gates.

    Export the layers as torch.nn.RNN, GRU or LSTM make them.
    """
    count = 2 if node.text("direction", "forward") == "bidirectional" else 1
    given = [
        name.decode() if isinstance(name, bytes) else str(name)
        for name in node.attributes.get("activations", ())
    ]
    known = [list(_ACTIVATIONS[node.kind]) * count]
    if node.kind == "RNN":
        known.append(["Relu"] * count)
    if given and given not in known:
        return f"the activations are {', '.join(given)}"
    if "clip" in node.attributes or node.integer("input_forget", 0):
        return "it clips or couples its gates"
    return "it has peepholes" if node.has(_PEEPHOLES) else None


def few_steps(node: Node) -> str | None:
    """A recurrent layer runs over one sequence of a fixed length, at most 128 steps.

    Export with a batch of 1 and shorter sequences; all steps are written out.
    """
    steps, batch, _ = _sizes(node)
    if batch != 1 or not 1 <= steps <= MOST_STEPS:
        return f"{steps} steps in a batch of {batch}"
    lengths = node.constant(_LENGTHS)
    if lengths is not None and np.any(lengths != steps):
        return f"the sequence ends after {lengths.reshape(-1)[0]} of {steps} steps"
    return None


def fitting_weights(node: Node) -> str | None:
    """Weights of a recurrent layer fit its input and its directions.

    The model is damaged: export it again.
    """
    weights, recurrent = (np.asarray(node.constant(number)) for number in (_W, _R))
    count = 2 if node.text("direction", "forward") == "bidirectional" else 1
    units = recurrent.shape[-1]
    rows = _GATES[node.kind] * units
    fits = weights.shape == (count, rows, _sizes(node)[2])
    return (
        None
        if fits and recurrent.shape == (count, rows, units)
        else f"{weights.shape} and {recurrent.shape}"
    )


def of_three_dimensions(node: Node) -> str | None:
    """The input of a recurrent layer has steps, a batch and features.

    The model is damaged: export it again.
    """
    return None if node.value().rank == 3 else f"it has {node.value().rank} dimensions"


def _sizes(node: Node) -> tuple[int, int, int]:
    """Steps, batch, features."""
    first, second, features = node.value().shape
    return (second, first, features) if node.integer("layout", 0) else (first, second, features)


def _lower(build: GraphBuilder, node: Node) -> list[NodeValue]:
    steps, _, features = _sizes(node)
    name = next(name for name in node.outputs if name)
    x = build.op(
        RESHAPE, ReshapeAttrs((steps, features)), [plain(build, node.value())], f"{name}/rows"
    )
    kind = node.text("direction", "forward")
    backwards = {"forward": [False], "reverse": [True]}.get(kind, [False, True])
    runs = []
    for number, reverse in enumerate(backwards):
        stepping = Stepping(build, f"{name}/{number}")
        runs.append(_run(stepping, node, x, _direction(node, number), reverse))
    return _outputs(build, node, runs, np.asarray(node.constant(_R)).shape[-1])


def _direction(node: Node, number: int) -> _Direction:
    weights, recurrent = (np.asarray(node.constant(i))[number] for i in (_W, _R))
    rows, units = recurrent.shape
    bias = node.constant(_B)
    both = np.zeros(2 * rows) if bias is None else np.asarray(bias)[number]

    def initial(place: int) -> Value:
        given = node.constant(place)
        if given is None:
            return np.zeros((1, units), np.float32)
        data = given[0] if node.integer("layout", 0) else given[:, 0]
        return np.asarray(data[number][None], np.float32)

    return _Direction(
        weights, recurrent, both[:rows], both[rows:], initial(_HIDDEN), initial(_CELL)
    )


_Run = tuple[list[Value], Value, Value]
"""What is hidden after each step, in the order of the input; the last one; the last cell."""


def _run(stepping: Stepping, node: Node, x: str, given: _Direction, reverse: bool) -> _Run:
    steps = _sizes(node)[0]
    separate = node.kind == "GRU"
    bias = given.bias if separate else given.bias + given.recurrent_bias
    rows = stepping.dense(x, given.weights, bias)
    cells: dict[str, Callable[..., tuple[Value, Value]]] = {
        "RNN": _simple, "GRU": _gru, "LSTM": _lstm
    }  # fmt: skip
    hidden, cell = given.hidden, given.cell
    results: list[Value] = []
    for step in reversed(range(steps)) if reverse else range(steps):
        now = stepping.row(rows, step)
        hidden, cell = cells[node.kind](stepping, node, now, given, hidden, cell)
        results.append(hidden)
    return results[::-1] if reverse else results, hidden, cell


def _simple(
    s: Stepping, node: Node, now: Value, given: _Direction, hidden: Value, cell: Value
) -> tuple[Value, Value]:
    """h' = f(W x + R h + b)."""
    name = node.attributes.get("activations", (b"Tanh",))[0]
    kind = _SIMPLE[name.decode() if isinstance(name, bytes) else str(name)]
    return s.function(kind, s.sum(now, s.dense(hidden, given.recurrent))), cell


def _lstm(
    s: Stepping, node: Node, now: Value, given: _Direction, hidden: Value, cell: Value
) -> tuple[Value, Value]:
    """i, o, f, g of W x + R h + b; c' = f c + i g, h' = o tanh(c')."""
    total = s.sum(now, s.dense(hidden, given.recurrent))
    units = given.recurrent.shape[1]
    gates = s.function(LOGISTIC, s.part(total, 0, 3 * units))
    new = s.function(TANH, s.part(total, 3 * units, 4 * units))
    opened = [s.part(gates, number * units, (number + 1) * units) for number in range(3)]
    cell = s.sum(s.product(opened[2], cell), s.product(opened[0], new))
    return s.product(opened[1], s.function(TANH, cell)), cell


def _gru(
    s: Stepping, node: Node, now: Value, given: _Direction, hidden: Value, cell: Value
) -> tuple[Value, Value]:
    """z, r of W x + R h + b; h' = g + z (h - g), g = tanh(W x + r (R h + b)), or R (r h)."""
    units = given.recurrent.shape[1]
    matrix, bias = given.recurrent, given.recurrent_bias
    fed_back = s.dense(hidden, matrix[: 2 * units], bias[: 2 * units])
    gates = s.function(LOGISTIC, s.sum(s.part(now, 0, 2 * units), fed_back))
    update, reset = s.part(gates, 0, units), s.part(gates, units, 2 * units)
    if node.integer("linear_before_reset", 0):
        fed_back = s.product(reset, s.dense(hidden, matrix[2 * units :], bias[2 * units :]))
    else:
        fed_back = s.dense(s.product(reset, hidden), matrix[2 * units :], bias[2 * units :])
    new = s.function(TANH, s.sum(s.part(now, 2 * units, 3 * units), fed_back))
    return s.sum(new, s.product(update, s.difference(hidden, new))), cell


def _outputs(build: GraphBuilder, node: Node, runs: list[_Run], units: int) -> list[NodeValue]:
    """Y, Y_h and Y_c, as far as something reads them."""
    steps, count = _sizes(node)[0], len(runs)
    first = node.integer("layout", 0)
    ends = (1, count, units) if first else (count, 1, units)
    whole = (1, steps, count, units) if first else (steps, count, 1, units)
    found = []
    for number, name in enumerate(node.outputs):
        if not name:
            found.append(NodeValue(()))
        elif number:
            ends_of = [run[1] if number == 1 else run[2] for run in runs]
            parts = [_named(build, value, name) for value in ends_of]
            found.append(_shaped(build, _joined(build, parts, 1, name), ends, name))
        else:
            rows = [
                _joined(build, [_named(build, x, name) for x in run[0]], 0, name) for run in runs
            ]
            found.append(_shaped(build, _joined(build, rows, 1, name), whole, name))
    return found


def _named(build: GraphBuilder, value: Value, name: str) -> str:
    return value if isinstance(value, str) else build.constant(value, f"{name}/constant")


def _joined(build: GraphBuilder, parts: list[str], axis: int, name: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return build.op(CONCATENATION, ConcatAttrs(axis), parts, f"{name}/joined")


def _shaped(build: GraphBuilder, value: str, shape: tuple[int, ...], name: str) -> NodeValue:
    made = build.op(RESHAPE, ReshapeAttrs(shape), [value], name)
    return result(build, made, tuple(range(len(shape))))


_RULE = NodeRule(
    _lower,
    (
        computed_input,
        of_three_dimensions,
        constant_inputs(_W, _R, _B, _LENGTHS, _HIDDEN, _CELL),
        plain_cell,
        few_steps,
        fitting_weights,
    ),
    3,
)
RULES = {"RNN": _RULE, "GRU": _RULE, "LSTM": _RULE}
