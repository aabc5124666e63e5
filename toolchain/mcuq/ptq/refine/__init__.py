"""CutPoint re-optimization of a chosen configuration's rounding, by gradient descent."""

from mcuq.ptq.refine.anew import solve_anew
from mcuq.ptq.refine.refine import Refinement, refine
from mcuq.ptq.refine.settings import RefineSettings

__all__ = ["RefineSettings", "Refinement", "refine", "solve_anew"]
