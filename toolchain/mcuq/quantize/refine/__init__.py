"""Joint re-optimization of a chosen configuration's rounding, by gradient descent."""

from mcuq.quantize.refine.refine import Refinement, Settings, refine

__all__ = ["Refinement", "Settings", "refine"]
