"""What a model keeps from one run to the next, as a value that goes in and one that comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent


@dataclass(frozen=True, eq=False)
class State(ByContent):
    """One variable of a model. A run reads `read`, which no operator computes; what the run gives
    for `written` is `read` of the next one.

    Attributes:
        name: as the model file calls it.
        read, written: activations of one shape; in a quantized graph of one scale and zero point.
        initial: of the first run, of that shape: float32, or integers as a quantized graph stores
            them.
    """

    name: str
    read: str
    written: str
    initial: npt.NDArray[Any]

    @property
    def initial_byte(self) -> int | None:
        """The byte that the initial value consists of, wherever it is stored; None of several."""
        found = np.unique(np.ascontiguousarray(self.initial).view(np.uint8))
        return int(found[0]) if found.size == 1 else None

    def first(self, sequences: int) -> npt.NDArray[Any]:
        """The initial value for so many sequences at once, (sequences, *shape)."""
        return np.broadcast_to(self.initial, (sequences, *self.initial.shape))
