"""Quantized graph → program."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from mcuq.graph import Op, OpKind
from mcuq.lower.conversion import lower_dequantize, lower_quantize
from mcuq.lower.dynamic import (
    dynamic_conv,
    dynamic_dense,
    real_add,
    real_pool,
    real_softmax,
)
from mcuq.lower.elementwise import lower_add, lower_lookup, lower_mul, lower_softmax
from mcuq.lower.external import Rule, external_calls
from mcuq.lower.fast import fast_conv, fast_depthwise, fast_fully_connected
from mcuq.lower.int16 import (
    wide_conv,
    wide_depthwise,
    wide_fully_connected,
    wide_leaky_relu,
    wide_sigmoid,
    wide_softmax,
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
from mcuq.lower.program import Call, Program
from mcuq.lower.reach import reach
from mcuq.lower.slow import portable
from mcuq.lower.weighted import lower_conv, lower_depthwise, lower_fully_connected
from mcuq.quantize.dynamic import check_dynamic, is_dynamic
from mcuq.quantized.lookup import UNARY
from mcuq.quantized.qgraph import QuantizedGraph

RULES: Mapping[OpKind, Rule] = {
    OpKind.CONV_2D: lower_conv,
    OpKind.DEPTHWISE_CONV_2D: lower_depthwise,
    OpKind.FULLY_CONNECTED: lower_fully_connected,
    OpKind.ADD: lower_add,
    OpKind.SUB: lower_add,
    OpKind.MUL: lower_mul,
    OpKind.AVERAGE_POOL_2D: lower_pool,
    OpKind.MAX_POOL_2D: lower_pool,
    OpKind.MEAN: lower_mean,
    OpKind.PAD: lower_pad,
    OpKind.CONCATENATION: lower_concatenation,
    OpKind.TRANSPOSE: lower_transpose,
    OpKind.STRIDED_SLICE: lower_strided_slice,
    OpKind.RESIZE_NEAREST_NEIGHBOR: lower_resize,
    OpKind.RESIZE_BILINEAR: lower_bilinear,
    OpKind.SOFTMAX: lower_softmax,
    **dict.fromkeys(UNARY, lower_lookup),
    OpKind.QUANTIZE: lower_quantize,
    OpKind.DEQUANTIZE: lower_dequantize,
}
WIDE_RULES: Mapping[OpKind, Rule] = {
    OpKind.CONV_2D: wide_conv,
    OpKind.DEPTHWISE_CONV_2D: wide_depthwise,
    OpKind.FULLY_CONNECTED: wide_fully_connected,
    OpKind.SOFTMAX: wide_softmax,
    **dict.fromkeys((OpKind.RELU, OpKind.RELU6, OpKind.LEAKY_RELU), wide_leaky_relu),
    **dict.fromkeys((OpKind.LOGISTIC, OpKind.TANH), wide_sigmoid),
}
"""For int16 outputs, where that differs."""
REAL_RULES: Mapping[OpKind, Rule] = {
    OpKind.CONV_2D: dynamic_conv,
    OpKind.DEPTHWISE_CONV_2D: dynamic_conv,
    OpKind.FULLY_CONNECTED: dynamic_dense,
    OpKind.ADD: real_add,
    OpKind.AVERAGE_POOL_2D: real_pool,
    OpKind.MAX_POOL_2D: real_pool,
    OpKind.SOFTMAX: real_softmax,
}
"""For float32 outputs."""

_SAME_SCALE = frozenset({OpKind.RESHAPE, OpKind.SQUEEZE})


def _own_rules(qgraph: QuantizedGraph, options: LowerOptions) -> Mapping[OpKind, Rule]:
    known = reach(qgraph)
    return {
        **RULES,
        OpKind.CONV_2D: partial(fast_conv, known=known),
        OpKind.DEPTHWISE_CONV_2D: partial(fast_depthwise, known=known, options=options),
        OpKind.FULLY_CONNECTED: partial(fast_fully_connected, known=known),
    }


def _rule(qgraph: QuantizedGraph, op: Op, rules: Mapping[OpKind, Rule]) -> Rule:
    result = qgraph.tensors[op.output]
    special = REAL_RULES if result.real else WIDE_RULES if result.bits == 16 else {}
    return special.get(op.kind, rules[op.kind])


def lower(qgraph: QuantizedGraph, options: LowerOptions | None = None) -> Program:
    """One kernel call an operator (an input for CONCATENATION); views cost nothing.

    Raises:
        InputError: a tensor has more dimensions than the kernels walk.
        UsageError: an operator has no form for its activations.
    """
    options = options or LowerOptions()
    if is_dynamic(qgraph):
        check_dynamic(qgraph)
    own = _own_rules(qgraph, options)
    calls: list[Call] = []
    storage = {name: name for name in qgraph.inputs}
    for op in qgraph.ops:
        if op.kind in _SAME_SCALE:
            storage[op.output] = storage[op.inputs[0]]
            continue
        storage[op.output] = op.output
        calls.extend(_calls(qgraph, op, own, options))
    return Program(qgraph, tuple(calls), storage, options)


def _calls(
    qgraph: QuantizedGraph, op: Op, own: Mapping[OpKind, Rule], options: LowerOptions
) -> list[Call]:
    interface = _rule(qgraph, op, RULES)
    if options.kernels == "cmsis-nn" and options.provided is not None:
        return external_calls(qgraph, op, interface, _rule(qgraph, op, own), options)
    rule = interface if options.kernels == "cmsis-nn" else _rule(qgraph, op, own)
    made = rule(qgraph, op)
    return [portable(call) for call in (made if isinstance(made, list) else [made])]
