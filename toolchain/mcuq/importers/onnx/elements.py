"""What values of ONNX's types are in a graph."""

from __future__ import annotations

from collections.abc import Mapping

from onnx import TensorProto

from mcuq.numeric.element import Element

ELEMENTS: Mapping[int, Element] = {
    TensorProto.FLOAT: Element.REAL,
    TensorProto.FLOAT16: Element.REAL,
    TensorProto.BFLOAT16: Element.REAL,
    TensorProto.DOUBLE: Element.REAL,
    TensorProto.INT32: Element.INT32,
    TensorProto.INT64: Element.INT32,
    TensorProto.BOOL: Element.BOOL,
}
"""By number; what is not listed is not read."""
