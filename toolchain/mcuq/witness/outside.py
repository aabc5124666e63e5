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
class OutsideStep(ByContent):
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

    def as_read(self, inputs: Sequence[Reals]) -> list[Reals] | None:
        """As `given`, with layers on integers the way `real` takes them; None where it takes none
        in any other way than the file.
        """

    def steps(self, inputs: Sequence[Reals]) -> list[OutsideStep]:
        """As `real`, every operator's result on the first sample, in order."""
