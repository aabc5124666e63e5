"""Re-optimization of a chosen configuration's rounding, by gradient descent."""

from mcuq.ptq.refine.anew import FilterSolver
from mcuq.ptq.refine.refine import Refinement, refine
from mcuq.ptq.refine.settings import RefineSettings

__all__ = ["FilterSolver", "RefineSettings", "Refinement", "refine"]
