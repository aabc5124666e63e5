"""Several built models in one C project and one image, which share kernels and, if asked, RAM."""

from mcuq.bundle.bundle import bundle

__all__ = ["bundle"]
