"""The supported operators: one file a family, one table of all."""

from mcuq.frontends.onnx.rules import elementwise, linear, pooling, shape, slicing
from mcuq.frontends.onnx.rules.common import Rule

RULES: dict[str, Rule] = {
    **linear.RULES,
    **elementwise.RULES,
    **pooling.RULES,
    **shape.RULES,
    **slicing.RULES,
}

__all__ = ["RULES"]
