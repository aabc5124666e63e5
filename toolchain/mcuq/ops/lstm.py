"""UNIDIRECTIONAL_SEQUENCE_LSTM over all of its steps, with two states of its own.

Each step (S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", 1997, with a forget gate):

    i, f, o = σ(W x + b + R h)      g = tanh(W x + b + R h)
    c' = f c + i g                   h' = o tanh(c')

Models of real numbers have it as plain layers (`importers.tflite.lstm`); here are the integers of
files that are kept as they are. The arithmetic is that of TensorFlow Lite Micro's reference kernel
(`lstm_eval.cc`): W x + b and R h are rescaled to int16 steps of 2^-12 each and added, gates are
int16 in steps of 2^-15, the cell is int16 in steps of a power of two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric import (
    integer_limits,
    multiply_by_quantized_multiplier,
    multiply_int64,
    quantize_multiplier,
    quantize_multipliers,
)
from mcuq.ops.attrs import Attrs
from mcuq.ops.int16_sigmoid import Int16SigmoidParams, logistic, tanh
from mcuq.ops.int16_tables import sigmoid_table
from mcuq.ops.operator import (
    NO_DYNAMIC,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    keeping,
    largest_shifted,
    single,
)

Int64 = npt.NDArray[np.int64]

INPUT, HIDDEN, CELL = 0, 13, 14
WEIGHTS, RECURRENT, BIASES = (1, 2, 4, 3), (5, 6, 8, 7), (9, 10, 12, 11)
"""Operands of the gates i, f, o and of g."""
_SUM_STEP, _GATE_STEP = 2.0**-12, 2.0**-15
_SUM_BITS = 12
_UNCLIPPED = 32768
_LARGEST_SUM = 2.0**47
"""Of 64 bits that are rescaled by a factor of 15."""


@dataclass(frozen=True)
class LstmAttrs(Attrs):
    """UNIDIRECTIONAL_SEQUENCE_LSTM.

    Attributes:
        time_major: the input is (steps, 1, features), else (1, steps, features); so is the output.
        cell_clip: largest magnitude of the cell, a real number; 0 for none.
    """

    time_major: bool
    cell_clip: float


@dataclass(frozen=True, eq=False)
class LstmParams(ByContent):
    """UNIDIRECTIONAL_SEQUENCE_LSTM: factors of the gates i, f, o and of g, in this order.

    Attributes:
        input_offset, hidden_offset: minus the zero points of x and h.
        output_offset: zero point of h'.
        multipliers, shifts: of W x + b, int32 (4,).
        recurrent_multipliers, recurrent_shifts: of R h, int32 (4,).
        forget, fresh, output: (multiplier, shift) of f × c, i × g and o × tanh(c').
        clip: largest magnitude of the cell; 32768 for none.
        gate, squash: of σ and tanh of sums, and of tanh of the cell.
    """

    input_offset: int
    hidden_offset: int
    output_offset: int
    multipliers: npt.NDArray[np.int32]
    shifts: npt.NDArray[np.int32]
    recurrent_multipliers: npt.NDArray[np.int32]
    recurrent_shifts: npt.NDArray[np.int32]
    forget: tuple[int, int]
    fresh: tuple[int, int]
    output: tuple[int, int]
    clip: int
    gate: Int16SigmoidParams
    squash: Int16SigmoidParams


def _shape(attrs: LstmAttrs, inputs: Sequence[Shape]) -> Shape:
    source, hidden, cell = (inputs[number] for number in (INPUT, HIDDEN, CELL))
    if len(source) != 3 or source[1 if attrs.time_major else 0] != 1:
        raise ValueError(f"an input of {source} is no series with a batch of 1")
    if len(hidden) != 2 or hidden[0] != 1 or cell != hidden:
        raise ValueError(f"states of {hidden} and {cell} are not one row each")
    units = hidden[1]
    for numbers, wanted in (
        (WEIGHTS, (units, source[2])),
        (RECURRENT, (units, units)),
        (BIASES, (units,)),
    ):
        for number in numbers:
            if inputs[number] != wanted:
                raise ValueError(f"a gate has {inputs[number]} in place of {wanted}")
    return (*source[:2], units)


def _params(op: QuantizedOp[LstmAttrs]) -> LstmParams:
    scales = [float(single(tensor)) for tensor in op.inputs]
    cell, hidden = scales[CELL], op.inputs[HIDDEN]
    power = round(math.log2(cell)) + 15 - 3
    squash = (3 << power, 0) if power >= 0 else (3, -power)
    table, clip = sigmoid_table(), np.float32(op.attrs.cell_clip)
    return LstmParams(
        -op.inputs[INPUT].zero_point,
        -hidden.zero_point,
        hidden.zero_point,
        *_factors(scales[INPUT], [scales[number] for number in WEIGHTS]),
        *_factors(scales[HIDDEN], [scales[number] for number in RECURRENT]),
        quantize_multiplier(_GATE_STEP),
        quantize_multiplier(_GATE_STEP**2 / cell),
        quantize_multiplier(_GATE_STEP**2 / scales[HIDDEN]),
        int(min(float(clip) / cell, 32767.0)) if clip > 0 else _UNCLIPPED,
        Int16SigmoidParams(3, 0, table),
        Int16SigmoidParams(*squash, table),
    )


def _factors(
    source: float, weights: Sequence[float]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    return quantize_multipliers(source * np.array(weights, np.float64) / _SUM_STEP)


def stacked(op: QuantizedOp[LstmAttrs], numbers: Sequence[int]) -> Int64:
    """Constants of the gates i, f, o and of g, one behind the other."""
    return np.concatenate([op.constant(number) for number in numbers]).astype(np.int64)


def _step(op: QuantizedOp[LstmAttrs], p: LstmParams, inputs: list[Values]) -> tuple[Values, ...]:
    """All steps of a run."""
    samples, features = len(inputs[HIDDEN]), op.inputs[INPUT].shape[2]
    bits, units = op.output.bits, op.output.shape[2]
    rows = inputs[INPUT].reshape(len(inputs[INPUT]), -1, features).astype(np.int64)
    sums = (rows + p.input_offset) @ stacked(op, WEIGHTS).T + stacked(op, BIASES)
    given = _rescaled(sums, p.multipliers, p.shifts, bits)
    recurrent = stacked(op, RECURRENT).T
    hidden = inputs[HIDDEN].reshape(samples, units).astype(np.int64)
    cell = inputs[CELL].reshape(samples, units).astype(np.int64)
    found = []
    for step in range(given.shape[1]):
        fed_back = (hidden + p.hidden_offset) @ recurrent
        total = given[:, step] + _rescaled(
            fed_back, p.recurrent_multipliers, p.recurrent_shifts, bits
        )
        cell, hidden = _cell(p, _saturated(total), cell, bits)
        found.append(hidden)
    output = np.stack(found, axis=1).astype(op.output.dtype)
    states = (hidden.astype(op.output.dtype), cell.astype(np.int16))
    kept = (x.reshape(samples, 1, units) for x in states)
    return (output.reshape(samples, *op.output.shape), *kept)


def _cell(p: LstmParams, total: Int64, cell: Int64, bits: int) -> tuple[Int64, Int64]:
    """The cell and what is hidden after a step."""
    units = cell.shape[1]
    opened = logistic(p.gate, total[:, : 3 * units]).astype(np.int64)
    fresh = tanh(p.gate, total[:, 3 * units :]).astype(np.int64)
    add, keep, show = (opened[:, n * units : (n + 1) * units] for n in range(3))
    kept = _saturated(multiply_by_quantized_multiplier(keep * cell, *p.forget))
    added = _saturated(multiply_by_quantized_multiplier(add * fresh, *p.fresh))
    cell = np.clip(_saturated(kept + added), -p.clip, p.clip)
    squashed = tanh(p.squash, cell).astype(np.int64)
    shown = multiply_by_quantized_multiplier(squashed * show, *p.output) + p.output_offset
    return cell, np.clip(shown, *integer_limits(bits))


def _rescaled(
    sums: Int64, multipliers: npt.NDArray[np.int32], shifts: npt.NDArray[np.int32], bits: int
) -> Int64:
    """int16 steps of 2^-12, from sums (…, 4 × units)."""
    units = sums.shape[-1] // 4
    rescale = multiply_by_quantized_multiplier if bits == 8 else multiply_int64
    return _saturated(rescale(sums, np.repeat(multipliers, units), np.repeat(shifts, units)))


def _saturated(values: Int64) -> Int64:
    clipped: Int64 = np.clip(values, *integer_limits(16))
    return clipped


def _fits(op: QuantizedOp[LstmAttrs], p: LstmParams) -> bool:
    """Sums and products, shifted left before they are multiplied, and the cell's steps."""
    products = [shift <= 0 for _, shift in (p.forget, p.fresh, p.output)]
    cell_fits = p.squash.multiplier < 2**16 and p.squash.shift <= 30
    gates = zip(WEIGHTS, RECURRENT, BIASES, p.multipliers, p.shifts, strict=True)
    fed_back = zip(RECURRENT, p.recurrent_multipliers, p.recurrent_shifts, strict=True)
    return (
        all(products)
        and cell_fits
        and all(_sum_fits(op, w, float(m), int(s), b) for w, _, b, m, s in gates)
        and all(_sum_fits(op, w, float(m), int(s)) for w, m, s in fed_back)
    )


def _sum_fits(
    op: QuantizedOp[LstmAttrs], weights: int, multiplier: float, shift: int, bias: int | None = None
) -> bool:
    bits = op.output.bits
    # Zero points are taken off sums, not values: each may be one step further out.
    largest = (largest_shifted(bits) + 1) * np.abs(op.constant(weights).astype(float)).sum(axis=1)
    if bias is not None:
        largest = largest + np.abs(op.constant(bias).astype(float))
    most = float(largest.max())
    if bits == 8:
        return most * 2.0 ** max(shift, 0) < 2.0**31
    return shift <= 7 and most < _LARGEST_SUM and most * multiplier * 2.0 ** (shift - 31) < 2.0**31


_FORM = keeping(_params, _step, _fits)
_PLAIN = NoForm("a float model has its cell in plain layers, once a step")
UNIDIRECTIONAL_SEQUENCE_LSTM: Operator[LstmAttrs, LstmParams, LstmParams] = Operator(
    name="UNIDIRECTIONAL_SEQUENCE_LSTM",
    attrs=LstmAttrs,
    shape=_shape,
    float_form=_PLAIN,
    gradient=_PLAIN,
    scale=OutputScale(),
    guard=RangeGuard(
        "all scales are given: int8 sums, times their left shift, stay inside int32, int16 sums "
        "inside int32 once rescaled; the cell's step is a power of two"
    ),
    int8=_FORM,
    int16=_FORM,
    dynamic=NO_DYNAMIC,
    kept=2,
)
