"""Several built models in one C project and one image, which share kernels and, if asked, RAM."""

from mcuq.bundle.publish import bundle_models

__all__ = ["bundle_models"]
