"""What the refinement trains, and the integers that it stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric import weight_limits
from mcuq.ops.operator import Values as Array


@dataclass(eq=False)
class TrainedParameters(ByContent):
    """What is trained, by name; changed in place.

    Attributes:
        steps: filter name → its weights in units of the scale, not yet rounded.
        log_scale: filter name → log of its scales.
        bias: weighted operator's output → real bias.
        log_step: group of activations → log of its scale, (1,).
    """

    steps: dict[str, Array]
    log_scale: dict[str, Array]
    bias: dict[str, Array]
    log_step: dict[str, Array]

    @classmethod
    def none(cls) -> TrainedParameters:
        """Of nothing: where gradients are added up."""
        return cls({}, {}, {}, {})


def stored_steps(steps: Array, bits: int) -> npt.NDArray[np.int8]:
    """The integers of a filter whose weights are `steps` scales."""
    integers: npt.NDArray[np.int8] = np.clip(np.rint(steps), *weight_limits(bits)).astype(np.int8)
    return integers
