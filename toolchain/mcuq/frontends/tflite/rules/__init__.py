"""The supported operators: one file a family, one table of all."""

from mcuq.frontends.tflite.rules import elementwise, linear, movement, pooling, slicing
from mcuq.frontends.tflite.view import Rule

RULES: dict[str, Rule] = {
    **linear.RULES,
    **elementwise.RULES,
    **pooling.RULES,
    **movement.RULES,
    **slicing.RULES,
}

__all__ = ["RULES"]
