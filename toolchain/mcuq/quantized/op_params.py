"""An operator with its quantized tensors, and its integers: where scales turn into multipliers.

The formulas are those of TFLite Micro's Prepare functions. Every real factor is made of float32
scales in double precision, and nowhere rounded to float32 on the way: one unit in a multiplier's
last place can show. That is how the wheel computes since `mcuq.tflite.wheel.PRECISE_SINCE`; older
ones round the products and quotients of FULLY_CONNECTED with one scale, SUB, RELU, LEAKY_RELU and
HARD_SWISH to float32, which changes some three outputs in a million.
"""

from __future__ import annotations

from typing import Any

from mcuq.errors import UsageError
from mcuq.graph import Op
from mcuq.ops.operator import IntegerForm, NoForm, QuantizedOp
from mcuq.quantized.qgraph import QuantizedGraph


def quantized_op(qgraph: QuantizedGraph, op: Op) -> QuantizedOp[Any]:
    """The operator with the tensors that it reads and writes."""
    inputs = tuple(qgraph.tensors[name] for name in op.inputs)
    return QuantizedOp(op.attrs, inputs, qgraph.tensors[op.output])


def integer_form(qgraph: QuantizedGraph, op: Op) -> IntegerForm[Any, Any]:
    """The arithmetic for the width of the operator's activations.

    Raises:
        UsageError: the operator has none.
    """
    form = op.kind.int16 if is_int16(quantized_op(qgraph, op)) else op.kind.int8
    if isinstance(form, NoForm):
        raise UsageError(f"{op.kind} '{op.name}' has no form with 16-bit activations", form.reason)
    return form


def is_int16(op: QuantizedOp[Any]) -> bool:
    """Whether its activations are int16; those that are no reals have one width only."""
    return bool(op.reals) and op.reals[0].bits == 16


def op_params(qgraph: QuantizedGraph, op: Op) -> Any:
    """The integer parameters of one operator of `qgraph`, of the type that its record says."""
    return integer_form(qgraph, op).params(quantized_op(qgraph, op))


def has_room(qgraph: QuantizedGraph, op: Op) -> bool:
    """Whether no value of the operator's inputs makes an intermediate leave its type."""
    form, bound = integer_form(qgraph, op), quantized_op(qgraph, op)
    return form.fits(bound, form.params(bound))
