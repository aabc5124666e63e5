"""CutPoint re-optimization of a chosen configuration's rounding, by gradient descent."""

from mcuq.ptq.refine.refine import Refinement, refine
from mcuq.ptq.refine.settings import Settings

__all__ = ["Refinement", "Settings", "refine"]
