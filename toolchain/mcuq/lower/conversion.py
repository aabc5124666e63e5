"""QUANTIZE and DEQUANTIZE at float edges."""

from __future__ import annotations

from mcuq.graph import Op
from mcuq.lower.program import Call, InputOverlap, Real, Struct, TensorRef, operand
from mcuq.quantize.qgraph import QuantizedGraph, QuantizedTensor


def lower_quantize(qgraph: QuantizedGraph, op: Op) -> Call:
    """mcuq_quantize_f32_s8 or _s16; it may write over the reals it has read."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    arguments = (_affine(result), operand(source), TensorRef(result.name))
    overlap = InputOverlap(source.name, ascending=result.nbytes)
    return Call(op, f"mcuq_quantize_f32_s{result.bits}", arguments, overlaps=(overlap,))


def lower_dequantize(qgraph: QuantizedGraph, op: Op) -> Call:
    """mcuq_dequantize_s8_f32 or _s16_f32."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    arguments = (_affine(source), operand(source), TensorRef(result.name))
    return Call(op, f"mcuq_dequantize_s{source.bits}_f32", arguments)


def _affine(tensor: QuantizedTensor) -> Struct:
    return Struct(
        "mcuq_affine",
        (
            ("scale", Real(float(tensor.scale[0]))),
            ("zero_point", tensor.zero_point),
            ("count", tensor.size),
        ),
    )
