"""The parts of `manifest.json` and `config.json` about channels that the search left out."""

from __future__ import annotations

from pydantic import Field

from mcuq.written import Written


class PrunedChannels(Written):
    """Channels of one activation, which went with those of all that are added to it."""

    name: str = Field(description="Of the first activation that had them.")
    before: int = Field(description="Channels that it had.")
    channels: tuple[int, ...] = Field(description="Numbers of those that went.")


class PruningFigures(Written):
    """Channels that the search left out, and what that saved."""

    sets: tuple[PrunedChannels, ...] = Field(description="In execution order.")
    macs: int = Field(description="Multiply-accumulates with them.")
    macs_left: int = Field(description="Of what is built.")
    weights: int = Field(description="Values of all filters with them.")
    weights_left: int = Field(description="Of what is built.")

    @property
    def channels(self) -> int:
        """How many went."""
        return sum(len(one.channels) for one in self.sets)
