"""Operators that keep states, as C calls: the new ones take the old ones' bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mcuq.graph import Op
from mcuq.lower.form import CForms, for_int8, for_int16, int8_only
from mcuq.lower.layout import suffixed
from mcuq.lower.packing import GROUP, pack_plain
from mcuq.lower.program import Argument, Array, Call, ScratchRef, Struct, TensorRef, operand
from mcuq.ops import lstm
from mcuq.ops.int16_sigmoid import Int16SigmoidParams
from mcuq.ops.lstm import UNIDIRECTIONAL_SEQUENCE_LSTM, LstmParams
from mcuq.ops.operator import NO_DYNAMIC, AnyOperator
from mcuq.ops.svdf import BIAS, FEATURE, INPUT, STATE, SVDF, TIME, SvdfParams
from mcuq.quantized import quantized_op
from mcuq.quantized.qgraph import QuantizedGraph


def _svdf(qgraph: QuantizedGraph, op: Op, params: SvdfParams) -> Call:
    """mcuq_svdf_s8/_state_s16."""
    bound = quantized_op(qgraph, op)
    filters, memory = bound.inputs[TIME].shape
    structure = Struct(
        "mcuq_svdf",
        (
            ("inputs", bound.inputs[INPUT].size),
            ("units", bound.output.size),
            ("rank", filters // bound.output.size),
            ("memory", memory),
            ("input_offset", params.input_offset),
            ("state_zero_point", params.state_zero_point),
            ("output_offset", params.output_offset),
            ("feature_multiplier", params.feature_multiplier),
            ("feature_shift", params.feature_shift),
            ("multiplier", params.multiplier),
            ("shift", params.shift),
        ),
    )
    arguments: tuple[Argument, ...] = (
        structure,
        *(operand(bound.inputs[number]) for number in (INPUT, FEATURE, TIME, BIAS, STATE)),
        *map(TensorRef, op.outputs),
    )
    function = "mcuq_svdf_s8" if bound.inputs[STATE].bits == 8 else "mcuq_svdf_state_s16"
    macs = bound.inputs[FEATURE].size + bound.inputs[TIME].size
    return Call(op, function, arguments, macs=macs, in_place=op.kept)


def _packed_svdf(qgraph: QuantizedGraph, op: Op, params: SvdfParams) -> Call:
    """mcuq_svdf_packed_s8/_packed_state_s16, where the weights' sums fit their words."""
    call = _svdf(qgraph, op, params)
    weights = quantized_op(qgraph, op).constant(FEATURE)
    rows = np.pad(weights, ((0, -len(weights) % GROUP), (0, 0)))
    words = pack_plain(rows)
    if words is None:
        return call
    offsets = params.input_offset * rows.sum(axis=1, dtype=np.int64)
    place = _SVDF_WEIGHTS
    arguments = (
        *call.arguments[:place],
        Array("feature_weights", words),
        Array("feature_bias", offsets.astype(np.int32)),
        *call.arguments[place + 1 :],
    )
    function = call.function.replace("mcuq_svdf_", "mcuq_svdf_packed_")
    return replace(call, function=function, arguments=arguments)


_SVDF_WEIGHTS = 2
"""Argument of SVDF's kernels."""


def _lstm(qgraph: QuantizedGraph, op: Op, params: LstmParams) -> Call:
    """mcuq_lstm_s8/_s16: zero points of x and h are folded into biases."""
    bound = quantized_op(qgraph, op)
    source, result = bound.inputs[lstm.INPUT], bound.output
    units, steps = result.shape[-1], result.size // result.shape[-1]
    weights, recurrent = (lstm.stacked(bound, n) for n in (lstm.WEIGHTS, lstm.RECURRENT))
    bias = lstm.stacked(bound, lstm.BIASES) + params.input_offset * weights.sum(axis=1)
    fed_back = params.hidden_offset * recurrent.sum(axis=1)
    wide = np.dtype(np.int32 if result.bits == 8 else np.int64)
    arguments: tuple[Argument, ...] = (
        _lstm_struct(params, steps, source.shape[-1], units),
        operand(source),
        Array("weights", weights.astype(np.int8)),
        Array("bias", bias.astype(wide)),
        Array("recurrent", recurrent.astype(np.int8)),
        Array("recurrent_bias", fed_back.astype(wide)) if result.bits == 8 else None,
        *(operand(bound.inputs[number]) for number in (lstm.HIDDEN, lstm.CELL)),
        *map(TensorRef, op.outputs),
        ScratchRef(),
    )
    return Call(
        op,
        suffixed("mcuq_lstm", result),
        arguments,
        scratch_bytes=2 * 4 * units,
        macs=steps * (weights.size + recurrent.size),
        in_place=op.kept,
    )


def _packed_lstm(qgraph: QuantizedGraph, op: Op, params: LstmParams) -> Call:
    """mcuq_lstm_packed_s8, where the weights' sums fit its words."""
    call = _lstm(qgraph, op, params)
    arguments = list(call.arguments)
    for place in (_WEIGHTS, _RECURRENT):
        plain = arguments[place]
        assert isinstance(plain, Array)
        words = pack_plain(plain.data.astype(np.int8))
        if words is None:
            return call
        arguments[place] = Array(plain.role, words)
    return replace(call, function="mcuq_lstm_packed_s8", arguments=tuple(arguments))


_WEIGHTS, _RECURRENT = 2, 4
"""Arguments of the LSTM's kernels."""


def _lstm_struct(params: LstmParams, steps: int, inputs: int, units: int) -> Struct:
    pairs = (("forget", params.forget), ("fresh", params.fresh), ("output", params.output))
    return Struct(
        "mcuq_lstm",
        (
            ("steps", steps),
            ("inputs", inputs),
            ("units", units),
            ("output_offset", params.output_offset),
            ("multipliers", tuple(params.multipliers.tolist())),
            ("shifts", tuple(params.shifts.tolist())),
            ("recurrent_multipliers", tuple(params.recurrent_multipliers.tolist())),
            ("recurrent_shifts", tuple(params.recurrent_shifts.tolist())),
            *(
                (f"{name}_{part}", number)
                for name, pair in pairs
                for part, number in zip(("multiplier", "shift"), pair, strict=True)
            ),
            ("clip", params.clip),
            ("gates", _sigmoid(params.gate, 3 * units)),
            ("fresh", _sigmoid(params.gate, units)),
            ("squash", _sigmoid(params.squash, units)),
        ),
    )


def _sigmoid(params: Int16SigmoidParams, count: int) -> Struct:
    return Struct(
        "mcuq_sigmoid",
        (
            ("multiplier", params.multiplier),
            ("shift", params.shift),
            ("count", count),
            ("table", Array("table", params.table)),
        ),
    )


CALLS: Mapping[AnyOperator, CForms] = {
    SVDF: replace(int8_only(SVDF, _svdf), own=for_int8(SVDF, _packed_svdf)),
    UNIDIRECTIONAL_SEQUENCE_LSTM: CForms(
        for_int8(UNIDIRECTIONAL_SEQUENCE_LSTM, _lstm),
        for_int8(UNIDIRECTIONAL_SEQUENCE_LSTM, _packed_lstm),
        for_int16(UNIDIRECTIONAL_SEQUENCE_LSTM, _lstm),
        NO_DYNAMIC,
    ),
}
