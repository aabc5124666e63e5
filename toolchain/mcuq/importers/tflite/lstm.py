"""UNIDIRECTIONAL_SEQUENCE_LSTM as plain operators, one step after the other.

Each step (S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", 1997, with a forget gate):

    i, f, o = σ(W x + R h + b)      g = tanh(W x + R h + b)
    c' = f c + i g                   h' = o tanh(c')

Weights of the four gates are one matrix, in the order i, f, o, g; W x + b of all steps is one
layer. h and c are states: interpreters keep them from run to run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcuq.errors import InputError
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.records import FileOp
from mcuq.importers.tflite.spelling import Spelling
from mcuq.ops.lstm import BIASES, CELL, HIDDEN, INPUT, RECURRENT, WEIGHTS
from mcuq.tflite.operators.recurrent import FURTHER, TANH, Lstm

MOST_STEPS = 128
"""Each is some 15 operators."""


def spell_lstm(spelling: Spelling, op: FileOp) -> None:
    """Add what computes an LSTM over its steps.

    Raises:
        InputError: it has peepholes, a projection, coupled gates or another activation, a batch, or
            more than MOST_STEPS steps.
    """
    _check_form(spelling, op)
    shape = spelling.required(INPUT).shape
    time_major = op.options is not None and op.options.boolean(Lstm.TIME_MAJOR)
    steps, batch = (shape[0], shape[1]) if time_major else (shape[1], shape[0])
    if batch != 1 or not 1 <= steps <= MOST_STEPS:
        raise InputError(
            f"{op.where} runs {steps} steps in a batch of {batch}",
            f"export it with a batch of 1 and at most {MOST_STEPS} steps",
        )
    weights = np.concatenate([spelling.reals(number) for number in WEIGHTS])
    recurrent = np.concatenate([spelling.reals(number) for number in RECURRENT])
    bias = np.concatenate([spelling.reals(number, 1) for number in BIASES])
    units = recurrent.shape[1]
    if weights.shape != (4 * units, shape[2]) or len(recurrent) != 4 * units != len(bias):
        raise malformed(f"{op.where} has weights of {weights.shape} and {recurrent.shape}")
    _steps(spelling, op, (steps, units, shape[2]), [weights, recurrent, bias])


def _check_form(spelling: Spelling, op: FileOp) -> None:
    found = [
        what
        for what, numbers in FURTHER.items()
        if any(spelling.given(number) is not None for number in numbers)
    ]
    if spelling.given(WEIGHTS[0]) is None:
        found.append("coupled input and forget gates")
    activation = TANH if op.options is None else op.options.uint8(Lstm.ACTIVATION)
    if activation != TANH:
        found.append("another activation than tanh")
    if len(spelling.required(INPUT).shape) != 3:
        found.append(f"an input of {len(spelling.required(INPUT).shape)} dimensions")
    if found:
        raise InputError(
            f"{op.where} has {' and '.join(found)}, which is not read",
            "export a plain LSTM with a tanh activation, as Keras has it by default",
        )


def _steps(
    spelling: Spelling,
    op: FileOp,
    sizes: tuple[int, int, int],
    constants: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> None:
    steps, units, features = sizes
    weights, recurrent, bias = (
        spelling.constant(values, what)
        for values, what in zip(constants, ("weights", "recurrent", "bias"), strict=True)
    )
    rows = spelling.reshaped(spelling.real_operand(INPUT), (steps, features), "rows")
    given = spelling.dense(rows, weights, bias, steps, "given")
    hidden = first_hidden = spelling.state(HIDDEN, (1, units), "hidden")
    cell = first_cell = spelling.state(CELL, (1, units), "cell")
    clip = 0.0 if op.options is None else op.options.float32(Lstm.CELL_CLIP)
    results = []
    for step in range(steps):
        total = spelling.part(given, (step, 0), (1, 4 * units), f"given_{step}")
        # Of zeros that are constant nothing is fed back.
        if step or not spelling.anew:
            fed_back = spelling.dense(hidden, recurrent, -1, 1, f"fed_back_{step}")
            sums = spelling.value((1, 4 * units), f"sums_{step}")
            total = spelling.add("ADD", [total, fed_back], sums)
        hidden, cell = _step(spelling, total, cell, units, clip, step)
        results.append(hidden)
    spelling.assign(first_hidden, hidden)
    spelling.assign(first_cell, cell)
    together = results[0]
    if steps > 1:
        together = spelling.joined(results, 0, (steps, units), "steps")
    shape = spelling.tensors[op.outputs[0]].shape
    spelling.finish("RESHAPE", [together, spelling.integers(shape)], {})


def _step(
    spelling: Spelling, total: int, cell: int, units: int, clip: float, step: int
) -> tuple[int, int]:
    """One step; what is hidden and the cell after it."""

    def value(what: str, size: int = units) -> int:
        return spelling.value((1, size), f"{what}_{step}")

    def part(source: int, first: int, count: int, what: str) -> int:
        return spelling.part(source, (0, first * units), (1, count * units), f"{what}_{step}")

    gates = spelling.add("LOGISTIC", [part(total, 0, 3, "open")], value("gates", 3 * units))
    new = spelling.add("TANH", [part(total, 3, 1, "new")], value("news"))
    added = spelling.add("MUL", [part(gates, 0, 1, "input"), new], value("added"))
    if step or not spelling.anew:
        kept = spelling.add("MUL", [part(gates, 1, 1, "forget"), cell], value("kept"))
        added = spelling.add("ADD", [kept, added], value("cell"))
    cell = added
    if clip > 0:
        for kind, bound in (("MINIMUM", clip), ("MAXIMUM", -clip)):
            limit = spelling.constant(np.full((1, units), bound), f"{kind.lower()}_{step}")
            cell = spelling.add(kind, [cell, limit], value(f"clipped_{kind.lower()}"))
    squashed = spelling.add("TANH", [cell], value("squashed"))
    hidden = spelling.add("MUL", [part(gates, 2, 1, "output"), squashed], value("hidden"))
    return hidden, cell
