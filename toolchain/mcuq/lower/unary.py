"""Functions of one argument as C calls."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.graph import Op
from mcuq.lower.form import (
    CForms,
    apart,
    int8_only,
)
from mcuq.lower.layout import in_place
from mcuq.lower.program import (
    Array,
    Call,
    Struct,
    TensorRef,
    operand,
)
from mcuq.ops.clip import CLIP
from mcuq.ops.functions import ABS, ELU, RSQRT, AbsParams, RsqrtParams
from mcuq.ops.int16_sigmoid import Int16SigmoidParams
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pointwise import LookupParams
from mcuq.ops.real_functions import (
    CEIL,
    COS,
    EXP,
    FLOOR,
    LOG,
    NEG,
    ROUND,
    SIN,
    SQRT,
    SQUARE,
)
from mcuq.ops.smooth import ERF, GELU, HARD_SIGMOID, MISH, SIGN, SILU, SOFTPLUS
from mcuq.ops.unary import (
    HARD_SWISH,
    LEAKY_RELU,
    LOGISTIC,
    RELU,
    RELU6,
    TANH,
    LeakyReluParams,
)
from mcuq.quantized.qgraph import QuantizedGraph


def lower_lookup(qgraph: QuantizedGraph, op: Op, params: LookupParams) -> Call:
    """mcuq_lut_s8."""
    size = qgraph.tensors[op.output].size
    arguments = (
        operand(qgraph.tensors[op.inputs[0]]),
        Array("table", params.table),
        TensorRef(op.output),
        size,
    )
    return Call(op, "mcuq_lut_s8", arguments, overlaps=in_place(qgraph, op))


def int16_leaky_relu(qgraph: QuantizedGraph, op: Op, p: LeakyReluParams) -> Call:
    """mcuq_leaky_relu_s16: also RELU, RELU6 and CLIP."""
    structure = Struct(
        "mcuq_leaky_relu",
        (
            ("multiplier", p.multiplier),
            ("shift", p.shift),
            ("negative_multiplier", p.negative_multiplier),
            ("negative_shift", p.negative_shift),
            ("activation_min", p.activation_min),
            ("activation_max", p.activation_max),
            ("count", qgraph.tensors[op.output].size),
        ),
    )
    arguments = (structure, operand(qgraph.tensors[op.inputs[0]]), TensorRef(op.output))
    return Call(op, "mcuq_leaky_relu_s16", arguments, overlaps=in_place(qgraph, op))


def int16_sigmoid(qgraph: QuantizedGraph, op: Op, p: Int16SigmoidParams) -> Call:
    """mcuq_logistic_s16 or mcuq_tanh_s16."""
    structure = Struct(
        "mcuq_sigmoid",
        (
            ("multiplier", p.multiplier),
            ("shift", p.shift),
            ("count", qgraph.tensors[op.output].size),
            ("table", Array("table", p.table)),
        ),
    )
    function = "mcuq_logistic_s16" if op.kind is LOGISTIC else "mcuq_tanh_s16"
    arguments = (structure, operand(qgraph.tensors[op.inputs[0]]), TensorRef(op.output))
    return Call(op, function, arguments, overlaps=in_place(qgraph, op))


def int16_abs(qgraph: QuantizedGraph, op: Op, p: AbsParams) -> Call:
    """mcuq_abs_s16."""
    structure = Struct(
        "mcuq_abs",
        (
            ("multiplier", p.multiplier),
            ("shift", p.shift),
            ("count", qgraph.tensors[op.output].size),
        ),
    )
    arguments = (structure, operand(qgraph.tensors[op.inputs[0]]), TensorRef(op.output))
    return Call(op, "mcuq_abs_s16", arguments, overlaps=in_place(qgraph, op))


def int16_rsqrt(qgraph: QuantizedGraph, op: Op, p: RsqrtParams) -> Call:
    """mcuq_rsqrt_s16."""
    structure = Struct(
        "mcuq_rsqrt",
        (
            ("multiplier", p.multiplier),
            ("shift", p.shift),
            ("count", qgraph.tensors[op.output].size),
        ),
    )
    arguments = (structure, operand(qgraph.tensors[op.inputs[0]]), TensorRef(op.output))
    return Call(op, "mcuq_rsqrt_s16", arguments, overlaps=in_place(qgraph, op))


_TABULATED: tuple[AnyOperator, ...] = (
    NEG, SQUARE, SQRT, EXP, LOG, SIN, COS, FLOOR, CEIL, ROUND, SIGN,
    GELU, ERF, SOFTPLUS, MISH, SILU, HARD_SIGMOID,
)  # fmt: skip
CALLS: Mapping[AnyOperator, CForms] = {
    RELU: apart(RELU, lower_lookup, int16_leaky_relu),
    RELU6: apart(RELU6, lower_lookup, int16_leaky_relu),
    LEAKY_RELU: apart(LEAKY_RELU, lower_lookup, int16_leaky_relu),
    LOGISTIC: apart(LOGISTIC, lower_lookup, int16_sigmoid),
    TANH: apart(TANH, lower_lookup, int16_sigmoid),
    HARD_SWISH: int8_only(HARD_SWISH, lower_lookup),
    ABS: apart(ABS, lower_lookup, int16_abs),
    ELU: int8_only(ELU, lower_lookup),
    RSQRT: apart(RSQRT, lower_lookup, int16_rsqrt),
    CLIP: apart(CLIP, lower_lookup, int16_leaky_relu),
    **{operator: int8_only(operator, lower_lookup) for operator in _TABULATED},
}
