"""Operators that keep states, as C calls: the new ones take the old ones' bytes."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.graph import Op
from mcuq.lower.form import CForms, int8_only
from mcuq.lower.program import Argument, Call, Struct, TensorRef, operand
from mcuq.ops.operator import AnyOperator
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


CALLS: Mapping[AnyOperator, CForms] = {SVDF: int8_only(SVDF, _svdf)}
