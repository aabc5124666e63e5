"""What the emulator needs to know of a board, small enough to hand to its process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from mcuq_hil.cycles.flash import FlashTiming

if TYPE_CHECKING:
    from mcuq_hil.boards import Board


@dataclass(frozen=True)
class MachineSpec:
    """Memories as (origin, bytes), the UART's model and address, the family's registers."""

    core: str
    family: str
    flash: tuple[int, int]
    ram: tuple[int, int]
    uart_driver: str
    uart_base: int
    timing: FlashTiming | None = None
    """With it the counter tells estimated cycles, without it instructions."""
    bounding: bool = False
    """The counter tells the instructions that no input exceeds."""
    is_steady: bool = False
    """Every inference counts as the first one does, and runs without being counted."""

    @classmethod
    def of(
        cls,
        board: Board,
        *,
        estimating: bool = False,
        steady: bool = False,
        bounding: bool = False,
    ) -> MachineSpec:
        """The machine of a board.

        Args:
            estimating: its counter tells cycles; the board has a `timing`.
            steady: every inference counts as the first one does.
            bounding: it tells the instructions that no input exceeds.
        """
        return cls(
            core=board.core,
            family=board.port,
            flash=(board.flash.origin, board.flash.bytes),
            ram=(board.ram.origin, board.ram.bytes),
            uart_driver=board.uart.driver,
            uart_base=board.uart.base,
            timing=board.timing.flash if estimating and board.timing else None,
            is_steady=steady,
            bounding=bounding,
        )

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> MachineSpec:
        fields = json.loads(text)
        fields["flash"], fields["ram"] = tuple(fields["flash"]), tuple(fields["ram"])
        if fields["timing"] is not None:
            fields["timing"] = FlashTiming(**fields["timing"])
        return cls(**fields)
