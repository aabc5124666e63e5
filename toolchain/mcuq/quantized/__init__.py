"""A quantized model: its tensors and the integer parameters of its operators."""

from mcuq.quantized.op_params import has_room, integer_form, is_int16, op_params, quantized_op
from mcuq.quantized.qgraph import QuantizedGraph, one_run

__all__ = [
    "QuantizedGraph",
    "has_room",
    "integer_form",
    "is_int16",
    "one_run",
    "op_params",
    "quantized_op",
]
