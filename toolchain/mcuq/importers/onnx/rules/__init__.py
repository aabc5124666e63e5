"""The supported operators: one file a family, one table of all."""

from mcuq.importers.onnx.rules import (
    blocks,
    elementwise,
    extremes,
    gather,
    linear,
    normalization,
    padding,
    pooling,
    quantized,
    recurrent,
    reductions,
    shape,
    slicing,
)
from mcuq.importers.onnx.rules.common import NodeRule

RULES: dict[str, NodeRule] = {
    **linear.RULES,
    **blocks.RULES,
    **elementwise.RULES,
    **extremes.RULES,
    **gather.RULES,
    **normalization.RULES,
    **padding.RULES,
    **pooling.RULES,
    **recurrent.RULES,
    **reductions.RULES,
    **shape.RULES,
    **slicing.RULES,
    **quantized.RULES,
}

__all__ = ["RULES"]
