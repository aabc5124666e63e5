"""SOFTMAX as C calls."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.graph import Op
from mcuq.lower.form import (
    CForms,
    apart,
    for_real,
)
from mcuq.lower.layout import in_place
from mcuq.lower.program import (
    Array,
    Call,
    Real,
    Struct,
    TensorRef,
    operand,
)
from mcuq.lower.real import Fields
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX, Int16SoftmaxParams, SoftmaxAttrs, SoftmaxParams
from mcuq.quantized.qgraph import QuantizedGraph


def lower_softmax(qgraph: QuantizedGraph, op: Op, params: SoftmaxParams) -> Call:
    """arm_softmax_s8."""
    arguments = (
        operand(qgraph.tensors[op.inputs[0]]),
        params.rows,
        params.depth,
        params.multiplier,
        params.shift,
        params.diff_min,
        TensorRef(op.output),
    )
    return Call(op, "arm_softmax_s8", arguments, overlaps=in_place(qgraph, op))


def int16_softmax(qgraph: QuantizedGraph, op: Op, params: Int16SoftmaxParams) -> Call:
    """arm_softmax_s16."""
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
    return Call(op, "arm_softmax_s16", arguments, overlaps=in_place(qgraph, op))


def real_softmax(qgraph: QuantizedGraph, op: Op, attrs: SoftmaxAttrs) -> Call:
    """mcuq_softmax_f32."""
    source = qgraph.tensors[op.inputs[0]]
    depth = source.shape[-1]
    beta = Real(attrs.beta)
    fields: Fields = (("rows", source.size // depth), ("depth", depth), ("beta", beta))
    arguments = (Struct("mcuq_softmax_real", fields), operand(source), TensorRef(op.output))
    return Call(op, "mcuq_softmax_f32", arguments, overlaps=in_place(qgraph, op))


CALLS: Mapping[AnyOperator, CForms] = {
    SOFTMAX: apart(SOFTMAX, lower_softmax, int16_softmax, for_real(SOFTMAX, real_softmax)),
}
