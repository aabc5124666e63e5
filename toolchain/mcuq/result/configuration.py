"""`config.json`: how every tensor became integers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mcuq.document import Document
from mcuq.result.pruning import PrunedChannels
from mcuq.written import MOST_REAL, Written

Scale = Annotated[float, Field(ge=0, le=MOST_REAL)]


class StoredHistogram(Written):
    """Counts in equal steps from `low` to `high`, in real values."""

    low: float = Field(
        ge=-MOST_REAL, le=MOST_REAL, description="Where the first step begins, a real value."
    )
    high: float = Field(ge=-MOST_REAL, le=MOST_REAL, description="Where the last step ends.")
    counts: tuple[int, ...] = Field(description="Values in each step.")


class NarrowChannels(Written):
    """Output channels of a filter that have fewer bits than its others."""

    name: str = Field(description="Of the filter.")
    bits: int = Field(description="Of each of their values.")
    channels: tuple[int, ...] = Field(description="Their numbers, ascending.")


class TensorConfig(Written):
    """One tensor: real value = scale × (stored - zero_point)."""

    signed: ClassVar[frozenset[str]] = frozenset({"zero_point"})

    name: str = Field(description="Of the tensor.")
    role: Literal["activation", "weight", "bias", "constant"] = Field(
        description="What it is in the model."
    )
    shape: tuple[int, ...] = Field(description="In the graph's layout, batch included.")
    bits: int = Field(description="Of each stored value; of a filter of two widths the wider.")
    scheme: str = Field(description="Observer of an activation, method of a weight.")
    scale: tuple[Scale, ...] = Field(min_length=1, description="One value, or one per channel.")
    zero_point: int = Field(
        ge=-(1 << 31), lt=1 << 31, description="Stored value that stands for 0."
    )
    axis: int | None = Field(default=None, description="The channel axis of `scale`.")
    bytes_: int = Field(description="As stored.")
    histogram: StoredHistogram | None = Field(
        default=None, description="Of its values on calibration data; null for constants."
    )


class ConfigFile(Written):
    """All tensors, activations first, in execution order."""

    tensors: tuple[TensorConfig, ...] = Field(description="Activations first, in execution order.")
    pruned: tuple[PrunedChannels, ...] = Field(
        default=(), description="Channels that were left out of the model."
    )
    narrow: tuple[NarrowChannels, ...] = Field(
        default=(), description="Filters of two widths: their channels of fewer bits."
    )

    def widths(self, tensor: TensorConfig) -> tuple[int, ...]:
        """Of its values, the widest first: a filter may have two."""
        return (tensor.bits, *(one.bits for one in self.narrow if one.name == tensor.name))

    def tensor(self, name: str) -> TensorConfig | None:
        """The tensor called `name`."""
        return next((tensor for tensor in self.tensors if tensor.name == name), None)


CONFIG = Document(
    "config",
    ConfigFile,
    "how every tensor became integers",
    "`config.json`, by `mcuq build` and `mcuq quantize`",
    version=3,
    oldest=1,
    marked="nowhere",
)
"""No version inside: the bytes of the file are part of what a build repeats."""
