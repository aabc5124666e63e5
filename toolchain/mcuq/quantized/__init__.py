"""A quantized model: its tensors and the integer parameters of its operators."""

from mcuq.quantized.op_params import has_room, integer_form, op_params, quantized_op
from mcuq.quantized.qgraph import QuantizedGraph, one_run

__all__ = ["QuantizedGraph", "has_room", "integer_form", "one_run", "op_params", "quantized_op"]
