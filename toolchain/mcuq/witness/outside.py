"""What a runtime from outside says about a model file: one value for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent

Reals = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Step(ByContent):
    """An operator of the file and what it computed.

    Attributes:
        where: operator and output, as a user finds them in the file.
        name: of the value, as in the file.
        values: float32, in the file's layout, batch included.
        rearranges: whether the operator only gives its values other places; a graph with channels
            last may then hold them in another order, and means the same.
    """

    where: str
    name: str
    values: Reals
    rearranges: bool = False


class Outside(Protocol):
    """A model file and the runtime it came from."""

    @property
    def runtime(self) -> str:
        """Its name and version."""

    @property
    def is_quantized(self) -> bool:
        """Whether the file computes with integers."""

    @property
    def needs_integers(self) -> bool:
        """Whether `real` rests on more than leaving out a rounding, so that `given` decides."""

    def real(self, inputs: Sequence[Reals]) -> list[Reals]:
        """The outputs without rounding to integers.

        Args:
            inputs: float32 (samples, …), one a model input, in the file's layout.

        Returns:
            float32 (samples, …), one a model output.

        Raises:
            IsolatedError: the runtime does not load or run the file.
        """

    def given(self, inputs: Sequence[Reals]) -> list[Reals]:
        """As `real`, by the file as it is."""

    def steps(self, inputs: Sequence[Reals]) -> list[Step]:
        """As `real`, every operator's result on the first sample, in order."""
