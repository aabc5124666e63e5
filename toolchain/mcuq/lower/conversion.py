"""QUANTIZE and DEQUANTIZE as C calls."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.graph import Op
from mcuq.lower.form import (
    CForms,
    for_int8,
    same,
)
from mcuq.lower.program import (
    Call,
    Float32,
    InputOverlap,
    Struct,
    TensorRef,
    operand,
)
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.cast import CAST, CastParams
from mcuq.ops.conversion import DEQUANTIZE, QUANTIZE, ConversionParams
from mcuq.ops.operator import AnyOperator
from mcuq.quantized.qgraph import QuantizedGraph


def lower_quantize(qgraph: QuantizedGraph, op: Op, params: ConversionParams) -> Call:
    """mcuq_quantize_f32_s8 or _s16, mcuq_requantize_*; they may write over what they have read."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    if not source.is_float:
        return _requantize(op, source, result, params)
    arguments = (_affine(result), operand(source), TensorRef(result.name))
    overlap = InputOverlap(source.name, ascending=result.nbytes)
    return Call(op, f"mcuq_quantize_f32_s{result.bits}", arguments, overlaps=(overlap,))


def lower_dequantize(qgraph: QuantizedGraph, op: Op, params: ConversionParams) -> Call:
    """mcuq_dequantize_s8_f32 or _s16_f32."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    arguments = (_affine(source), operand(source), TensorRef(result.name))
    return Call(op, f"mcuq_dequantize_s{source.bits}_f32", arguments)


def lower_cast(qgraph: QuantizedGraph, op: Op, params: CastParams) -> Call:
    """mcuq_cast_* by the elements of both ends."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    function = f"mcuq_cast_{_type(source)}_{_type(result)}"
    if source.element is Element.BOOL and result.element is Element.INT32:
        return Call(op, function, (operand(source), TensorRef(result.name), result.size))
    real = result if result.element is Element.REAL else source
    return Call(op, function, (_affine(real), operand(source), TensorRef(result.name)))


def _type(tensor: QuantizedTensor) -> str:
    return "bool" if tensor.element is Element.BOOL else f"s{tensor.bits}"


def _requantize(
    op: Op, source: QuantizedTensor, result: QuantizedTensor, params: ConversionParams
) -> Call:
    structure = Struct(
        "mcuq_requantization",
        (
            ("input_offset", -source.zero_point),
            ("multiplier", params.multiplier),
            ("shift", params.shift),
            ("output_offset", result.zero_point),
            ("count", result.size),
        ),
    )
    arguments = (structure, operand(source), TensorRef(result.name))
    narrows = source.nbytes > result.nbytes
    overlaps = (InputOverlap(source.name, ascending=result.nbytes),) if narrows else ()
    function = f"mcuq_requantize_s{source.bits}_s{result.bits}"
    return Call(op, function, arguments, overlaps=overlaps)


def _affine(tensor: QuantizedTensor) -> Struct:
    return Struct(
        "mcuq_affine",
        (
            ("scale", Float32(float(tensor.scale[0]))),
            ("zero_point", tensor.zero_point),
            ("count", tensor.size),
        ),
    )


CALLS: Mapping[AnyOperator, CForms] = {
    QUANTIZE: same(QUANTIZE, lower_quantize),
    CAST: same(CAST, lower_cast),
    DEQUANTIZE: same(DEQUANTIZE, lower_dequantize, for_int8(DEQUANTIZE, lower_dequantize)),
}
