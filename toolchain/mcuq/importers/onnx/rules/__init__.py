"""The supported operators: one file a family, one table of all."""

from mcuq.importers.onnx.rules import (
    attention,
    blocks,
    choice,
    einsum,
    elementwise,
    extremes,
    functions,
    gather,
    linear,
    normalization,
    padding,
    pooling,
    powers,
    products,
    quantized,
    quotients,
    recurrent,
    reductions,
    repetition,
    shape,
    slicing,
    transposed,
)
from mcuq.importers.onnx.rules.common import NodeRule

RULES: dict[str, NodeRule] = {
    **linear.RULES,
    **attention.RULES,
    **blocks.RULES,
    **choice.RULES,
    **einsum.RULES,
    **elementwise.RULES,
    **extremes.RULES,
    **functions.RULES,
    **gather.RULES,
    **normalization.RULES,
    **padding.RULES,
    **pooling.RULES,
    **quotients.RULES,
    **recurrent.RULES,
    **reductions.RULES,
    **repetition.RULES,
    **shape.RULES,
    **slicing.RULES,
    **transposed.RULES,
    **powers.RULES,
    **products.RULES,
    **quantized.RULES,
}

__all__ = ["RULES"]
