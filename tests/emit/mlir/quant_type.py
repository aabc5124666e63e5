"""`!quant.uniform` for xDSL, which has no such dialect, as LLVM's `QuantTypes.cpp` checks it."""

from __future__ import annotations

import math

from xdsl.dialects.builtin import ArrayAttr, Float32Type, FloatData, IntAttr, IntegerType
from xdsl.ir import Attribute, Dialect, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.utils.exceptions import VerifyException

NO_AXIS = -1


@irdl_attr_definition
class UniformType(ParametrizedAttribute, TypeAttribute):
    """`storage[<low:high>]:f32[:axis], scale[:zero_point]`, or a list of these in braces."""

    name = "quant.uniform"
    storage: IntegerType
    low: IntAttr
    high: IntAttr
    axis: IntAttr
    scales: ArrayAttr[FloatData]
    zero_points: ArrayAttr[IntAttr]

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> list[Attribute]:
        with parser.in_angle_brackets():
            storage = parser.parse_type()
            if not isinstance(storage, IntegerType):
                parser.raise_error("expected an integer type")
            low, high = _range(parser, storage.width.data)
            parser.parse_punctuation(":")
            if not isinstance(parser.parse_type(), Float32Type):
                parser.raise_error("expected f32")
            per_axis = parser.parse_optional_punctuation(":") is not None
            axis = parser.parse_integer(allow_negative=False) if per_axis else NO_AXIS
            parser.parse_punctuation(",")
            braces = parser.Delimiter.BRACES
            grids = (
                parser.parse_comma_separated_list(braces, lambda: _grid(parser))
                if per_axis
                else [_grid(parser)]
            )
        scales, zero_points = zip(*grids, strict=True)
        limits = [IntAttr(low), IntAttr(high), IntAttr(axis)]
        return [storage, *limits, ArrayAttr(scales), ArrayAttr(zero_points)]

    def verify(self) -> None:
        bits = self.storage.width.data
        low, high = self.low.data, self.high.data
        if not 1 < bits <= 32 or not -(1 << bits - 1) <= low < high < 1 << bits - 1:
            raise VerifyException(f"{low}:{high} is no range of {bits} bits")
        if any(not 0 < scale.data < math.inf for scale in self.scales):
            raise VerifyException("a scale is not positive and finite")
        if any(not low <= zero.data <= high for zero in self.zero_points):
            raise VerifyException("a zero point lies outside the range")


def _range(parser: AttrParser, bits: int) -> tuple[int, int]:
    """Smallest and largest value; mlir-opt leaves them out where they are those of the type."""
    if parser.parse_optional_characters("<") is None:
        return -(1 << bits - 1), (1 << bits - 1) - 1
    low = parser.parse_integer()
    parser.parse_punctuation(":")
    high = parser.parse_integer()
    parser.parse_characters(">")
    return low, high


def _grid(parser: AttrParser) -> tuple[FloatData, IntAttr]:
    scale = parser.parse_float()
    has_zero = parser.parse_optional_punctuation(":") is not None
    return FloatData(scale), IntAttr(parser.parse_integer() if has_zero else 0)


Quant = Dialect("quant", [], [UniformType])
