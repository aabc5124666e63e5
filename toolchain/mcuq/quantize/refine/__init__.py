"""Joint re-optimization of a chosen configuration's rounding, by gradient descent."""

from mcuq.quantize.refine.refine import Refinement, refine
from mcuq.quantize.refine.settings import Settings

__all__ = ["Refinement", "Settings", "refine"]
