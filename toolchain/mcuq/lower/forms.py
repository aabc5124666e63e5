"""The C calls of every operator: CMSIS-NN's functions, mcuq's own kernels, int16, float32."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcuq.graph import Op
from mcuq.lower.conversion import lower_dequantize, lower_quantize
from mcuq.lower.dynamic import (
    dynamic_conv,
    dynamic_dense,
    real_add,
    real_pool,
    real_softmax,
)
from mcuq.lower.elementwise import lower_add, lower_lookup, lower_mul, lower_softmax
from mcuq.lower.fast import fast_conv, fast_depthwise, fast_fully_connected
from mcuq.lower.int16 import (
    int16_conv,
    int16_depthwise,
    int16_fully_connected,
    int16_leaky_relu,
    int16_sigmoid,
    int16_softmax,
)
from mcuq.lower.movement import (
    lower_bilinear,
    lower_concatenation,
    lower_pad,
    lower_resize,
    lower_strided_slice,
    lower_transpose,
)
from mcuq.lower.options import LowerOptions
from mcuq.lower.pooling import lower_mean, lower_pool
from mcuq.lower.program import Call
from mcuq.lower.reach import Reach
from mcuq.lower.weighted import lower_conv, lower_depthwise, lower_fully_connected
from mcuq.ops.binary import ADD, MUL, SUB
from mcuq.ops.conversion import DEQUANTIZE, QUANTIZE
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    SQUEEZE,
    STRIDED_SLICE,
    TRANSPOSE,
)
from mcuq.ops.operator import NO_DYNAMIC, A, NoForm, Operator, P, W
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, MEAN
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.table import Table
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.quantized import QuantizedGraph, quantized_op

Calls = Call | list[Call]


@dataclass(frozen=True)
class Context:
    """What rules may ask beside their operator.

    Attributes:
        known: see `reach`.
        options: what the model is lowered for.
    """

    known: Reach
    options: LowerOptions


Rule = Callable[[QuantizedGraph, Op, Context], Calls]


@dataclass(frozen=True)
class CForms:
    """The calls of one operator.

    Attributes:
        interface: int8, through CMSIS-NN's functions as far as these go.
        own: int8, with mcuq's kernels.
        int16: int16 outputs.
        real: float32 outputs.
    """

    interface: Rule
    own: Rule
    int16: Rule | NoForm
    real: Rule | NoForm


def _int8(operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, P], Calls]) -> Rule:
    def lowered(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
        return rule(qgraph, op, operator.int8.params(quantized_op(qgraph, op)))

    return lowered


def _own(
    operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, P, Context], Calls]
) -> Rule:
    """A rule that asks for more than the operator's integers."""

    def lowered(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
        return rule(qgraph, op, operator.int8.params(quantized_op(qgraph, op)), context)

    return lowered


def _int16(operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, W], Calls]) -> Rule:
    form = operator.int16
    assert not isinstance(form, NoForm), operator

    def lowered(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
        return rule(qgraph, op, form.params(quantized_op(qgraph, op)))

    return lowered


def _real(operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, A], Calls]) -> Rule:
    def lowered(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
        return rule(qgraph, op, quantized_op(qgraph, op).attrs)

    return lowered


def _both(
    operator: Operator[A, P, P],
    rule: Callable[[QuantizedGraph, Op, P], Calls],
    real: Rule | NoForm = NO_DYNAMIC,
) -> CForms:
    """One rule for int8 and int16."""
    int8 = _int8(operator, rule)
    return CForms(int8, int8, _int16(operator, rule), real)


def _int8_only(
    operator: Operator[A, P, W], rule: Callable[[QuantizedGraph, Op, P], Calls]
) -> CForms:
    int8 = _int8(operator, rule)
    assert isinstance(operator.int16, NoForm), operator
    return CForms(int8, int8, operator.int16, NO_DYNAMIC)


def _apart(
    operator: Operator[A, P, W],
    rule: Callable[[QuantizedGraph, Op, P], Calls],
    int16: Callable[[QuantizedGraph, Op, W], Calls],
    real: Rule | NoForm = NO_DYNAMIC,
) -> CForms:
    """One rule for int8, another for int16."""
    int8 = _int8(operator, rule)
    return CForms(int8, int8, _int16(operator, int16), real)


def _nothing(qgraph: QuantizedGraph, op: Op, context: Context) -> Calls:
    return []


VIEW = CForms(_nothing, _nothing, _nothing, _nothing)
"""Of operators whose output is their input's bytes."""
CALLS: Table[CForms] = Table(
    "C call",
    {
        CONV_2D: CForms(
            _int8(CONV_2D, lower_conv),
            _own(CONV_2D, lambda qgraph, op, p, at: fast_conv(qgraph, op, p, at.known)),
            _int16(CONV_2D, int16_conv),
            _real(CONV_2D, dynamic_conv),
        ),
        DEPTHWISE_CONV_2D: CForms(
            _int8(DEPTHWISE_CONV_2D, lower_depthwise),
            _own(
                DEPTHWISE_CONV_2D,
                lambda qgraph, op, p, at: fast_depthwise(qgraph, op, p, at.known, at.options),
            ),
            _int16(DEPTHWISE_CONV_2D, int16_depthwise),
            _real(DEPTHWISE_CONV_2D, dynamic_conv),
        ),
        FULLY_CONNECTED: CForms(
            _int8(FULLY_CONNECTED, lower_fully_connected),
            _own(
                FULLY_CONNECTED,
                lambda qgraph, op, p, at: fast_fully_connected(qgraph, op, p, at.known),
            ),
            _int16(FULLY_CONNECTED, int16_fully_connected),
            _real(FULLY_CONNECTED, dynamic_dense),
        ),
        ADD: _both(ADD, lower_add, _real(ADD, real_add)),
        SUB: _both(SUB, lower_add),
        MUL: _both(MUL, lower_mul),
        AVERAGE_POOL_2D: _both(AVERAGE_POOL_2D, lower_pool, _real(AVERAGE_POOL_2D, real_pool)),
        MAX_POOL_2D: _both(MAX_POOL_2D, lower_pool, _real(MAX_POOL_2D, real_pool)),
        MEAN: _both(MEAN, lower_mean),
        PAD: _both(PAD, lower_pad),
        CONCATENATION: _both(CONCATENATION, lower_concatenation),
        RESHAPE: VIEW,
        SQUEEZE: VIEW,
        TRANSPOSE: _both(TRANSPOSE, lower_transpose),
        STRIDED_SLICE: _both(STRIDED_SLICE, lower_strided_slice),
        RESIZE_NEAREST_NEIGHBOR: _both(RESIZE_NEAREST_NEIGHBOR, lower_resize),
        RESIZE_BILINEAR: _int8_only(RESIZE_BILINEAR, lower_bilinear),
        SOFTMAX: _apart(SOFTMAX, lower_softmax, int16_softmax, _real(SOFTMAX, real_softmax)),
        RELU: _apart(RELU, lower_lookup, int16_leaky_relu),
        RELU6: _apart(RELU6, lower_lookup, int16_leaky_relu),
        LEAKY_RELU: _apart(LEAKY_RELU, lower_lookup, int16_leaky_relu),
        LOGISTIC: _apart(LOGISTIC, lower_lookup, int16_sigmoid),
        TANH: _apart(TANH, lower_lookup, int16_sigmoid),
        HARD_SWISH: _int8_only(HARD_SWISH, lower_lookup),
        QUANTIZE: _both(QUANTIZE, lower_quantize),
        DEQUANTIZE: _both(DEQUANTIZE, lower_dequantize, _int8(DEQUANTIZE, lower_dequantize)),
    },
)
