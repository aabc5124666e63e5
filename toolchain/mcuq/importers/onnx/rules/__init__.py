"""The supported operators: one file a family, one table of all."""

from mcuq.importers.onnx.rules import (
    elementwise,
    extremes,
    linear,
    pooling,
    quantized,
    recurrent,
    shape,
    slicing,
)
from mcuq.importers.onnx.rules.common import NodeRule

RULES: dict[str, NodeRule] = {
    **linear.RULES,
    **elementwise.RULES,
    **extremes.RULES,
    **pooling.RULES,
    **shape.RULES,
    **slicing.RULES,
    **quantized.RULES,
    **recurrent.RULES,
}

__all__ = ["RULES"]
