"""What a configuration takes on the board."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Attributes:
    flash: bytes the linker places in flash.
    ram: bytes of arena, static data and reserved stack.
    weight_bytes: packed bytes of all filters.
    instructions: of one inference, or cycles where the counts came from hardware; an estimate.
    cycles: of one inference, measured or estimated; None where nothing can run.
    """

    flash: int
    ram: int
    weight_bytes: int
    instructions: int
    cycles: int | None = None

    @property
    def work(self) -> int:
        """What a search makes small: cycles, or instructions where no cycles are known."""
        return self.instructions if self.cycles is None else self.cycles
