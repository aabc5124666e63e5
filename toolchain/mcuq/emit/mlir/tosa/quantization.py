"""The quantization attribute that TOSA's operations take beside quantized types."""

from __future__ import annotations

from mcuq.emit.mlir.syntax import Attribute, Parameters, QuantizedElement, TensorType


def is_quantized(type_: TensorType) -> bool:
    return isinstance(type_.element, QuantizedElement)


def zero_point(type_: TensorType) -> int:
    """0 for plain elements."""
    return type_.element.zero_point if isinstance(type_.element, QuantizedElement) else 0


def conv_info(source: TensorType) -> dict[str, Attribute]:
    """For convolutions and dense layers; filters are symmetric. Empty for floats."""
    return _info(source, "conv_quant", input_zp=zero_point(source), weight_zp=0)


def unary_info(source: TensorType) -> dict[str, Attribute]:
    """For average pooling, whose result has its input's zero point."""
    return _info(source, "unary_quant", input_zp=zero_point(source), output_zp=zero_point(source))


def pad_info(source: TensorType) -> dict[str, Attribute]:
    return _info(source, "pad_quant", input_zp=zero_point(source))


def _info(source: TensorType, name: str, **values: int) -> dict[str, Attribute]:
    if not is_quantized(source):
        return {}
    return {"quantization_info": Parameters(f"tosa.{name}", tuple(values.items()))}
