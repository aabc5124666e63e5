"""CMSIS-NN's SVDF and LSTM: mcuq's exact integers, state after state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from arm_native import ARG_ERROR, NO_SCRATCH, ONES, SUCCESS, arm, same
from arm_reference import Gate, Lstm, rescaled
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_native import Words, examples

SEEDS = st.integers(0, 2**31)
SIZES = st.integers(1, 4)


def scale(rng: np.random.Generator, shift: int) -> tuple[int, int]:
    return int(rng.integers(1 << 30, 1 << 31)), shift


@pytest.mark.parametrize("wide", [False, True])
@settings(max_examples=examples(60))
@given(SEEDS, *[SIZES] * 5, st.booleans())
def test_svdf(
    wide: bool, seed: int, batches: int, size: int, units: int, rank: int, time: int, biased: bool
) -> None:
    rng = np.random.default_rng(seed)
    kind, low = (np.int16, -32768) if wide else (np.int8, -128)
    filters = units * rank
    feature = rng.integers(-127, 128, (filters, size)).astype(np.int8)
    history = rng.integers(low // 8, -low // 8, (filters, time)).astype(kind)
    bias = rng.integers(-500, 500, units).astype(np.int32)
    first, last = scale(rng, -6), scale(rng, -7 if wide else -9)
    zero, offset = (int(v) for v in rng.integers(-128, 128, 2))
    state = rng.integers(low, -low, (batches, filters, time)).astype(kind)
    kept = state.astype(np.int64)
    scratch = Words(np.zeros(64, np.int32), 256)
    settings = Words(rank, zero, offset, low, ~low, -120, 110)
    for _ in range(3):
        x = rng.integers(-128, 128, (batches, size)).astype(np.int8)
        output = np.zeros((batches, units), np.int8)
        before = (scratch, scratch, settings, Words(*first), Words(*last))
        tensors = (Words(batches, size, 1, 1), x, ONES, state, Words(filters, 1, 1, 1), feature)
        rest = (Words(1, time, 1, 1), history, ONES, bias if biased else None, ONES, output)
        name = "arm_svdf_state_s16_s8" if wide else "arm_svdf_s8"
        own = () if wide else (NO_SCRATCH,)
        assert arm(name, *own, *before, *tensors, *rest) == SUCCESS
        sums = (x.astype(np.int64) - zero) @ feature.T.astype(np.int64)
        newest = np.clip(rescaled(sums, *first), low, ~low)
        kept = np.concatenate([kept[..., 1:], newest[..., None]], axis=2)
        same(state, kept)
        weighted = (kept * history).sum(axis=2).reshape(batches, units, rank).sum(axis=2)
        result = rescaled(weighted + (bias if biased else 0), *last) + offset
        same(output, np.clip(result, -120, 110))


def test_svdf_without_its_scratch() -> None:
    nothing, some = Words(0, 0), Words(np.zeros(4, np.int32), 16)
    output = np.full(1, 77, np.int8)
    rest = Words(1, 0, 0, -128, 127, -128, 127), *[Words(1 << 30, 0)] * 2, ONES, output, ONES
    tail = np.zeros(1, np.int16), *[ONES, np.zeros(1, np.int16)] * 2, ONES, None, ONES, output
    for contexts in ((Words(None, 0), some), (some, Words(None, 0))):
        assert arm("arm_svdf_s8", nothing, *contexts, *rest, *tail) == ARG_ERROR
        assert arm("arm_svdf_state_s16_s8", *contexts, *rest, *tail) == ARG_ERROR
    assert output[0] == 77


def _gate(rng: np.random.Generator, size: int, hidden: int, wide: bool, tanh: bool) -> Gate:
    def bias() -> Any:
        return rng.integers(-4000, 4000, hidden).astype(np.int64 if wide else np.int32)

    shift = -10 if wide else -3
    return Gate(
        rng.integers(-127, 128, (hidden, size)).astype(np.int8),
        bias(),
        scale(rng, shift),
        rng.integers(-127, 128, (hidden, hidden)).astype(np.int8),
        bias(),
        scale(rng, shift),
        tanh,
    )


def _fields(gate: Gate) -> list[Any]:
    """cmsis_nn_lstm_gate, as long as its alignment wants it; its `bias` is not read."""
    inputs = [*gate.input_scale, gate.inputs, gate.input_bias]
    hidden = [*gate.hidden_scale, gate.hidden, gate.hidden_bias]
    return [*inputs, *hidden, gate.input_bias, int(gate.tanh), 0]


@pytest.mark.parametrize("wide", [False, True])
@settings(max_examples=examples(60))
@given(SEEDS, *[SIZES] * 4, st.booleans(), st.booleans())
def test_lstm(
    wide: bool,
    seed: int,
    batches: int,
    steps: int,
    size: int,
    hidden: int,
    time_major: bool,
    stateful: bool,
) -> None:
    rng = np.random.default_rng(seed)
    kind, low = (np.int16, -32768) if wide else (np.int8, -128)
    gates = tuple(_gate(rng, size, hidden, wide, tanh) for tanh in (False, False, True, False))
    power = int(rng.integers(-15, -9))
    clip = int(rng.integers(20000, 32768))
    offset = 0 if wide else int(rng.integers(-100, 100))
    lstm = Lstm(
        gates,  # type: ignore[arg-type]
        scale(rng, -14),
        scale(rng, -15 - power - 12),
        clip,
        power,
        scale(rng, -15 if wide else -22),
        offset,
        wide,
    )
    x = rng.integers(low, -low, (steps, batches, size)).astype(kind)
    stored = x if time_major else x.swapaxes(0, 1).copy()
    cell = rng.integers(-20000, 20000, (batches, hidden)).astype(np.int16)
    state = rng.integers(low, -low, (batches, hidden)).astype(kind)
    begun = cell.astype(np.int64) if stateful else np.zeros((batches, hidden), np.int64)
    expected, cells = lstm(x, begun, state.astype(np.int64) if stateful else None)
    output = np.zeros((steps, batches, hidden) if time_major else (batches, steps, hidden), kind)
    # The order of the structure's gates is forget, input, cell, output.
    fields = [int(time_major), batches, steps, size, hidden, 0, *lstm.forget_scale]
    fields += [*lstm.input_scale, clip, power, *lstm.output_scale, offset, 0]
    parameters = Words(*fields, *(field for gate in gates for field in _fields(gate)))
    temporary = [np.zeros(batches * hidden, np.int16) for _ in range(2)]
    buffers = Words(*temporary, cell, state) if stateful else Words(*temporary, cell, None)
    name = f"arm_lstm_unidirectional_s{16 if wide else 8}"
    assert arm(name, stored, output, parameters, buffers) == SUCCESS
    same(output if time_major else output.swapaxes(0, 1), expected)
    same(cell, cells)
    if stateful:
        same(state, expected[-1])
