"""SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION as C calls."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.graph import Op
from mcuq.lower.floats import Fields
from mcuq.lower.form import (
    CForms,
    apart,
    for_float32,
    int8_only,
)
from mcuq.lower.layout import in_place
from mcuq.lower.program import (
    Array,
    Call,
    Float32,
    Struct,
    TensorRef,
    operand,
)
from mcuq.ops.l2_normalization import L2_NORMALIZATION, L2NormalizationParams
from mcuq.ops.log_softmax import LOG_SOFTMAX, LogSoftmaxParams
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX, Int16SoftmaxParams, SoftmaxAttrs, SoftmaxParams
from mcuq.quantized.qgraph import QuantizedGraph


def lower_softmax(qgraph: QuantizedGraph, op: Op, params: SoftmaxParams) -> Call:
    """mcuq_softmax_s8, and _s8_s16, which writes more bytes than it reads."""
    arguments = (
        operand(qgraph.tensors[op.inputs[0]]),
        params.rows,
        params.depth,
        params.multiplier,
        params.shift,
        params.diff_min,
        TensorRef(op.output),
    )
    if qgraph.tensors[op.output].bits == 16:
        return Call(op, "mcuq_softmax_s8_s16", arguments)
    return Call(op, "mcuq_softmax_s8", arguments, overlaps=in_place(qgraph, op))


def int16_softmax(
    qgraph: QuantizedGraph, op: Op, params: Int16SoftmaxParams | SoftmaxParams
) -> Call:
    """mcuq_softmax_s16, or what int8 values are widened by."""
    if isinstance(params, SoftmaxParams):
        return lower_softmax(qgraph, op, params)
    tables = Struct(
        "cmsis_nn_softmax_lut_s16",
        (
            ("exp_lut", Array("exp", params.exp)),
            ("one_by_one_lut", Array("reciprocal", params.reciprocal)),
        ),
    )
    arguments = (
        operand(qgraph.tensors[op.inputs[0]]),
        params.rows,
        params.depth,
        params.multiplier,
        params.shift,
        tables,
        TensorRef(op.output),
    )
    return Call(op, "mcuq_softmax_s16", arguments, overlaps=in_place(qgraph, op))


def float_softmax(qgraph: QuantizedGraph, op: Op, attrs: SoftmaxAttrs) -> Call:
    """mcuq_softmax_f32."""
    source = qgraph.tensors[op.inputs[0]]
    depth = source.shape[-1]
    beta = Float32(attrs.beta)
    fields: Fields = (("rows", source.size // depth), ("depth", depth), ("beta", beta))
    arguments = (Struct("mcuq_softmax_float", fields), operand(source), TensorRef(op.output))
    return Call(op, "mcuq_softmax_f32", arguments, overlaps=in_place(qgraph, op))


def lower_log_softmax(qgraph: QuantizedGraph, op: Op, p: LogSoftmaxParams) -> Call:
    """mcuq_log_softmax_s8."""
    structure = Struct(
        "mcuq_log_softmax",
        (
            ("rows", p.rows),
            ("depth", p.depth),
            ("multiplier", p.multiplier),
            ("shift", p.shift),
            ("diff_min", p.diff_min),
            ("powers", Array("powers", p.powers)),
        ),
    )
    arguments = (structure, operand(qgraph.tensors[op.inputs[0]]), TensorRef(op.output))
    return Call(op, "mcuq_log_softmax_s8", arguments, overlaps=in_place(qgraph, op))


def lower_l2_normalization(qgraph: QuantizedGraph, op: Op, p: L2NormalizationParams) -> Call:
    """mcuq_l2_normalization_s8."""
    source = qgraph.tensors[op.inputs[0]]
    rows = source.size // p.depth
    arguments = (p.input_offset, rows, p.depth, operand(source), TensorRef(op.output))
    return Call(op, "mcuq_l2_normalization_s8", arguments, overlaps=in_place(qgraph, op))


CALLS: Mapping[AnyOperator, CForms] = {
    SOFTMAX: apart(SOFTMAX, lower_softmax, int16_softmax, for_float32(SOFTMAX, float_softmax)),
    LOG_SOFTMAX: int8_only(LOG_SOFTMAX, lower_log_softmax),
    L2_NORMALIZATION: int8_only(L2_NORMALIZATION, lower_l2_normalization),
}
