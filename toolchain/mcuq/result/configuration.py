"""`config.json`: how every tensor became integers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mcuq.document import Document
from mcuq.written import MOST_REAL, Written

Scale = Annotated[float, Field(ge=0, le=MOST_REAL)]


class Histogram(Written):
    """Counts in equal steps from `low` to `high`, in real values."""

    low: float = Field(ge=-MOST_REAL, le=MOST_REAL)
    high: float = Field(ge=-MOST_REAL, le=MOST_REAL)
    counts: tuple[int, ...]


class TensorConfig(Written):
    """One tensor: real value = scale × (stored - zero_point)."""

    signed: ClassVar[frozenset[str]] = frozenset({"zero_point"})

    name: str
    role: Literal["activation", "weight", "bias", "constant"]
    shape: tuple[int, ...]
    bits: int
    scheme: str = Field(description="Observer of an activation, method of a weight.")
    scale: tuple[Scale, ...] = Field(min_length=1, description="One value, or one per channel.")
    zero_point: int = Field(ge=-(1 << 31), lt=1 << 31)
    axis: int | None = Field(default=None, description="The channel axis of `scale`.")
    bytes_: int
    histogram: Histogram | None = None


class ConfigFile(Written):
    """All tensors, activations first, in execution order."""

    tensors: tuple[TensorConfig, ...]

    def tensor(self, name: str) -> TensorConfig | None:
        """The tensor called `name`."""
        return next((tensor for tensor in self.tensors if tensor.name == name), None)


CONFIG = Document("config", ConfigFile, "how every tensor became integers", marked="nowhere")
"""No version inside: the bytes of the file are part of what a build repeats."""
