"""The supported operators: one file a family, one table of all."""

from mcuq.importers.tflite.rules import elementwise, linear, movement, pooling, slicing
from mcuq.importers.tflite.view import Rule

RULES: dict[str, Rule] = {
    **linear.RULES,
    **elementwise.RULES,
    **pooling.RULES,
    **movement.RULES,
    **slicing.RULES,
}

__all__ = ["RULES"]
